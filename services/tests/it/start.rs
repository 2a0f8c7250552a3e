//! Writing to a customer first.

use crate::{
    meta::{PHONE, Workers, message_body, put, text, until},
    on_both,
    support::{member, number, workspace},
};
use domain::{
    Error as Wrong,
    contact::Search,
    conversation::View,
    id::{MessageId, NumberId, TemplateId},
    inbox::Counts,
    message::Kind,
    opt_out::What,
    role::Role,
    template::Values,
    time::HOUR,
};
use serde_json::json;
use services::{
    Ctx, Error, Services,
    clock::new_id,
    consent,
    contacts::{self, Turn},
    conversations::{self, Addressee, Begin, Filled, First, Named},
    jobs::Which,
    sql,
    stats::stats,
};

const TEMPLATE: &str = "INSERT INTO templates
    (workspace_id, id, waba_id, meta_id, name, language, category, status, components, synced_at)
    VALUES ($1, $2, $3, '7', 'order_update', 'en_US', 'utility', 'approved', $4, 0)";
const DIGITS: &str = "4915112345678";

struct Scene {
    owner: Ctx,
    number: NumberId,
    template: TemplateId,
}

async fn scene(services: &Services) -> Scene {
    let owner = workspace(services, "Kaveri").await;
    let number = number(services, &owner.workspace().slug, PHONE).await;
    let components = json!([{"type": "BODY", "text": "Hi {{1}}."}]).to_string();
    let template = TemplateId(new_id());
    let mut tx = services.db().begin().await.unwrap();
    let ws = owner.workspace().id.0;
    sql!(exec tx.conn(), TEMPLATE, ws, template.0, crate::meta::WABA, components.as_str()).unwrap();
    tx.commit().await.unwrap();
    Scene { owner, number, template }
}

impl Scene {
    fn begin(&self, digits: &str) -> Begin {
        Begin { number: self.number, to: Addressee::Digits(digits.to_owned()), name: Some("Asha".to_owned()) }
    }
}

fn values() -> Values {
    [("body.1".to_owned(), "Asha".to_owned())].into_iter().collect()
}

async fn people(ctx: &Ctx) -> usize {
    contacts::browse(ctx, &Search::default(), Turn::First, 10).await.unwrap().items.len()
}

async fn customer_writes(services: &Services, wamid: &str) {
    let before = stats(services).await.unwrap().messages.inbound;
    let workers = Workers::only(services, Which { ingest: true, outbox: false });
    put(services, message_body(text(DIGITS, wamid, "Hello"))).await;
    until(services, "the customer's message is there", |s| s.messages.inbound == before + 1).await;
    workers.finish().await;
}

