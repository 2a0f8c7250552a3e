use super::{
    content::{ButtonKind, Content, Header},
    parts::{Part, parts, variables},
    slot::{Kind, Slot, is_position, slots},
};
use crate::Error;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What was filled in, by [`Slot::key`].
pub type Values = BTreeMap<String, String>;

/// Characters of a text header, and of a filled body, at Meta.
const HEADER_LIMIT: usize = 60;
const BODY_LIMIT: usize = 1_024;
/// Characters of an offer's code, and of an address.
const CODE_LIMIT: usize = 20;
const URL_LIMIT: usize = 2_000;

/// A template with its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    pub header: Option<String>,
    pub body: String,
    pub footer: Option<String>,
}

/// The texts with what is filled in so far; a variable without a value stands as it was written.
pub fn fill(content: &Content, values: &Values) -> Filled {
    Filled {
        header: match &content.header {
            Some(Header::Text(text)) => Some(text_with(text, "header", values)),
            _ => None,
        },
        body: text_with(&content.body, "body", values),
        footer: content.footer.clone(),
    }
}

/// The whole message as people read it: header, body and footer below one another.
pub fn text(content: &Content, values: &Values) -> String {
    let Filled { header, body, footer } = fill(content, values);
    [header, Some(body), footer].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn text_with(text: &str, place: &str, values: &Values) -> String {
    let piece = |part: &Part<'_>| match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Variable(name) => {
            value(values, &format!("{place}.{name}")).map_or_else(|| format!("{{{{{name}}}}}"), str::to_owned)
        }
    };
    parts(text).iter().map(piece).collect()
}

fn value<'a>(values: &'a Values, key: &str) -> Option<&'a str> {
    values.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// Whether everything is filled in, in a way that Meta takes.
///
/// # Errors
/// `Invalid` names the first slot that is not, and what to do about it.
pub fn check(content: &Content, values: &Values) -> Result<(), Error> {
    let slots = slots(content);
    for slot in &slots {
        let problem = match value(values, &slot.key) {
            None => Some("is empty".to_owned()),
            Some(value) => wrong(slot, value),
        };
        if let Some(problem) = problem {
            return Err(Error::invalid(slot.label.clone(), format!("{} {problem}", slot.label)));
        }
    }
    if let Some(key) = values.keys().find(|key| slots.iter().all(|slot| slot.key != **key)) {
        return Err(Error::invalid(key.clone(), "this template has no such variable"));
    }
    let Filled { header, body, .. } = fill(content, values);
    for (what, text, limit) in [("Header", header.unwrap_or_default(), HEADER_LIMIT), ("Text", body, BODY_LIMIT)] {
        let length = text.chars().count();
        if length > limit {
            return Err(Error::invalid(
                what,
                format!("{what} has {length} characters with its values; WhatsApp takes {limit}"),
            ));
        }
    }
    Ok(())
}

/// Meta refuses line breaks, tabs and more than four spaces in a row in a value (132018).
fn wrong(slot: &Slot, value: &str) -> Option<String> {
    if value.contains(|c: char| c.is_control()) || value.contains("     ") {
        return Some("takes one line, without line breaks, tabs or more than four spaces in a row".to_owned());
    }
    let length = value.chars().count();
    match slot.kind {
        Kind::Text => None,
        Kind::Link if !value.starts_with("https://") || value.contains(char::is_whitespace) => {
            Some("has to be a link that begins with https://".to_owned())
        }
        Kind::LinkEnd if value.contains(char::is_whitespace) => Some("takes no spaces".to_owned()),
        Kind::Code if length > CODE_LIMIT => Some(format!("takes at most {CODE_LIMIT} characters")),
        _ if length > URL_LIMIT => Some(format!("takes at most {URL_LIMIT} characters")),
        _ => None,
    }
}

/// Meta's `components` for what was filled in; empty when the template has no variables.
pub fn components(content: &Content, values: &Values) -> Vec<Value> {
    let mut components = Vec::new();
    match &content.header {
        Some(Header::Text(text)) => components.extend(texts("header", text, values)),
        Some(Header::Media(media)) => {
            let link = value(values, "header.link").unwrap_or_default();
            let kind = media.as_str();
            components.push(json!({ "type": "header", "parameters": [{ "type": kind, kind: { "link": link } }] }));
        }
        None => {}
    }
    components.extend(texts("body", &content.body, values));
    for (nth, button) in content.buttons.iter().enumerate() {
        let own = value(values, &format!("button.{nth}"));
        let (kind, parameter) = match &button.kind {
            ButtonKind::Url(url) if !variables(url).is_empty() => {
                ("url", json!({ "type": "text", "text": own.unwrap_or_default() }))
            }
            ButtonKind::CopyCode => {
                ("copy_code", json!({ "type": "coupon_code", "coupon_code": own.unwrap_or_default() }))
            }
            ButtonKind::OneTimeCode => {
                let code = variables(&content.body).first().and_then(|name| value(values, &format!("body.{name}")));
                ("url", json!({ "type": "text", "text": code.unwrap_or_default() }))
            }
            _ => continue,
        };
        let index = nth.to_string();
        components.push(json!({ "type": "button", "sub_type": kind, "index": index, "parameters": [parameter] }));
    }
    components
}

fn texts(place: &str, text: &str, values: &Values) -> Option<Value> {
    let parameter = |name: &str| {
        let text = value(values, &format!("{place}.{name}")).unwrap_or_default();
        if is_position(name) {
            json!({ "type": "text", "text": text })
        } else {
            json!({ "type": "text", "parameter_name": name, "text": text })
        }
    };
    let parameters: Vec<Value> = variables(text).into_iter().map(parameter).collect();
    (!parameters.is_empty()).then(|| json!({ "type": place, "parameters": parameters }))
}
