//! The dialog in which a list is narrowed, and kept under a name.

use domain::{
    conversation::View,
    inbox::{FILTER_LABELS, Filter, SavedView, Whose},
    time::Millis,
};
use leptos::prelude::*;

use super::{
    filters::{href, parts},
    screen::Screen,
    server::{forget_view, save_view},
};
use crate::ui::{Task, chip, dialog, icon};

const ID: &str = "filters";

pub fn filter_menu(screen: Screen) -> AnyView {
    let draft = RwSignal::new(screen.filter.get_untracked());
    let facts = screen.facts();
    let numbers = facts.numbers.clone();
    let people = facts.access.sees_all();
    let show = move |_| dialog::close(ID);
    let content = view! {
        <div class="dialog__body">
            {move || labels_view(screen, draft)}
            <div class="halves">
                {(numbers.len() > 1).then(|| {
                    let chosen = move || draft.with(|draft| draft.number.map(|id| id.to_string()).unwrap_or_default());
                    let options = numbers.iter().map(|number| (number.id.to_string(), number.name.clone())).collect();
                    select("filter-number", "Number", options, chosen, move |value| {
                        draft.update(|draft| draft.number = value.parse().ok());
                    })
                })}
                {people.then(|| {
                    let chosen = move || draft.with(|draft| draft.assignee.map(Whose::as_text).unwrap_or_default());
                    let mut options = vec![("none".to_owned(), "Nobody".to_owned())];
                    options.extend(screen.facts().members.iter().map(|member| (member.id.to_string(), member.name.clone())));
                    select("filter-assignee", "Assigned to", options, chosen, move |value| {
                        draft.update(|draft| draft.assignee = Whose::parse(&value));
                    })
                })}
                {date("filter-since", "Last message since", draft, |draft| draft.since, |draft, at| draft.since = at, 0)}
                {date("filter-until", "Last message until", draft, |draft| draft.until, |draft, at| draft.until = at, 1)}
            </div>
            <div class="picks">
                {check("Unread", draft, |draft| &mut draft.unread)}
                {check("Window closes within 2 hours", draft, |draft| &mut draft.closing)}
            </div>
            {save_form(screen, draft)}
        </div>
        <footer>
            <a class="btn ghost" href=move || href(screen, &Filter { sort: draft.read().sort, ..Filter::default() }) on:click=show>
                "Clear all"
            </a>
            <a class="btn primary" href=move || href(screen, &draft.read()) on:click=show>"Show conversations"</a>
        </footer>
    }
    .into_any();
    let about = "All of it has to hold. The address of the page keeps it.".to_owned();
    dialog::dialog(ID, "Filter this list".to_owned(), about, move || screen.over.set(None), content)
}

