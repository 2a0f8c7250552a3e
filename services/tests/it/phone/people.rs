//! Names from the phone, and people whose number or user id becomes another.

use super::{CUSTOMER, Shop, customer_writes, delivery, words};
use crate::{meta::stamp, on_both};
use domain::{contact::Contact, conversation::View};
use serde_json::{Value, json};
use services::contacts;

const NEW: &str = "4915100000000";

fn entry(action: &str, name: &str, at: i64) -> Vec<u8> {
    let contact = json!({ "full_name": name, "first_name": name, "phone_number": CUSTOMER });
    let sync =
        json!({ "type": "contact", "contact": contact, "action": action, "metadata": { "timestamp": at.to_string() } });
    delivery("smb_app_state_sync", json!({ "state_sync": [sync] }))
}

fn moved(wamid: &str, system: Value) -> Vec<u8> {
    let message = json!({ "from": CUSTOMER, "id": wamid, "timestamp": stamp(5), "type": "system", "system": system });
    delivery("messages", json!({ "messages": [message] }))
}

fn new_number() -> Value {
    json!({ "type": "user_changed_number", "body": "Ana changed her number", "wa_id": NEW })
}

/// With both ids.
fn writes(wa_id: &str, user_id: &str, wamid: &str) -> Vec<u8> {
    let mut message = words(wa_id, wamid, 3);
    message["from_user_id"] = json!(user_id);
    delivery("messages", json!({ "messages": [message] }))
}

async fn everybody(shop: &Shop) -> Vec<Contact> {
    let mut all = contacts::list(&shop.owner, None, 50).await.unwrap().items;
    all.sort_by(|a, b| a.phone.cmp(&b.phone));
    all
}

