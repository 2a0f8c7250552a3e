//! What a send request must look like: our own reading of Meta's rules.

use serde_json::{Map, Value};

use super::error::GraphError;
use super::kinds;
use super::templates::{self, Filled};
use crate::config::Customer;
use crate::state::Choice;
use crate::templates::Template;

/// `biz_opaque_callback_data` is at most this long, in characters.
const MAX_CALLBACK: usize = 512;

/// A request that passed all checks.
#[derive(Debug)]
pub(crate) enum Request {
    Read { wamid: String, typing: bool },
    Send(Box<Send>),
}

/// A message to send.
#[derive(Debug)]
pub(crate) struct Send {
    /// As written in `to` or `recipient`.
    pub input: String,
    /// Digits of a phone number, or the user id.
    pub recipient: String,
    pub by_user_id: bool,
    pub kind: String,
    /// The text, or a line that describes what else it is.
    pub text: String,
    pub callback: Option<String>,
    /// Of a template: what it is and what can be pressed.
    pub filled: Option<Filled>,
    /// The id of its file.
    pub media: Option<String>,
    /// What can be chosen in it.
    pub choices: Vec<Choice>,
    /// The message that it answers.
    pub quotes: Option<String>,
    /// The message that it reacts to, and with what; nothing takes it back.
    pub reaction: Option<(String, String)>,
}

impl Send {
    /// The customer this is for, when nobody knows them yet.
    pub fn stranger(&self) -> Customer {
        if self.by_user_id {
            Customer::hidden(&self.recipient, &self.recipient)
        } else {
            Customer::phone(&self.recipient, format!("+{}", self.recipient))
        }
    }
}

/// Checks a body in the order Graph does: product, then what is asked, then the content.
pub(super) fn parse(body: &[u8], sender: &str, known: &[Template]) -> Result<Request, GraphError> {
    // Graph reads what is no JSON object as a form without these fields.
    let parsed: Value = serde_json::from_slice(body).unwrap_or_default();
    let empty = Map::new();
    let root = parsed.as_object().unwrap_or(&empty);
    match root.get("messaging_product").map(scalar) {
        None => return Err(GraphError::required("messaging_product")),
        Some(product) if product.eq_ignore_ascii_case("whatsapp") => {}
        Some(other) => return Err(GraphError::one_of("messaging_product", "WHATSAPP", &other)),
    }
    if let Some(status) = root.get("status") {
        return read(root, &scalar(status));
    }
    let (input, recipient, by_user_id) = recipient(root)?;
    if !by_user_id && recipient == sender {
        return Err(GraphError::to_self());
    }
    if let Some(kind) = root.get("recipient_type").map(scalar)
        && !["individual", "group"].contains(&kind.to_ascii_lowercase().as_str())
    {
        return Err(GraphError::one_of("recipient_type", "GROUP, INDIVIDUAL", &kind));
    }
    let callback = match root.get("biz_opaque_callback_data") {
        None => None,
        Some(Value::String(data)) if data.chars().count() <= MAX_CALLBACK => Some(data.clone()),
        Some(Value::String(_)) => {
            return Err(GraphError::param(format!(
                "Param biz_opaque_callback_data must be at most {MAX_CALLBACK} characters long."
            )));
        }
        Some(_) => return Err(GraphError::param("Param biz_opaque_callback_data must be a string.")),
    };
    let kind = match root.get("type") {
        // `type` may be left out of a text message.
        None => "text".to_owned(),
        Some(kind) => scalar(kind).to_ascii_lowercase(),
    };
    if let Some(context) = root.get("context") {
        check_context(context, &kind)?;
    }
    let shown = kinds::check(&kind, root, by_user_id)?;
    let filled = match root.get("template").filter(|_| kind == "template") {
        // Without a list any template goes.
        Some(_) if known.is_empty() => Some(Filled { text: shown.clone(), ..Filled::default() }),
        Some(content) => Some(templates::fill(known, content)?),
        None => None,
    };
    let text = filled.as_ref().map_or(shown, |filled| filled.text.clone());
    let content = root.get(&kind);
    let media = content.and_then(|content| content.get("id")).and_then(Value::as_str).map(str::to_owned);
    let choices = content.filter(|_| kind == "interactive").map(kinds::choices).unwrap_or_default();
    let quotes = root.get("context").and_then(|context| context.get("message_id")).and_then(Value::as_str);
    let quotes = quotes.map(str::to_owned);
    let reaction = content.filter(|_| kind == "reaction").map(|reaction| {
        let part = |name| reaction.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        (part("message_id"), part("emoji"))
    });
    let send = Send { input, recipient, by_user_id, kind, text, callback, filled, media, choices, quotes, reaction };
    Ok(Request::Send(Box::new(send)))
}

fn read(root: &Map<String, Value>, status: &str) -> Result<Request, GraphError> {
    if !status.eq_ignore_ascii_case("read") {
        return Err(GraphError::one_of("status", "READ", status));
    }
    let wamid = match root.get("message_id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        _ => return Err(GraphError::required("message_id")),
    };
    if !wamid.starts_with("wamid.") {
        return Err(GraphError::invalid("Message ID is not valid"));
    }
    let typing = match root.get("typing_indicator") {
        None => false,
        Some(indicator) => match indicator.get("type").map(scalar) {
            None => return Err(GraphError::required("typing_indicator['type']")),
            Some(kind) if kind.eq_ignore_ascii_case("text") => true,
            Some(kind) => return Err(GraphError::one_of("typing_indicator['type']", "TEXT", &kind)),
        },
    };
    Ok(Request::Read { wamid, typing })
}

/// `to` wins over `recipient`.
fn recipient(root: &Map<String, Value>) -> Result<(String, String, bool), GraphError> {
    if let Some(to) = root.get("to").map(scalar).filter(|to| !to.is_empty()) {
        let digits: String = to.chars().filter(|c| !" +-()".contains(*c)).collect();
        if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(GraphError::invalid("Parameter 'to' is not a valid WhatsApp phone number"));
        }
        return Ok((to, digits, false));
    }
    if let Some(id) = root.get("recipient").map(scalar).filter(|id| !id.is_empty()) {
        let valid = id.split_once('.').is_some_and(|(country, rest)| {
            country.len() == 2
                && country.bytes().all(|b| b.is_ascii_uppercase())
                && (1..=132).contains(&rest.len())
                && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
        });
        if !valid {
            return Err(GraphError::invalid("Parameter 'recipient' is not a valid business-scoped user ID"));
        }
        return Ok((id.clone(), id, true));
    }
    Err(GraphError::required("to"))
}

fn check_context(context: &Value, kind: &str) -> Result<(), GraphError> {
    if kind == "reaction" {
        return Err(GraphError::invalid("Parameter 'context' is not allowed for type 'reaction'"));
    }
    match context.get("message_id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(()),
        _ => Err(GraphError::required("context['message_id']")),
    }
}

/// A scalar as text: Graph takes `to` as a number as well.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
