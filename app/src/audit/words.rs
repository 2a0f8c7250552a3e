//! Entries in words. Only the server does this: the browser is sent what it shows.
#![cfg(feature = "ssr")]

use domain::audit::{EntryView, ResourceView};
use serde_json::Value;
use std::collections::BTreeSet;

use super::{
    Asked,
    screen::{Change, Line, Opened},
};

/// Changes that the drawer shows.
const CHANGES: usize = 30;
/// Characters of a value.
const VALUE: usize = 200;
/// Characters of the few words in a row.
const SUMMARY: usize = 80;

pub fn line(entry: &EntryView) -> Line {
    let (what, more) = few_words(entry);
    Line {
        place: entry.cursor(),
        member: entry.actor.member.map(|id| id.0),
        who: entry.actor.name.clone(),
        action: entry.action.clone(),
        what,
        more,
        address: entry.address.clone().unwrap_or_else(|| "–".to_owned()),
    }
}

pub fn opened(entry: &EntryView, asked: &Asked, slug: &str) -> Opened {
    let mut changes = changes(entry.before.as_ref(), entry.after.as_ref());
    let hidden = changes.len().saturating_sub(CHANGES);
    changes.truncate(CHANGES);
    let who = match entry.actor.member {
        Some(id) => format!("member:{id}"),
        None => "system".to_owned(),
    };
    // All of them: of every day, from the newest on.
    let all = Asked { ahead: asked.ahead.clone(), ..Asked::default() };
    let same_thing = entry.resource.as_ref().map(|on| Asked { on: on.id.to_string(), ..all.clone() }.query());
    Opened {
        line: line(entry),
        label: entry.label().to_owned(),
        token: entry.actor.token.map(|id| entry.actor.token_name.clone().unwrap_or_else(|| id.to_string())),
        agent: entry.agent.clone(),
        resource: entry.resource.as_ref().map(|on| (capital(&on.kind), full_name(on), page_of(on, slug))),
        about: entry.about.clone(),
        changes,
        hidden,
        position: entry.position,
        mac: entry.mac.clone(),
        erased_at: entry.erased_at,
        same_actor: Asked { who, ..all }.query(),
        same_thing,
    }
}

/// What it was done to, and what is most worth knowing about it.
fn few_words(entry: &EntryView) -> (String, String) {
    let changes = changes(entry.before.as_ref(), entry.after.as_ref());
    let changed = match changes.as_slice() {
        [] => None,
        [one] => Some(in_a_row(one)),
        [first, rest @ ..] => Some(format!("{}, {} more", in_a_row(first), rest.len())),
    };
    let mut words = [entry.about.clone(), changed].into_iter().flatten().map(|text| cut(&text, SUMMARY));
    let what = entry.resource.as_ref().map(|on| cut(&name(on), SUMMARY));
    match what {
        Some(what) => (what, words.next().unwrap_or_default()),
        None => (words.next().unwrap_or_else(|| entry.label().to_owned()), words.next().unwrap_or_default()),
    }
}

fn in_a_row(Change { name, before, after }: &Change) -> String {
    let list = |values: &[String]| values.join(", ");
    match (before.is_empty(), after.is_empty()) {
        (false, false) => format!("{name}: {} → {}", list(before), list(after)),
        (false, true) => format!("{name}: − {}", list(before)),
        _ => format!("{name}: {}", list(after)),
    }
}

/// Its name; where nothing has one, the end of the id, which differs most.
fn name(on: &ResourceView) -> String {
    let id = on.id.simple().to_string();
    match (&on.name, on.kind.as_str()) {
        (Some(name), _) => name.clone(),
        (None, "workspace") => "This workspace".to_owned(),
        (None, kind) => format!("{} …{}", capital(kind), id.get(24..).unwrap_or_default()),
    }
}

fn full_name(on: &ResourceView) -> String {
    on.name.clone().unwrap_or_else(|| on.id.to_string())
}

