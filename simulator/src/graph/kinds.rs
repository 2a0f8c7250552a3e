//! The content of each message type.

use serde_json::{Map, Value};

use super::error::GraphError;
use crate::state::Choice;

/// Types that can be sent, as Graph lists them when it refuses another.
const SENDABLE: &str =
    "AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO";
/// Types that exist in webhooks only.
const RECEIVED_ONLY: [&str; 6] = ["button", "edit", "order", "revoke", "system", "unsupported"];
/// Characters of a text body, and of a caption or an interactive body.
const MAX_TEXT: usize = 4_096;
const MAX_CAPTION: usize = 1_024;

type Checked = Result<String, GraphError>;

/// Checks the object of the message's type; returns what a phone would show.
pub(super) fn check(kind: &str, root: &Map<String, Value>, by_user_id: bool) -> Checked {
    let sendable = SENDABLE.split(", ").any(|known| known.eq_ignore_ascii_case(kind));
    if RECEIVED_ONLY.contains(&kind) {
        return Err(GraphError::unsupported_type(kind));
    }
    if !sendable {
        return Err(GraphError::one_of("type", SENDABLE, kind));
    }
    let content = root
        .get(kind)
        .ok_or_else(|| GraphError::missing(format!("Parameter '{kind}' is mandatory for type '{kind}'")))?;
    match kind {
        "text" => text(object(content, kind)?),
        "location" => location(object(content, kind)?),
        "contacts" => contacts(content),
        "reaction" => reaction(object(content, kind)?),
        "interactive" => interactive(object(content, kind)?),
        "template" => template(object(content, kind)?, by_user_id),
        _ => media(kind, object(content, kind)?),
    }
}

fn text(text: &Map<String, Value>) -> Checked {
    if let Some(key) = text.keys().find(|key| !["body", "preview_url"].contains(&key.as_str())) {
        return Err(GraphError::param(format!("Unexpected key \"{key}\" on param \"text\".")));
    }
    if text.get("preview_url").is_some_and(|preview| !preview.is_boolean()) {
        return Err(GraphError::param("Param text['preview_url'] must be a boolean."));
    }
    let body = string(text, "body").filter(|body| !body.is_empty());
    let body = body.ok_or_else(|| GraphError::required("text['body']"))?;
    at_most("text['body']", body, MAX_TEXT)?;
    Ok(body.to_owned())
}

fn media(kind: &str, media: &Map<String, Value>) -> Checked {
    let link = string(media, "link");
    if string(media, "id").is_none_or(str::is_empty) && link.is_none_or(str::is_empty) {
        return Err(GraphError::missing(format!("Parameter '{kind}' needs one of 'id' and 'link'")));
    }
    if link.is_some_and(|link| !link.starts_with("https://") && !link.starts_with("http://")) {
        return Err(GraphError::param(format!("Param {kind}['link'] is not a valid URI.")));
    }
    let caption = string(media, "caption");
    if caption.is_some() && ["audio", "sticker"].contains(&kind) {
        return Err(GraphError::param(format!("Unexpected key \"caption\" on param \"{kind}\".")));
    }
    at_most(&format!("{kind}['caption']"), caption.unwrap_or_default(), MAX_CAPTION)?;
    let name = string(media, "filename").or(caption).unwrap_or_default();
    Ok(format!("[{kind}] {name}").trim_end().to_owned())
}

fn location(location: &Map<String, Value>) -> Checked {
    for (name, limit) in [("latitude", 90.0), ("longitude", 180.0)] {
        let value = match location.get(name) {
            None => return Err(GraphError::required(&format!("location['{name}']"))),
            Some(Value::String(text)) => text.parse::<f64>().ok(),
            Some(other) => other.as_f64(),
        };
        if value.is_none_or(|value| !(-limit..=limit).contains(&value)) {
            return Err(GraphError::invalid(format!("Parameter '{name}' is not valid")));
        }
    }
    Ok(format!("[location] {}", string(location, "name").unwrap_or_default()).trim_end().to_owned())
}

