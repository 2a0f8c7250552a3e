//! What the page asks of the server.

use domain::{id::TokenId, inbox::Page, permission::Permissions, token::Token, workspace::Slug};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// The whole screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokensScreen {
    pub frame: Frame,
    pub page: Page<Token>,
    /// Whether this is a later page.
    pub later: bool,
}

/// What is wanted of a new token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub name: String,
    pub permissions: Permissions,
    /// Days that it works; `None`: until somebody revokes it.
    pub days: Option<i64>,
    pub any_address: bool,
}

/// A token that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub token: Token,
    /// Shown this once.
    pub secret: String,
}

/// A page of tokens, the newest first; `before` is the last one on the page above.
#[server(prefix = "/fn", endpoint = "tokens", input = Json, output = Json)]
pub async fn load_tokens(workspace: Slug, before: Option<TokenId>) -> Result<TokensScreen, Fault> {
    native::screen(workspace, before).await
}

#[server(prefix = "/fn", endpoint = "tokens/create", input = Json, output = Json)]
pub async fn create_token(workspace: Slug, wish: Wish) -> Result<Made, Fault> {
    native::create(workspace, wish).await
}

/// Revokes it and answers with what it is now.
#[server(prefix = "/fn", endpoint = "tokens/revoke", input = Json, output = Json)]
pub async fn revoke_token(workspace: Slug, token: TokenId) -> Result<Token, Fault> {
    native::revoke(workspace, token).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use domain::{time::DAY, token::NewToken};
    use leptos::server_fn::axum::register_explicit;
    use services::tokens;

    use super::*;
    use crate::frame::server::native as frame;

    /// Tokens of a page.
    const PAGE: usize = 50;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadTokens>();
        register_explicit::<CreateToken>();
        register_explicit::<RevokeToken>();
    }

    pub async fn screen(workspace: Slug, before: Option<TokenId>) -> Result<TokensScreen, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        let page = tokens::list(&ctx, before, PAGE).await?;
        Ok(TokensScreen { page, later: before.is_some(), frame: frame::frame(&ctx).await? })
    }

    pub async fn create(workspace: Slug, wish: Wish) -> Result<Made, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        let Wish { name, permissions, days, any_address } = wish;
        let expires_at = days.map(|days| ctx.now().saturating_add(days.saturating_mul(DAY)));
        let made = tokens::create(&ctx, NewToken { name, permissions, expires_at, any_address }).await?;
        let secret = made.expose().to_owned();
        Ok(Made { token: made.token, secret })
    }

    pub async fn revoke(workspace: Slug, token: TokenId) -> Result<Token, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        tokens::revoke(&ctx, token).await?;
        Ok(tokens::get(&ctx, token).await?)
    }
}
