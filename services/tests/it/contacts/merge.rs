//! Two contacts become one.

use crate::{
    meta::{PHONE, WABA, Workers, body, change, entry, put, quiet, stamp},
    support::{START, TestDb, member, number, workspace},
};
use domain::{
    Error as Wrong,
    audit::{Action, Filter},
    contact::{Contact, Edit},
    conversation::{State, View},
    field::{Kind, Wish},
    id::MessageId,
    inbox::Row,
    message::Status,
    opt_out::What,
    role::Role,
    time::MINUTE,
};
use serde_json::{Value, json};
use services::{
    Ctx, Error, Services, audit,
    clock::new_id,
    consent,
    contacts::{self, fields},
    conversations,
    jobs::Which,
};

struct Scene {
    services: Services,
    owner: Ctx,
    _workers: Workers,
}

async fn scene(db: &TestDb) -> Scene {
    let services = db.services();
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::only(&services, Which { ingest: true, outbox: false });
    Scene { services, owner, _workers: workers }
}

const PHONE_ONLY: &str = "919845550117";
const USER: &str = "IN.8472610933571204";

/// A message of somebody who is known by a number, a user id, or both.
fn says(wa_id: Option<&str>, user_id: Option<&str>, wamid: &str, ago: i64, words: &str) -> Vec<u8> {
    let mut message = json!({"id": wamid, "timestamp": stamp(ago), "type": "text", "text": {"body": words}});
    let mut contact = json!({"profile": {"name": "Noor"}});
    let set = |place: &mut Value, key: &str, id: Option<&str>| {
        if let Some(id) = id {
            place[key] = json!(id);
        }
    };
    set(&mut message, "from", wa_id);
    set(&mut message, "from_user_id", user_id);
    set(&mut contact, "wa_id", wa_id);
    set(&mut contact, "user_id", user_id);
    let value = json!({"messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "918055500142", "phone_number_id": PHONE},
        "contacts": [contact], "messages": [message]});
    body(vec![entry(WABA, vec![change(value)])])
}

impl Scene {
    async fn hears(&self, wa_id: Option<&str>, user_id: Option<&str>, wamid: &str, ago: i64, words: &str) {
        put(&self.services, says(wa_id, user_id, wamid, ago, words)).await;
        quiet(&self.services).await;
    }

    async fn all(&self) -> Vec<Contact> {
        contacts::list(&self.owner, None, 50).await.unwrap().items
    }

    async fn rows(&self, view: View) -> Vec<Row> {
        conversations::list(&self.owner, view, None).await.unwrap().items
    }

    /// One with a number, one with a user id; each wrote.
    async fn two(&self) -> (Contact, Contact) {
        self.hears(Some(PHONE_ONLY), None, "w1", 600, "Hello by number").await;
        self.hears(None, Some(USER), "w2", 500, "Hello by name").await;
        let mut all = self.all().await;
        assert_eq!(all.len(), 2);
        let by_user = all.iter().position(|contact| contact.user_id.is_some()).unwrap();
        let user = all.remove(by_user);
        (all.remove(0), user)
    }
}

