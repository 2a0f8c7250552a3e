//! What is left to be done in a new workspace.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{member, number, workspace},
};
use domain::{Error as Wrong, role::Role, workspace::Setup};
use futures::{FutureExt, StreamExt};
use services::{
    Ctx, Error,
    clock::new_id,
    jobs::Which,
    live::{Frame, subscribe},
    sql, workspaces,
};
use std::time::Duration;

const APPROVED: &str = "INSERT INTO templates
    (workspace_id, id, waba_id, meta_id, name, language, category, status, components, synced_at)
    VALUES ($1, $2, '1', '7', 'order_update', 'en_US', 'utility', 'approved', '[]', 0)";

async fn left(ctx: &Ctx) -> Option<Setup> {
    workspaces::setup(ctx).await.unwrap()
}

on_both! {
    async fn each_step_ticks_itself_and_then_the_list_is_gone(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let first = left(&owner).await.unwrap();
        assert_eq!((first.done(), first.number, first.heard), (1, None, false));
        number(&services, &owner.workspace().slug, PHONE).await;
        assert_eq!(left(&owner).await.unwrap().done(), 2);
        let workers = Workers::only(&services, Which { ingest: true, outbox: false });
        put(&services, message_body(text("4915112345678", "wamid.in", "Hello"))).await;
        quiet(&services).await;
        workers.finish().await;
        assert!(left(&owner).await.unwrap().heard);
        let (_, agent) = member(&services, &owner.workspace().slug, "Mira", Role::Agent).await;
        let before = left(&owner).await.unwrap();
        assert_eq!((before.done(), before.colleagues, before.template), (4, true, false));
        // Nobody else sets it up.
        assert_eq!(left(&agent).await, None);
        let mut tx = services.db().begin().await.unwrap();
        sql!(exec tx.conn(), APPROVED, owner.workspace().id.0, new_id()).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(left(&owner).await, None);
    }

    async fn it_is_put_away_for_everybody(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        let (_, manager) = member(&services, &owner.workspace().slug, "Noah", Role::Manager).await;
        let (_, agent) = member(&services, &owner.workspace().slug, "Mira", Role::Agent).await;
        let answer = workspaces::hide_setup(&agent).await;
        assert!(matches!(answer, Err(Error::Domain(Wrong::Forbidden { .. }))), "{answer:?}");
        assert!(left(&manager).await.is_some());
        let mut told = Box::pin(subscribe(&manager, None).await.unwrap());
        workspaces::hide_setup(&owner).await.unwrap();
        workspaces::hide_setup(&owner).await.unwrap();
        // Whoever looks at it hears of it, once.
        let first = tokio::time::timeout(Duration::from_secs(10), told.next()).await.unwrap();
        assert!(matches!(&first, Some(Frame::Event { data, .. }) if data.as_ref() == "\"setup\""), "{first:?}");
        assert!(told.next().now_or_never().is_none());
        assert_eq!((left(&owner).await, left(&manager).await), (None, None));
        // Another workspace has its own.
        assert!(left(&workspace(&services, "Other").await).await.is_some());
    }
}
