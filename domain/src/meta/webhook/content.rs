//! The kinds of message besides text. What has not the shape of its kind is not understood.
//! Source: Cloud API webhooks reference, `messages`.

use super::read::{array, id_text, short};
use crate::{
    content::{
        ANSWERS_LIMIT, Card, CardPhone, Content, File, Form, Notice, NoticeKind, Order, OrderItem, Place, RAW_LIMIT,
        Tapped, TappedFrom,
    },
    message::Kind,
    text::{file_name, storable},
};
use serde_json::Value;

/// A message's kind, the words in it and what else it holds; `None` where it is not understood.
pub(super) fn read(name: &str, element: &Value) -> Option<(Kind, String, Content)> {
    let kind = Kind::parse(name);
    let value = element.get(name)?;
    let (text, content) = match kind {
        Kind::Image | Kind::Audio | Kind::Video | Kind::Document | Kind::Sticker => file(value)?,
        Kind::Location => place(value)?,
        Kind::Contacts => cards(value)?,
        Kind::Button => tapped(button(value)?),
        Kind::Interactive => interactive(value)?,
        Kind::Order => order(value)?,
        Kind::System => notice(value)?,
        Kind::Text | Kind::Reaction | Kind::Template | Kind::Unsupported => return None,
    };
    Some((kind, text, content))
}

/// Words of any length.
fn words(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(storable).filter(|words| !words.is_empty())
}

/// One line.
fn line(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).and_then(short)
}

/// Meta's id of it is needed to fetch it, and stays in what is kept raw.
fn file(value: &Value) -> Option<(String, Content)> {
    value.get("id").and_then(id_text)?;
    let flag = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or(false);
    let name = value.get("filename").and_then(Value::as_str).and_then(file_name);
    let file = File { name, voice: flag("voice"), animated: flag("animated"), ..File::default() };
    Some((words(value, "caption").unwrap_or_default(), Content::Media(file)))
}

fn place(value: &Value) -> Option<(String, Content)> {
    // As numbers; in some of Meta's samples as texts.
    let degrees = |key: &str| value.get(key).and_then(|v| v.as_f64().or_else(|| v.as_str()?.trim().parse().ok()));
    let mut place = Place::at(degrees("latitude")?, degrees("longitude")?)?;
    (place.name, place.address) = (line(value, "name"), line(value, "address"));
    place.url = words(value, "url").filter(|url| url.len() <= 2_000);
    let text = [place.name.as_deref(), place.address.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Some((text, Content::Location(place)))
}

fn cards(value: &Value) -> Option<(String, Content)> {
    let cards: Vec<Card> = value.as_array()?.iter().filter(|card| card.is_object()).map(card).collect();
    let names: Vec<&str> = cards.iter().map(|card| card.name.as_str()).filter(|name| !name.is_empty()).collect();
    let text = names.join(", ");
    (!cards.is_empty()).then_some((text, Content::Contacts(cards)))
}

fn card(value: &Value) -> Card {
    let name = value.get("name").unwrap_or(&Value::Null);
    let whole = || {
        let parts: Vec<String> = ["first_name", "last_name"].into_iter().filter_map(|key| line(name, key)).collect();
        parts.join(" ")
    };
    let phones = array(value, "phones").iter().filter_map(|phone| {
        let (wa_id, label) = (phone.get("wa_id").and_then(id_text), line(phone, "type"));
        let written = line(phone, "phone").or_else(|| wa_id.as_ref().map(|digits| format!("+{digits}")))?;
        Some(CardPhone { phone: written, wa_id, label })
    });
    let each = |list: &str, key: &str| array(value, list).iter().filter_map(|one| line(one, key)).collect();
    Card {
        name: line(name, "formatted_name").unwrap_or_else(whole),
        org: value.get("org").and_then(|org| line(org, "company")),
        phones: phones.collect(),
        emails: each("emails", "email"),
        urls: each("urls", "url"),
        raw: if value.to_string().len() <= RAW_LIMIT { value.clone() } else { Value::Null },
    }
}

fn tapped(tapped: Tapped) -> (String, Content) {
    (tapped.title.clone(), Content::Tapped(tapped))
}

fn button(value: &Value) -> Option<Tapped> {
    Some(Tapped {
        title: line(value, "text")?,
        description: None,
        payload: words(value, "payload"),
        from: TappedFrom::Button,
    })
}

fn interactive(value: &Value) -> Option<(String, Content)> {
    let name = value.get("type").and_then(Value::as_str)?;
    let inner = value.get(name)?;
    let from = match name {
        "button_reply" => TappedFrom::ButtonReply,
        "list_reply" => TappedFrom::ListReply,
        "nfm_reply" => return Some(form(inner)),
        _ => return None,
    };
    let (title, description) = (line(inner, "title")?, line(inner, "description"));
    Some(tapped(Tapped { title, description, payload: words(inner, "id"), from }))
}

fn form(value: &Value) -> (String, Content) {
    let answers = words(value, "response_json").and_then(|json| serde_json::from_str(&json).ok());
    let answers = answers.filter(Value::is_object).unwrap_or_default();
    let mut form =
        Form { name: line(value, "name"), body: words(value, "body").unwrap_or_default(), answers: Vec::new() };
    flatten("", &answers, &mut form.answers);
    (form.body.clone(), Content::Form(form))
}

/// Fields of fields are named with a dot. The token says which form it was, and was ours to begin with.
fn flatten(name: &str, value: &Value, answers: &mut Vec<(String, String)>) {
    if answers.len() >= ANSWERS_LIMIT || name == "flow_token" {
        return;
    }
    let said = match value {
        Value::Null => return,
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { storable(field) } else { format!("{name}.{}", storable(field)) };
                flatten(&name, value, answers);
            }
            return;
        }
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(plain).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => {
            for (nth, item) in (1..).zip(items) {
                flatten(&format!("{name}.{nth}"), item, answers);
            }
            return;
        }
        simple => plain(simple),
    };
    answers.push((name.to_owned(), said));
}

/// As people read it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), storable)
}

fn order(value: &Value) -> Option<(String, Content)> {
    let text = words(value, "text");
    let item = |item: &Value| {
        let amount = |key: &str| item.get(key).and_then(id_text);
        Some(OrderItem {
            product: amount("product_retailer_id")?,
            quantity: amount("quantity").unwrap_or_else(|| "1".to_owned()),
            price: amount("item_price"),
            currency: line(item, "currency"),
        })
    };
    let items: Vec<OrderItem> = array(value, "product_items").iter().filter_map(item).collect();
    let order = Order { catalog: value.get("catalog_id").and_then(id_text)?, text: text.clone(), items };
    Some((text.unwrap_or_default(), Content::Order(order)))
}

fn notice(value: &Value) -> Option<(String, Content)> {
    let name = line(value, "type")?;
    let (what, keys): (NoticeKind, &[&str]) = match name.as_str() {
        "user_changed_number" | "customer_changed_number" => (NoticeKind::NumberChanged, &["wa_id", "new_wa_id"]),
        "user_changed_user_id" => (NoticeKind::UserIdChanged, &["user_id"]),
        "customer_identity_changed" => (NoticeKind::IdentityChanged, &[]),
        _ => (NoticeKind::Other(name.clone()), &[]),
    };
    let body = words(value, "body").unwrap_or_else(|| name.replace('_', " "));
    let new = keys.iter().find_map(|key| value.get(key).and_then(id_text));
    Some((body.clone(), Content::System(Notice { what, body, new })))
}
