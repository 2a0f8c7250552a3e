//! Media: what a media id stands for, its bytes, and uploads.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::error::GraphError;
use super::{Params, authorize};
use crate::files::File;
use crate::inner::Inner;

/// Where the bytes are, as Meta keeps them on a host of its own.
pub(crate) const BYTES: &str = "/media-files/{id}";

/// Types that uploads may have, and bytes that they may have.
const TYPES: [(&str, usize); 19] = [
    ("image/jpeg", 5),
    ("image/png", 5),
    ("image/webp", 1),
    ("audio/aac", 16),
    ("audio/amr", 16),
    ("audio/mpeg", 16),
    ("audio/mp4", 16),
    ("audio/ogg", 16),
    ("audio/opus", 16),
    ("video/mp4", 16),
    ("video/3gpp", 16),
    ("text/plain", 100),
    ("application/pdf", 100),
    ("application/msword", 100),
    ("application/vnd.ms-excel", 100),
    ("application/vnd.ms-powerpoint", 100),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", 100),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 100),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", 100),
];

/// `GET /{version}/{media-id}`, reached through the route of nodes. `None`: it is no file.
pub(super) fn node(inner: &Inner, headers: &HeaderMap, id: &str) -> Option<Value> {
    let state = inner.state();
    let file = state.files.get(id)?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    Some(json!({
        "messaging_product": "whatsapp",
        "url": format!("http://{host}/media-files/{id}"),
        "mime_type": file.mime,
        "sha256": hex::encode(file.digest()),
        "file_size": file.bytes.len(),
        "id": id,
    }))
}

/// `GET` of the address that a media id has; the token is wanted here too.
pub(crate) async fn bytes(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<String>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Response {
    if let Err(error) = authorize(&inner, &headers, &query, "") {
        return error.into_response();
    }
    let found = inner.state().files.get(&id).cloned();
    match found {
        Some(file) => ([(CONTENT_TYPE, file.mime)], file.bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `POST /{version}/{phone_number_id}/media`.
pub(super) async fn upload(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Json<Value>, GraphError> {
    let numbers = authorize(&inner, &headers, &query, &id)?;
    if !numbers.iter().any(|number| number.phone_number_id == id) {
        return Err(GraphError::no_object(&Method::POST, &id));
    }
    let unreadable = |_| GraphError::param("The body is no multipart form.");
    let (mut product, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("messaging_product") => product = Some(field.text().await.map_err(unreadable)?),
            Some("file") => {
                let mime = field.content_type().unwrap_or_default().to_owned();
                file = Some((mime, field.bytes().await.map_err(unreadable)?));
            }
            _ => {}
        }
    }
    if product.as_deref() != Some("whatsapp") {
        return Err(GraphError::required("messaging_product"));
    }
    let (mime, bytes) = file.ok_or_else(|| GraphError::required("file"))?;
    let bare = mime.split(';').next().unwrap_or_default().trim();
    let limit = TYPES.iter().find(|(known, _)| *known == bare).map(|(_, limit)| limit * 1_024 * 1_024);
    let limit = limit.ok_or_else(|| {
        GraphError::param(format!(
            "Param file must be a file with one of the following types: … Received file of type '{mime}'."
        ))
    })?;
    if bytes.is_empty() || bytes.len() > limit {
        return Err(GraphError::param(format!("File size exceeds limit. Max: {limit}, got: {}", bytes.len())));
    }
    let file = File { mime, bytes };
    let mut state = inner.state();
    let state = &mut *state;
    let id = state.files.keep(file, &mut state.rng);
    Ok(Json(json!({ "id": id })))
}

/// As a webhook names a file.
pub(crate) fn sha256(file: &File) -> String {
    BASE64_STANDARD.encode(file.digest())
}
