//! What the inbox adds to the frame: how many wait, its keys, and the question before replies are lost.

use domain::inbox::Unread;
use leptos::prelude::*;

use super::screen::Screen;
use crate::{
    frame::{self, Extras, Frame, Here},
    ui::icon,
};

/// How many open conversations that the member sees have something unread, whatever the list is narrowed to.
pub fn unread(screen: Screen) -> Memo<i64> {
    Memo::new(move |_| screen.counts.with(|counts| counts.unread))
}

/// The frame around the panes.
pub fn around(screen: Screen, unread: Memo<i64>, panes: AnyView) -> AnyView {
    let facts = screen.facts();
    let frame = Frame {
        me: facts.me.clone(),
        access: facts.access,
        workspace: facts.workspace.clone(),
        workspaces: facts.workspaces.clone(),
        theme: facts.theme.clone(),
        demo: facts.demo,
        now: facts.now,
        waiting: facts.waiting,
        unread: Unread::default(),
        limits: None,
    };
    let leave = Callback::new(move |event| log_out(screen, &event));
    frame::around(&frame, Here::Inbox, Extras { unread: Some(unread), leave: Some(leave), keys: true }, panes)
}

/// Nothing of what was written stays in this browser; before replies are lost, the person is asked.
fn log_out(screen: Screen, event: &leptos::ev::SubmitEvent) {
    let unsent = screen.unsent();
    if unsent == 0 || frame::sure(unsent) {
        screen.discard_all();
    } else {
        event.prevent_default();
    }
}

/// The list of keys. It opens with `?` and with its button.
pub fn keys_view(screen: Screen) -> AnyView {
    let write = screen.can_reply();
    let keys: &[(&str, &[&str], bool)] = &[
        ("Next, previous conversation", &["J", "K"], true),
        ("Open", &["Enter", "O"], true),
        ("Search", &["/"], true),
        ("New conversation", &["C"], screen.may_start()),
        ("Commands; with ⌘ on a Mac", &["Ctrl", "K"], true),
        ("Reply", &["R"], write),
        ("Note for colleagues", &["N"], screen.facts().access.allows(domain::permission::Permission::MessagesNote)),
        ("Assign", &["A"], write),
        ("Assign to me", &["I"], write),
        ("Snooze", &["H"], write),
        ("Mark unread", &["U"], write),
        ("Labels", &["L"], screen.facts().access.allows(domain::permission::Permission::ConversationsLabel)),
        ("Filter this list", &["F"], true),
        ("Select, with Shift a range", &["X"], true),
        ("Take back what was done last", &["Z"], write),
        ("Close, or reopen", &["E"], write),
        ("Send a template", &["T"], write),
        ("Newest message", &["Shift", "G"], true),
        ("Back", &["Esc"], true),
        ("This list", &["?"], true),
    ];
    let lines = keys
        .iter()
        .filter(|(_, _, offered)| *offered)
        .map(|(what, keys, _)| {
            view! { <div><dt>{*what}</dt><dd>{keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view()}</dd></div> }
        })
        .collect_view();
    view! {
        <div class="dialog" popover="auto" id="keys" role="dialog" aria-labelledby="keys-title">
            <header>
                <h2 id="keys-title">"Keyboard shortcuts"</h2>
                <button class="btn ghost square sm" type="button" popovertarget="keys" popovertargetaction="hide" aria-label="Close">
                    {icon("x", "sm")}
                </button>
            </header>
            <dl class="keys">{lines}</dl>
            <p class="muted small">"Single letters work while no field has the focus."</p>
        </div>
    }
    .into_any()
}
