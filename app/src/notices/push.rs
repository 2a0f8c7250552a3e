//! Browsers that are told while no page is open.

use domain::workspace::Slug;
use leptos::prelude::*;

use super::server::{Told, forget};
use crate::{
    frame::Clock,
    ui::{Task, Toast, icon, when},
};

pub fn push_view(slug: Slug, key: Option<String>, browsers: Vec<Told>, clock: Clock, toast: Toast) -> AnyView {
    let (browsers, task, slug) = (RwSignal::new(browsers), Task::default(), StoredValue::new(slug));
    let offer = match key {
        Some(key) => offer_view(slug, key, browsers, task, toast),
        None => view! {
            <p class="banner warn">
                {icon("alert", "")}
                <span class="grow">
                    "This installation cannot push for now. Whoever runs it finds the reason with "
                    <code>"parlance doctor"</code>"."
                </span>
            </p>
        }
        .into_any(),
    };
    let row = move |told: Told| {
        let Told { id, name, pocket, since } = told;
        let ago = move || when::day(since, clock.now.get(), clock.local.get());
        let end = move |_| {
            let done = move |left| {
                browsers.set(left);
                toast.say("That browser is told nothing any more.".to_owned());
            };
            task.run(forget(slug.get_value(), id), done);
        };
        view! {
            <li class="row">
                {icon(if pocket { "device" } else { "laptop" }, "")}
                <span class="grow"><b>{name.clone()}</b><small class="muted">" since "{ago}</small></span>
                <button class="btn ghost danger sm" type="button" disabled=move || task.busy.get() on:click=end>
                    "Remove"<span class="sr">" "{name}</span>
                </button>
            </li>
        }
    };
    view! {
        <section class="card" aria-labelledby="push">
            <header><h2 id="push">"While no page is open"</h2></header>
            <div class="card__body stack script">
                <p class="muted">
                    "This browser can tell you of messages, mentions and conversations that are given to you. What it is told is
                    encrypted on its way."
                </p>
                {task.problem_view()}
                {offer}
                <ul class="stack told">{move || browsers.get().into_iter().map(row).collect_view()}</ul>
            </div>
        </section>
    }
    .into_any()
}

#[cfg_attr(not(feature = "hydrate"), expect(unused_variables, reason = "only a browser can be told"))]
fn offer_view(
    slug: StoredValue<Slug>,
    key: String,
    browsers: RwSignal<Vec<Told>>,
    task: Task,
    toast: Toast,
) -> AnyView {
    let turn_on = move |_| {
        #[cfg(feature = "hydrate")]
        {
            let key = key.clone();
            let done = move |all| {
                browsers.set(all);
                toast.say("This browser will tell you.".to_owned());
            };
            // A person thinks about it.
            task.run_long(async move { browser::ask(slug.get_value(), &key).await }, done);
        }
    };
    view! {
        <div>
            <button class="btn primary" type="button" disabled=move || task.busy.get() on:click=turn_on>
                {icon("bell", "sm")}
                "Turn on in this browser"
            </button>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::workspace::Slug;
    use leptos::prelude::*;
    use serde::Deserialize;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        Notification, PushManager, PushSubscription, PushSubscriptionOptionsInit, ServiceWorkerRegistration,
    };

    use super::super::server::{Told, subscribe};
    use crate::error::Fault;

    /// What shows it; the server has it under this address.
    const WORKER: &str = "/push.js";

    /// As a browser says how it is reached.
    #[derive(Deserialize)]
    struct Said {
        endpoint: String,
        keys: Keys,
    }

    #[derive(Deserialize)]
    struct Keys {
        p256dh: String,
        auth: String,
    }

    /// Asks the person, then the browser, then the server.
    pub async fn ask(slug: Slug, key: &str) -> Result<Vec<Told>, Fault> {
        let refused = |why: &str| Fault::from(domain::Error::invalid("browser", why));
        if !able() {
            return Err(refused(
                "it cannot be told. It needs a page with https; on an iPhone or iPad, Parlance on the home screen",
            ));
        }
        let answer = match Notification::request_permission() {
            Ok(asked) => JsFuture::from(asked).await.ok().and_then(|answer| answer.as_string()),
            Err(_) => None,
        };
        if answer.as_deref() != Some("granted") {
            return Err(refused(
                "it does not show notifications of this site. Allow them in its settings, then try again",
            ));
        }
        let said = said(key).await.map_err(|_| refused("it gave no address to push to. Try again later"))?;
        subscribe(slug, said.endpoint, said.keys.p256dh, said.keys.auth).await
    }

    fn able() -> bool {
        let has = |of: &JsValue, name: &str| js_sys::Reflect::has(of, &name.into()).unwrap_or_default();
        let window = window();
        has(&window.navigator(), "serviceWorker") && has(&window, "PushManager") && has(&window, "Notification")
    }

    async fn said(key: &str) -> Result<Said, JsValue> {
        let container = window().navigator().service_worker();
        JsFuture::from(container.register(WORKER)).await?;
        let ready: ServiceWorkerRegistration = JsFuture::from(container.ready()?).await?.unchecked_into();
        let manager = ready.push_manager()?;
        let subscription = match push_to(&manager, key).await {
            Ok(subscription) => subscription,
            // It was asked with another key: that of an installation that is no more.
            Err(_) => {
                let old = JsFuture::from(manager.get_subscription()?).await?;
                if let Ok(old) = old.dyn_into::<PushSubscription>() {
                    JsFuture::from(old.unsubscribe()?).await?;
                }
                push_to(&manager, key).await?
            }
        };
        let text = js_sys::JSON::stringify(&subscription)?;
        serde_json::from_str(&String::from(text)).map_err(|error| error.to_string().into())
    }

    async fn push_to(manager: &PushManager, key: &str) -> Result<JsValue, JsValue> {
        let options = PushSubscriptionOptionsInit::new();
        options.set_user_visible_only(true);
        options.set_application_server_key(&JsValue::from_str(key));
        JsFuture::from(manager.subscribe_with_options(&options)?).await
    }
}
