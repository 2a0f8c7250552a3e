//! Who calls: a token, or somebody who is signed in and names a workspace.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::workspace::WorkspaceBrief;
use services::{Ctx, Error, Origin, accounts::SignedIn, tokens, workspaces};

use super::problem::{self, Problem};
use crate::web::Web;

/// An id or a slug.
pub const WORKSPACE: &str = "x-workspace-id";

/// The member for whom a request acts, with what it may do.
#[derive(Clone)]
pub struct Caller(pub Ctx);

impl FromRequestParts<Web> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Problem> {
        // Put there by `enter`, which stands around every route that asks for it.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::signed_out)
    }
}

/// Lets nobody in of whom it is not known who they are.
pub async fn enter(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match caller(&web, &parts).await {
        Ok(ctx) => {
            parts.extensions.insert(Caller(ctx));
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn caller(web: &Web, parts: &Parts) -> Result<Ctx, Problem> {
    let headers = &parts.headers;
    let origin = parts.extensions.get::<Origin>().cloned().unwrap_or_default();
    let wanted = workspace(headers)?;
    if headers.contains_key(header::AUTHORIZATION) {
        let token = bearer(headers).ok_or_else(Problem::signed_out)?;
        let ctx = tokens::authenticate(web.services(), token, origin).await?;
        // A token opens its own workspace.
        return match wanted {
            Some(wanted) if !names(ctx.workspace(), wanted) => Err(not_a_member()),
            _ => Ok(ctx),
        };
    }
    let SignedIn { user, .. } = parts.extensions.get::<SignedIn>().ok_or_else(Problem::signed_out)?;
    let wanted = wanted.ok_or_else(|| {
        let detail = "Say with the header X-Workspace-Id, an id or a slug, which workspace is meant.";
        Problem::new(problem::WORKSPACE_REQUIRED, detail)
    })?;
    let all = workspaces::of_user(web.services(), *user).await?;
    let found = all.iter().find(|workspace| names(workspace, wanted)).ok_or_else(not_a_member)?;
    match web.services().ctx(*user, &found.slug).await {
        // Removed in this moment.
        Err(Error::Domain(domain::Error::NotFound)) => Err(not_a_member()),
        ctx => Ok(ctx?.from(origin)),
    }
}

/// Alike for a workspace that does not exist and one that is somebody else's.
fn not_a_member() -> Problem {
    Problem::new(problem::NOT_A_MEMBER, "The workspace that X-Workspace-Id names is none of the caller's.")
}

fn names(workspace: &WorkspaceBrief, wanted: &str) -> bool {
    workspace.slug.as_str() == wanted || wanted.parse() == Ok(workspace.id)
}

fn workspace(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut all = headers.get_all(WORKSPACE).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => one.to_str().map(|text| Some(text.trim())).map_err(|_| not_a_member()),
        (Some(_), Some(_)) => Err(Problem::new(problem::MALFORMED, "X-Workspace-Id is there more than once.")),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
