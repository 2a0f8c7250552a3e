//! What was begun before a password or a second factor changed, and is finished after it.

use super::{app_shows, count, from, second};
use crate::support::{PASSWORD, TestDb, workspace};
use domain::{
    audit::Action,
    id::UserId,
    time::{MINUTE, SECOND},
};
use futures::StreamExt;
use services::{
    Ctx, Services,
    accounts::{self, PROOF_KEY, Passed, Proof, SessionStore, SignInError, USER_KEY, totp, user_of},
    live::{self, Frame},
};
use std::sync::Arc;
use tower_sessions_core::{Session, SessionStore as _, session::Id};

const OWNER: &str = "owner@kaveri-home.example";
const NEW: &str = "salt wind over the backwaters";

async fn sign_in(services: &Services) -> Passed {
    accounts::sign_in(services, OWNER, PASSWORD, from(7).address.unwrap()).await.unwrap()
}

async fn complete(services: &Services, passed: &Passed) -> Result<(), SignInError> {
    accounts::complete(services, passed.user, passed.proof, &from(7)).await
}

/// A session as the door makes it; also whether it has somebody.
async fn begin(services: &Services, user: UserId, proof: Option<Proof>) -> (Id, bool) {
    let store = Arc::new(SessionStore::new(services));
    let session = Session::new(None, store.clone(), None);
    session.insert(USER_KEY, user).await.unwrap();
    if let Some(proof) = proof {
        session.insert(PROOF_KEY, proof).await.unwrap();
    }
    session.save().await.unwrap();
    let id = session.id().unwrap();
    let record = store.load(&id).await.unwrap().unwrap();
    assert!(!record.data.contains_key(PROOF_KEY), "it is looked at once");
    assert_eq!(session.get::<UserId>(USER_KEY).await.unwrap(), user_of(&record), "the door sees what was kept");
    (id, user_of(&record) == Some(user))
}

async fn stands(services: &Services, id: Id) -> bool {
    SessionStore::new(services).load(&id).await.unwrap().is_some()
}

async fn change(services: &Services, user: UserId) -> Proof {
    accounts::change_password(services, user, (PASSWORD, NEW), None, &from(1)).await.unwrap()
}

async fn too_late(services: &Services, db: &TestDb, ctx: &Ctx, passed: &Passed) {
    let late = complete(services, passed).await;
    assert!(matches!(late, Err(SignInError::TooLate)), "{late:?}");
    assert_eq!(count(db, ctx, Action::SignedIn).await, 0);
    assert!(!begin(services, passed.user, Some(passed.proof)).await.1);
}

crate::on_both! {
    async fn a_sign_in_that_nothing_comes_between_is_completed(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let passed = sign_in(&services).await;
        complete(&services, &passed).await.unwrap();
        assert!(begin(&services, passed.user, Some(passed.proof)).await.1);
        assert!(begin(&services, passed.user, None).await.1, "such as after an invitation");
        assert_eq!(count(&db, &ctx, Action::SignedIn).await, 1);
    }

    async fn a_new_password_comes_between(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let passed = sign_in(&services).await;
        services.clock().advance(1);
        let proof = change(&services, ctx.user()).await;
        too_late(&services, &db, &ctx, &passed).await;
        // Whoever changed it goes on.
        assert!(begin(&services, ctx.user(), Some(proof)).await.1);
    }

    async fn a_second_factor_comes_between(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let passed = sign_in(&services).await;
        let key = second(&services, ctx.user()).await;
        too_late(&services, &db, &ctx, &passed).await;
        // Nor is the first of two steps enough by itself.
        let half = sign_in(&services).await;
        assert!(half.waiting.is_some());
        too_late(&services, &db, &ctx, &half).await;

        services.clock().advance(MINUTE);
        let code = app_shows(&key.key, services.clock().now());
        let waiting = half.waiting.unwrap();
        let whole = accounts::sign_in_with_code(&services, &waiting, &code, &from(7)).await.unwrap();
        complete(&services, &whole).await.unwrap();
        assert!(begin(&services, whole.user, Some(whole.proof)).await.1);
        // A code of a phone that was replaced meanwhile opens nothing either.
        services.clock().advance(30 * SECOND);
        let code = app_shows(&key.key, services.clock().now());
        let old = accounts::sign_in_with_code(&services, &waiting, &code, &from(7)).await.unwrap();
        second(&services, ctx.user()).await;
        assert!(matches!(complete(&services, &old).await, Err(SignInError::TooLate)));
    }

    /// On PostgreSQL both transactions are open at once: the session does not begin beside the change that ends all of them.
    async fn a_session_begins_before_the_new_password_or_not_at_all(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let passed = sign_in(&services).await;
        services.clock().advance(1);
        // The change as far as it takes the account's row, not committed.
        let mut change = db.db.begin().await.unwrap();
        services::sql!(exec change.conn(), PASSWORD_CHANGED, ctx.user().0, services.clock().now()).unwrap();
        let begun = tokio::spawn({
            let services = services.clone();
            async move { begin(&services, passed.user, Some(passed.proof)).await.1 }
        });
        db.until_it_waits(&begun).await;
        change.commit().await.unwrap();
        assert!(!begun.await.unwrap());
    }

    async fn a_second_factor_ends_sessions_that_gave_no_code(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let (here, _) = begin(&services, ctx.user(), None).await;
        let (there, _) = begin(&services, ctx.user(), None).await;
        let mut frames = Box::pin(live::subscribe(&ctx, None).await.unwrap());
        let sealed = totp::begin(&services, ctx.user(), PASSWORD).await.unwrap();
        let key = totp::show(&services, ctx.user(), &sealed).await.unwrap().unwrap().secret;
        let wrong = totp::confirm(&services, ctx.user(), &sealed, "123", Some(here), &from(1)).await;
        assert!(wrong.is_err() && stands(&services, there).await);
        let code = app_shows(&key, services.clock().now());
        let done = totp::confirm(&services, ctx.user(), &sealed, &code, Some(here), &from(1)).await.unwrap();
        assert!(stands(&services, here).await && !stands(&services, there).await);
        assert!(matches!(frames.next().await, Some(Frame::Resync)), "open streams are told");
        assert!(begin(&services, ctx.user(), Some(done.proof)).await.1, "here it goes on");
    }
}

const PASSWORD_CHANGED: &str = "UPDATE users SET password_changed_at = $2 WHERE id = $1";
