//! Groups: read, named, and never answered into somebody's own chat.

use super::{CUSTOMER, Shop, customer_writes, delivery, words};
use crate::{meta::stamp, on_both};
use domain::{conversation::View, id::MessageId};
use serde_json::json;
use services::{clock::new_id, contacts, conversations};

fn says(from: &str, wamid: &str, ago: i64) -> Vec<u8> {
    let mut message = words(from, wamid, ago);
    message["group_id"] = json!("R3JvdXA");
    let contact = json!({ "wa_id": from, "profile": { "name": format!("Customer {from}") } });
    delivery("messages", json!({ "contacts": [contact], "messages": [message] }))
}

fn subject(name: &str, ago: i64) -> Vec<u8> {
    let group = json!({ "group_id": "R3JvdXA", "type": "group_create", "subject": name, "timestamp": stamp(ago) });
    delivery("group_lifecycle_update", json!({ "groups": [group] }))
}

on_both! {
    async fn a_group_is_a_conversation_of_its_own(db) {
        let shop = Shop::open(&db).await;
        shop.gets([customer_writes("alone", 50), says(CUSTOMER, "STOP", 40), says("4915100000000", "to all", 30)]).await;
        let rows = shop.rows(View::All).await;
        assert_eq!(rows.len(), 2);
        let (group, own) = (&rows[0], &rows[1]);
        assert_eq!((shop.words(own).await, own.opted_out_at), (vec!["alone".to_owned()], None));
        assert!(group.contact.group && !own.contact.group);
        assert_eq!((group.contact.name.as_str(), group.window_expires_at, group.unread), ("WhatsApp group", None, 2));
        let authors: Vec<_> = shop.messages(group).await.into_iter().map(|m| m.extras.author.unwrap()).collect();
        assert_eq!(authors, ["Customer 4915112345678", "Customer 4915100000000"]);
        // Who wrote there alone is nobody's contact.
        assert_eq!(shop.count("SELECT CAST(COUNT(*) AS BIGINT) FROM contacts").await, 2);
    }

    async fn nothing_is_sent_there(db) {
        let shop = Shop::open(&db).await;
        shop.gets([says(CUSTOMER, "hello all", 40)]).await;
        let row = shop.row().await;
        conversations::reply(&shop.owner, row.id, MessageId(new_id()), "Hi").await.unwrap_err();
        // Nor if a window were open by mistake.
        let mut tx = db.db.begin().await.unwrap();
        const OPEN: &str = "UPDATE conversations SET window_expires_at = $2 WHERE id = $1";
        services::sql!(exec tx.conn(), OPEN, row.id.0, i64::MAX).unwrap();
        tx.commit().await.unwrap();
        let refused = conversations::reply(&shop.owner, row.id, MessageId(new_id()), "Hi").await.unwrap_err().to_string();
        assert!(refused.contains("WhatsApp group"), "{refused}");
        assert_eq!(shop.count("SELECT CAST(COUNT(*) AS BIGINT) FROM outbox").await, 0);
    }

    async fn a_group_is_called_by_its_subject(db) {
        let shop = Shop::open(&db).await;
        shop.gets([says(CUSTOMER, "hello all", 40), subject("Weavers", 30), says(CUSTOMER, "more", 20)]).await;
        assert_eq!(shop.row().await.contact.name, "Weavers");
        shop.gets([subject("Weavers of Mysuru", 10), subject("Weavers", 30)]).await;
        assert_eq!(shop.row().await.contact.name, "Weavers of Mysuru");
    }

    async fn a_group_is_nobodys_twin(db) {
        let shop = Shop::open(&db).await;
        shop.gets([customer_writes("alone", 50), says(CUSTOMER, "hello all", 40)]).await;
        let rows = shop.rows(View::All).await;
        let refused = contacts::merge(&shop.owner, rows[1].contact.id, rows[0].contact.id).await.unwrap_err().to_string();
        assert!(refused.contains("group"), "{refused}");
    }
}