crate::on_both! {
    async fn a_message_with_both_proposes_it(db) {
        let scene = scene(&db).await;
        let (phone, user) = scene.two().await;
        assert!(contacts::open_twins(&scene.owner, 10).await.unwrap().is_empty());
        scene.hears(Some(PHONE_ONLY), Some(USER), "w3", 400, "Both").await;
        let twins = contacts::twins_of(&scene.owner, phone.id).await.unwrap();
        assert_eq!(twins.iter().map(|twin| twin.id).collect::<Vec<_>>(), [user.id]);
        assert_eq!(contacts::twins_of(&scene.owner, user.id).await.unwrap()[0].id, phone.id);
        assert_eq!(contacts::open_twins(&scene.owner, 10).await.unwrap().len(), 1);
        let (_, agent) = member(&scene.services, &scene.owner.workspace().slug, "Anil", Role::Agent).await;
        assert!(contacts::open_twins(&agent, 10).await.unwrap().is_empty());

        contacts::keep_apart(&scene.owner, user.id, phone.id).await.unwrap();
        assert!(contacts::open_twins(&scene.owner, 10).await.unwrap().is_empty());
        scene.hears(Some(PHONE_ONLY), Some(USER), "w4", 300, "Both again").await;
        assert!(contacts::open_twins(&scene.owner, 10).await.unwrap().is_empty(), "once said, it stays so");
        let again = contacts::keep_apart(&scene.owner, user.id, phone.id).await;
        assert!(matches!(again, Err(Error::Domain(Wrong::NotFound))));
    }

    async fn what_they_have_is_joined(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        let (phone, user) = scene.two().await;
        let wish = |name: &str| Wish { name: name.to_owned(), kind: Kind::Text, choices: Vec::new() };
        let city = fields::create(owner, &wish("City")).await.unwrap().id;
        let room = fields::create(owner, &wish("Room")).await.unwrap().id;
        let edit = |city_is: &str, note: &str| Edit {
            fields: [(city, city_is.to_owned())].into(), note: Some(note.to_owned()), ..Edit::default() };
        contacts::edit(owner, phone.id, edit("Kochi", "Rings twice")).await.unwrap();
        contacts::edit(owner, user.id, edit("Pune", "Wholesale")).await.unwrap();
        contacts::edit(owner, user.id, Edit { fields: [(room, "Veranda".to_owned())].into(), ..Edit::default() }).await.unwrap();

        let rows = scene.rows(View::All).await;
        let [older, newer] = [&rows[1], &rows[0]];
        assert_eq!((older.contact.id, newer.contact.id), (phone.id, user.id));
        let queued = MessageId(new_id());
        conversations::reply(owner, older.id, queued, "On its way").await.unwrap();
        scene.hears(None, Some(USER), "w3", 1, "And again").await;
        let one = contacts::merge(owner, phone.id, user.id).await.unwrap();
        assert_eq!((one.phone.as_deref(), one.user_id.as_deref()), (Some("+919845550117"), Some(USER)));
        assert_eq!((one.fields[&city].as_str(), one.fields[&room].as_str()), ("Kochi", "Veranda"));
        assert_eq!(one.note, "Rings twice\n\nWholesale");
        assert_eq!(scene.all().await, std::slice::from_ref(&one));
        assert!(matches!(contacts::get(owner, user.id).await, Err(Error::Domain(Wrong::NotFound))));
        assert_eq!(contacts::follow(owner, user.id).await.unwrap().id, phone.id);

        // One is open, the other is closed; nothing that was unread or is on its way is lost. Who answers has read.
        let past = conversations::past(owner, phone.id, None, 10).await.unwrap().items;
        assert_eq!(past.len(), 2);
        let open: Vec<_> = past.iter().filter(|row| row.state == State::Open).collect();
        assert_eq!((open.len(), past.iter().map(|row| row.unread).sum::<i64>()), (1, 2));
        assert_eq!(open[0].unread, 2);
        for row in &past {
            let thread = conversations::thread(owner, row.id).await.unwrap();
            assert_eq!(thread.notes.len(), 1, "{:?}", thread.notes);
            assert_eq!(thread.row.contact.id, phone.id);
        }
        let waiting = conversations::thread(owner, older.id).await.unwrap();
        assert_eq!(waiting.messages.iter().find(|message| message.id == queued).unwrap().status, Status::Queued);
        // Whichever way they write, it is the one contact and its one open conversation.
        scene.hears(Some(PHONE_ONLY), None, "w5", 1, "By number").await;
        scene.hears(None, Some(USER), "w6", 1, "By name").await;
        scene.hears(Some(PHONE_ONLY), Some(USER), "w7", 1, "By both").await;
        let rows = scene.rows(View::All).await;
        assert_eq!((rows.len(), rows[0].id, rows[0].unread), (1, open[0].id, 5));
        let filter = Filter { action: Some(Action::ContactsMerged), ..Filter::default() };
        let entry = audit::list(owner, &filter, None, 5).await.unwrap().items.remove(0);
        assert_eq!(entry.after.unwrap()["merged"]["id"], json!(user.id));
    }

    async fn what_became_of_a_conversation_stays_in_it(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        let (phone, user) = scene.two().await;
        let rows = scene.rows(View::All).await;
        for row in &rows {
            conversations::assign(owner, row.id, Some(owner.me().id)).await.unwrap();
        }
        contacts::merge(owner, phone.id, user.id).await.unwrap();
        for row in &rows {
            let notes = conversations::thread(owner, row.id).await.unwrap().notes;
            assert_eq!(notes.iter().filter(|note| note.body == "took this").count(), 1, "{notes:?}");
        }
    }

    async fn the_opt_out_of_either_counts(db) {
        for (phone_out, user_out) in [(true, false), (false, true), (true, true)] {
            let db = crate::support::fresh(&db).await;
            let scene = scene(&db).await;
            let owner = &scene.owner;
            let (phone, user) = scene.two().await;
            for (id, out) in [(phone.id, phone_out), (user.id, user_out)] {
                consent::record(owner, id, if out { What::OptedOut } else { What::OptedIn }, None).await.unwrap();
                scene.services.clock().advance(MINUTE);
            }
            let waiting = scene.rows(View::All).await.into_iter().find(|row| row.opted_out_at.is_none());
            let queued = MessageId(new_id());
            if let Some(row) = &waiting {
                conversations::reply(owner, row.id, queued, "Still there?").await.unwrap();
            }
            let one = contacts::merge(owner, phone.id, user.id).await.unwrap();
            assert!(one.opted_out_at.is_some(), "{phone_out} {user_out}");
            let history = consent::history(owner, phone.id, None, 10).await.unwrap().items;
            assert!(history.len() >= 2 && history[0].what == What::OptedOut, "{history:?}");
            for row in conversations::past(owner, phone.id, None, 10).await.unwrap().items {
                assert!(row.opted_out_at.is_some());
            }
            if let Some(row) = &waiting {
                let thread = conversations::thread(owner, row.id).await.unwrap();
                let message = thread.messages.iter().find(|message| message.id == queued).unwrap();
                assert_eq!(message.status, Status::Cancelled);
            }
            // They may still change their mind.
            let back = consent::record(owner, phone.id, What::OptedIn, None).await.unwrap();
            assert_eq!(back.opted_out_at, None);
        }
    }

    async fn two_numbers_are_two_contacts_unless_a_message_shows_otherwise(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        let (phone, user) = scene.two().await;
        contacts::create(owner, "+34600000001", Some("Other")).await.unwrap();
        let other = contacts::by_phone(owner, "34600000001").await.unwrap().unwrap();
        assert!(matches!(contacts::merge(owner, phone.id, other.id).await, Err(Error::Conflict(_))));
        assert!(contacts::merge(owner, phone.id, phone.id).await.is_err());
        let stranger = workspace(&scene.services, "Two").await;
        let (_, viewer) = member(&scene.services, &owner.workspace().slug, "Vera", Role::Viewer).await;
        assert!(matches!(contacts::merge(&stranger, phone.id, user.id).await, Err(Error::Domain(Wrong::NotFound))));
        assert!(matches!(contacts::merge(&viewer, phone.id, user.id).await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        assert_eq!(scene.all().await.len(), 3);

        // The one with the user id was known by another number; a message shows the new one.
        contacts::merge(owner, other.id, user.id).await.unwrap();
        scene.hears(Some(PHONE_ONLY), Some(USER), "w9", 1, "My new number").await;
        let one = contacts::merge(owner, other.id, phone.id).await.unwrap();
        assert_eq!((one.phone.as_deref(), one.user_id.as_deref()), (Some("+919845550117"), Some(USER)));
        assert_eq!(scene.all().await.len(), 1);
        assert_eq!(contacts::follow(owner, user.id).await.unwrap().id, other.id);
        assert_eq!(contacts::follow(owner, phone.id).await.unwrap().id, other.id);
        assert!(one.updated_at >= START);
    }

    async fn a_message_that_comes_meanwhile_is_not_lost(db) {
        let scene = scene(&db).await;
        for round in 0..8 {
            let number = format!("91984555{round:04}");
            let user = format!("IN.{round}");
            scene.hears(Some(&number), None, &format!("a{round}"), 600, "Hello by number").await;
            scene.hears(None, Some(&user), &format!("b{round}"), 500, "Hello by name").await;
            let all = scene.all().await;
            let phone = all.iter().find(|one| one.phone.as_deref() == Some(&format!("+{number}"))).unwrap().id;
            let gone = all.iter().find(|one| one.user_id.as_deref() == Some(user.as_str())).unwrap().id;
            let merging = { let owner = scene.owner.clone(); tokio::spawn(async move { contacts::merge(&owner, phone, gone).await }) };
            for nth in 0..4 {
                let (wa_id, id) = if nth % 2 == 0 { (Some(number.as_str()), None) } else { (None, Some(user.as_str())) };
                put(&scene.services, says(wa_id, id, &format!("c{round}.{nth}"), 10, &format!("Meanwhile {nth}"))).await;
            }
            merging.await.unwrap().unwrap();
            quiet(&scene.services).await;
            let past = conversations::past(&scene.owner, phone, None, 10).await.unwrap().items;
            let mut words = Vec::new();
            for row in &past {
                let thread = conversations::thread(&scene.owner, row.id).await.unwrap();
                words.extend(thread.messages.into_iter().map(|message| message.text));
            }
            words.sort();
            let expected = ["Hello by name", "Hello by number", "Meanwhile 0", "Meanwhile 1", "Meanwhile 2", "Meanwhile 3"];
            assert_eq!(words, expected, "round {round}");
            assert_eq!(past.iter().filter(|row| row.state == State::Open).count(), 1);
            assert_eq!(past.iter().map(|row| row.unread).sum::<i64>(), 6);
        }
        assert_eq!(scene.all().await.len(), 8);
    }
}
