//! Whatever Meta signs, whether it makes sense or not, ends somewhere where it can be found.

use std::{cell::RefCell, collections::HashSet};

use axum::http::StatusCode;
use proptest::{collection::vec, prelude::*, test_runner::TestCaseError};
use serde_json::{Map, Value, json};
use services::stats::stats;

use crate::{
    conversations::{Inbox, PHONE_NUMBER_ID, inbox_in},
    support::{Engine, Installation, Wishes},
};

/// What has been delivered; the same body twice is one delivery.
type Delivered = RefCell<HashSet<Vec<u8>>>;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Words that the reader knows, so that arbitrary objects get further than its first look.
fn key() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        "object",
        "entry",
        "changes",
        "field",
        "value",
        "messages",
        "statuses",
        "contacts",
        "metadata",
        "phone_number_id",
        "id",
        "from",
        "timestamp",
        "type",
        "text",
        "body",
        "errors",
        "wa_id",
        "user_id",
        "profile",
        "name",
        "status",
        "recipient_id",
        "code",
    ];
    prop_oneof![3 => proptest::sample::select(KNOWN).prop_map(str::to_owned), 1 => "\\PC{0,12}"]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(|number| Value::from(number.to_string())),
        proptest::sample::select(vec![
            PHONE_NUMBER_ID,
            "",
            "\0",
            "text",
            "sent",
            "read",
            "919845550117",
            "-1",
            "1e999"
        ])
        .prop_map(Value::from),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((key(), inner), 0..6).prop_map(|pairs| Value::Object(Map::from_iter(pairs))),
        ]
    })
}

/// A message and a status as Meta writes them.
fn proper() -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [
        {"field": "messages", "value": {"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "918055500142", "phone_number_id": PHONE_NUMBER_ID},
            "contacts": [{"profile": {"name": "Meera"}, "wa_id": "919845550117", "user_id": "IN.1234567890"}],
            "messages": [{"from": "919845550117", "from_user_id": "IN.1234567890", "id": "wamid.property",
                "timestamp": "1780000000", "type": "text", "text": {"body": "Is it in stock?"}}]}},
        {"field": "messages", "value": {"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "918055500142", "phone_number_id": PHONE_NUMBER_ID},
            "statuses": [{"id": "wamid.sent", "status": "failed", "timestamp": "1780000001", "recipient_id": "919845550117",
                "errors": [{"code": 131026, "title": "Message undeliverable"}]}]}}]}]})
}

/// Puts something else in the place of one part, anywhere in the tree.
fn replaced(tree: &mut Value, place: &mut usize, by: &Value) -> bool {
    if *place == 0 {
        tree.clone_from(by);
        return true;
    }
    *place -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().any(|item| replaced(item, place, by)),
        Value::Object(fields) => fields.values_mut().any(|field| replaced(field, place, by)),
        _ => false,
    }
}

/// A delivery that is right but for a few parts.
fn nearly_right() -> impl Strategy<Value = Value> {
    vec((0..60_usize, any_json()), 1..4).prop_map(|changes| {
        let mut delivery = proper();
        for (mut place, by) in changes {
            replaced(&mut delivery, &mut place, &by);
        }
        delivery
    })
}

/// Answered with 200, taken by the worker, and counted.
async fn accounted_for(inbox: &Inbox, delivered: &Delivered, body: Vec<u8>) -> Result<(), TestCaseError> {
    prop_assert_eq!(inbox.installation.deliver(body.clone()).await, StatusCode::OK);
    delivered.borrow_mut().insert(body);
    inbox.installation.settled().await;
    let counts = stats(&inbox.installation.services).await.unwrap().deliveries;
    // What waits for its number counts as pending here.
    let all = usize::try_from(counts.pending + counts.done + counts.dead).unwrap();
    prop_assert_eq!(all, delivered.borrow().len(), "{:?}", counts);
    Ok(())
}

fn check(engine: Engine, strategy: impl Strategy<Value = Vec<u8>>, cases: u32) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let wishes = Wishes { engine, ..Wishes::default() };
    let Some(installation) = runtime.block_on(Installation::on(wishes)) else { return };
    let inbox = runtime.block_on(inbox_in(installation));
    let delivered = Delivered::default();
    proptest!(config(cases), |(body in strategy)| {
        runtime.block_on(accounted_for(&inbox, &delivered, body))?;
    });
    // The worker is still there.
    let row = runtime.block_on(inbox.receive("wamid.afterwards", "Hello after all that"));
    assert!(row.unread > 0);
}

/// Each on both engines.
macro_rules! properties {
    ($($name:ident: $strategy:expr, $cases:expr;)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn sqlite() {
                check(Engine::Sqlite, $strategy, $cases);
            }

            #[test]
            fn postgres() {
                check(Engine::Postgres, $strategy, $cases);
            }
        }
    )+};
}

properties! {
    arbitrary_bytes_are_accounted_for: vec(any::<u8>(), 0..600), 48;
    arbitrary_json_is_accounted_for: any_json().prop_map(|body| body.to_string().into_bytes()), 96;
    nearly_right_deliveries_are_accounted_for: nearly_right().prop_map(|body| body.to_string().into_bytes()), 128;
}
