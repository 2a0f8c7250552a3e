//! Whose a delivery is.

use crate::ingest::Routes;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Every workspace that a body speaks of, by the numbers and accounts in it, wherever they stand: also in one that is not the
/// envelope that it should be.
pub(crate) fn owners(body: &[u8], routes: &Routes) -> BTreeSet<Uuid> {
    let mut owners = BTreeSet::new();
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        search(&value, routes, &mut |workspace| {
            owners.insert(workspace);
        });
    }
    owners
}

fn search(value: &Value, routes: &Routes, found: &mut impl FnMut(Uuid)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value.as_str()) {
                    ("phone_number_id", Some(id)) => routes.number(id).into_iter().for_each(|n| found(n.workspace)),
                    // Meta's name of an account, in an entry and elsewhere.
                    ("id" | "waba_id", Some(id)) => routes.waba(id).into_iter().for_each(&mut *found),
                    _ => search(value, routes, found),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|value| search(value, routes, found)),
        _ => {}
    }
}

/// What of a body a workspace may see: its own changes. `None` where nothing is surely its own.
pub(super) fn own_part(body: &[u8], workspace: Uuid, routes: &Routes) -> Option<Value> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    if !value.get("entry").is_some_and(Value::is_array) {
        let all = owners(body, routes);
        return (!all.is_empty() && all.iter().all(|owner| *owner == workspace)).then_some(value);
    }
    // Change by change, since a number that nobody has any more belongs to nobody's eyes.
    let entries = value.get_mut("entry")?.as_array_mut()?;
    for entry in entries.iter_mut() {
        let account = entry.get("id").and_then(Value::as_str).and_then(|id| routes.waba(id));
        if let Some(changes) = entry.get_mut("changes").and_then(Value::as_array_mut) {
            changes.retain(|change| {
                let phone = change.pointer("/value/metadata/phone_number_id").and_then(Value::as_str);
                let owner = match phone {
                    Some(phone) => routes.number(phone).map(|number| number.workspace),
                    None => account,
                };
                owner == Some(workspace)
            });
        }
    }
    entries.retain(|entry| entry.get("changes").and_then(Value::as_array).is_some_and(|changes| !changes.is_empty()));
    (!entries.is_empty()).then_some(value)
}
