//! What of the dead letters a member sees, and how many a page holds.

use super::{PHONE, Scene, all, entries, put, scene, until};
use crate::{meta::Workers, on_both};
use domain::{
    audit::Action,
    dead::{Filter, Kind, Letter},
    id::TokenId,
    message::Status,
    permission::{Grant, Permission as P, Permissions},
};
use serde_json::json;
use services::{
    Ctx,
    clock::new_id,
    dead::{self, Retry},
    sql,
};

const DONE: &str = "UPDATE deliveries SET state = 'done' WHERE id = $1";
const BEHIND: &str = "SELECT delivery_id FROM dead_letters WHERE workspace_id = $1 AND id = $2";

/// The Owner, who holds these permissions alone.
fn holds(owner: &Ctx, permissions: &[(P, Grant)]) -> Ctx {
    let permissions: Permissions = permissions.iter().copied().chain([(P::OperationsView, Grant::All)]).collect();
    owner.clone().limited_to(TokenId(new_id()), permissions)
}

async fn one(ctx: &Ctx, kind: Kind) -> Letter {
    let filter = Filter { kind: Some(kind), ..Filter::default() };
    dead::list(ctx, &filter, None, 50).await.unwrap().items.remove(0)
}

async fn finds(ctx: &Ctx, text: &str) -> usize {
    let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
    dead::list(ctx, &filter, None, 50).await.unwrap().items.len()
}

async fn unreadable(scene: &Scene) {
    let body = json!({"entry": "nonsense", "id": new_id(), "metadata": {"phone_number_id": PHONE}});
    put(&scene.services, body.to_string().into_bytes()).await;
}

