use leptos::prelude::*;

use super::{Extras, Frame, Here, Meter, bell::bell_view, leave, meter, rail};
use crate::ui::{avatar, icon, menu};

/// Which workspace, as whom, and what waits.
pub fn bar_view(frame: &Frame, here: Here, extras: Extras) -> AnyView {
    let me = &frame.me;
    // All pages but the inbox have started it.
    let meter = use_context::<Meter>().unwrap_or_else(|| Meter::start(frame));
    let label = format!("{}, {}. Account menu", me.name, me.role_label());
    view! {
        <header class="bar">
            {switcher(frame)}
            {meter::meter_view(meter)}
            <span class="bar__gap"></span>
            // A press is heard by what opens, which comes after the page.
            <button
                class="search-button script"
                type="button"
                id="commands"
                title="Ctrl K, or ⌘ K"
                aria-haspopup="dialog"
                aria-keyshortcuts="Control+K Meta+K"
            >
                {icon("search", "sm")}
                <span>"Search or jump to…"</span>
                <kbd aria-hidden="true">"Ctrl K"</kbd>
            </button>
            {bell_view(frame, here)}
            <button class="account" type="button" popovertarget="account" aria-label=label>
                {avatar(me.id.0, &me.name, "")}
            </button>
            {account_menu(frame, extras)}
        </header>
    }
    .into_any()
}

/// Another workspace is another page with a stream of its own.
fn switcher(frame: &Frame) -> AnyView {
    let place = view! {
        <span>
            <b>{frame.workspace.name.clone()}</b>
            <small>{frame.me.name.clone()}", "{frame.me.role_label().to_owned()}</small>
        </span>
    };
    if frame.workspaces.len() < 2 {
        return view! { <div class="switcher">{place}</div> }.into_any();
    }
    let workspaces = frame
        .workspaces
        .iter()
        .map(|workspace| {
            let current = (workspace.id == frame.workspace.id).then_some("true");
            view! {
                <a href=format!("/w/{}/inbox", workspace.slug) rel="external" aria-current=current>
                    {avatar(workspace.id.0, &workspace.name, "sm")}
                    {workspace.name.clone()}
                </a>
            }
        })
        .collect_view();
    view! {
        <button class="switcher" type="button" popovertarget="workspaces" title="Switch workspace">
            {place}
            {icon("down", "sm")}
        </button>
        <div class="menu below" popover="auto" id="workspaces" on:toggle=menu::opened on:keydown=menu::arrows>
            <p class="menu__label">"Workspaces"</p>
            {workspaces}
        </div>
    }
    .into_any()
}

fn account_menu(frame: &Frame, extras: Extras) -> AnyView {
    let themes = [("auto", "theme", "Like the system"), ("light", "sun", "Light"), ("dark", "moon", "Dark")];
    let chosen = frame.theme.as_deref().unwrap_or("auto");
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
    let demo = frame.demo.then(|| {
        view! { <a class="phone-only" href="/simulator" rel="external">{icon("device", "sm")}"Demo phone"</a> }
    });
    let (workspace, me) = (frame.workspace.id, frame.me.id);
    let log_out = move |event: leptos::ev::SubmitEvent| match extras.leave {
        Some(leave) => leave.run(event),
        None => leave::ask(workspace, me, &event),
    };
    view! {
        <div class="menu below end" popover="auto" id="account" on:toggle=menu::opened on:keydown=menu::arrows>
            <p class="menu__who">
                <b>{frame.me.name.clone()}</b>
                <small>{frame.me.role_label().to_owned()}" · "{frame.workspace.name.clone()}</small>
            </p>
            <hr/>
            <form method="post" action="/theme">
                <p class="menu__label">"Appearance"</p>
                {buttons}
            </form>
            <hr/>
            {rail::rest_view(frame)}
            {demo}
            <a href=frame.path(Here::Security) rel="external">{icon("lock", "sm")}"Security"</a>
            <form method="post" action="/logout" on:submit=log_out>
                <button type="submit">{icon("leave", "sm")}"Log out"</button>
            </form>
        </div>
    }
    .into_any()
}
