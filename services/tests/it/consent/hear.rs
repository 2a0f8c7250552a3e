//! How it is heard.

use super::{CUSTOMER, START, Scene, at, one, opted_out, says, scene};
use crate::{
    meta::{PHONE, WABA, body, change, entry, status_body, value},
    on_both,
};
use domain::opt_out::{Scope, Settings, Source, What, Words};
use serde_json::{Value, json};
use services::{consent, conversations, sql};

const ACCEPTED: &str = "UPDATE messages SET status = 'accepted', status_rank = 20, wamid = 'wamid.out'
    WHERE workspace_id = $1 AND id = $2";

fn tapped(wamid: &str, seconds: i64, kind: &str, what: Value) -> Value {
    let mut message = json!({"from": CUSTOMER, "id": wamid, "timestamp": at(seconds), "type": kind});
    message[kind] = what;
    message
}

fn preference(word: &str, seconds: i64) -> Vec<u8> {
    let value = json!({
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": "1", "phone_number_id": PHONE},
        "contacts": [{"wa_id": CUSTOMER, "profile": {"name": "Pablo"}}],
        "user_preferences": [{"wa_id": CUSTOMER, "detail": "User requested to stop", "category": "marketing_messages",
            "value": word, "timestamp": START / 1_000 + seconds}]
    });
    body(vec![entry(WABA, vec![json!({"field": "user_preferences", "value": value})])])
}

async fn sources(scene: &Scene) -> Vec<(What, Source)> {
    let contact = scene.contact(CUSTOMER).await.id;
    scene.history(contact).await.into_iter().map(|line| (line.what, line.source)).collect()
}

on_both! {
    async fn buttons_count_by_what_they_stand_for(db) {
        let scene = scene(&db).await;
        scene.hears("w0", 0, "Hello").await;
        for (n, (kind, what, out)) in [
            ("button", json!({"payload": "STOP", "text": "No more of these"}), true),
            ("interactive", json!({"type": "button_reply", "button_reply": {"id": "7", "title": "Start"}}), true),
            ("interactive", json!({"type": "button_reply", "button_reply": {"id": "START", "title": "Again"}}), false),
            // About an appointment, not about messages.
            ("interactive", json!({"type": "button_reply", "button_reply": {"id": "no", "title": "Cancel"}}), false),
            ("button", json!({"payload": "cancel_visit", "text": "Cancel"}), false),
            ("button", json!({"payload": "Stop promotions", "text": "Stop promotions"}), true),
            ("interactive", json!({"type": "list_reply", "list_reply": {"id": "RESUME", "title": "x"}}), false),
        ].into_iter().enumerate() {
            let seconds = i64::try_from(n).unwrap();
            scene.put(one(tapped(&format!("w{}", n + 1), seconds + 1, kind, what))).await;
            assert_eq!(scene.since().await.is_some(), out, "{n}");
        }
        let all = sources(&scene).await;
        assert_eq!(all.len(), 4);
        assert!(all.iter().all(|(_, source)| *source == Source::Button));
    }

    async fn whatsapps_own_setting_counts(db) {
        let scene = scene(&db).await;
        // Nobody has heard of the customer before.
        scene.put(preference("stop", 1)).await;
        let contact = scene.contact(CUSTOMER).await;
        assert_eq!((contact.name.as_str(), contact.opted_out_at), ("Pablo", Some(START)));
        // The same again, in another body.
        let mut again: Value = serde_json::from_slice(&preference("stop", 1)).unwrap();
        again["extra"] = json!(1);
        scene.put(again.to_string().into_bytes()).await;
        scene.put(preference("ask_me_later", 2)).await;
        scene.hears("w1", 1, "Hello").await;
        assert!(opted_out(scene.reply(scene.row().await.id).await));
        scene.put(preference("resume", 3)).await;
        assert_eq!(scene.since().await, None);
        scene.put(preference("signup", 4)).await;
        let expected = [What::OptedIn, What::OptedIn, What::OptedOut].map(|what| (what, Source::Meta));
        assert_eq!(sources(&scene).await, expected);
        // Nobody was written to: there is no message to answer.
        assert_eq!(scene.out().await, []);
    }

    async fn a_refusal_for_it_counts(db) {
        let scene = scene(&db).await;
        scene.hears("w1", 0, "Hello").await;
        let sent = scene.reply(scene.row().await.id).await.unwrap();
        let mut tx = scene.services.db().begin().await.unwrap();
        sql!(exec tx.conn(), ACCEPTED, scene.owner.workspace().id.0, sent.id.0).unwrap();
        tx.commit().await.unwrap();
        let failed = |code: i64| json!({"id": "wamid.out", "status": "failed", "timestamp": at(5), "errors": [{"code": code}]});
        scene.put(status_body(failed(131_026))).await;
        assert_eq!(scene.since().await, None);
        for n in 0..2 {
            let mut status = failed(131_050);
            status["nth"] = json!(n);
            scene.put(status_body(status)).await;
        }
        assert!(scene.since().await.is_some());
        let history = scene.history(scene.contact(CUSTOMER).await.id).await;
        assert_eq!(history.len(), 1);
        assert_eq!((history[0].source, history[0].message), (Source::Error, Some(sent.id)));
    }

    async fn a_workspace_chooses_its_words_and_texts(db) {
        let scene = scene(&db).await;
        let settings = Settings {
            words: Words {
                stop: vec!["Genug jetzt".to_owned()],
                start: vec!["Doch".to_owned()],
                without: vec!["cancel".to_owned()],
            },
            stopped_text: "Verstanden.".to_owned(),
            ..Settings::default()
        };
        consent::save(&scene.owner, settings.clone()).await.unwrap();
        assert_eq!(consent::get(&scene.owner).await.unwrap(), settings);
        scene.hears("w1", 1, "Cancel").await;
        assert_eq!(scene.since().await, None);
        scene.hears("w2", 2, "genug JETZT!").await;
        assert!(scene.since().await.is_some());
        scene.hears("w3", 3, "doch").await;
        assert_eq!(scene.since().await, None);
        let said: Vec<_> = scene.out().await.into_iter().map(|(words, _)| words).collect();
        assert_eq!(said, ["Verstanden.".to_owned(), settings.started_text.clone()]);

        // Silently.
        consent::save(&scene.owner, Settings { confirms: false, scope: Scope::Marketing, ..settings }).await.unwrap();
        scene.hears("w4", 4, "STOP").await;
        assert!(scene.since().await.is_some());
        assert_eq!(scene.out().await.len(), 2);
    }

    async fn a_batch_of_many_opt_outs(db) {
        let scene = scene(&db).await;
        let messages = (0..120).map(|n| says(&format!("49151{n:08}"), &format!("w{n}"), 1, if n % 2 == 0 { "Stop" } else { "Hi" }));
        scene.put(body(vec![entry(WABA, vec![change(value(PHONE, messages.collect(), vec![]))])])).await;
        for n in [0, 1, 60, 118, 119] {
            let contact = scene.contact(&format!("49151{n:08}")).await;
            assert_eq!(contact.opted_out_at.is_some(), n % 2 == 0, "{n}");
        }
        let rows = conversations::inbox(&scene.owner, domain::conversation::View::All, None).await.unwrap().rows;
        // Nobody has read what they wrote, though they were answered.
        assert!(rows.iter().all(|row| row.unread == 1));
    }
}
