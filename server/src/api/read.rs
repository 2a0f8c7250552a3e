//! What a request holds, or the problem with it.

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::problem::{self, Problem};
use crate::web::Web;

/// The id in the path.
pub struct Id(pub Uuid);

/// The query string.
pub struct Query<T>(pub T);

/// The body, JSON.
pub struct Body<T>(pub T);

/// The body, JSON, or nothing.
pub struct MaybeBody<T>(pub Option<T>);

impl FromRequestParts<Web> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        // A path that cannot name anything names nothing.
        Path::from_request_parts(parts, web).await.map(|Path(id)| Self(id)).map_err(|_| Problem::not_found())
    }
}

impl<T: DeserializeOwned> FromRequestParts<Web> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|wrong| Problem::new(problem::MALFORMED, wrong.body_text()))
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Problem> {
        match axum::Json::from_request(request, web).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(wrong) => Err(unreadable(&wrong)),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for MaybeBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::new(body), web).await;
        let bytes = bytes.map_err(|wrong| Problem::of_status(wrong.status()))?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        let Body(body) = Body::from_request(Request::from_parts(parts, bytes.into()), web).await?;
        Ok(Self(Some(body)))
    }
}

fn unreadable(wrong: &JsonRejection) -> Problem {
    let kind = match wrong.status() {
        StatusCode::UNPROCESSABLE_ENTITY => problem::INVALID,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => problem::UNSUPPORTED,
        StatusCode::PAYLOAD_TOO_LARGE => problem::TOO_LARGE,
        _ => problem::MALFORMED,
    };
    Problem::new(kind, wrong.body_text())
}
