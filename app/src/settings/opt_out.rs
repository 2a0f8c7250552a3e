//! How the workspace deals with customers who say STOP.

use domain::{
    opt_out::{Scope, Settings, TEXT_LIMIT},
    workspace::Slug,
};
use leptos::prelude::*;

use super::server::save_opt_out;
use crate::ui::{Task, Toast, icon};

/// A form of its own below the general settings.
pub fn section_view(slug: Slug, settings: Settings, exports: bool, toast: Toast) -> AnyView {
    let saved = RwSignal::new(settings.clone());
    let draft = RwSignal::new(settings);
    let task = Task::default();
    let dirty = Memo::new(move |_| draft.get() != saved.get());
    let export = format!("/w/{slug}/contacts/consent.csv");
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !dirty.get_untracked() {
            return;
        }
        task.run(save_opt_out(slug.clone(), draft.get_untracked()), move |kept| {
            draft.set(kept.clone());
            saved.set(kept);
            toast.say("Saved. It holds for the next message.".to_owned());
        });
    };
    view! {
        <form class="stack settings" id="opt-out" aria-labelledby="opt-out-title" on:submit=save>
            <div class="page__head">
                <div>
                    <h2 id="opt-out-title">"Opt-out words"</h2>
                    <p>"A customer who sends one of these is left alone at once, on every number."</p>
                </div>
                {exports.then(|| view! {
                    <a class="btn" href=export rel="external" download>{icon("download", "sm")}"Export history"</a>
                })}
                <button class="btn primary script" type="submit" disabled=move || !dirty.get() || task.busy.get()>
                    "Save opt-out words"
                </button>
            </div>
            {task.problem_view()}
            <div class="settings__cards">
                <section class="card" aria-labelledby="opt-out-scope">
                    <header><h2 id="opt-out-scope">"What an opt-out stops"</h2></header>
                    <div class="card__body">{scope_view(draft)}</div>
                </section>
                <section class="card" aria-labelledby="opt-out-words">
                    <header><h2 id="opt-out-words">"Words"</h2></header>
                    <div class="card__body stack">
                        <p class="muted">
                            "Built in: STOP, UNSUBSCRIBE, OPT OUT, REMOVE, QUIT, CANCEL, END and START, SUBSCRIBE, RESUME, with \
                            their usual forms in English, Spanish, Portuguese, Hindi, Arabic, French, German, Indonesian and \
                            Italian. Only a whole message counts; case, accents, punctuation and emoji do not matter."
                        </p>
                        {words("stop-words", "Also opt out", draft, |settings| &mut settings.words.stop)}
                        {words("start-words", "Also opt in again", draft, |settings| &mut settings.words.start)}
                        {words("ignored-words", "Built-in words that mean neither here", draft, |settings| &mut settings.words.without)}
                    </div>
                </section>
                <section class="card" aria-labelledby="opt-out-texts">
                    <header><h2 id="opt-out-texts">"Confirmation"</h2></header>
                    <div class="card__body stack">
                        <div class="optrow">
                            <label for="confirms">
                                "Confirm with a message"
                                <small>"Once when they opt out, and once when they opt in again."</small>
                            </label>
                            <input
                                class="switch"
                                type="checkbox"
                                role="switch"
                                id="confirms"
                                checked=draft.with_untracked(|draft| draft.confirms)
                                prop:checked=move || draft.with(|draft| draft.confirms)
                                on:change=move |event| draft.update(|draft| draft.confirms = event_target_checked(&event))
                            />
                        </div>
                        {sentence("stopped-text", "After an opt-out", draft, |settings| &mut settings.stopped_text)}
                        {sentence("started-text", "After opting in again", draft, |settings| &mut settings.started_text)}
                    </div>
                </section>
            </div>
        </form>
    }
    .into_any()
}

fn scope_view(draft: RwSignal<Settings>) -> AnyView {
    let choice = |id: &'static str, scope: Scope, label: &'static str, about: &'static str| {
        let on = move || draft.with(|draft| draft.scope == scope);
        view! {
            <div class="optrow">
                <label for=id>{label}<small>{about}</small></label>
                <input
                    type="radio"
                    name="opt-out-scope"
                    id=id
                    checked=untrack(on)
                    prop:checked=on
                    on:change=move |_| draft.update(|draft| draft.scope = scope)
                />
            </div>
        }
    };
    view! {
        <fieldset class="bare">
            <legend class="sr">"What an opt-out stops"</legend>
            {choice("scope-all", Scope::All, "Everything", "Also answers, until the customer writes again and a colleague confirms.")}
            {choice("scope-marketing", Scope::Marketing, "Marketing only", "Answers and order updates go on.")}
        </fieldset>
    }
    .into_any()
}

/// One word a line.
fn words(
    id: &'static str,
    label: &'static str,
    draft: RwSignal<Settings>,
    field: fn(&mut Settings) -> &mut Vec<String>,
) -> AnyView {
    let shown = move || field(&mut draft.get()).join("\n");
    let typed = move |event| {
        let lines = event_target_value(&event).lines().map(str::to_owned).collect();
        draft.update(|draft| *field(draft) = lines);
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea class="input" id=id rows="2" dir="auto" autocomplete="off" prop:value=shown on:change=typed>
                {untrack(shown)}
            </textarea>
            <span class="hint">"One a line."</span>
        </div>
    }
    .into_any()
}

fn sentence(
    id: &'static str,
    label: &'static str,
    draft: RwSignal<Settings>,
    field: fn(&mut Settings) -> &mut String,
) -> AnyView {
    let shown = move || field(&mut draft.get()).clone();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                class="input"
                id=id
                rows="2"
                dir="auto"
                maxlength=TEXT_LIMIT.to_string()
                disabled=move || !draft.with(|draft| draft.confirms)
                prop:value=shown
                on:input=move |event| draft.update(|draft| *field(draft) = event_target_value(&event))
            >
                {untrack(shown)}
            </textarea>
        </div>
    }
    .into_any()
}