on_both! {
    async fn whom_a_message_was_for_is_for_those_who_see_the_contact(db) {
        let scene = scene(&db).await;
        let message = scene.dead("Sure", "refused").await;
        let (nobody, owner) = (holds(&scene.owner, &[]), &scene.owner);
        let reader = holds(owner, &[(P::MessagesView, Grant::All)]);
        let knows = holds(owner, &[(P::ContactsRead, Grant::All), (P::ConversationsView, Grant::All)]);
        // The contact is nobody's: not the Owner's own.
        let own = [(P::ContactsRead, Grant::Own), (P::MessagesView, Grant::Own), (P::ConversationsView, Grant::Own)];
        let own = holds(owner, &own);
        let name = one(owner, Kind::Send).await.contact.unwrap();
        assert!(name.contains("4915112345678"), "{name}");
        for (ctx, named) in [(owner, true), (&knows, true), (&nobody, false), (&reader, false), (&own, false)] {
            let letter = one(ctx, Kind::Send).await;
            assert_eq!(letter.contact.as_deref(), named.then_some(name.as_str()));
            assert_eq!(letter.conversation, named.then_some(scene.conversation));
            // What is not shown is not found either.
            assert_eq!(finds(ctx, "5112345").await, usize::from(named));
            assert_eq!(finds(ctx, "GIVEN up").await, 1);
            let detail = dead::get(ctx, message.0).await.unwrap();
            assert_eq!(detail.letter, letter);
        }
        let detail = dead::get(&nobody, message.0).await.unwrap();
        assert_eq!((detail.text, detail.payload), (None, None));
        assert_eq!(dead::get(&own, message.0).await.unwrap().text, None);
        let detail = dead::get(&knows, message.0).await.unwrap();
        assert_eq!((detail.text, detail.payload), (None, None));
        let detail = dead::get(&reader, message.0).await.unwrap();
        let payload = detail.payload.unwrap();
        assert_eq!(detail.text.as_deref(), Some("Sure"));
        assert!(payload.contains("Sure") && !payload.contains("4915112345678"), "{payload}");

        // Own ones are read, without those of others.
        take_over(&scene).await;
        let detail = dead::get(&own, message.0).await.unwrap();
        assert_eq!(detail.text.as_deref(), Some("Sure"));
        assert_eq!(detail.letter.contact.as_deref(), Some(name.as_str()));
        assert!(detail.payload.unwrap().contains("+4915112345678"));
        assert_eq!(finds(&own, "5112345").await, 1);
    }

    async fn what_meta_delivered_is_for_those_who_see_everybody(db) {
        let scene = scene(&db).await;
        let workers = Workers::start(&scene.services);
        unreadable(&scene).await;
        until(&scene.services, "it is dead", |s| s.deliveries.dead == 1).await;
        workers.finish().await;
        let all_messages = (P::MessagesView, Grant::All);
        for (permissions, shown) in [
            (&[][..], false),
            (&[all_messages][..], false),
            (&[all_messages, (P::ContactsRead, Grant::Own)][..], false),
            (&[all_messages, (P::ContactsRead, Grant::All)][..], true),
        ] {
            let ctx = holds(&scene.owner, permissions);
            let letter = one(&ctx, Kind::Delivery).await;
            assert_eq!(dead::get(&ctx, letter.id).await.unwrap().payload.is_some(), shown, "{permissions:?}");
        }
    }

    async fn a_page_is_full_or_the_last_one(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        let workers = Workers::start(&scene.services);
        for _ in 0..7 {
            unreadable(&scene).await;
        }
        until(&scene.services, "all are dead", |s| s.deliveries.dead == 7).await;
        workers.finish().await;
        let message = scene.dead("Sure", "refused").await;
        let letters = all(owner).await;
        assert_eq!(letters.len(), 8);
        // Another workspace that they concern retried these.
        let gone: Vec<_> = letters.iter().filter(|letter| letter.kind == Kind::Delivery).take(4).map(|l| l.id).collect();
        for id in &gone {
            let mut read = scene.services.db().read().await.unwrap();
            let delivery = sql!(scalar i64, read.conn(), BEHIND, owner.workspace().id.0, *id).unwrap();
            drop(read);
            let mut journal = scene.services.db().begin_journal().await.unwrap();
            sql!(exec journal.conn(), DONE, delivery).unwrap();
            journal.commit().await.unwrap();
        }
        let left: Vec<_> = letters.iter().map(|letter| letter.id).filter(|id| !gone.contains(id)).collect();
        assert!(left.len() == 4 && left.contains(&message.0));
        for limit in 1..=5 {
            let (mut found, mut before) = (Vec::new(), None);
            loop {
                let page = dead::list(owner, &Filter::default(), before, limit).await.unwrap();
                assert!(page.items.len() == limit || !page.more, "{} of {limit}", page.items.len());
                before = page.items.last().map(Letter::place);
                found.extend(page.items.into_iter().map(|letter| letter.id));
                if !page.more {
                    break;
                }
            }
            assert_eq!(found, left, "{limit} a page");
        }
    }

    /// Not even a crash in between leaves the old words behind for somebody else to send, or loses both.
    async fn other_words_go_out_and_the_old_ones_do_not_or_neither(db) {
        let scene = scene(&db).await;
        let owner = &scene.owner;
        let message = scene.dead("Tomorow", "refused").await;
        let refuses = match &db.db {
            services::db::Db::Sqlite(_) => {
                "CREATE TRIGGER stays BEFORE UPDATE ON messages WHEN NEW.status = 'cancelled' BEGIN SELECT RAISE(ABORT, 'stays'); END"
            }
            services::db::Db::Postgres(_) => "ALTER TABLE messages ADD CONSTRAINT stays CHECK (status <> 'cancelled')",
        };
        let allows = match &db.db {
            services::db::Db::Sqlite(_) => "DROP TRIGGER stays",
            services::db::Db::Postgres(_) => "ALTER TABLE messages DROP CONSTRAINT stays",
        };
        let run = async |statement: &'static str| {
            let mut tx = db.db.begin().await.unwrap();
            sql!(exec tx.conn(), statement).unwrap();
            tx.commit().await.unwrap();
        };
        run(refuses).await;
        assert!(dead::retry_with_edit(owner, message.0, "Tomorrow", Retry::Once).await.is_err());
        assert_eq!(scene.messages().await[1..], [("Tomorow".to_owned(), Status::Dead)]);
        assert_eq!(entries(owner, Action::MessageDiscarded).await, 0);
        run(allows).await;
        // What is refused as a message leaves the old one as it was.
        assert!(dead::retry_with_edit(owner, message.0, " ", Retry::Once).await.is_err());
        assert_eq!(scene.messages().await[1..], [("Tomorow".to_owned(), Status::Dead)]);
        // Two at a time: one of them finds it gone.
        let (one, two) = tokio::join!(
            dead::retry_with_edit(owner, message.0, "Tomorrow", Retry::Once),
            dead::retry_with_edit(owner, message.0, "On Monday", Retry::Once),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let words = if one.is_ok() { "Tomorrow" } else { "On Monday" };
        assert_eq!(scene.messages().await[1..], [
            ("Tomorow".to_owned(), Status::Cancelled), (words.to_owned(), Status::Queued),
        ]);
        assert_eq!(entries(owner, Action::MessageDiscarded).await, 1);
    }
}

/// The contact and the conversation become the Owner's own.
async fn take_over(scene: &Scene) {
    let owner = &scene.owner;
    let row = services::conversations::get(owner, scene.conversation).await.unwrap();
    services::conversations::assign(owner, scene.conversation, Some(owner.me().id)).await.unwrap();
    services::team::assign_contacts(owner, &[row.contact.id], Some(owner.me().id)).await.unwrap();
}
