//! Where nothing of the member's own waits: they take what has waited longest for somebody, or look at all of it.

use domain::{inbox::Row, permission::Permission};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{row::address, screen::Screen, server::take_next};
use crate::ui::Task;

/// The way to all that waits for somebody, and for those who may take it and answer, the next one.
pub fn next_view(screen: Screen) -> AnyView {
    view! {
        {take_view(screen)}
        <a class="btn" href=screen.path("/inbox?view=unassigned")>"Look at Unassigned"</a>
    }
    .into_any()
}

fn take_view(screen: Screen) -> AnyView {
    if !screen.may(Permission::ConversationsAssign, None) || !screen.facts().access.can_reply() {
        return ().into_any();
    }
    let task = Task::default();
    let go = StoredValue::new_local(use_navigate());
    let take = move |_| {
        // With the event that it is theirs the list is not empty any more, and the button gone.
        let go = go.get_value();
        task.run(take_next(screen.slug()), move |row: Row| {
            if !screen.is_gone() {
                go(&untrack(|| address(screen, row.id, "")), NavigateOptions::default());
            }
        });
    };
    view! {
        {task.problem_view()}
        <button class="btn primary" type="button" disabled=move || task.busy.get() on:click=take>"Take the next one"</button>
    }
    .into_any()
}
