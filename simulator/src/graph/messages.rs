//! `POST /{version}/{phone_number_id}/messages`.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

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
use crate::state::State as Network;

pub(super) async fn send(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let arrived = inner.now();
    let checked = check(&inner, &id, &query, &headers, &body);
    let send = match &checked {
        Ok((number, Request::Send(send))) => Some((*number, send)),
        _ => None,
    };
    let (fault, admitted) = {
        let state = &mut *inner.state();
        let template = send.is_some_and(|(_, send)| send.filled.is_some());
        // What is planned for messages is not used up by what is none.
        let read = matches!(checked, Ok((_, Request::Read { .. })));
        let fault = if read { None } else { state.faults.roll_send(template, &mut state.rng) };
        state.counters.faulted += u64::from(fault.is_some());
        let admitted = send.map_or(Ok(()), |(number, send)| admit(&inner, state, number, send, fault, arrived));
        (fault, admitted)
    };
    // Used-up turns show on the page.
    if fault.is_some() {
        inner.tell(crate::phone::live::Live::Network);
    }
    tokio::time::sleep(latency(&inner, fault)).await;
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
    let answer = checked.and_then(|(number, request)| {
        admitted?;
        handle(&inner, number, request, fault, arrived)
    });
    match (answer, fault) {
        (Ok(_), Some(GraphFault::LostAnswer)) => broken(),
        (Ok(_), Some(GraphFault::ErrorAfter)) => GraphError::something_wrong().into_response(),
        (Ok(answer), _) => Json(answer).into_response(),
        (Err(error), _) => error.into_response(),
    }
}

fn latency(inner: &Inner, fault: Option<GraphFault>) -> Duration {
    let timing = inner.config.timing;
    let slow = if fault == Some(GraphFault::Slow) { timing.slow_by } else { Duration::ZERO };
    timing.graph_latency + slow + Duration::from_millis(inner.state().faults.latency_ms.into())
}

fn check<'a>(
    inner: &'a Inner,
    id: &str,
    query: &Params,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(&'a Number, Request), GraphError> {
    let numbers = authorize(inner, headers, query, id)?;
    let number = numbers
        .into_iter()
        .find(|n| n.phone_number_id == id)
        .ok_or_else(|| GraphError::no_object(&Method::POST, id))?;
    Ok((number, send::parse(body, &number.digits(), &inner.config.templates)?))
}

/// Blocks and limits, at the moment a send arrives. What a fault stops counts as an arrival as well, but takes nothing of a
/// pair's or a portfolio's share.
fn admit(
    inner: &Inner,
    state: &mut Network,
    number: &Number,
    send: &Send,
    fault: Option<GraphFault>,
    now: i64,
) -> Result<(), GraphError> {
    let Network { faults, limits, used, .. } = state;
    if faults.account_blocked {
        return Err(GraphError::account_locked());
    }
    let country = &faults.blocked_country;
    if !country.is_empty() && !send.by_user_id && send.recipient.starts_with(country.as_str()) {
        return Err(GraphError::country());
    }
    if !used.arrives(limits, &number.phone_number_id, now) {
        return Err(GraphError::rate_limited());
    }
    if fault.is_some_and(|fault| !fault.sends()) {
        return Ok(());
    }
    if !used.pair(limits, &number.phone_number_id, &send.recipient, now) {
        return Err(GraphError::pair_limited());
    }
    let key = state.chat_key(&number.phone_number_id, &send.recipient);
    let open = !inner.config.enforce_window || state.is_open(&key, now);
    let Network { limits, used, .. } = state;
    if !open && send.kind == "template" && !used.portfolio(limits, &number.waba_id, &send.recipient, now) {
        return Err(GraphError::portfolio_limited());
    }
    Ok(())
}

fn handle(
    inner: &Inner,
    number: &Number,
    request: Request,
    fault: Option<GraphFault>,
    arrived: i64,
) -> Result<Value, GraphError> {
    match fault {
        Some(GraphFault::RateLimited) => return Err(GraphError::rate_limited()),
        Some(GraphFault::PairLimited) => return Err(GraphError::pair_limited()),
        Some(GraphFault::TemplatePaused) => return Err(GraphError::template_paused()),
        Some(GraphFault::ErrorBefore) => return Err(GraphError::something_wrong()),
        _ => {}
    }
    if let Request::Send(send) = &request
        && let Send { media: Some(id), kind, .. } = &**send
        && kinds_of_files(kind)
        && inner.state().files.get(id).is_none()
    {
        return Err(GraphError::param(format!(
            "Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
        )));
    }
    match request {
        Request::Read { wamid, typing } => {
            inner.business_read(&wamid, typing);
            Ok(json!({ "success": true }))
        }
        Request::Send(send) => accept(inner, number, &send, arrived),
    }
}

fn accept(inner: &Inner, number: &Number, send: &Send, arrived: i64) -> Result<Value, GraphError> {
    let (wamid, who) = inner.accept(number, send, arrived).map_err(|error| {
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

fn kinds_of_files(kind: &str) -> bool {
    ["audio", "document", "image", "sticker", "video"].contains(&kind)
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