fn capital(kind: &str) -> String {
    let words = kind.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Where the thing can be seen.
fn page_of(on: &ResourceView, slug: &str) -> Option<String> {
    match on.kind.as_str() {
        "conversation" => Some(format!("/w/{slug}/inbox/{}", on.id)),
        "contact" => Some(format!("/w/{slug}/contacts/{}", on.id)),
        "contact_field" => Some(format!("/w/{slug}/contacts/fields")),
        "import" => Some(format!("/w/{slug}/contacts/imports/{}", on.id)),
        "member" | "invitation" => Some(format!("/w/{slug}/team")),
        "role" => Some(format!("/w/{slug}/roles")),
        "token" => Some(format!("/w/{slug}/tokens")),
        "workspace" => Some(format!("/w/{slug}/settings")),
        "alert" => Some(format!("/w/{slug}/alerts")),
        _ => None,
    }
}

/// What differs, by name. Of lists only what came and what went.
pub fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None) = (before, after) else {
        return change(String::new(), before, after).into_iter().collect();
    };
    let (before, after) = (before.and_then(Value::as_object), after.and_then(Value::as_object));
    let names: BTreeSet<&String> = [before, after].into_iter().flatten().flat_map(serde_json::Map::keys).collect();
    let value =
        |side: Option<&'_ serde_json::Map<String, Value>>, name: &String| side.and_then(|side| side.get(name).cloned());
    names
        .into_iter()
        .filter_map(|name| change(name.replace('_', " "), value(before, name).as_ref(), value(after, name).as_ref()))
        .collect()
}

fn change(name: String, before: Option<&Value>, after: Option<&Value>) -> Option<Change> {
    let (before, after) = (before.filter(|value| !value.is_null()), after.filter(|value| !value.is_null()));
    if before == after {
        return None;
    }
    let (before, after) = match (before, after) {
        (Some(Value::Array(before)), Some(Value::Array(after))) => (
            before.iter().filter(|one| !after.contains(one)).map(text).collect(),
            after.iter().filter(|one| !before.contains(one)).map(text).collect(),
        ),
        (before, after) => (texts(before), texts(after)),
    };
    Some(Change { name, before, after })
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().map(text).collect(),
        Some(value) => vec![text(value)],
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text, VALUE),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => cut(&other.to_string(), VALUE),
    }
}

fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit { text.to_owned() } else { text.chars().take(limit).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(before: Value, after: Value) -> Vec<String> {
        let some = |value: Value| (!value.is_null()).then_some(value);
        changes(some(before).as_ref(), some(after).as_ref()).iter().map(in_a_row).collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        assert_eq!(
            told(json!({"role": "agent", "name": "x"}), json!({"role": "manager", "name": "x"})),
            ["role: agent → manager"]
        );
        assert_eq!(told(json!({"require_totp": false}), json!({"require_totp": true})), ["require totp: no → yes"]);
        assert_eq!(
            told(json!({"permissions": ["a", "b"]}), json!({"permissions": ["b", "c", "d"]})),
            ["permissions: a → c, d"]
        );
        assert_eq!(told(Value::Null, json!({"b": 1, "a": null})), ["b: 1"]);
        assert_eq!(told(json!({"a": [1, 2]}), Value::Null), ["a: − 1, 2"]);
        assert_eq!(told(json!("x"), json!({"a": 1})), [r#": x → {"a":1}"#]);
        assert_eq!(told(Value::Null, Value::Null), Vec::<String>::new());
        assert_eq!(told(json!({"a": {"b": 1}}), json!({"a": {"b": 1}})), Vec::<String>::new());
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let long = "é".repeat(VALUE + 1);
        assert_eq!(text(&json!(long)).chars().count(), VALUE + 1);
        assert!(text(&json!(long)).ends_with('…'));
        assert_eq!(text(&json!("é".repeat(VALUE))), "é".repeat(VALUE));
    }
}
