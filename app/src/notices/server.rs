//! What the browser asks of the server.

use domain::{
    id::{NoticeId, PushId},
    notice::{Choices, Notice},
    time::Millis,
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// The whole screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticesScreen {
    pub frame: Frame,
    /// The latest first.
    pub notices: Vec<Notice>,
    /// Alerts that wait for the member.
    pub alerts: i64,
    pub choices: Choices,
    pub browsers: Vec<Told>,
    /// What a browser needs to be told; nothing where none can be.
    pub key: Option<String>,
}

/// A browser that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub id: PushId,
    /// "Firefox on Windows".
    pub name: String,
    /// Something one carries in a pocket.
    pub pocket: bool,
    pub since: Millis,
}

/// The member's page.
#[server(prefix = "/fn", endpoint = "notices", input = Json, output = Json)]
pub async fn load_notices(workspace: Slug) -> Result<NoticesScreen, Fault> {
    native::screen(workspace).await
}

/// One notice, or with `None` all of them, has been read by the member.
#[server(prefix = "/fn", endpoint = "notices/read", input = Json, output = Json)]
pub async fn read_notices(workspace: Slug, notice: Option<NoticeId>) -> Result<(), Fault> {
    let ctx = native::ctx(&workspace).await?;
    match notice {
        Some(notice) => services::notices::mark_read(&ctx, notice).await?,
        None => services::notices::mark_all_read(&ctx).await?,
    }
    Ok(())
}

/// How the member wants to be told.
#[server(LoadChoices, prefix = "/fn", endpoint = "notices/choices", input = Json, output = Json)]
pub async fn choices(workspace: Slug) -> Result<Choices, Fault> {
    Ok(services::notices::choices(&native::ctx(&workspace).await?).await?)
}

/// From now on it is like this.
#[server(prefix = "/fn", endpoint = "notices/choose", input = Json, output = Json)]
pub async fn choose(workspace: Slug, choices: Choices) -> Result<(), Fault> {
    Ok(services::notices::choose(&native::ctx(&workspace).await?, choices).await?)
}

/// This browser is told; answers all that are.
#[server(prefix = "/fn", endpoint = "push/subscribe", input = Json, output = Json)]
pub async fn subscribe(workspace: Slug, endpoint: String, p256dh: String, auth: String) -> Result<Vec<Told>, Fault> {
    let ctx = native::ctx(&workspace).await?;
    let session = native::session()?;
    services::push::subscribe(&ctx, &services::push::Asked { session, endpoint, p256dh, auth }).await?;
    native::browsers(&ctx).await
}

/// A browser is told nothing any more; answers those that are.
#[server(prefix = "/fn", endpoint = "push/forget", input = Json, output = Json)]
pub async fn forget(workspace: Slug, browser: PushId) -> Result<Vec<Told>, Fault> {
    let ctx = native::ctx(&workspace).await?;
    services::push::forget(&ctx, browser).await?;
    native::browsers(&ctx).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use http::request::Parts;
    use leptos::server_fn::axum::register_explicit;
    use services::{Ctx, accounts::CurrentSession, alerts, notices, push};

    use super::*;
    pub use crate::frame::server::native::ctx;
    use crate::{frame::server::native as frame, security::device};

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadNotices>();
        register_explicit::<ReadNotices>();
        register_explicit::<LoadChoices>();
        register_explicit::<Choose>();
        register_explicit::<Subscribe>();
        register_explicit::<Forget>();
    }

    pub async fn screen(workspace: Slug) -> Result<NoticesScreen, Fault> {
        let ctx = ctx(&workspace).await?;
        let key = push::public_key(ctx.services()).await;
        Ok(NoticesScreen {
            notices: notices::list(&ctx).await?,
            alerts: alerts::unread(&ctx).await?,
            choices: notices::choices(&ctx).await?,
            browsers: browsers(&ctx).await?,
            // Said in the page; the rest of it does not depend on it.
            key: key.inspect_err(|error| tracing::error!(%error, "no browser can be told")).ok(),
            frame: frame::frame(&ctx).await?,
        })
    }

    /// The session that asks.
    pub fn session() -> Result<String, Fault> {
        let current = with_context::<Parts, _>(|parts| parts.extensions.get::<CurrentSession>().cloned()).flatten();
        current.map(|CurrentSession(handle)| handle).ok_or(Fault::SignedOut)
    }

    pub async fn browsers(ctx: &Ctx) -> Result<Vec<Told>, Fault> {
        let all = push::subscriptions(ctx).await?;
        let told = |one: push::Subscription| {
            let (name, pocket) = device(&one.agent);
            Told { id: one.id, name, pocket, since: one.since }
        };
        Ok(all.into_iter().map(told).collect())
    }
}
