//! What is done later: out of sight until a time, or unread again.

use domain::{
    conversation::{State, Until},
    id::ConversationId,
    inbox::Row,
    permission::Permission,
    time::{HOUR, Millis},
};
use leptos::prelude::*;

use super::{head::hide, screen::Screen, send::clock};
use crate::ui::{icon, when};

/// When it is to come back.
const CHOICES: [(&str, Choice); 4] = [
    ("For an hour", Choice::Hour),
    ("Until tomorrow, 09:00", Choice::Tomorrow),
    ("Until Monday, 09:00", Choice::Monday),
    ("Until the customer writes", Choice::Customer),
];

#[derive(Clone, Copy)]
enum Choice {
    Hour,
    Tomorrow,
    Monday,
    Customer,
}

impl Choice {
    fn until(self) -> Until {
        match self {
            Choice::Hour => Until::At(clock() + HOUR),
            Choice::Tomorrow => Until::At(morning(1)),
            Choice::Monday => Until::At(morning(to_monday())),
            Choice::Customer => Until::Customer,
        }
    }
}

/// Nine o'clock of the reader's own day, so many days from today.
#[cfg(feature = "hydrate")]
fn morning(days: u32) -> Millis {
    let date = js_sys::Date::new_0();
    date.set_date(date.get_date() + days);
    date.set_hours(9);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    date.get_time() as Millis
}

#[cfg(not(feature = "hydrate"))]
fn morning(_: u32) -> Millis {
    0
}

/// Days until the next Monday; on a Monday a week.
#[cfg(feature = "hydrate")]
fn to_monday() -> u32 {
    match js_sys::Date::new_0().get_day() {
        0 => 1,
        day => 8 - day,
    }
}

#[cfg(not(feature = "hydrate"))]
fn to_monday() -> u32 {
    0
}

/// The button at the top of a thread, with its menu. Needs the script, as times are the reader's.
pub fn later_view(screen: Screen, id: ConversationId, row: Memo<Option<Row>>) -> AnyView {
    let may = move |permission| row.read().as_ref().is_some_and(|row| screen.may(permission, row.assignee));
    let state = Memo::new(move |_| row.read().as_ref().map(|row| row.state));
    let open = move || matches!(state.get(), Some(State::Open | State::Snoozed));
    let unread = move || open() && may(Permission::MessagesSend);
    let snooze = move || open() && may(Permission::ConversationsClose);
    let mark = move |_| {
        hide("later");
        screen.mark_unread(id);
        // Before somebody's eyes it would be read at once.
        leave();
    };
    let choices = move || {
        CHOICES
            .into_iter()
            .map(|(words, choice)| {
                let choose = move |_| {
                    hide("later");
                    screen.snooze(id, choice.until());
                };
                view! { <button type="button" on:click=choose>{icon("clock", "sm")}{words}</button> }
            })
            .collect_view()
    };
    let menu = move || {
        view! {
            <button
                class="btn ghost square script"
                type="button"
                popovertarget="later"
                id="later-button"
                aria-label="Later"
                aria-keyshortcuts="h"
                title="Snooze, or mark unread"
            >
                {icon("clock", "")}
            </button>
            <div class="menu below end" popover="auto" id="later" aria-label="Later" role="group">
                {move || {
                    unread().then(|| {
                        view! {
                            <button type="button" id="unread-button" aria-keyshortcuts="u" on:click=mark>
                                {icon("inbox", "sm")}
                                "Mark unread"
                            </button>
                        }
                    })
                }}
                {move || {
                    snooze().then(|| {
                        view! {
                            <p class="menu__label">"Snooze"</p>
                            {choices()}
                        }
                    })
                }}
            </div>
        }
    };
    view! { {move || (unread() || snooze()).then(menu)} }.into_any()
}

/// Above a thread that is out of sight: until when, and the way back.
pub fn snoozed_view(screen: Screen, id: ConversationId, row: Memo<Option<Row>>) -> AnyView {
    let until = Memo::new(move |_| row.read().as_ref().and_then(|row| row.snoozed_until));
    let may = move || row.read().as_ref().is_some_and(|row| screen.may(Permission::ConversationsClose, row.assignee));
    let wake = move |_| screen.wake(id);
    let view = move || {
        let words = snoozed_words(until.get()?, screen.now.get(), screen.local.get());
        Some(view! {
            <div class="banner edge" role="status">
                {icon("clock", "")}
                <p>{words}"."</p>
                {may().then(|| view! { <button class="btn sm script" type="button" on:click=wake>"Bring back now"</button> })}
            </div>
        })
    };
    view! { {view} }.into_any()
}

/// Back to the list.
fn leave() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let back = document().query_selector(".thread__head a.back").ok().flatten();
        if let Some(back) = back.and_then(|back| back.dyn_into::<web_sys::HtmlElement>().ok()) {
            back.click();
        }
    }
}

/// `Snoozed until 09:00 tomorrow`
pub fn snoozed_words(until: Millis, now: Millis, local: bool) -> String {
    if until == Millis::MAX {
        return "Snoozed until they write".to_owned();
    }
    format!("Snoozed until {}", when::until(until, now, local))
}
