use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    flash::Flash,
    shell::DemoMember,
    ui::{avatar, icon},
};

/// What the page shows, from the request.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub flash: Flash,
    /// What was done just before.
    pub done: Option<String>,
    pub demo: Option<Vec<DemoMember>>,
    /// Where the person wanted to go.
    pub next: String,
    /// The host that people type.
    pub host: String,
}

/// Only the server draws this page; no script takes it over.
#[component]
pub fn LoginPage() -> impl IntoView {
    sign_in(asked())
}

/// The page for a given request.
pub fn sign_in(Asked { flash, done, demo, next, host }: Asked) -> AnyView {
    let Flash { error, email, .. } = flash;
    let invalid = error.is_some().then_some("true");
    view! {
        <Title text="Sign in · Parlance"/>
        <main class="login" id="main">
            <section class="login__form">
                <div class="login__brand">
                    <span class="login__mark">{icon("mark", "lg")}</span>
                    <b>"Parlance"</b>
                </div>
                <div class="login__middle">
                    <form class="stack" method="post" action="/login" aria-labelledby="welcome">
                        <div>
                            <h1 id="welcome">"Welcome back"</h1>
                            {(!host.is_empty()).then(|| view! { <p class="muted">"Sign in to "{host}</p> })}
                        </div>
                        {done
                            .map(|done| {
                                view! {
                                    <p class="banner ok" role="status">
                                        {icon("check", "")}
                                        <span class="grow">{done}</span>
                                    </p>
                                }
                            })}
                        {error
                            .map(|error| {
                                view! {
                                    <p class="banner bad" role="alert" id="problem">
                                        {icon("alert", "")}
                                        <span class="grow">{error}</span>
                                    </p>
                                }
                            })}
                        <div class="field">
                            <label for="email">"Email"</label>
                            <input
                                class="input lg"
                                id="email"
                                name="email"
                                type="email"
                                autocomplete="username"
                                required
                                value=email
                                aria-invalid=invalid
                                aria-describedby=invalid.map(|_| "problem")
                            />
                        </div>
                        <div class="field">
                            <span class="label">
                                <label for="password">"Password"</label>
                                <a class="link" href="/forgot" rel="external">"Forgot it?"</a>
                            </span>
                            <input
                                class="input lg"
                                id="password"
                                name="password"
                                type="password"
                                autocomplete="current-password"
                                required
                                aria-invalid=invalid
                                aria-describedby=invalid.map(|_| "problem")
                            />
                        </div>
                        <input type="hidden" name="next" value=next.clone()/>
                        <button class="btn primary lg" type="submit">"Sign in"</button>
                    </form>
                    {demo.map(|members| one_click(members, &next))}
                </div>
                <footer class="small muted">"Self-hosted · v" {env!("CARGO_PKG_VERSION")}</footer>
            </section>
            <aside class="login__art" aria-hidden="true">
                <div class="login__talk">
                    <p class="line in">"Do you ship the indigo dhurrie to Medellín?"</p>
                    <p class="line out">"¡Claro que sí! It reaches you in 6 days 🧡"</p>
                    <p class="line in" dir="rtl" lang="ar">"شكراً جزيلاً"</p>
                    <p class="line out">"Done. Rohan will write to you today."</p>
                </div>
                <p class="login__line">"Every customer,"<br/>"one calm room."</p>
            </aside>
        </main>
    }
    .into_any()
}

/// The demo's members, each a button.
fn one_click(members: Vec<DemoMember>, next: &str) -> impl IntoView + use<> {
    let buttons = members
        .into_iter()
        .map(|member| {
            view! {
                <li>
                    <form method="post" action="/demo/sign-in">
                        <input type="hidden" name="next" value=next.to_owned()/>
                        <button class="member" type="submit" name="member" value=member.user.to_string()>
                            {avatar(member.user.0, &member.name, "md")}
                            <span><b>{member.name}</b><small>{member.role.label()}</small></span>
                        </button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack" aria-labelledby="demo">
            <div class="or"><span>"or"</span></div>
            <h2 id="demo">"Look around as one of the demo’s team"</h2>
            <ul class="members">{buttons}</ul>
        </section>
    }
}

#[cfg(feature = "ssr")]
fn asked() -> Asked {
    use crate::{login::plain::left, shell::config};
    use leptos_router::hooks::use_query_map;

    let config = config();
    let (flash, done) = left();
    let host = config.public_url.split_once("://").map_or("", |(_, host)| host).to_owned();
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    Asked { flash, done, demo: config.demo, next, host }
}

#[cfg(not(feature = "ssr"))]
fn asked() -> Asked {
    Asked::default()
}
