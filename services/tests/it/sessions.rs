//! The session store, as tower-sessions uses it.

use crate::support::{TestDb, workspace};
use domain::time::{DAY, HOUR, MINUTE};
use services::{
    Origin, Services,
    accounts::{self, AGENT_KEY, SessionStore, USER_KEY, user_of},
    sql,
};
use std::{collections::HashMap, sync::Arc};
use time::OffsetDateTime;
use tower_sessions_core::{
    Session, SessionStore as _,
    session::{Id, Record},
};
use uuid::Uuid;

const ALL: &str = "SELECT id_hash, user_id, user_agent, last_seen_at FROM sessions ORDER BY created_at";

type Stored = (Vec<u8>, Option<Uuid>, String, i64);

async fn stored(db: &TestDb) -> Vec<Stored> {
    let mut read = db.db.read().await.unwrap();
    sql!(all Stored, read.conn(), ALL).unwrap()
}

/// A signed-in session, as a browser would get it.
async fn begin(services: &Services, user: domain::id::UserId, agent: &str) -> Id {
    let session = Session::new(None, Arc::new(SessionStore::new(services)), None);
    session.insert(USER_KEY, user).await.unwrap();
    session.insert(AGENT_KEY, agent).await.unwrap();
    session.save().await.unwrap();
    session.id().unwrap()
}

crate::on_both! {
    async fn the_table_holds_no_id_but_knows_the_member(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let id = begin(&services, owner.user(), &"Firefox ".repeat(100)).await;
        let rows = stored(&db).await;
        let [(hash, user, agent, _)] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(hash.len(), 32);
        assert!(!hash.windows(16).any(|bytes| bytes == id.0.to_le_bytes() || bytes == id.0.to_be_bytes()));
        assert_eq!(*user, Some(owner.user().0));
        assert_eq!(agent.chars().count(), 200);
        let record = SessionStore::new(&services).load(&id).await.unwrap().unwrap();
        assert_eq!(user_of(&record), Some(owner.user()));
        assert_eq!(format!("{:?}", SessionStore::new(&services)), "SessionStore");
    }

    async fn a_new_id_at_sign_in_ends_the_old_one(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let store = Arc::new(SessionStore::new(&services));
        let session = Session::new(None, store.clone(), None);
        session.insert("flash", "hello").await.unwrap();
        session.save().await.unwrap();
        let before = session.id().unwrap();

        let session = Session::new(Some(before), store.clone(), None);
        session.insert(USER_KEY, owner.user()).await.unwrap();
        session.cycle_id().await.unwrap();
        session.save().await.unwrap();
        let after = session.id().unwrap();
        assert_ne!(before, after);
        assert!(store.load(&before).await.unwrap().is_none());
        assert_eq!(user_of(&store.load(&after).await.unwrap().unwrap()), Some(owner.user()));

        session.flush().await.unwrap();
        assert!(stored(&db).await.is_empty());
    }

    async fn sessions_end_when_idle_and_after_thirty_days(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let store = SessionStore::new(&services);
        let id = begin(&services, owner.user(), "").await;
        services.clock().advance(14 * DAY - 1);
        assert!(store.load(&id).await.unwrap().is_some());
        services.clock().advance(14 * DAY - 1);
        assert!(store.load(&id).await.unwrap().is_some());
        // In use, and yet: nobody stays signed in for ever.
        services.clock().advance(2 * DAY);
        assert!(store.load(&id).await.unwrap().is_some());
        services.clock().advance(2);
        assert!(store.load(&id).await.unwrap().is_none());

        let idle = begin(&services, owner.user(), "").await;
        services.clock().advance(14 * DAY);
        assert!(store.load(&idle).await.unwrap().is_none());
        assert!(accounts::purge(&services).await.unwrap() >= 2);
        assert!(stored(&db).await.is_empty());
    }

    async fn anonymous_sessions_live_for_an_hour(db) {
        let services = db.services();
        let store = Arc::new(SessionStore::new(&services));
        let session = Session::new(None, store.clone(), None);
        session.insert("flash", "hello").await.unwrap();
        session.save().await.unwrap();
        services.clock().advance(HOUR);
        assert!(store.load(&session.id().unwrap()).await.unwrap().is_none());
    }

    async fn use_is_noted_once_a_minute(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let store = SessionStore::new(&services);
        let id = begin(&services, owner.user(), "").await;
        let begun = stored(&db).await[0].3;
        services.clock().advance(MINUTE - 1);
        store.load(&id).await.unwrap();
        assert_eq!(stored(&db).await[0].3, begun);
        services.clock().advance(1);
        store.load(&id).await.unwrap();
        assert_eq!(stored(&db).await[0].3, begun + MINUTE);
    }

    async fn a_revoked_session_is_not_saved_back(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let store = SessionStore::new(&services);
        let ids = [begin(&services, owner.user(), "a").await, begin(&services, owner.user(), "b").await];
        let records = [store.load(&ids[0]).await.unwrap().unwrap(), store.load(&ids[1]).await.unwrap().unwrap()];
        assert_eq!(accounts::revoke_all(&services, owner.user(), Some(ids[1])).await.unwrap(), 1);
        store.save(&records[0]).await.unwrap();
        assert!(store.load(&ids[0]).await.unwrap().is_none());
        assert!(store.load(&ids[1]).await.unwrap().is_some());
        let passwords = (crate::support::PASSWORD, "a new password");
        accounts::change_password(&services, owner.user(), passwords, None, &Origin::default()).await.unwrap();
        assert!(stored(&db).await.is_empty());
    }

    async fn an_id_that_is_taken_is_not_taken_over(db) {
        let services = db.services();
        let store = SessionStore::new(&services);
        let mut first = Record { id: Id(7), data: HashMap::default(), expiry_date: OffsetDateTime::UNIX_EPOCH };
        let mut second = first.clone();
        store.create(&mut first).await.unwrap();
        store.create(&mut second).await.unwrap();
        assert_eq!(first.id, Id(7));
        assert_ne!(second.id, Id(7));
        assert_eq!(stored(&db).await.len(), 2);
    }
}
