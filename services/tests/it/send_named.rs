//! Templates as programs name them: by name and language, filled in as Meta takes it or by our own keys.

use crate::{
    meta::{PHONE, Workers, message_body, put, text, until},
    on_both,
    support::{number, workspace},
};
use domain::{
    Error as Wrong,
    conversation::View,
    id::{ConversationId, MessageId, TokenId},
    message::Kind,
    permission::{Grant, Permission, Permissions},
    time::DAY,
};
use serde_json::json;
use services::{
    Ctx, Error, Services,
    clock::new_id,
    conversations::{self, Filled, Named},
    jobs::Which,
    sql,
};

const TEMPLATE: &str = "INSERT INTO templates
    (workspace_id, id, waba_id, meta_id, name, language, category, status, components, synced_at)
    VALUES ($1, $2, $3, '7', 'order_update', $4, 'utility', 'approved', $5, 0)";

/// A conversation whose window has closed, and a template in two languages, one of them of another account.
async fn scene(services: &Services) -> (Ctx, ConversationId) {
    let owner = workspace(services, "Kaveri").await;
    number(services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::only(services, Which { ingest: true, outbox: false });
    put(services, message_body(text("4915112345678", "wamid.in", "Hello"))).await;
    until(services, "the customer's message is there", |s| s.messages.inbound == 1).await;
    workers.finish().await;
    let components = json!([{"type": "BODY", "text": "Hi {{1}}, order {{2}}."}]).to_string();
    let mut tx = services.db().begin().await.unwrap();
    for (account, language) in [(crate::meta::WABA, "en_US"), ("999", "de")] {
        let ws = owner.workspace().id.0;
        sql!(exec tx.conn(), TEMPLATE, ws, new_id(), account, language, components.as_str()).unwrap();
    }
    tx.commit().await.unwrap();
    services.clock().advance(2 * DAY);
    let id = conversations::inbox(&owner, View::All, None).await.unwrap().rows[0].id;
    (owner, id)
}

fn named(language: &str, filled: Filled) -> Named {
    Named { name: "order_update".to_owned(), language: language.to_owned(), filled }
}

fn as_meta_takes_it() -> Filled {
    let text = |text: &str| json!({"type": "text", "text": text});
    Filled::Components(vec![json!({"type": "body", "parameters": [text("Asha"), text("17")]})])
}

on_both! {
    async fn once_a_key_whichever_way_it_is_filled(db) {
        let services = db.services();
        let (owner, id) = scene(&services).await;
        let key = MessageId(new_id());
        let sent = conversations::send_named(&owner, id, key, &named("en_US", as_meta_takes_it())).await.unwrap();
        assert_eq!((sent.id, sent.kind, sent.text.as_str()), (key, Kind::Template, "Hi Asha, order 17."));
        let values = [("body.1", "Asha"), ("body.2", "18")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let other = named("en_US", Filled::Values(values.into_iter().collect()));
        // The key decides.
        let again = conversations::send_named(&owner, id, key, &other).await.unwrap();
        assert_eq!(again, sent);
        let sent = conversations::send_named(&owner, id, MessageId(new_id()), &other).await.unwrap();
        assert_eq!(sent.text, "Hi Asha, order 18.");
        let thread = conversations::thread(&owner, id).await.unwrap();
        assert_eq!(thread.messages.iter().filter(|message| message.kind == Kind::Template).count(), 2);
    }

    async fn what_the_number_has_not_is_not_sent(db) {
        let services = db.services();
        let (owner, id) = scene(&services).await;
        let send = async |ctx: &Ctx, id, asked: Named| conversations::send_named(ctx, id, MessageId(new_id()), &asked).await;
        for asked in [
            // Of another account.
            named("de", as_meta_takes_it()),
            named("fr", as_meta_takes_it()),
            named("en_US", Filled::Components(Vec::new())),
            named("en_US", Filled::Components(vec![json!({"type": "header", "parameters": [{"type": "text", "text": "x"}]})])),
        ] {
            let answer = send(&owner, id, asked.clone()).await;
            assert!(matches!(answer, Err(Error::Domain(Wrong::Invalid { .. }))), "{asked:?} {answer:?}");
        }
        let texts = Permissions::all().with(Permission::MessagesSendTemplate, Grant::No);
        let texts = owner.clone().limited_to(TokenId(new_id()), texts);
        let answer = send(&texts, id, named("en_US", as_meta_takes_it())).await;
        assert!(matches!(answer, Err(Error::Domain(Wrong::Forbidden { permission })) if permission == "messages.send_template"));
        let other = workspace(&services, "Other").await;
        let answer = send(&other, id, named("en_US", as_meta_takes_it())).await;
        assert!(matches!(answer, Err(Error::Domain(Wrong::NotFound))));
        assert_eq!(conversations::thread(&owner, id).await.unwrap().messages.len(), 1);
    }
}
