//! Every shape of webhook that Meta sends, each against a fresh workspace: what it leaves behind and what the thread shows.
//!
//! The payloads are our own, in Meta's shapes (`tests/fixtures/webhooks`). Where Meta's own samples are at hand, they go through
//! the same, and are held to what can be said of all of them.

mod payloads;
mod shown;
mod together;

use crate::{
    meta::{Workers, put, quiet},
    on_both,
    support::{crate_folder, fresh_workspace},
};
use domain::{content::Content, message::Kind};
use payloads::{Payload, addressed, own, shared};
use secrecy::SecretString;
use services::{
    Ctx, Services,
    numbers::{self, Connect},
    sql,
};
use shown::{everything, table};
use std::{collections::BTreeMap, fmt::Write};

/// What may show as "unsupported message", by payload: not yet understood, or what Meta itself does not pass on.
const NOT_UNDERSTOOD: [(&str, &str); 7] = [
    ("calls_permission_update_accept", "interactive"),
    ("calls_permission_update_reject", "interactive"),
    // Its file comes in a delivery of its own, if ever; until then the thread says so.
    ("history_threads", "media_placeholder"),
    ("messages_interactive_message_with_err", "interactive"),
    ("messages_unsupported", "edit"),
    ("messages_unsupported_with_type", "pool"),
    ("openapi_unsupported_message", "unsupported"),
];

/// A workspace with a number of its own, whose account is its own too.
async fn connected(services: &Services, nth: usize) -> (Ctx, String, String) {
    let ctx = fresh_workspace(services, &format!("Kaveri {nth}")).await;
    let (phone, waba) = (format!("70000{nth:05}"), format!("80000{nth:05}"));
    let number = Connect {
        phone_number_id: phone.clone(),
        waba_id: waba.clone(),
        display_number: "+91 80 5550 0142".to_owned(),
        token: SecretString::from("EAAtoken"),
        name: None,
    };
    numbers::connect(services, &ctx.workspace().slug, number).await.unwrap();
    (ctx, phone, waba)
}

/// Each payload in a workspace of its own.
async fn delivered(services: &Services, payloads: &[Payload]) -> Vec<Ctx> {
    let mut homes = Vec::new();
    for (nth, payload) in payloads.iter().enumerate() {
        let (ctx, phone, waba) = connected(services, nth).await;
        put(services, addressed(&payload.body, &phone, &waba)).await;
        homes.push(ctx);
    }
    // What customers are told of their opt-outs is queued, and stays so.
    let workers = Workers::only(services, services::jobs::Which { ingest: true, outbox: false });
    let stats = quiet(services).await;
    assert_eq!(stats.deliveries.dead, 0, "nothing of Meta's is fatal");
    workers.finish().await;
    homes
}

async fn unsupported_are_known(services: &Services, payloads: &[Payload], homes: &[Ctx]) {
    const MESSAGES: &str = "SELECT kind, body, payload FROM messages WHERE workspace_id = $1 AND direction = 'in'
        OR workspace_id = $1 AND origin <> 'api' ORDER BY wamid";
    for (payload, ctx) in payloads.iter().zip(homes) {
        let mut read = services.db().read().await.unwrap();
        let ws = ctx.workspace().id.0;
        for (kind, body, held) in sql!(all(String, String, Option<String>), read.conn(), MESSAGES, ws).unwrap() {
            let known = NOT_UNDERSTOOD.contains(&(payload.name.as_str(), body.as_str()));
            assert_eq!(kind == "unsupported", known, "{}: {kind} {body}", payload.name);
            let content = Content::parse(Kind::parse(&kind), held.as_deref());
            assert_eq!(content.is_none(), kind == "text" || kind == "unsupported", "{}: {content:?}", payload.name);
        }
    }
}

on_both! {
    async fn each_of_our_own_leaves_what_it_should(db) {
        let services = db.services();
        let payloads = own();
        let homes = delivered(&services, &payloads).await;
        unsupported_are_known(&services, &payloads, &homes).await;
        let mut groups: BTreeMap<&str, String> = BTreeMap::new();
        for (payload, ctx) in payloads.iter().zip(&homes) {
            let page = groups.entry(&payload.group).or_default();
            writeln!(page, "== {}\n{}", payload.name, everything(&services, ctx).await).unwrap();
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(crate_folder().join("tests/it/corpus/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for (group, page) in groups {
                insta::assert_snapshot!(group, page);
            }
        });
    }

    /// Each message has its kind, and the exceptions are named.
    async fn each_of_metas_samples_is_understood(db) {
        let Some(payloads) = shared() else { return };
        let services = db.services();
        let homes = delivered(&services, &payloads).await;
        unsupported_are_known(&services, &payloads, &homes).await;
        for (payload, ctx) in payloads.iter().zip(&homes) {
            let kept = everything(&services, ctx).await;
            assert!(!kept.trim().is_empty(), "{} left nothing behind", payload.name);
            // Two messages with one id are one; everything else has its row.
            let ids = payload.messages();
            assert_eq!(table(&kept, "message"), ids, "{}\n{kept}", payload.name);
        }
    }
}

/// Every shape of Meta's samples has one of ours, so that a clone without them misses none.
#[test]
fn every_shape_has_one_of_ours() {
    let Some(theirs) = shared() else { return };
    let ours: Vec<Vec<String>> = own().iter().map(|payload| payloads::shape(&payload.body)).collect();
    for payload in theirs {
        let shape = payloads::shape(&payload.body);
        assert!(ours.contains(&shape), "{} has a shape that none of ours has: {shape:#?}", payload.name);
    }
}
