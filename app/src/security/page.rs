use leptos::prelude::*;

use super::{
    devices::devices_view,
    factor::{codes_view, factor_view},
    server::{SecurityScreen, load_security},
};
use crate::{
    frame::{Clock, Here, clock, framed, page},
    ui::{icon, when},
};

/// The person's own account.
#[component]
pub fn SecurityPage() -> impl IntoView {
    page(load_security, security_page)
}

pub fn security_page(screen: SecurityScreen) -> AnyView {
    let SecurityScreen { frame, email, password_changed_at, done, error, factor, setup, codes, devices } = screen;
    let clock = clock(frame.now);
    let wanted = factor.demanded_by.first().filter(|_| factor.since.is_none()).map(|workspace| {
        view! {
            <p class="banner warn">
                {icon("lock", "")}
                <span class="grow">
                    <b>{workspace.clone()}</b>
                    " asks every member for a second factor. Set yours up here, then everything opens."
                </span>
            </p>
        }
    });
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Security"</h1>
                <p>{frame.me.name.clone()}" · "{email.clone()}</p>
            </div>
        </div>
        {done.map(|done| view! { <p class="banner ok" role="status">{icon("check", "")}<span class="grow">{done}</span></p> })}
        {error.map(|error| view! { <p class="banner bad" role="alert">{icon("alert", "")}<span class="grow">{error}</span></p> })}
        {wanted}
        {(!codes.is_empty()).then(|| codes_view(codes))}
        <div class="halves">
            {password_view(clock, &email, password_changed_at)}
            {factor_view(clock, factor, setup)}
        </div>
        {devices_view(clock, devices)}
    };
    framed(&frame, Here::Security, content.into_any())
}

fn password_view(clock: Clock, email: &str, changed_at: i64) -> AnyView {
    view! {
        <section class="card" aria-labelledby="password">
            <header><h2 id="password">"Password"</h2></header>
            <form class="card__body stack" method="post" action="/account/password">
                <p class="muted">"Last changed: "{time(clock, changed_at)}</p>
                // For password managers.
                <input type="hidden" name="username" autocomplete="username" value=email.to_owned()/>
                {password_field("current", "current", "Current password", "current-password", None)}
                {password_field("new", "new", "New password", "new-password", Some("At least 10 characters."))}
                <div class="row wrap">
                    <button class="btn primary" type="submit">"Change password"</button>
                    <span class="small muted">"Signs out your other devices."</span>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// A password in a form of this page.
pub(super) fn password_field(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    fill: &'static str,
    hint: Option<&'static str>,
) -> AnyView {
    let hint_id = hint.map(|_| format!("{id}-hint"));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input"
                id=id
                name=name
                type="password"
                autocomplete=fill
                required
                aria-describedby=hint_id.clone()
            />
            {hint.map(|hint| view! { <span class="hint" id=hint_id>{hint}</span> })}
        </div>
    }
    .into_any()
}

/// A moment, in the reader's own zone once the browser has taken over.
pub(super) fn time(clock: Clock, at: i64) -> AnyView {
    let text = move || when::ago(at, clock.now.get(), clock.local.get());
    view! { <time datetime=when::iso(at) title=move || when::full(at, clock.local.get())>{text}</time> }.into_any()
}
