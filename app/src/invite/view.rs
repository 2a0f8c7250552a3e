//! What somebody with the link of an invitation sees.

use domain::team::Invited;
use leptos::prelude::*;
use leptos_meta::Title;
use services::accounts::MIN_PASSWORD;

use crate::ui::{encode, icon, when};

/// Who holds the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    Nobody,
    /// Signed in with the address that was invited.
    Invited,
    /// Signed in with this other address.
    Another(String),
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Of the link.
    pub token: String,
    pub invited: Invited,
    pub caller: Caller,
    /// Why it did not work the last time.
    pub error: Option<String>,
    /// The name that was typed then.
    pub name: Option<String>,
}

/// The invitation, and the one thing that the caller can do now.
pub fn invitation(asked: Asked) -> AnyView {
    let Asked { token, invited, caller, error, name } = asked;
    let Invited { workspace, email, role_name, role_about, invited_by, expires_at, account } = invited;
    let path = format!("/invite/{token}");
    let failed = error.is_some();
    let problem = error.map(|error| {
        view! {
            <p class="banner bad" role="alert" id="problem">
                {icon("alert", "")}
                <span class="grow">{error}</span>
            </p>
        }
    });
    let way = match caller {
        Caller::Invited => accept_view(&path, &workspace),
        Caller::Another(address) => another_view(&path, &email, &address),
        Caller::Nobody if account => sign_in_view(&path, &email),
        Caller::Nobody => join_view(&path, &email, name, failed),
    };
    let content = view! {
        <div class="stack">
            <div>
                <h1>"Join "{workspace.clone()}</h1>
                <p class="muted">{invited_by}" invited "<b>{email}</b>" as "{role_name}"."</p>
                <p class="muted">
                    "The link works until " <time datetime=when::iso(expires_at)>{when::full(expires_at, false)}</time> "."
                </p>
            </div>
            {(!role_about.is_empty())
                .then(|| view! { <p class="banner">{icon("shield", "")}<span class="grow">{role_about}</span></p> })}
            {problem}
            {way}
        </div>
    };
    around(format!("Join {workspace}"), content.into_any())
}

/// Instead of an invitation.
pub fn dead_link(why: String) -> AnyView {
    let content = view! {
        <div class="stack">
            <h1>"This link does not work"</h1>
            <p class="muted">{why}</p>
            <a class="btn lg" href="/" rel="external">"Go to Parlance"</a>
        </div>
    };
    around("This link does not work".to_owned(), content.into_any())
}

fn accept_view(path: &str, workspace: &str) -> AnyView {
    view! {
        <form class="stack" method="post" action=path.to_owned()>
            <button class="btn primary lg" type="submit">"Join "{workspace.to_owned()}</button>
        </form>
    }
    .into_any()
}

fn another_view(path: &str, email: &str, address: &str) -> AnyView {
    view! {
        <p class="banner warn">
            {icon("alert", "")}
            <span class="grow">
                "You are signed in as "<b>{address.to_owned()}</b>". The invitation is for "{email.to_owned()}"."
            </span>
        </p>
        <form class="stack" method="post" action=format!("{path}/sign-out")>
            <button class="btn primary lg" type="submit">"Sign out and go on"</button>
        </form>
    }
    .into_any()
}

fn sign_in_view(path: &str, email: &str) -> AnyView {
    view! {
        <p>"You have an account already. Sign in as "<b>{email.to_owned()}</b>" to accept."</p>
        <a class="btn primary lg" href=format!("/login?next={}", encode(path)) rel="external">"Sign in"</a>
    }
    .into_any()
}

fn join_view(path: &str, email: &str, name: Option<String>, failed: bool) -> AnyView {
    let problem = failed.then_some("problem");
    view! {
        <form class="stack" method="post" action=path.to_owned()>
            // For password managers: under this name they keep it.
            <input type="hidden" name="username" autocomplete="username" value=email.to_owned()/>
            <div class="field">
                <label for="name">"Your name"</label>
                <input
                    class="input lg"
                    id="name"
                    name="name"
                    type="text"
                    autocomplete="name"
                    maxlength="80"
                    required
                    value=name
                    aria-describedby=problem
                />
            </div>
            <div class="field">
                <label for="password">"Choose a password"</label>
                <input
                    class="input lg"
                    id="password"
                    name="password"
                    type="password"
                    autocomplete="new-password"
                    minlength=MIN_PASSWORD
                    required
                    aria-describedby="rule"
                />
                <span class="hint" id="rule">"At least "{MIN_PASSWORD}" characters."</span>
            </div>
            <button class="btn primary lg" type="submit">"Join"</button>
        </form>
    }
    .into_any()
}

fn around(title: String, content: AnyView) -> AnyView {
    view! {
        <Title text=format!("{title} · Parlance")/>
        <main class="login" id="main">
            <section class="login__form">
                <div class="login__brand">
                    <span class="login__mark">{icon("mark", "lg")}</span>
                    <b>"Parlance"</b>
                </div>
                <div class="login__middle">{content}</div>
                <footer class="small muted">"Self-hosted · v" {env!("CARGO_PKG_VERSION")}</footer>
            </section>
            <aside class="login__art" aria-hidden="true">
                <div class="login__talk">
                    <p class="line in">"Che bello, finalmente in italiano!"</p>
                    <p class="line out">"Welcome! Your first three are assigned 🌿"</p>
                </div>
                <p class="login__line">"Your seat"<br/>"is ready."</p>
            </aside>
        </main>
    }
    .into_any()
}
