//! All payloads in one workspace: whatever the order and however often, they end in the same state.

use super::payloads::{Payload, addressed, own, shared};
use crate::{
    corpus::shown::rows,
    meta::{PHONE, WABA, Workers, put, quiet},
    on_both,
    support::{START, TestDb, fresh, number, workspace},
};
use serde_json::{Map, Value};
use services::jobs::Which;

/// Orders that are tried.
const SEEDS: [u64; 3] = [1, 7, 1_000_003];

/// Meta's samples were made one by one: the same ids, people and seconds stand for different things. Here each keeps its own.
struct Rewrite {
    /// What ids of messages begin with: of one history they belong together.
    family: String,
    /// Customers whose number or user id changes are met in this payload alone. Who writes from the old number afterwards is
    /// somebody else, so with them the order counts.
    own_people: Option<usize>,
    seconds: i64,
}

impl Rewrite {
    fn of(nth: usize, payload: &Payload, seconds: i64) -> Self {
        let text = payload.body.to_string();
        let moves = ["user_changed", "user_id_update", "customer_changed"].iter().any(|word| text.contains(word));
        let family = if payload.name.starts_with("history_") { "history" } else { &payload.name };
        Self { family: format!("{}{family}", payload.group), own_people: moves.then_some(nth), seconds }
    }

    fn object(&mut self, fields: &mut Map<String, Value>) {
        for (id, user_id) in [("wa_id", "user_id"), ("from", "from_user_id"), ("to", "to_user_id")] {
            // A number and a user id that stand together are one customer everywhere.
            if let (Some(Value::String(id)), Some(Value::String(_))) = (fields.get(id), fields.get(user_id)) {
                let user = format!("US.{id}");
                fields.insert(user_id.to_owned(), user.into());
            }
        }
        for (key, value) in fields.iter_mut() {
            match value {
                Value::Object(inner) => self.object(inner),
                Value::Array(items) => {
                    items.iter_mut().filter_map(Value::as_object_mut).for_each(|inner| self.object(inner));
                }
                Value::String(_) | Value::Number(_) if key == "timestamp" => {
                    self.seconds += 1;
                    *value = self.seconds.to_string().into();
                }
                Value::String(text) => self.string(key, text),
                _ => {}
            }
        }
    }

    fn string(&self, key: &str, text: &mut String) {
        match key {
            // Names and opt-outs: the last one counts, by the order in which they come.
            "name" | "full_name" | "first_name" | "username" => "Customer".clone_into(text),
            "payload" | "text" | "title" if ["Unsubscribe", "Cancel"].contains(&text.as_str()) => {
                "track".clone_into(text)
            }
            _ if text.starts_with("wamid") => *text = format!("{}/{text}", self.family),
            "wa_id" | "from" | "to" | "user_id" | "from_user_id" | "previous" | "current" => {
                if let Some(nth) = self.own_people {
                    *text = format!("{text}{nth:03}");
                }
            }
            _ => {}
        }
    }
}

/// All of them, each twice.
fn bodies(payloads: &[Payload]) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    for (nth, payload) in payloads.iter().enumerate() {
        let since = START / 1_000 - 80_000 + i64::try_from(nth).unwrap() * 100;
        let mut payload = payload.clone();
        let mut rewrite = Rewrite::of(nth, &payload, since);
        rewrite.object(payload.body.as_object_mut().unwrap());
        bodies.push(addressed(&payload.body, PHONE, WABA));
        // The same in another body: one that is byte for byte the same is known by its hash.
        payload.body["again"] = true.into();
        bodies.push(addressed(&payload.body, PHONE, WABA));
    }
    bodies
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for end in (1..items.len()).rev() {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let other = usize::try_from((mixed ^ (mixed >> 31)) % (u64::try_from(end).unwrap() + 1)).unwrap();
        items.swap(end, other);
    }
}

/// The state that these end in. `one_by_one`: while the workers run, otherwise in as few batches as possible.
async fn end_state(db: &TestDb, bodies: Vec<Vec<u8>>, one_by_one: bool) -> Vec<String> {
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    let start = || Workers::only(&services, Which { ingest: true, outbox: false });
    let workers = one_by_one.then(start);
    for body in bodies {
        put(&services, body).await;
        if one_by_one {
            quiet(&services).await;
        }
    }
    let workers = workers.unwrap_or_else(start);
    assert_eq!(quiet(&services).await.deliveries.dead, 0);
    workers.finish().await;
    // What is kept as it came is known by its body: twice here.
    rows(&services, &owner).await.into_iter().filter(|line| !line.starts_with("kept ")).collect()
}

async fn same_whatever_the_order(db: TestDb, payloads: &[Payload]) {
    let mut once = bodies(payloads);
    let mut nth = 0;
    once.retain(|_| {
        nth += 1;
        nth % 2 == 1
    });
    let wanted = end_state(&db, once, true).await;
    assert!(wanted.len() > payloads.len() / 2);
    for (nth, seed) in SEEDS.into_iter().enumerate() {
        let mut all = bodies(payloads);
        shuffle(&mut all, seed);
        let other = fresh(&db).await;
        let found = end_state(&other, all, nth == 0).await;
        let differs =
            |of: &[String], from: &[String]| of.iter().filter(|line| !from.contains(line)).cloned().collect::<Vec<_>>();
        let (missing, more) = (differs(&wanted, &found), differs(&found, &wanted));
        assert!(wanted == found, "seed {seed}\nmissing {missing:#?}\nmore {more:#?}");
    }
}

on_both! {
    async fn our_own_end_the_same_in_any_order(db) {
        same_whatever_the_order(db, &own()).await;
    }

    async fn metas_samples_end_the_same_in_any_order(db) {
        let Some(payloads) = shared() else { return };
        same_whatever_the_order(db, &payloads).await;
    }
}