on_both! {
    async fn the_address_book_names_customers(db) {
        let shop = Shop::open(&db).await;
        shop.gets([customer_writes("hi", 50)]).await;
        let before = shop.screen(Some(&shop.row().await)).await;
        shop.gets([entry("add", "Ana of the looms", 1_763_683_100)]).await;
        assert_eq!(shop.row().await.contact.name, "Ana of the looms");
        shop.agrees_with(before).await;
        // What she calls herself does not replace it, an older entry neither, a newer one does, and who is taken out keeps it.
        shop.gets([customer_writes("more", 40), entry("add", "Older", 1_763_683_000)]).await;
        assert_eq!(shop.row().await.contact.name, "Ana of the looms");
        shop.gets([entry("add", "Ana K", 1_763_683_200), entry("remove", "", 1_763_683_300)]).await;
        assert_eq!(shop.row().await.contact.name, "Ana K");
        // A colleague has the last word.
        let id = shop.row().await.contact.id;
        contacts::update(&shop.owner, id, "Dr. Kovač").await.unwrap();
        shop.gets([entry("add", "Ana", 1_763_683_400)]).await;
        assert_eq!(shop.row().await.contact.name, "Dr. Kovač");
    }

    async fn a_name_may_come_before_its_customer(db) {
        let shop = Shop::open(&db).await;
        shop.gets([entry("add", "Ana K", 1_763_683_100)]).await;
        assert!(shop.rows(View::All).await.is_empty());
        shop.gets([customer_writes("hi", 50)]).await;
        assert_eq!((shop.row().await.contact.name.as_str(), everybody(&shop).await.len()), ("Ana K", 1));
    }

    async fn a_new_number_keeps_one_contact(db) {
        let shop = Shop::open(&db).await;
        shop.gets([writes(CUSTOMER, "DE.1", "before")]).await;
        let before = shop.screen(Some(&shop.row().await)).await;
        shop.gets([moved("m", new_number()), moved("m", new_number())]).await;
        shop.gets([writes(NEW, "DE.2", "after")]).await;
        let row = shop.row().await;
        assert_eq!(row.contact.phone.as_deref(), Some("+4915100000000"));
        assert_eq!(shop.words(&row).await.len(), 3);
        let all = everybody(&shop).await;
        assert_eq!((all.len(), all[0].user_id.as_deref()), (1, Some("DE.2")));
        shop.agrees_with(before).await;
        // The old number belongs to somebody else by now.
        shop.gets([customer_writes("I am new here", 1)]).await;
        assert_eq!(everybody(&shop).await.len(), 2);
    }

    /// All in one delivery.
    async fn a_new_number_in_the_same_breath(db) {
        let shop = Shop::open(&db).await;
        let notice = json!({ "from": CUSTOMER, "id": "m", "timestamp": stamp(5), "type": "system", "system": new_number() });
        let messages = json!([words(CUSTOMER, "before", 9), notice, words(NEW, "after", 3)]);
        shop.gets([delivery("messages", json!({ "messages": messages }))]).await;
        let row = shop.row().await;
        assert_eq!((shop.words(&row).await.len(), everybody(&shop).await.len()), (3, 1));
    }

    /// Nobody merges by itself what cannot be taken apart again: it is proposed, and then goes through.
    async fn a_new_number_that_somebody_has_is_proposed(db) {
        let shop = Shop::open(&db).await;
        shop.gets([writes(CUSTOMER, "DE.1", "before"), writes(NEW, "DE.2", "after"), moved("m", new_number())]).await;
        let all = everybody(&shop).await;
        let [newer, older] = all.as_slice() else { panic!("two contacts: {all:?}") };
        assert_eq!(older.phone.as_deref(), Some("+4915112345678"));
        let twins = contacts::twins_of(&shop.owner, older.id).await.unwrap();
        assert_eq!(twins.iter().map(|twin| twin.id).collect::<Vec<_>>(), [newer.id]);
        let one = contacts::merge(&shop.owner, older.id, newer.id).await.unwrap();
        assert_eq!((one.phone.as_deref(), one.user_id.as_deref()), (Some("+4915100000000"), Some("DE.2")));
    }

    /// Without user ids on either side.
    async fn numbers_alone_are_proposed_too(db) {
        let shop = Shop::open(&db).await;
        let after = delivery("messages", json!({ "messages": [words(NEW, "after", 3)] }));
        shop.gets([customer_writes("before", 50), after, moved("m", new_number())]).await;
        let all = everybody(&shop).await;
        let one = contacts::merge(&shop.owner, all[1].id, all[0].id).await.unwrap();
        assert_eq!((one.phone.as_deref(), one.user_id), (Some("+4915100000000"), None));
    }

    async fn a_new_user_id_keeps_one_contact(db) {
        let shop = Shop::open(&db).await;
        let update = |previous: &str, current: &str| delivery("user_id_update", json!({ "user_id_update": [
            { "wa_id": CUSTOMER, "user_id": { "previous": previous, "current": current }, "timestamp": stamp(4) }] }));
        shop.gets([writes(CUSTOMER, "DE.1", "before"), update("DE.1", "DE.2")]).await;
        let id = async || everybody(&shop).await.into_iter().map(|one| one.user_id.unwrap()).collect::<Vec<_>>();
        assert_eq!(id().await, ["DE.2"]);
        // An old word changes nothing; one that names both ids in the chat does.
        shop.gets([update("DE.0", "DE.1")]).await;
        assert_eq!(id().await, ["DE.2"]);
        let system = json!({ "type": "user_changed_user_id", "body": "x", "wa_id": NEW, "user_id": "DE.3" });
        shop.gets([moved("m", system)]).await;
        assert_eq!((id().await, shop.row().await.contact.phone.as_deref()), (vec!["DE.3".to_owned()], Some("+4915100000000")));
    }

    /// The key of their phone is another: the same person as far as anybody knows, and the thread says it.
    async fn a_new_key_keeps_the_contact(db) {
        let shop = Shop::open(&db).await;
        let with_hash = |wamid: &str, hash: &str| delivery("messages", json!({ "messages": [words(CUSTOMER, wamid, 9)],
            "contacts": [{ "wa_id": CUSTOMER, "profile": { "name": "Ana" }, "identity_key_hash": hash }] }));
        let notice = json!({ "from": CUSTOMER, "id": "m", "timestamp": stamp(5), "type": "system",
            "identity": { "acknowledged": true, "hash": "b" }, "system": { "type": "customer_identity_changed", "body": "New phone" } });
        shop.gets([with_hash("1", "a"), delivery("messages", json!({ "messages": [notice] })), with_hash("2", "b")]).await;
        assert_eq!(everybody(&shop).await.len(), 1);
        assert!(shop.words(&shop.row().await).await.contains(&"New phone".to_owned()));
    }
}