fn labels_view(screen: Screen, draft: RwSignal<Filter>) -> AnyView {
    let labels = screen.labels.get();
    if labels.is_empty() {
        return ().into_any();
    }
    let choices = labels
        .into_iter()
        .map(|label| {
            let id = label.id;
            let on = move || draft.with(|draft| draft.labels.contains(&id));
            let change = move |event| {
                let wanted = event_target_checked(&event);
                draft.update(|draft| {
                    draft.labels.retain(|other| *other != id);
                    if wanted {
                        draft.labels.push(id);
                    }
                });
            };
            let full = move || !on() && draft.with(|draft| draft.labels.len() >= FILTER_LABELS);
            view! {
                <label>
                    <input class="check" type="checkbox" prop:checked=on disabled=full on:change=change/>
                    {chip(&label)}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="bare">
            <legend>"Label "<span class="small muted">"one of these"</span></legend>
            <div class="picks wrap">{choices}</div>
        </fieldset>
    }
    .into_any()
}

fn select(
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: impl Fn() -> String + Copy + Send + 'static,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    let options = options
        .into_iter()
        .map(|(value, name)| {
            let is = value == untrack(chosen);
            view! { <option value=value selected=is>{name}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select class="input" id=id prop:value=chosen on:change=move |event| choose(event_target_value(&event))>
                <option value="">"Any"</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

fn check(label: &'static str, draft: RwSignal<Filter>, field: fn(&mut Filter) -> &mut bool) -> AnyView {
    let on = move || *field(&mut draft.get());
    let change = move |event| draft.update(|draft| *field(draft) = event_target_checked(&event));
    view! { <label><input class="check" type="checkbox" prop:checked=on on:change=change/>{label}</label> }.into_any()
}

/// A day of the reader's own; `later`: the moment is where the day that many days later begins.
fn date(
    id: &'static str,
    label: &'static str,
    draft: RwSignal<Filter>,
    get: fn(&Filter) -> Option<Millis>,
    set: fn(&mut Filter, Option<Millis>),
    later: u32,
) -> AnyView {
    let value = move || draft.with(get).map(|at| days::text(at, later)).unwrap_or_default();
    let change = move |event| draft.update(|draft| set(draft, days::moment(&event_target_value(&event), later)));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input class="input" id=id type="date" prop:value=value on:change=change/>
        </div>
    }
    .into_any()
}

/// Keeps what is chosen under a name; or forgets what is kept.
fn save_form(screen: Screen, draft: RwSignal<Filter>) -> AnyView {
    let (task, name) = (Task::default(), RwSignal::new(String::new()));
    let view = screen.view.get_untracked();
    let kept = Memo::new(move |_| {
        let filter = draft.get();
        screen.saved.with(|saved| saved.iter().find(|kept| kept.view == view && kept.filter == filter).cloned())
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        task.run(save_view(screen.slug(), name.get_untracked(), view, draft.get_untracked()), move |kept| {
            screen.saved.update(|saved| saved.push(kept));
            name.set(String::new());
        });
    };
    let form = move || {
        view! {
            <form class="row" on:submit=save aria-label="Save this view">
                <input
                    class="input"
                    aria-label="Name of the view"
                    placeholder=format!("Save “{}” with these filters as…", view_name(view))
                    required
                    autocomplete="off"
                    maxlength=SavedView::NAME_LIMIT.to_string()
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <button class="btn" type="submit" disabled=move || task.busy.get()>"Save view"</button>
            </form>
        }
    };
    let forget = move |kept: SavedView| {
        let id = kept.id;
        task.run(forget_view(screen.slug(), id), move |()| {
            screen.saved.update(|saved| saved.retain(|kept| kept.id != id));
        });
    };
    let what = move || match kept.get() {
        Some(kept) => view! {
            <p class="row between">
                <span>"Saved as "<b><bdi>{kept.name.clone()}</bdi></b></span>
                <button class="btn ghost danger sm" type="button" on:click=move |_| forget(kept.clone())>
                    {icon("x", "sm")}
                    "Delete this view"
                </button>
            </p>
        }
        .into_any(),
        None if parts(screen, &draft.read()).is_empty() => ().into_any(),
        None => form().into_any(),
    };
    view! {
        {task.problem_view()}
        {what}
    }
    .into_any()
}

const fn view_name(view: View) -> &'static str {
    view.label()
}

/// Days of the reader's own.
#[cfg(feature = "hydrate")]
mod days {
    use domain::time::Millis;
    use js_sys::Date;

    pub fn text(at: Millis, later: u32) -> String {
        let date = Date::new(&(at as f64).into());
        date.set_date(date.get_date().wrapping_sub(later));
        format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
    }

    pub fn moment(text: &str, later: u32) -> Option<Millis> {
        let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let date =
            Date::new_with_year_month_day(year, i32::try_from(month).ok()? - 1, i32::try_from(day + later).ok()?);
        let at = date.get_time();
        at.is_finite().then_some(at as Millis)
    }
}

#[cfg(not(feature = "hydrate"))]
mod days {
    use domain::time::Millis;

    pub fn text(_: Millis, _: u32) -> String {
        String::new()
    }

    pub fn moment(_: &str, _: u32) -> Option<Millis> {
        None
    }
}
