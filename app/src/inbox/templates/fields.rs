//! One field for each variable.

use domain::template::{Content, Values, check, slots};
use leptos::prelude::*;

/// What is wrong with what was filled in: the field and why. Nothing before the first try to send.
pub type Problem = Option<(String, String)>;

/// The first thing that is not as it has to be.
pub fn problem(content: &Content, values: &Values) -> Problem {
    match check(content, values) {
        Err(domain::Error::Invalid { field, problem }) => Some((field, problem)),
        Err(other) => Some((String::new(), other.to_string())),
        Ok(()) => None,
    }
}

pub fn fields_view(content: &Content, values: RwSignal<Values>, problem: Memo<Problem>) -> AnyView {
    let field = |(nth, slot): (usize, domain::template::Slot)| {
        let id = format!("slot-{nth}");
        let hint = format!("{id}-hint");
        let (key, label) = (slot.key, slot.label);
        let wrong = {
            let label = label.clone();
            Memo::new(move |_| problem.get().filter(|(field, _)| *field == label).map(|(_, why)| format!("{why}.")))
        };
        let example = slot.example.map(|example| format!("For example {example}"));
        let input = {
            let key = key.clone();
            move |event: leptos::ev::Event| {
                let value = event_target_value(&event);
                values.update(|values| {
                    values.insert(key.clone(), value);
                });
            }
        };
        let below = {
            let hint = hint.clone();
            move || match wrong.get() {
                Some(wrong) => Some(view! { <span class="error" id=hint.clone()>{wrong}</span> }.into_any()),
                None => example
                    .clone()
                    .map(|example| view! { <span class="hint" id=hint.clone()>{example}</span> }.into_any()),
            }
        };
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input
                    class="input"
                    id=id
                    type="text"
                    autocomplete="off"
                    dir="auto"
                    aria-describedby=hint
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    prop:value=move || values.read_untracked().get(&key).cloned().unwrap_or_default()
                    on:input=input
                />
                {below}
            </div>
        }
    };
    let all = slots(content).into_iter().enumerate().map(field).collect_view();
    view! { <div class="formgrid">{all}</div> }.into_any()
}
