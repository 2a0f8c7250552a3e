use super::read::{id_text, short};
use crate::content::{Extras, Forwarded, Product, Referral};
use serde_json::Value;

/// What a message tells of itself besides its content, and the id of the message that it answers.
pub(super) fn read(element: &Value) -> (Extras, Option<String>) {
    let context = element.get("context").unwrap_or(&Value::Null);
    let yes = |key: &str| context.get(key).and_then(Value::as_bool).unwrap_or(false);
    let forwarded = match (yes("frequently_forwarded"), yes("forwarded")) {
        (true, _) => Some(Forwarded::Often),
        (false, true) => Some(Forwarded::Once),
        (false, false) => None,
    };
    let extras = Extras {
        forwarded,
        referral: element.get("referral").and_then(referral),
        product: context.get("referred_product").and_then(product),
        group: element.get("group_id").and_then(id_text),
        ..Extras::default()
    };
    (extras, context.get("id").and_then(id_text))
}

fn referral(value: &Value) -> Option<Referral> {
    let get = |key: &str| value.get(key).and_then(Value::as_str).and_then(short);
    // A link that is cut is no link.
    let url =
        value.get("source_url").and_then(Value::as_str).filter(|url| url.len() <= 2_000).map(crate::text::storable);
    let referral = Referral {
        source: get("source_type"),
        id: value.get("source_id").and_then(id_text),
        url: url.filter(|url| !url.is_empty()),
        headline: get("headline"),
        body: get("body"),
        click: value.get("ctwa_clid").and_then(id_text),
    };
    (referral != Referral::default()).then_some(referral)
}

fn product(value: &Value) -> Option<Product> {
    let get = |key: &str| value.get(key).and_then(id_text);
    Some(Product { catalog: get("catalog_id")?, product: get("product_retailer_id")? })
}
