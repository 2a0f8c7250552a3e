//! What changes of a conversation answer, and tell, under other people's hands.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{TestDb, member, number, until_so, workspace},
};
use domain::{
    Error as Wrong,
    conversation::View,
    id::MessageId,
    inbox::Row,
    permission::{Grant, Permission as P},
    role::{Role, RoleRef},
};
use services::{Ctx, Error, Services, clock::new_id, contacts, conversations, db::Db, jobs::Which, sql, team};

const FAILED: &str = "UPDATE messages SET status = 'failed' WHERE workspace_id = $1 AND id = $2";
const UNREAD: &str = "UPDATE conversations SET unread = 7 WHERE workspace_id = $1 AND id = $2";
const TOLD: &str = "SELECT body FROM events WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1";
const WAITING: &str =
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// Somebody has written, and it belongs to nobody yet.
async fn written(services: &Services) -> (Ctx, Row) {
    let owner = workspace(services, "Kaveri").await;
    number(services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::only(services, Which { ingest: true, outbox: false });
    put(services, message_body(text("4915112345678", "wamid.1", "the words"))).await;
    quiet(services).await;
    workers.finish().await;
    let row = conversations::list(&owner, View::All, None).await.unwrap().items.remove(0);
    assert_eq!(row.preview.as_ref().unwrap().text, "the words");
    (owner, row)
}

/// Whether somebody waits for a row that is locked. On SQLite every writer does.
async fn somebody_waits(db: &TestDb) -> bool {
    match &db.db {
        Db::Sqlite(..) => true,
        Db::Postgres(..) => {
            let mut read = db.db.read().await.unwrap();
            sql!(scalar i64, read.conn(), WAITING).unwrap() > 0
        }
    }
}

on_both! {
    async fn who_may_not_read_messages_is_answered_without_their_words(db) {
        let services = db.services();
        let (owner, row) = written(&services).await;
        let slug = owner.workspace().slug.clone();
        let (_, blind) = member(&services, &slug, "Lucia", Role::Manager).await;
        let (rohan, _) = member(&services, &slug, "Rohan", Role::Agent).await;
        let role = team::roles::create(&owner, "Dispatcher", "", RoleRef::BuiltIn(Role::Manager)).await.unwrap();
        let held = role.permissions.with(P::MessagesView, Grant::No);
        team::roles::save(&owner, role.id, "Dispatcher", "", held).await.unwrap();
        team::members::set_role(&owner, blind.me().id, RoleRef::Custom(role.id)).await.unwrap();
        let blind = blind.again().await.unwrap();
        assert!(!blind.permissions().allows(P::MessagesView) && blind.permissions().allows(P::ConversationsAssign));

        let to = Some(rohan.member.id);
        for _ in 0..2 {
            // Also where it changes nothing.
            assert_eq!(conversations::assign(&blind, row.id, to).await.unwrap().preview, None);
            assert_eq!(conversations::mark_read(&blind, row.id).await.unwrap().preview, None);
        }
        assert_eq!(conversations::close(&blind, row.id).await.unwrap().preview, None);
        assert_eq!(conversations::reopen(&blind, row.id).await.unwrap().preview, None);
        assert!(conversations::assign(&owner, row.id, None).await.unwrap().preview.is_some());

        let message = MessageId(new_id());
        conversations::reply(&owner, row.id, message, "an answer").await.unwrap();
        let mut tx = services.db().begin().await.unwrap();
        sql!(exec tx.conn(), FAILED, owner.workspace().id.0, message.0).unwrap();
        tx.commit().await.unwrap();
        assert!(blind.permissions().allows(P::MessagesRetry));
        let refused = conversations::send_again(&blind, message).await;
        let missing = matches!(&refused, Err(Error::Domain(Wrong::Forbidden { permission })) if permission == "messages.view");
        assert!(missing, "{refused:?}");
        assert!(conversations::send_again(&owner, message).await.is_ok());
    }

    async fn a_contact_that_is_named_tells_what_its_conversation_has_become(db) {
        let services = db.services();
        let (owner, row) = written(&services).await;
        // Somebody is in the middle of changing it.
        let mut tx = services.db().begin().await.unwrap();
        sql!(exec tx.conn(), UNREAD, owner.workspace().id.0, row.id.0).unwrap();
        let naming = tokio::spawn({
            let owner = owner.clone();
            async move { contacts::update(&owner, row.contact.id, "Meera").await }
        });
        until_so("waiting", async || naming.is_finished() || somebody_waits(&db).await).await;
        tx.commit().await.unwrap();
        naming.await.unwrap().unwrap();
        let mut read = services.db().read().await.unwrap();
        let told = sql!(scalar String, read.conn(), TOLD, owner.workspace().id.0).unwrap();
        assert!(told.contains("Meera") && told.contains("\"unread\":7"), "{told}");
    }
}
