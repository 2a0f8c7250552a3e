use domain::{time::HOUR, token::Token};
use leptos::prelude::*;

use super::screen::{Ask, Screen};
use crate::ui::when;

/// Ends this soon: shown as such.
const SOON: i64 = 7 * 24 * HOUR;

/// The rows of the table.
pub fn rows_view(screen: Screen) -> AnyView {
    let rows = move || screen.tokens.get().into_iter().map(|token| row(screen, token)).collect_view();
    view! { {rows} }.into_any()
}

fn row(screen: Screen, token: Token) -> AnyView {
    let (full, own) = token.permissions.count();
    let count = full + own;
    let names = Vec::<String>::from(token.permissions).join(", ");
    let any = token.any_address.then(|| view! { <span class="badge">"Any address"</span> });
    let works = token.works(screen.clock.now.get_untracked());
    view! {
        <tr class:faint=!works>
            <th scope="row">
                <b dir="auto">{token.name.clone()}</b>
                <small class="token__prefix"><code>{token.prefix.clone()}"…"</code> {any}</small>
            </th>
            <td>{token.member_name.clone()}</td>
            <td>
                <details class="token__may">
                    <summary>{count} {if count == 1 { " permission" } else { " permissions" }}</summary>
                    <code>{names}</code>
                </details>
            </td>
            <td class="nowrap">{used_view(screen, &token)}</td>
            <td class="nowrap">{end_view(screen, &token, works)}</td>
            <td class="end tight">{action(screen, token, works)}</td>
        </tr>
    }
    .into_any()
}

fn time(screen: Screen, at: i64) -> AnyView {
    let clock = screen.clock;
    let text = move || when::ago(at, clock.now.get(), clock.local.get());
    view! { <time datetime=when::iso(at) title=move || when::full(at, clock.local.get())>{text}</time> }.into_any()
}

fn used_view(screen: Screen, token: &Token) -> AnyView {
    let Some(at) = token.last_used_at else { return view! { <span class="muted">"Never"</span> }.into_any() };
    let address = token.last_address.clone().map(|address| view! { <small class="muted">{address}</small> });
    view! { <span class="token__used">{time(screen, at)} {address}</span> }.into_any()
}

fn end_view(screen: Screen, token: &Token, works: bool) -> AnyView {
    if let Some(ended) = token.ended {
        return view! { <span class="badge bad">{ended.why.label()}</span> " " {time(screen, ended.at)} }.into_any();
    }
    let Some(at) = token.expires_at else { return view! { <span class="muted">"Never"</span> }.into_any() };
    if !works {
        return view! { <span class="badge">"Expired"</span> " " {time(screen, at)} }.into_any();
    }
    let clock = screen.clock;
    let class = move || if at - clock.now.get() < SOON { "badge warn" } else { "" };
    view! {
        <time class=class datetime=when::iso(at)>{move || when::full(at, clock.local.get())}</time>
    }
    .into_any()
}

fn action(screen: Screen, token: Token, works: bool) -> AnyView {
    if !token.within_reach || !works {
        return ().into_any();
    }
    let name = token.name.clone();
    let ask = move |_| screen.ask.set(Some(Ask::Revoke(Box::new(token.clone()))));
    view! {
        <button class="btn ghost danger sm script" type="button" on:click=ask>
            "Revoke" <span class="sr">" " {name}</span>
        </button>
    }
    .into_any()
}
