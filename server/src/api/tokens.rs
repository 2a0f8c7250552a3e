//! `/api/v1/tokens`

use axum::{Extension, Json, http::StatusCode};
use domain::{
    id::TokenId,
    permission::Permissions,
    token::{self, Ended},
};
use serde::{Deserialize, Serialize};
use services::tokens;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    caller::Caller,
    once::Kept,
    page::{self, List, Slice},
    problem::{self, Problem},
    read::{Body, Id, Query},
};

/// In cursors.
const LIST: &str = "token";

/// A token of this API. Its secret is shown when it is made and never again.
#[derive(Serialize, ToSchema)]
pub struct Token {
    id: Uuid,
    /// What it is for.
    name: String,
    /// Its beginning, to recognise it by.
    prefix: String,
    /// The member for whom it acts.
    member: Uuid,
    member_name: String,
    /// What it was given: `contacts.read`, `contacts.update:own`. It may what both this and its member's role allow.
    permissions: Vec<String>,
    /// Called from many addresses on purpose: they are not counted.
    any_address: bool,
    /// Unix time in milliseconds.
    created_at: i64,
    /// `null`: until somebody revokes it.
    expires_at: Option<i64>,
    /// Noted once a minute.
    last_used_at: Option<i64>,
    last_address: Option<String>,
    /// From where it was used within the last hour: IPv4 addresses, and of IPv6 the /64.
    networks: Vec<String>,
    /// Since when it works no more, other than by its expiry.
    ended_at: Option<i64>,
    /// `revoked`, `misuse`, `removed` with its member, or `parent` with the token that made it.
    ended_because: Option<&'static str>,
}

impl From<token::Token> for Token {
    fn from(token: token::Token) -> Self {
        let (ended_at, ended_because) = token.ended.map(|Ended { at, why }| (at, why.as_str())).unzip();
        Self {
            id: token.id.0,
            name: token.name,
            prefix: token.prefix,
            member: token.member.0,
            member_name: token.member_name,
            permissions: token.permissions.into(),
            any_address: token.any_address,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            last_address: token.last_address,
            networks: token.networks,
            ended_at,
            ended_because,
        }
    }
}

/// What a new token is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// A part of the caller's own: `contacts.read`, `contacts.update:own`.
    #[schema(min_items = 1)]
    permissions: Vec<String>,
    /// Unix time in milliseconds; without one it works until somebody revokes it.
    expires_at: Option<i64>,
    /// For callers without an address of their own (serverless): their addresses are not counted.
    #[serde(default)]
    any_address: bool,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub struct CreatedToken {
    token: Token,
    /// The token itself, shown this once. `null` when a request is answered again by its `Idempotency-Key`.
    secret: Option<String>,
}

/// Tokens of the workspace
///
/// The newest first. Needs `api.view`.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "Tokens", operation_id = "listTokens", params(Slice),
    responses((status = 200, description = "A page of tokens", body = List<Token>)),
)]
pub async fn list(Caller(ctx): Caller, Query(slice): Query<Slice>) -> Result<Json<List<Token>>, Problem> {
    let (limit, after) = (slice.limit()?, slice.after::<TokenId>(LIST)?);
    let found = tokens::list(&ctx, after, limit).await?;
    Ok(Json(page::list(LIST, found, limit, |token| token.id, Token::from)))
}

/// One token
///
/// Needs `api.view`.
#[utoipa::path(
    get, path = "/api/v1/tokens/{id}", tag = "Tokens", operation_id = "getToken",
    params(("id" = Uuid, Path, description = "Of the token")),
    responses((status = 200, description = "The token, without its secret", body = Token)),
)]
pub async fn get(Caller(ctx): Caller, Id(id): Id) -> Result<Json<Token>, Problem> {
    Ok(Json(tokens::get(&ctx, TokenId(id)).await?.into()))
}

/// Make a token
///
/// It acts for the caller, with no more than they may themselves. One made with a token ends with it. Needs `api.manage`.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "Tokens", operation_id = "createToken", request_body = NewToken,
    responses((status = 201, description = "The token and its secret", body = CreatedToken)),
)]
pub async fn create(
    Caller(ctx): Caller,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Extension<Kept>, Json<CreatedToken>), Problem> {
    let wish = token::NewToken {
        name: new.name,
        permissions: Permissions::try_from(new.permissions)?,
        expires_at: new.expires_at,
        any_address: new.any_address,
    };
    let made = tokens::create(&ctx, wish).await?;
    let secret = made.expose().to_owned();
    let mut answer = CreatedToken { token: made.token.into(), secret: None };
    let kept = Kept(bare(&answer)?);
    answer.secret = Some(secret);
    Ok((StatusCode::CREATED, Extension(kept), Json(answer)))
}

/// An answer without its secret, as it may be kept.
pub(super) fn bare(answer: &impl Serialize) -> Result<bytes::Bytes, Problem> {
    serde_json::to_vec(answer).map(Into::into).map_err(|error| Problem::new(problem::INTERNAL, error.to_string()))
}

/// Revoke a token
///
/// And those that it made, from the next request on. Revoking twice changes nothing. Needs `api.manage`, and for a colleague's
/// token everything that it may.
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "Tokens", operation_id = "revokeToken",
    params(("id" = Uuid, Path, description = "Of the token")),
    responses((status = 204, description = "It opens nothing any more")),
)]
pub async fn revoke(Caller(ctx): Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    tokens::revoke(&ctx, TokenId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