fn contacts(contacts: &Value) -> Checked {
    let cards = contacts.as_array().filter(|cards| !cards.is_empty());
    let cards = cards.ok_or_else(|| GraphError::invalid("Parameter 'contacts' must be a list of contacts"))?;
    for card in cards {
        if card.pointer("/name/formatted_name").and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(GraphError::required("contacts[0]['name']['formatted_name']"));
        }
    }
    Ok(format!("[contacts] {}", cards.len()))
}

fn reaction(reaction: &Map<String, Value>) -> Checked {
    if string(reaction, "message_id").is_none_or(str::is_empty) {
        return Err(GraphError::required("reaction['message_id']"));
    }
    Ok(format!("[reaction] {}", string(reaction, "emoji").unwrap_or_default()).trim_end().to_owned())
}

fn interactive(interactive: &Map<String, Value>) -> Checked {
    let kind = string(interactive, "type").ok_or_else(|| GraphError::required("interactive['type']"))?;
    let body = interactive.get("body").and_then(|body| body.get("text")).and_then(Value::as_str);
    let body_limit = if kind == "list" { MAX_TEXT } else { MAX_CAPTION };
    let Some(action) = interactive.get("action").and_then(Value::as_object) else {
        return Err(GraphError::required("interactive['action']"));
    };
    match kind {
        "button" => buttons(action)?,
        "list" => list(action)?,
        "cta_url"
        | "flow"
        | "location_request_message"
        | "address_message"
        | "call_permission_request"
        | "voice_call"
        | "request_contact_info"
        | "carousel"
        | "order_details"
        | "order_status" => {}
        "product" | "product_list" | "catalog_message" => return Ok(body.unwrap_or("[catalog]").to_owned()),
        other => {
            return Err(GraphError::invalid(format!("Interactive type '{other}' is not valid")));
        }
    }
    let body =
        body.filter(|body| !body.is_empty()).ok_or_else(|| GraphError::required("interactive['body']['text']"))?;
    at_most("interactive['body']['text']", body, body_limit)?;
    Ok(body.to_owned())
}

