//! The top of a thread: who, until when, whose, close.

use domain::{
    conversation::State,
    id::{ConversationId, MemberId},
    inbox::Row,
    permission::Permission,
    workspace::MemberBrief,
};
use leptos::prelude::*;

use super::{
    later::later_view,
    lazy::{Extra, show},
    over::Over,
    presence::people_view,
    row::{address, labels_view},
    screen::Screen,
};

/// Labels beside the name; the contact's pane shows all.
const LABELS: usize = 3;
use crate::ui::{avatar, avatar_none, icon, menu, window_ring};

/// Of the conversation `id`; its row may change while it is open.
pub fn head_view(screen: Screen, id: ConversationId, row: Memo<Option<Row>>) -> AnyView {
    let contact = Memo::new(move |_| row.read().as_ref().map(|row| (row.contact.clone(), row.number.name.clone())));
    let window = move || row.read().as_ref().and_then(|row| row.window_expires_at);
    let labels = Memo::new(move |_| row.read().as_ref().map(|row| row.labels.clone()).unwrap_or_default());
    view! {
        <header class="thread__head">
            <a class="btn ghost square back" href=move || back(screen) aria-label="Back to conversations">{icon("back", "")}</a>
            {move || {
                contact.get().map(|(contact, number)| {
                    let phone = contact.phone.unwrap_or_else(|| "No phone number".to_owned());
                    view! {
                        <div class="person">
                            {avatar(contact.id.0, &contact.name, "md")}
                            <span><b dir="auto">{contact.name}</b><small>{phone}" · via "{number}</small></span>
                        </div>
                    }
                })
            }}
            <span class="chips wide">{move || labels_view(screen, &labels.read(), LABELS)}</span>
            {people_view(screen)}
            {window_ring(window, screen.now, "lg narrow-hide")}
            <Show when=move || may(screen, Permission::ConversationsLabel, row)>{label_button(screen, id)}</Show>
            <Show when=move || may(screen, Permission::ConversationsAssign, row)>{assign_view(screen, id, row)}</Show>
            {later_view(screen, id, row)}
            <Show when=move || may(screen, Permission::ConversationsClose, row)>{state_view(screen, id, row)}</Show>
            <a
                class="btn ghost square details"
                href=move || address(screen, id, "/contact")
                aria-label="Contact details"
            >
                {icon("panel", "")}
            </a>
        </header>
    }
    .into_any()
}

/// Needs the script: what it opens comes later.
fn label_button(screen: Screen, id: ConversationId) -> AnyView {
    let open = move |_| screen.over.set(Some(Over::Labels(vec![id])));
    view! {
        <button
            class="btn ghost square script"
            type="button"
            id="label-button"
            aria-label="Labels"
            aria-keyshortcuts="l"
            aria-haspopup="dialog"
            title="Labels"
            on:click=open
        >
            {icon("tag", "")}
        </button>
    }
    .into_any()
}

/// Whether the member may do something with the open conversation.
fn may(screen: Screen, permission: Permission, row: Memo<Option<Row>>) -> bool {
    row.read().as_ref().is_some_and(|row| screen.may(permission, row.assignee))
}

/// The list of the current view.
pub fn back(screen: Screen) -> String {
    screen.path(&format!("/inbox{}", screen.query()))
}

/// Who answers; opens the list of those who could.
fn assign_view(screen: Screen, id: ConversationId, row: Memo<Option<Row>>) -> AnyView {
    let assignee = Memo::new(move |_| row.read().as_ref().and_then(|row| row.assignee));
    let button = move || match assignee.get() {
        None => view! {
            {avatar_none("xs")}
            <span class="wide" aria-hidden="true">"Unassigned"</span>
            <span class="sr">"Unassigned. Assign"</span>
        }
        .into_any(),
        Some(member) => {
            let name = screen.member(member).map_or_else(|| "A former member".to_owned(), |member| member.name);
            let short = name.split_whitespace().next().unwrap_or_default().to_owned();
            view! {
                {avatar(member.0, &name, "xs")}
                <span class="wide" aria-hidden="true">{short}</span>
                <span class="sr">"Assigned to "{name}". Reassign"</span>
            }
            .into_any()
        }
    };
    // Without a script each of them is a button; with one the list comes with how busy they are.
    let now = assignee.get_untracked();
    let facts = screen.facts();
    let people = facts
        .members
        .iter()
        .filter(|member| member.replies)
        .map(|member| plain_choice(Some(member), now))
        .collect_view();
    let opened = RwSignal::new(false);
    view! {
        <button
            class="btn assign"
            type="button"
            popovertarget="assign"
            id="assign-button"
            aria-keyshortcuts="a"
            on:click=move |_| opened.set(true)
        >
            {button}
            {icon("down", "xs")}
        </button>
        <form
            class="menu below end"
            popover="auto"
            id="assign"
            method="post"
            action=screen.path(&format!("/conversations/{id}/assign"))
            aria-label="Assign to"
            on:toggle=move |event| opened.set(menu::is_open(&event))
        >
            {move || opened.get().then(|| show(screen, Extra::Assign(id, assignee)))}
            <div class="plain">{people} {now.map(|_| plain_choice(None, now))}</div>
        </form>
    }
    .into_any()
}

fn plain_choice(member: Option<&MemberBrief>, now: Option<MemberId>) -> AnyView {
    let id = member.map(|member| member.id);
    let (value, name) = match member {
        Some(member) => (member.id.to_string(), member.name.clone()),
        None => (String::new(), "Nobody, back to Unassigned".to_owned()),
    };
    view! {
        <button type="submit" name="member" value=value aria-current=(id == now).then_some("true")>{name}</button>
    }
    .into_any()
}

/// Close, or reopen.
fn state_view(screen: Screen, id: ConversationId, row: Memo<Option<Row>>) -> AnyView {
    let closed = Memo::new(move |_| row.read().as_ref().is_some_and(|row| row.state == State::Closed));
    let action = move || {
        let verb = if closed.get() { "reopen" } else { "close" };
        screen.path(&format!("/conversations/{id}/{verb}"))
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if closed.get_untracked() { screen.reopen(id) } else { screen.close(id) }
    };
    view! {
        <form method="post" action=action on:submit=submit>
            <button class="btn state" type="submit" aria-keyshortcuts="e">
                {move || if closed.get() { icon("refresh", "sm") } else { icon("check", "sm") }}
                <span class="word">{move || if closed.get() { "Reopen" } else { "Close" }}</span>
            </button>
        </form>
    }
    .into_any()
}

/// Closes a popover.
pub fn hide(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let popover =
            document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(popover) = popover {
            // Refused when it is closed already: then it is as wanted.
            let _ = popover.hide_popover();
        }
    }
    let _ = id;
}
