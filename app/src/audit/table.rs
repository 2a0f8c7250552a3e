use domain::time::Millis;
use leptos::prelude::*;

use super::{
    Asked,
    screen::{AuditScreen, Line},
};
use crate::ui::{avatar, icon, when};

/// The entries, the newest first; each opens beside them.
pub fn table_view(screen: &AuditScreen, path: &str, local: RwSignal<bool>) -> AnyView {
    if screen.lines.is_empty() {
        return nothing_view(&screen.asked, path);
    }
    let opened = screen.opened.as_ref().map(|opened| opened.line.place);
    let now = screen.frame.now;
    let mut before = None;
    let rows = screen
        .lines
        .iter()
        .map(|line| {
            let open = opened == Some(line.place);
            let href = format!("{path}{}", screen.asked.opening(line.place.to_string()).query());
            row_view(line, before.replace(line.place.at), now, open, href, local)
        })
        .collect_view();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Entries, table">
            <table class="table fold audit__table">
                <thead>
                    <tr>
                        <th scope="col">"Time"</th>
                        <th scope="col" class="fold-hide">"Who"</th>
                        <th scope="col">"Action"</th>
                        <th scope="col" class="fold-hide">"What"</th>
                        <th scope="col" class="fold-hide">"Address"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row_view(
    line: &Line,
    above: Option<Millis>,
    now: Millis,
    open: bool,
    href: String,
    local: RwSignal<bool>,
) -> AnyView {
    let at = line.place.at;
    let day = move || {
        let local = local.get();
        let same = above.is_some_and(|above| when::day_number(above, local) == when::day_number(at, local));
        (!same).then(|| when::day(at, now, local))
    };
    let who = match line.member {
        Some(id) => avatar(id, &line.who, "xs"),
        None => icon("bolt", "sm"),
    };
    view! {
        <tr class:open=open>
            <td class="nowrap">
                <time datetime=when::iso(at)>{move || when::clock_seconds(at, local.get())}</time>
                <small>{day}</small>
            </td>
            <td class="nowrap fold-hide"><span class="audit__who">{who}{line.who.clone()}</span></td>
            <th scope="row">
                <a href=href aria-current=open.then_some("true") class="audit__open">
                    {icon(drawing(&line.action), "sm")}
                    <code>{line.action.clone()}</code>
                </a>
                // Where there is no room for the columns.
                <small class="audit__folded" dir="auto">{line.who.clone()} " · " {line.what.clone()}</small>
            </th>
            <td class="fold-hide">
                <span dir="auto">{line.what.clone()}</span>
                <small dir="auto">{line.more.clone()}</small>
            </td>
            <td class="mono nowrap fold-hide">{line.address.clone()}</td>
        </tr>
    }
    .into_any()
}

/// One drawing for each group of actions.
fn drawing(action: &str) -> &'static str {
    match action.split('.').next().unwrap_or_default() {
        "auth" => "lock",
        "member" => "team",
        "role" => "shield",
        "contact" | "consent" => "contacts",
        "conversation" | "message" => "inbox",
        "number" => "device",
        "secret" | "token" => "key",
        "export" => "download",
        "settings" => "gear",
        "alert" => "bell",
        _ => "audit",
    }
}

fn nothing_view(asked: &Asked, path: &str) -> AnyView {
    let narrowed = asked.narrows() || !asked.before.is_empty();
    let (title, text) = if narrowed {
        ("No entry matches", "Take a filter away, or choose other days.")
    } else {
        ("Nothing yet", "From now on, whatever anybody does here is written down.")
    };
    view! {
        <div class="empty">
            {icon("audit", "")}
            <h2>{title}</h2>
            <p>{text}</p>
            {narrowed.then(|| view! { <a class="btn" href=path.to_owned() rel="external">"Show everything"</a> })}
        </div>
    }
    .into_any()
}
