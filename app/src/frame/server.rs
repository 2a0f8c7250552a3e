//! What every page asks of the server.

use domain::{limits::Usage, workspace::Slug};
use leptos::prelude::*;

use crate::{error::Fault, json::Json};

/// How many alerts and notifications wait for the member.
#[server(prefix = "/fn", endpoint = "waiting", input = Json, output = Json)]
pub async fn waiting(workspace: Slug) -> Result<i64, Fault> {
    Ok(services::notices::waiting(&native::ctx(&workspace).await?).await?)
}

/// How many open conversations that the member sees have something unread.
#[server(prefix = "/fn", endpoint = "unread", input = Json, output = Json)]
pub async fn unread(workspace: Slug) -> Result<domain::inbox::Unread, Fault> {
    Ok(services::conversations::unread(&native::ctx(&workspace).await?).await?)
}

/// How far the limits are used.
#[server(prefix = "/fn", endpoint = "limits", input = Json, output = Json)]
pub async fn limits(workspace: Slug) -> Result<Usage, Fault> {
    Ok(services::limits::usage(&native::ctx(&workspace).await?).await?)
}

/// For the server's side of every slice.
#[cfg(feature = "ssr")]
pub mod native {
    use domain::{permission::Permission, workspace::Slug};
    use http::request::Parts;
    use leptos::{
        prelude::{use_context, with_context},
        server_fn::axum::register_explicit,
    };
    use services::{
        Ctx, Error, Origin, Services, accounts::SignedIn, conversations, limits, members, notices, workspaces,
    };

    use super::{super::Frame, Limits, Unread, Waiting};
    use crate::{error::Fault, shell::config};

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<Waiting>();
        register_explicit::<Unread>();
        register_explicit::<Limits>();
    }

    /// What the server put there for this request.
    ///
    /// # Errors
    /// Only when the server forgot to.
    pub fn services() -> Result<Services, Fault> {
        Ok(use_context::<Services>().ok_or_else(|| Error::Internal("no services".to_owned()))?)
    }

    /// The member who asks, and from where.
    ///
    /// # Errors
    /// `SignedOut`, and `NotFound` for a workspace that is not theirs.
    pub async fn ctx(workspace: &Slug) -> Result<Ctx, Fault> {
        let services = services()?;
        let asked = with_context::<Parts, _>(|parts| {
            let user = parts.extensions.get::<SignedIn>().map(|who| who.user);
            (user, parts.extensions.get::<Origin>().cloned().unwrap_or_default())
        });
        let (user, origin) = asked.unwrap_or_default();
        let ctx = services.ctx(user.ok_or(Error::SignedOut)?, workspace).await?;
        Ok(ctx.from(origin))
    }

    /// What stands around a page.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn frame(ctx: &Ctx) -> Result<Frame, Fault> {
        let config = config();
        members::seen(ctx).await?;
        // Before anything that is shown: what happens from here on is told.
        let unread = conversations::unread(ctx).await?;
        Ok(Frame {
            me: ctx.me().clone(),
            access: *ctx.access(),
            workspace: ctx.workspace().clone(),
            workspaces: workspaces::of_user(ctx.services(), ctx.user()).await?,
            theme: config.theme,
            demo: config.demo.is_some(),
            now: ctx.now(),
            unread,
            waiting: notices::waiting(ctx).await?,
            limits: if ctx.access().allows(Permission::MessagesSend) { Some(limits::usage(ctx).await?) } else { None },
        })
    }
}
