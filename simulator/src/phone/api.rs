//! The JSON the phone page and the load tools speak.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt as _, future};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_stream::wrappers::BroadcastStream;

use super::live::Live;
use crate::config::Customer;
use crate::counters::Counters;
use crate::faults::Faults;
use crate::ids;
use crate::inner::{Inner, WINDOW_MS};
use crate::limits::{Limits, Pace};
use crate::state::ChatKey;
use crate::webhook::body;
use crate::webhook::things::{Mark, Thing};

/// A refusal the page shows as it is.
pub(super) struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

fn refused(why: impl Into<String>) -> Refused {
    Refused(StatusCode::UNPROCESSABLE_ENTITY, why.into())
}

#[derive(Deserialize)]
pub(super) struct Which {
    number: String,
    customer: String,
}

#[derive(Deserialize)]
pub(super) struct Said {
    number: String,
    /// Phone digits or user id of somebody known, ...
    customer: Option<String>,
    /// ... or a whole customer, who is added.
    who: Option<Customer>,
    text: String,
    /// The message that it answers.
    answers: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct NewCustomer {
    name: String,
    #[serde(default)]
    phone: String,
}

/// Everything the page needs except the chats.
pub(super) async fn state(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let state = inner.state();
    let numbers: Vec<_> = inner
        .config
        .numbers
        .iter()
        .map(|n| json!({ "id": n.phone_number_id, "name": n.name, "display": n.display_number }))
        .collect();
    let customers: Vec<_> = state.customers.all().iter().map(shown).collect();
    Json(json!({
        "numbers": numbers,
        "customers": customers,
        "faults": state.faults,
        "limits": state.limits,
        "wire": state.wire,
        "inbox_url": inner.config.inbox_url,
    }))
}

fn shown(who: &Customer) -> Value {
    json!({ "key": who.key(), "name": who.name, "wa_id": who.wa_id, "bsuid": who.bsuid })
}

/// One chat as the customer's phone holds it.
pub(super) async fn chat(State(inner): State<Arc<Inner>>, Query(which): Query<Which>) -> Json<Value> {
    let state = inner.state();
    let key = ChatKey { number: which.number, customer: which.customer };
    let stopped = state.stopped.contains(&key);
    Json(match state.chats.get(&key) {
        None => json!({ "lines": [], "window_until": null, "typing_until": 0, "stopped": stopped }),
        Some(chat) => json!({
            "lines": chat.lines,
            "window_until": chat.last_inbound.map(|at| at + WINDOW_MS),
            "typing_until": chat.typing_until,
            "stopped": stopped,
        }),
    })
}

/// What happens, as it happens.
pub(super) async fn events(State(inner): State<Arc<Inner>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let closed = inner.closed.clone();
    let stream = BroadcastStream::new(inner.live.subscribe())
        .filter_map(|event| {
            // Lagging means that the page has to fetch afresh.
            let event = event.unwrap_or(Live::Resync);
            future::ready(Event::default().json_data(event).ok().map(Ok))
        })
        .take_until(closed.cancelled_owned());
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// A customer writes.
pub(super) async fn say(State(inner): State<Arc<Inner>>, Json(said): Json<Said>) -> Result<Json<Value>, Refused> {
    if inner.number(&said.number).is_none() {
        return Err(refused("There is no such business number."));
    }
    if said.text.trim().is_empty() || said.text.chars().count() > 4_096 {
        return Err(refused("A message has 1 to 4,096 characters."));
    }
    let known = said.customer.and_then(|key| inner.state().customers.find(&key).cloned());
    let who = said.who.or(known).filter(|who| !who.key().is_empty());
    let who = who.ok_or_else(|| refused("There is no such customer."))?;
    let words = match said.answers {
        None => body::Said::Text(said.text),
        Some(wamid) => body::Said::Answer { text: said.text, wamid },
    };
    let wamid = inner.customer_says(&said.number, &who, &words);
    Ok(Json(json!({ "wamid": wamid })))
}

/// The bytes of a file on the phone.
pub(super) async fn file(State(inner): State<Arc<Inner>>, Path(id): Path<String>) -> Response {
    let found = inner.state().files.get(&id).cloned();
    match found {
        // Nothing in it runs, whatever it is.
        Some(file) => {
            let headers =
                [(CONTENT_TYPE, file.mime), (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".to_owned())];
            (headers, file.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A file, a place or the like: a sample of each.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(flatten)]
    which: Which,
    thing: Thing,
}

/// A customer sends something that is no text.
pub(super) async fn send(State(inner): State<Arc<Inner>>, Json(sent): Json<Sent>) -> Result<Json<Value>, Refused> {
    let Sent { which, thing } = sent;
    inner.number(&which.number).ok_or_else(|| refused("There is no such business number."))?;
    let who = inner.state().customers.find(&which.customer).cloned();
    let who = who.ok_or_else(|| refused("There is no such customer."))?;
    Ok(Json(json!({ "wamid": inner.customer_sends(&which.number, &who, thing) })))
}

/// A message of the chat, and what the customer does to it.
#[derive(Deserialize)]
pub(super) struct Marked {
    #[serde(flatten)]
    which: Which,
    wamid: String,
    mark: Mark,
}

/// A customer reacts to a message, or edits or deletes their own.
pub(super) async fn mark(State(inner): State<Arc<Inner>>, Json(marked): Json<Marked>) -> Result<StatusCode, Refused> {
    let Marked { which, wamid, mark } = marked;
    let number = inner.number(&which.number).ok_or_else(|| refused("There is no such business number."))?;
    let who = inner.state().customers.find(&which.customer).cloned();
    let who = who.ok_or_else(|| refused("There is no such customer."))?;
    if matches!(&mark, Mark::Edit { text } if text.trim().is_empty() || text.chars().count() > 4_096) {
        return Err(refused("A message has 1 to 4,096 characters."));
    }
    match inner.customer_marks(number, &who, &wamid, &mark) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(refused("There is no such message, or it is not the customer's to change.")),
    }
}

/// A quick reply is pressed: the button with this text below this message.
#[derive(Deserialize)]
pub(super) struct Pressed {
    #[serde(flatten)]
    which: Which,
    wamid: String,
    text: String,
}

/// A customer answers with a button.
pub(super) async fn press(
    State(inner): State<Arc<Inner>>,
    Json(pressed): Json<Pressed>,
) -> Result<Json<Value>, Refused> {
    let Pressed { which, wamid, text } = pressed;
    let (who, reply) = {
        let state = inner.state();
        let who = state.customers.find(&which.customer).cloned();
        let chat = state.chats.get(&ChatKey { number: which.number.clone(), customer: which.customer });
        let line = chat.and_then(|chat| chat.lines.iter().find(|line| line.wamid == wamid));
        let reply = line.and_then(|line| line.replies.iter().find(|reply| reply.text == text)).cloned();
        (who, reply)
    };
    let (Some(who), Some(reply)) = (who, reply) else { return Err(refused("There is no such button.")) };
    let wamid = inner.customer_says(&which.number, &who, &body::Said::Pressed { reply, wamid });
    Ok(Json(json!({ "wamid": wamid })))
}

#[derive(Deserialize)]
pub(super) struct Preference {
    #[serde(flatten)]
    which: Which,
    /// Whether marketing stops; false takes it back.
    stop: bool,
}

/// The customer stops marketing on their phone, or resumes it.
pub(super) async fn prefer(
    State(inner): State<Arc<Inner>>,
    Json(wish): Json<Preference>,
) -> Result<StatusCode, Refused> {
    let number = inner.number(&wish.which.number).ok_or_else(|| refused("There is no such business number."))?;
    let who = inner.state().customers.find(&wish.which.customer).cloned();
    let who = who.ok_or_else(|| refused("There is no such customer."))?;
    inner.customer_prefers(number, &who, wish.stop);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn limits(State(inner): State<Arc<Inner>>) -> Json<Limits> {
    Json(inner.state().limits.clone())
}

/// Changes what the body names of the limits and leaves the rest.
pub(super) async fn set_limits(
    State(inner): State<Arc<Inner>>,
    Json(change): Json<serde_json::Map<String, Value>>,
) -> Result<Json<Limits>, Refused> {
    let current = inner.state().limits.clone();
    let mut merged = serde_json::to_value(current).map_err(|error| refused(error.to_string()))?;
    if let Value::Object(merged) = &mut merged {
        merged.extend(change);
    }
    let limits: Limits = serde_json::from_value(merged).map_err(|error| refused(error.to_string()))?;
    inner.state().limits = limits.clone();
    inner.tell(Live::Network);
    Ok(Json(limits))
}

/// How fast each number's sends came.
pub(super) async fn paces(State(inner): State<Arc<Inner>>) -> Json<BTreeMap<String, Pace>> {
    Json(inner.state().used.paces())
}

/// The customer looks at a chat.
pub(super) async fn read(State(inner): State<Arc<Inner>>, Json(which): Json<Which>) -> StatusCode {
    inner.open_chat(&which.number, &which.customer);
    StatusCode::NO_CONTENT
}

/// A new customer; without a phone it is one who hides it.
pub(super) async fn add_customer(
    State(inner): State<Arc<Inner>>,
    Json(new): Json<NewCustomer>,
) -> Result<Json<Value>, Refused> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 60 {
        return Err(refused("A name has 1 to 60 characters."));
    }
    let digits: String = new.phone.chars().filter(|c| !" +-()".contains(*c)).collect();
    let customer = if digits.is_empty() {
        let bsuid = ids::bsuid(&mut inner.state().rng);
        Customer::hidden(bsuid, name)
    } else if (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Customer::phone(digits, name)
    } else {
        return Err(refused("A phone number has 7 to 15 digits, country code first."));
    };
    let customer = inner.state().customers.remember(&customer);
    inner.tell(Live::Customer(customer.clone()));
    Ok(Json(shown(&customer)))
}

pub(super) async fn faults(State(inner): State<Arc<Inner>>) -> Json<Faults> {
    Json(inner.state().faults.clone())
}

/// Changes the faults named in the body and leaves the others; `{"reset_all":true}` heals the
/// network first.
pub(super) async fn set_faults(
    State(inner): State<Arc<Inner>>,
    Json(mut change): Json<serde_json::Map<String, Value>>,
) -> Result<Json<Faults>, Refused> {
    let heal = change.remove("reset_all") == Some(Value::Bool(true));
    let current = if heal { Faults::default() } else { inner.state().faults.clone() };
    let mut merged = serde_json::to_value(current).map_err(|error| refused(error.to_string()))?;
    for (name, value) in change {
        match (merged.get_mut(&name), value) {
            // `{"hang":{"next":1}}` keeps the rate.
            (Some(Value::Object(fault)), Value::Object(parts)) => fault.extend(parts),
            (Some(slot), value) => *slot = value,
            (None, _) => return Err(refused(format!("There is no fault called {name}."))),
        }
    }
    let faults: Faults = serde_json::from_value(merged).map_err(|error| refused(error.to_string()))?;
    faults.check().map_err(refused)?;
    if heal {
        inner.state().limits = inner.config.limits.clone();
    }
    inner.set_faults(faults.clone());
    Ok(Json(faults))
}

/// Every accepted send, and how often each `biz_opaque_callback_data` came.
pub(super) async fn ledger(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let sends = inner.state().ledger.sends.clone();
    let mut by_callback: BTreeMap<&str, u64> = BTreeMap::new();
    for data in sends.iter().filter_map(|sent| sent.biz_opaque_callback_data.as_deref()) {
        *by_callback.entry(data).or_default() += 1;
    }
    Json(json!({ "count": sends.len(), "by_callback": by_callback, "sends": sends }))
}

pub(super) async fn counters(State(inner): State<Arc<Inner>>) -> Json<Counters> {
    Json(inner.state().counters)
}