fn buttons(action: &Map<String, Value>) -> Result<(), GraphError> {
    let buttons = action.get("buttons").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !(1..=3).contains(&buttons.len()) {
        return Err(GraphError::invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"));
    }
    for button in buttons {
        let part = |name| button.pointer(&format!("/reply/{name}")).and_then(Value::as_str).unwrap_or_default();
        label("Button label", part("title"), 20)?;
        label("Button ID", part("id"), 256)?;
    }
    Ok(())
}

fn list(action: &Map<String, Value>) -> Result<(), GraphError> {
    label("Button label", string(action, "button").unwrap_or_default(), 20)?;
    let sections = action.get("sections").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !(1..=10).contains(&sections.len()) {
        return Err(GraphError::invalid("Invalid sections count. Min allowed: 1, Max allowed: 10"));
    }
    let rows: Vec<_> =
        sections.iter().filter_map(|section| section.get("rows").and_then(Value::as_array)).flatten().collect();
    if !(1..=10).contains(&rows.len()) {
        return Err(GraphError::invalid("Total row count exceed max allowed count: 10"));
    }
    for row in rows {
        let part = |name| row.get(name).and_then(Value::as_str).unwrap_or_default();
        label("Row title", part("title"), 24)?;
        label("Row ID", part("id"), 200)?;
        if part("description").chars().count() > 72 {
            return Err(GraphError::invalid("Row description is too long. Max length is 72"));
        }
    }
    Ok(())
}

/// What a phone offers to choose from, below the words.
pub(super) fn choices(interactive: &Value) -> Vec<Choice> {
    let list = |path: &str| interactive.pointer(path).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let part = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let buttons = list("/action/buttons").iter().filter_map(|button| button.get("reply")).map(|reply| Choice {
        id: part(reply, "id"),
        title: part(reply, "title"),
        about: None,
    });
    let rows = list("/action/sections").iter().filter_map(|section| section.get("rows")?.as_array()).flatten();
    let rows = rows.map(|row| Choice {
        id: part(row, "id"),
        title: part(row, "title"),
        about: Some(part(row, "description")),
    });
    buttons.chain(rows).collect()
}

fn template(template: &Map<String, Value>, by_user_id: bool) -> Checked {
    let name = string(template, "name").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| GraphError::required("template['name']"))?;
    let code = template.get("language").and_then(|language| language.get("code")).and_then(Value::as_str);
    let code =
        code.filter(|code| !code.is_empty()).ok_or_else(|| GraphError::required("template['language']['code']"))?;
    let components = match template.get("components") {
        None => &[][..],
        Some(Value::Array(components)) => components,
        Some(_) => return Err(GraphError::param("Param template['components'] must be an array.")),
    };
    let mut values = Vec::new();
    for (at, component) in components.iter().enumerate() {
        let path = format!("template['components'][{at}]");
        let kind = component.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        match kind.as_str() {
            "header" | "body" | "carousel" | "limited_time_offer" => {}
            "button" => button_component(component, &path)?,
            "" => return Err(GraphError::required(&format!("{path}['type']"))),
            other => {
                let allowed = "BODY, BUTTON, CAROUSEL, HEADER, LIMITED_TIME_OFFER";
                return Err(GraphError::one_of(&format!("{path}['type']"), allowed, other));
            }
        }
        let parameters = component.get("parameters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (at, parameter) in parameters.iter().enumerate() {
            match parameter.get("type").and_then(Value::as_str) {
                None => return Err(GraphError::required(&format!("{path}['parameters'][{at}]['type']"))),
                Some("text") => {
                    let text = parameter.get("text").and_then(Value::as_str).filter(|text| !text.is_empty());
                    let text =
                        text.ok_or_else(|| GraphError::required(&format!("{path}['parameters'][{at}]['text']")))?;
                    values.push(text.to_owned());
                }
                Some(_) => {}
            }
        }
    }
    // The body of a one-time password repeats its code on the button; a user id alone cannot get it.
    let is_code = values.len() == 2 && values[0] == values[1] && components.len() == 2;
    if by_user_id && is_code {
        return Err(GraphError::needs_phone());
    }
    let shown = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
    Ok(format!("[template {name}, {code}]{shown}"))
}

fn button_component(component: &Value, path: &str) -> Result<(), GraphError> {
    if component.get("sub_type").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(GraphError::required(&format!("{path}['sub_type']")));
    }
    let index = match component.get("index") {
        None => return Err(GraphError::required(&format!("{path}['index']"))),
        Some(Value::String(text)) => text.parse::<u64>().ok(),
        Some(other) => other.as_u64(),
    };
    if index.is_none_or(|index| index > 9) {
        return Err(GraphError::param(format!("Param {path}['index'] must be a number between 0 and 9.")));
    }
    Ok(())
}

fn object<'a>(content: &'a Value, kind: &str) -> Result<&'a Map<String, Value>, GraphError> {
    content.as_object().ok_or_else(|| GraphError::param(format!("Param {kind} must be a JSON object.")))
}

fn string<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

fn at_most(name: &str, text: &str, limit: usize) -> Result<(), GraphError> {
    if text.chars().count() > limit {
        return Err(GraphError::param(format!("Param {name} must be at most {limit} characters long.")));
    }
    Ok(())
}

fn label(what: &str, text: &str, limit: usize) -> Result<(), GraphError> {
    match text.chars().count() {
        0 => Err(GraphError::missing(format!("{what} is required"))),
        n if n > limit => Err(GraphError::invalid(format!("{what} is too long. Max length is {limit}"))),
        _ => Ok(()),
    }
}
