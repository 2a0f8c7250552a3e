//! `POST /{version}/{phone_number_id}/messages`.

use std::future::pending;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::send::{self, Request, Send};
use super::{Params, authorize};
use crate::config::{Customer, Number};
use crate::faults::GraphFault;
use crate::inner::Inner;

pub(super) async fn send(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = {
        let state = &mut *inner.state();
        let fault = state.faults.roll_send(&mut state.rng);
        state.counters.faulted += u64::from(fault.is_some());
        fault
    };
    // Used-up turns show on the page.
    if fault.is_some() {
        inner.tell(crate::phone::live::Live::Network);
    }
    tokio::time::sleep(inner.config.timing.graph_latency).await;
    match fault {
        Some(GraphFault::Reset) => return broken(),
        Some(GraphFault::Hang) => {
            // Ends when the client goes away or the simulator closes.
            tokio::select! {
                () = pending() => {}
                () = inner.closed.cancelled() => {}
            }
            return broken();
        }
        _ => {}
    }
    let answer = handle(&inner, &id, &query, &headers, &body, fault);
    match (answer, fault) {
        (Ok(_), Some(GraphFault::LostAnswer)) => broken(),
        (Ok(_), Some(GraphFault::ErrorAfter)) => GraphError::something_wrong().into_response(),
        (Ok(answer), _) => Json(answer).into_response(),
        (Err(error), _) => error.into_response(),
    }
}

fn handle(
    inner: &Inner,
    id: &str,
    query: &Params,
    headers: &HeaderMap,
    body: &[u8],
    fault: Option<GraphFault>,
) -> Result<Value, GraphError> {
    let numbers = authorize(inner, headers, query)?;
    let number = numbers
        .into_iter()
        .find(|n| n.phone_number_id == id)
        .ok_or_else(|| GraphError::no_object(&Method::POST, id))?;
    let request = send::parse(body, &number.digits())?;
    match fault {
        Some(GraphFault::RateLimited) => return Err(GraphError::rate_limited()),
        Some(GraphFault::ErrorBefore) => return Err(GraphError::something_wrong()),
        _ => {}
    }
    match request {
        Request::Read { wamid, typing } => {
            inner.business_read(&wamid, typing);
            Ok(json!({ "success": true }))
        }
        Request::Send(send) => accept(inner, number, &send),
    }
}

fn accept(inner: &Inner, number: &Number, send: &Send) -> Result<Value, GraphError> {
    let (wamid, who) = inner.accept(number, send).map_err(|error| {
        tracing::error!(%error, "the ledger cannot be written");
        GraphError::something_wrong()
    })?;
    let mut message = Map::from_iter([("id".to_owned(), Value::from(wamid))]);
    if send.kind == "template" {
        message.insert("message_status".into(), "accepted".into());
    }
    Ok(json!({
        "messaging_product": "whatsapp",
        "contacts": [contact(send, &who)],
        "messages": [message],
    }))
}

fn contact(send: &Send, who: &Customer) -> Value {
    let mut contact = Map::from_iter([("input".to_owned(), Value::from(send.input.clone()))]);
    if send.by_user_id {
        contact.insert("user_id".into(), send.recipient.clone().into());
    } else {
        // Digits; what the customer is known by may differ from what was written.
        contact.insert("wa_id".into(), who.wa_id.clone().unwrap_or_else(|| send.recipient.clone()).into());
    }
    contact.into()
}

/// An answer whose body fails at once: the HTTP server can only drop the connection.
fn broken() -> Response {
    let body = stream::once(async { Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) });
    Response::new(Body::from_stream(body))
}
