//! The list of those to whom a conversation can be given: found by name, with how busy they are.

use domain::{
    id::{ConversationId, MemberId},
    team::Load,
    workspace::MemberBrief,
};
use leptos::{html::Input, prelude::*, task::spawn_local};

use super::server::team_load;
use crate::{
    inbox::{head::hide, screen::Screen},
    ui::{avatar, avatar_none, icon},
};

const MENU: &str = "assign";
const LIST: &str = "assign-people";

/// Copied into each choice.
#[derive(Clone, Copy)]
struct Menu {
    screen: Screen,
    conversation: ConversationId,
    assignee: Memo<Option<MemberId>>,
    /// What is known of how busy they are; the names do not wait for it.
    load: RwSignal<Vec<Load>>,
    /// The choice that Enter takes.
    at: RwSignal<usize>,
}

impl Menu {
    fn give(self, to: Option<MemberId>) {
        hide(MENU);
        if self.assignee.get_untracked() != to {
            self.screen.assign(self.conversation, to);
        }
    }
}

pub fn menu_view(screen: Screen, conversation: ConversationId, assignee: Memo<Option<MemberId>>) -> AnyView {
    let menu = Menu { screen, conversation, assignee, load: RwSignal::new(Vec::new()), at: RwSignal::new(0) };
    let (typed, field) = (RwSignal::new(String::new()), NodeRef::<Input>::new());
    spawn_local(async move {
        // Without it the menu is of the same use.
        if let Ok(load) = team_load(screen.slug()).await {
            menu.load.try_set(load);
        }
    });
    Effect::new(move |_| {
        let Some(field) = field.get() else { return };
        let _: Result<(), _> = field.focus();
        // By a click the menu opens only after this.
        request_animation_frame(move || drop(field.focus()));
    });
    let people = Memo::new(move |_| fitting(screen, &typed.read()));
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        let count = people.with_untracked(Vec::len);
        if event.is_composing() || count == 0 {
            // Enter would send the form.
            if event.key() == "Enter" {
                event.prevent_default();
            }
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => menu.at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => menu.at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                let chosen = people.with_untracked(|people| people.get(menu.at.get_untracked()).map(|one| one.id));
                if let Some(chosen) = chosen {
                    menu.give(Some(chosen));
                }
            }
            // The caret's, and not the menu's.
            "Home" | "End" => return event.stop_propagation(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let active = move || {
        let at = menu.at.get();
        people.with(|people| (at < people.len()).then(|| format!("{LIST}-{at}")))
    };
    let choices = move || people.get().into_iter().enumerate().map(|(nth, one)| choice(menu, nth, &one)).collect_view();
    let nobody = move || {
        assignee.get().is_some().then(|| {
            view! {
                <hr/>
                <button type="button" on:click=move |_| menu.give(None)>
                    {avatar_none("sm")}
                    "Nobody, back to Unassigned"
                </button>
            }
        })
    };
    view! {
        <div class="assign__live">
            <div class="input-icon">
                {icon("search", "sm")}
                <input
                    node_ref=field
                    class="input sm"
                    type="text"
                    role="combobox"
                    aria-label="Assign to"
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-controls=LIST
                    aria-activedescendant=active
                    placeholder="Assign to…"
                    autocomplete="off"
                    on:keydown=keydown
                    on:input=move |event| {
                        menu.at.set(0);
                        typed.set(event_target_value(&event));
                    }
                />
            </div>
            <ul class="assign__people" id=LIST role="listbox" aria-label="People">{choices}</ul>
            <p class="muted small" role="status">
                {move || people.with(Vec::is_empty).then_some("Nobody of this name answers customers.")}
            </p>
            {nobody}
        </div>
    }
    .into_any()
}

/// The member first, then colleagues by name: where somebody stands does not hang on how busy they are.
fn fitting(screen: Screen, typed: &str) -> Vec<MemberBrief> {
    let (typed, me, facts) = (domain::text::ascii_fold(typed.trim()), screen.me(), screen.facts());
    let takes = facts.members.iter().filter(|member| member.replies);
    let fits = takes.filter(|member| domain::text::ascii_fold(&member.name).contains(&typed));
    let mut people: Vec<_> = fits.cloned().collect();
    people.sort_by_key(|member| member.id != me);
    people
}

fn choice(menu: Menu, nth: usize, member: &MemberBrief) -> AnyView {
    let (id, mine) = (member.id, member.id == menu.screen.me());
    let chosen = move || menu.assignee.get() == Some(id);
    let busy = move || {
        let load = menu.load.with(|load| load.iter().find(|load| load.member == id).copied())?;
        let open = format!("{} open", load.open);
        Some(if load.here {
            view! { <span class="badge plain ok"><span class="dot ok"></span>{open}<span class="sr">", here now"</span></span> }.into_any()
        } else {
            view! { <span class="muted small">{open}", away"</span> }.into_any()
        })
    };
    view! {
        <li
            id=format!("{LIST}-{nth}")
            role="option"
            aria-selected=move || (menu.at.get() == nth).to_string()
            // The focus stays in the field.
            on:mousedown=move |event| event.prevent_default()
            on:click=move |_| menu.give(Some(id))
        >
            {avatar(id.0, &member.name, "sm")}
            <bdi>{member.name.clone()}</bdi>
            {mine.then_some(" (you)")}
            <span class="end">
                {busy}
                {mine.then(|| view! { <kbd>"I"</kbd> })}
                {move || chosen().then(|| view! { {icon("check", "sm")}<span class="sr">"Has it now"</span> })}
            </span>
        </li>
    }
    .into_any()
}