on_both! {
    async fn somebody_new_gets_a_template_once_a_key(db) {
        let services = db.services();
        let scene = scene(&services).await;
        let (begin, key) = (scene.begin(DIGITS), MessageId(new_id()));
        let values = values();
        let first = First::Chosen(scene.template, &values);
        let (row, message) = conversations::start(&scene.owner, &begin, key, first).await.unwrap();
        assert_eq!((message.id, message.kind, message.text.as_str()), (key, Kind::Template, "Hi Asha."));
        assert_eq!((row.contact.name.as_str(), row.contact.phone.as_deref()), ("Asha", Some("+4915112345678")));
        // It is the member's who began it, and nobody has written yet.
        assert_eq!((row.assignee, row.window_expires_at), (Some(scene.owner.me().id), None));
        let again = conversations::start(&scene.owner, &begin, key, first).await.unwrap();
        assert_eq!((again.0.id, again.1.id), (row.id, key));
        // The next one goes into the same conversation, also when it is named.
        let named = Named { name: "order_update".into(), language: "en_US".into(), filled: Filled::Values(values.clone()) };
        let (next, _) = conversations::start(&scene.owner, &begin, MessageId(new_id()), First::Named(&named)).await.unwrap();
        assert_eq!(next.id, row.id);
        let thread = conversations::thread(&scene.owner, row.id).await.unwrap();
        assert_eq!((thread.messages.len(), people(&scene.owner).await), (2, 1));
        let inbox = conversations::inbox(&scene.owner, View::All, None).await.unwrap();
        assert_eq!(inbox.counts, Counts { mine: 1, unassigned: 0, all: 1, unread: 0 });
        // Their answer comes into it.
        customer_writes(&services, "wamid.answer").await;
        let thread = conversations::thread(&scene.owner, row.id).await.unwrap();
        assert!(thread.messages.iter().any(|message| message.text == "Hello"));
    }

    async fn what_cannot_be_sent_leaves_nobody_behind(db) {
        let services = db.services();
        let scene = scene(&services).await;
        let (begin, empty, filled) = (scene.begin(DIGITS), Values::new(), values());
        let fresh = || MessageId(new_id());
        for first in [First::Chosen(scene.template, &empty), First::Chosen(TemplateId(new_id()), &filled)] {
            let answer = conversations::start(&scene.owner, &begin, fresh(), first).await;
            assert!(matches!(answer, Err(Error::Domain(Wrong::Invalid { .. }))), "{answer:?}");
        }
        let nowhere = Begin { number: NumberId(new_id()), ..begin.clone() };
        assert!(conversations::start(&scene.owner, &nowhere, fresh(), First::Chosen(scene.template, &filled)).await.is_err());
        assert_eq!(people(&scene.owner).await, 0);
        // Nor what another workspace has.
        let other = workspace(&services, "Other").await;
        assert!(conversations::start(&other, &begin, fresh(), First::Chosen(scene.template, &filled)).await.is_err());
        // Who said STOP is not written to first.
        let contact = contacts::create(&scene.owner, "+49 151 12345678", None).await.unwrap();
        consent::record(&scene.owner, contact.id, What::OptedOut, None).await.unwrap();
        let to = Begin { to: Addressee::Contact(contact.id), ..begin };
        let answer = conversations::start(&scene.owner, &to, fresh(), First::Chosen(scene.template, &filled)).await;
        assert!(matches!(answer, Err(Error::Domain(Wrong::OptedOut))), "{answer:?}");
        assert!(conversations::inbox(&scene.owner, View::All, None).await.unwrap().rows.is_empty());
    }

    async fn a_new_conversation_knows_the_window_of_the_closed_one(db) {
        let services = db.services();
        let scene = scene(&services).await;
        customer_writes(&services, "wamid.in").await;
        let old = conversations::inbox(&scene.owner, View::All, None).await.unwrap().rows[0].clone();
        conversations::close(&scene.owner, old.id).await.unwrap();
        services.clock().advance(HOUR);
        let filled = values();
        let first = First::Chosen(scene.template, &filled);
        let to = Begin { to: Addressee::Contact(old.contact.id), ..scene.begin(DIGITS) };
        let (row, _) = conversations::start(&scene.owner, &to, MessageId(new_id()), first).await.unwrap();
        assert_ne!(row.id, old.id);
        assert_eq!(row.window_expires_at, old.window_expires_at);
        conversations::reply(&scene.owner, row.id, MessageId(new_id()), "And in words").await.unwrap();
    }

    async fn a_colleagues_customer_is_not_written_to(db) {
        let services = db.services();
        let scene = scene(&services).await;
        let slug = &scene.owner.workspace().slug;
        let (_, mira) = member(&services, slug, "Mira", Role::Agent).await;
        let (_, noah) = member(&services, slug, "Noah", Role::Agent).await;
        let filled = values();
        let first = First::Chosen(scene.template, &filled);
        let begin = scene.begin(DIGITS);
        let (row, _) = conversations::start(&mira, &begin, MessageId(new_id()), first).await.unwrap();
        assert_eq!(row.assignee, Some(mira.me().id));
        let answer = conversations::start(&noah, &begin, MessageId(new_id()), first).await;
        assert!(matches!(answer, Err(Error::Conflict(_))), "{answer:?}");
        let to = Begin { to: Addressee::Contact(row.contact.id), ..begin };
        let answer = conversations::start(&noah, &to, MessageId(new_id()), first).await;
        assert!(matches!(answer, Err(Error::Domain(Wrong::NotFound))), "{answer:?}");
        let thread = conversations::thread(&mira, row.id).await.unwrap();
        assert_eq!(thread.messages.len(), 1);
    }
}
