//! What stands around the panes: rail, top bar, menus.

use leptos::prelude::*;

use super::screen::Screen;
use crate::ui::{avatar, icon};

/// How many conversations of the list have something unread.
pub fn unread(screen: Screen) -> Memo<usize> {
    Memo::new(move |_| {
        screen.rows.with(|rows| rows.iter().filter(|cell| cell.value.with(|row| row.unread > 0)).count())
    })
}

pub fn rail_view(screen: Screen, unread: Memo<usize>) -> AnyView {
    let demo = screen.facts().demo;
    let home = screen.path("/inbox");
    view! {
        <nav class="rail" aria-label="Main">
            <a class="rail__mark" href=home.clone() aria-label="Parlance home">{icon("mark", "lg")}</a>
            <a href=home aria-current="page" data-tip="Inbox">
                {icon("inbox", "")}
                {move || (unread.get() > 0).then(|| view! { <span class="count" aria-hidden="true">{unread.get()}</span> })}
                <span class="sr">"Inbox"</span>
                {move || (unread.get() > 0).then(|| view! { <span class="sr">", "{unread.get()}" unread"</span> })}
            </a>
            <span class="rail__gap"></span>
            {demo
                .then(|| {
                    view! {
                        <a href="/simulator" rel="external" target="_blank" data-tip="Demo phone">
                            {icon("device", "")}
                            <span class="sr">"Demo phone, opens in a new tab"</span>
                        </a>
                    }
                })}
            <button class="script" type="button" id="keys-button" popovertarget="keys" data-tip="Shortcuts  ?" aria-keyshortcuts="?">
                {icon("keyboard", "")}
                <span class="sr">"Keyboard shortcuts"</span>
            </button>
        </nav>
    }
    .into_any()
}

pub fn bar_view(screen: Screen) -> AnyView {
    let facts = screen.facts();
    let me = facts.me.clone();
    let place = view! { <span><b>{facts.workspace.name.clone()}</b><small>{me.name.clone()}", "{me.role.label()}</small></span> };
    let others = facts.workspaces.len() > 1;
    let workspaces = facts
        .workspaces
        .iter()
        .map(|workspace| {
            let current = (workspace.id == facts.workspace.id).then_some("true");
            view! {
                // Another workspace is another page with a stream of its own.
                <a href=format!("/w/{}/inbox", workspace.slug) rel="external" aria-current=current>
                    {avatar(workspace.id.0, &workspace.name, "sm")}
                    {workspace.name.clone()}
                </a>
            }
        })
        .collect_view();
    let switcher = if others {
        view! {
            <button class="switcher" type="button" popovertarget="workspaces" title="Switch workspace">
                {place}
                {icon("down", "sm")}
            </button>
            <div class="menu below" popover="auto" id="workspaces">
                <p class="menu__label">"Workspaces"</p>
                {workspaces}
            </div>
        }
        .into_any()
    } else {
        view! { <div class="switcher">{place}</div> }.into_any()
    };
    view! {
        <header class="bar">
            {switcher}
            <span class="bar__gap"></span>
            <button
                class="account"
                type="button"
                popovertarget="account"
                aria-label=format!("{}, {}. Account menu", me.name, me.role.label())
            >
                {avatar(me.id.0, &me.name, "")}
            </button>
            {account_menu(screen)}
        </header>
    }
    .into_any()
}

fn account_menu(screen: Screen) -> AnyView {
    let facts = screen.facts();
    let themes = [("auto", "theme", "Like the system"), ("light", "sun", "Light"), ("dark", "moon", "Dark")];
    let chosen = facts.theme.clone().unwrap_or_else(|| "auto".to_owned());
    let buttons = themes
        .into_iter()
        .map(|(value, drawing, label)| {
            let current = (chosen == value).then_some("true");
            view! {
                <button type="submit" name="theme" value=value aria-current=current>
                    {icon(drawing, "sm")}
                    {label}
                </button>
            }
        })
        .collect_view();
    let demo = facts.demo.then(|| {
        view! { <a class="phone-only" href="/simulator" rel="external">{icon("device", "sm")}"Demo phone"</a> }
    });
    view! {
        <div class="menu below end" popover="auto" id="account">
            <p class="menu__who"><b>{facts.me.name.clone()}</b><small>{facts.me.role.label()}" · "{facts.workspace.name.clone()}</small></p>
            <hr/>
            <form method="post" action="/theme">
                <p class="menu__label">"Appearance"</p>
                {buttons}
            </form>
            <hr/>
            {demo}
            <form method="post" action="/logout" on:submit=move |event| log_out(screen, &event)>
                <button type="submit">{icon("leave", "sm")}"Log out"</button>
            </form>
        </div>
    }
    .into_any()
}

/// Nothing of what was written stays in this browser; before replies are lost, the person is asked.
fn log_out(screen: Screen, event: &leptos::ev::SubmitEvent) {
    let unsent = screen.unsent();
    if unsent == 0 || sure(unsent) {
        screen.discard_all();
    } else {
        event.prevent_default();
    }
}

fn sure(unsent: usize) -> bool {
    let what = if unsent == 1 { "1 reply is".to_owned() } else { format!("{unsent} replies are") };
    #[cfg(feature = "hydrate")]
    {
        let question = format!("{what} not sent yet. Log out and discard?");
        // A browser that does not ask does not keep anybody here.
        window().confirm_with_message(&question).unwrap_or(true)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = what;
        true
    }
}

/// The list of keys. It opens with `?` and with its button.
pub fn keys_view(screen: Screen) -> AnyView {
    let write = screen.can_reply();
    let keys: &[(&str, &[&str], bool)] = &[
        ("Next, previous conversation", &["J", "K"], true),
        ("Open", &["Enter", "O"], true),
        ("Reply", &["R"], write),
        ("Assign", &["A"], write),
        ("Assign to me", &["I"], write),
        ("Close, or reopen", &["E"], write),
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
