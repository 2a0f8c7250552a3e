//! The second factor: on, off, or being set up.

use leptos::prelude::*;

use super::{
    page::{password_field, time},
    server::{Factor, Setup},
};
use crate::{frame::Clock, ui::icon};

pub fn factor_view(clock: Clock, factor: Factor, setup: Option<Setup>) -> AnyView {
    let on = factor.since.is_some();
    let badge = if on {
        view! { <span class="badge ok">{icon("check", "xs")}"On"</span> }
    } else {
        view! { <span class="badge">{icon("x", "xs")}"Off"</span> }
    };
    let body = match (setup, on) {
        (Some(setup), _) => setup_view(setup),
        (None, true) => on_view(clock, factor),
        (None, false) => off_view(),
    };
    view! {
        <section class="card" aria-labelledby="factor">
            <header><h2 id="factor">"Two-step sign-in"</h2>{badge}</header>
            <div class="card__body stack">{body}</div>
        </section>
    }
    .into_any()
}

fn off_view() -> AnyView {
    view! {
        <p>"After the password you also type a code from an app on your phone. Whoever learns your password still stays out."</p>
        {with_password("/account/second-factor", "set-up", "Set up an app", "btn primary")}
    }
    .into_any()
}

fn on_view(clock: Clock, factor: Factor) -> AnyView {
    let Factor { since, last_used_at, codes_left, demanded_by } = factor;
    let since = since.map(|at| view! { "Added: "{time(clock, at)} });
    let used = last_used_at.map(|at| view! { ", last used: "{time(clock, at)} });
    let few = codes_left < 3;
    let off = match demanded_by.first() {
        Some(workspace) => view! {
            <p class="banner">
                {icon("lock", "")}
                <span class="grow">
                    {workspace.clone()}" asks every member for a second factor. It stays on while you are a member."
                </span>
            </p>
        }
        .into_any(),
        None => fold("Turn it off", with_password("/account/second-factor/off", "turn-off", "Turn off", "btn danger")),
    };
    view! {
        <div class="optrow"><div>"Authenticator app"<small>{since}{used}</small></div></div>
        {fold(
            "Use another app or phone",
            with_password("/account/second-factor", "replace", "Show a new key", "btn"),
        )}
        <div class="optrow">
            <div>
                "Recovery codes"
                <small class:warn=few>{codes_left}" of 10 left"</small>
            </div>
        </div>
        {fold("Make new codes", with_password("/account/recovery-codes", "new-codes", "Make ten new codes", "btn"))}
        {off}
    }
    .into_any()
}

/// Opens without a script.
fn fold(label: &'static str, content: AnyView) -> AnyView {
    view! { <details class="fold"><summary>{label}</summary>{content}</details> }.into_any()
}

/// What a stolen session must not do asks for the password once more.
fn with_password(action: &'static str, id: &'static str, label: &'static str, class: &'static str) -> AnyView {
    view! {
        <form class="stack" method="post" action=action>
            {password_field(id, "password", "Your password, to be sure it is you", "current-password", None)}
            <div><button class=class type="submit">{label}</button></div>
        </form>
    }
    .into_any()
}

fn setup_view(setup: Setup) -> AnyView {
    let Setup { secret, side, path } = setup;
    view! {
        <p>"Scan this with an authenticator app, then type the 6 digits it shows. Until then nothing changes."</p>
        <div class="factor">
            <svg class="qr" viewBox=format!("0 0 {side} {side}") role="img" aria-label="QR code for your authenticator app">
                <path d=path></path>
            </svg>
            <div class="stack">
                <div class="field">
                    <span class="label">"Cannot scan? Type this key"</span>
                    <div class="secret"><code>{secret}</code></div>
                </div>
                <form class="stack" method="post" action="/account/second-factor/confirm">
                    <div class="field">
                        <label for="code">"Code from the app"</label>
                        <input
                            class="input lg"
                            id="code"
                            name="code"
                            inputmode="numeric"
                            autocomplete="one-time-code"
                            maxlength="10"
                            required
                            aria-describedby="code-hint"
                        />
                        <span class="hint" id="code-hint">"A new one every 30 seconds."</span>
                    </div>
                    <div><button class="btn primary" type="submit">"Turn on"</button></div>
                </form>
                <form method="post" action="/account/second-factor/cancel">
                    <button class="btn ghost" type="submit">"Cancel"</button>
                </form>
            </div>
        </div>
    }
    .into_any()
}

/// Codes that were just made.
pub fn codes_view(codes: Vec<String>) -> AnyView {
    let codes = codes.into_iter().map(|code| view! { <li><code>{code}</code></li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="codes">
            <header><h2 id="codes">"Your recovery codes"</h2></header>
            <div class="card__body stack">
                <p>"Each works once instead of the app, when the phone is lost. Shown now and never again: print them or put \
                    them into a password manager."</p>
                <ul class="codes">{codes}</ul>
            </div>
        </section>
    }
    .into_any()
}
