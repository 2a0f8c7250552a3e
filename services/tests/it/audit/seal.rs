//! Entries get their places, whatever happens meanwhile.

use super::{acts, fill, holds, pages, second};
use crate::{
    on_both,
    support::{vault, workspace},
};
use domain::{
    audit::{Action, Filter},
    time::MINUTE,
};
use services::{
    audit::{self, Break},
    clock::new_id,
    db::Db,
    sql,
};
use std::time::Duration;

/// As somebody writes it who can write to the database.
const FORGED: &str = "INSERT INTO audit_entries (workspace_id, at, id, actor_kind, member_id, action, about, proof)
    VALUES ($1, $2, $3, 'member', $4, 'settings.changed', 'It was me', $5)";
const PROOF: &str = "SELECT proof FROM audit_entries WHERE workspace_id = $1 AND position IS NULL LIMIT 1";
const ABOUT: &str = "UPDATE audit_entries SET about = 'something else' WHERE workspace_id = $1 AND position IS NULL";

on_both! {
    async fn in_the_order_of_time_and_id(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        audit::seal(&services).await.unwrap();
        let begun = holds(&ctx).await.position;
        services.clock().advance(1_000);
        acts(&ctx, 3).await;
        services.clock().advance(-500);
        acts(&ctx, 3).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 6);
        assert_eq!(audit::seal(&services).await.unwrap(), 0);
        // One that says it is older than what is sealed already gets the next place.
        services.clock().advance(-400);
        acts(&ctx, 1).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 1);
        holds(&ctx).await;
        let mut entries = pages(&ctx, &Filter::default(), 100).await;
        entries.truncate(7);
        let places: Vec<i64> = entries.iter().map(|entry| entry.position.unwrap() - begun).collect();
        assert_eq!(places, [6, 5, 4, 3, 2, 1, 7]);
    }

    async fn a_transaction_that_took_long_is_overtaken(db) {
        // SQLite has one writer: nobody can be overtaken.
        if matches!(db.db, Db::Sqlite(_)) {
            return;
        }
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        let mut slow = services.db().begin().await.unwrap();
        audit::record(&mut slow, &ctx, audit::Entry::new(Action::SettingsChanged)).await.unwrap();
        acts(&ctx, 3).await;
        audit::seal(&services).await.unwrap();
        let before = holds(&ctx).await.position;
        slow.commit().await.unwrap();
        assert_eq!(audit::seal(&services).await.unwrap(), 1);
        assert_eq!(holds(&ctx).await.position, before + 1);
    }

    async fn two_sealers_at_once(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        let other = second(&db, &services);
        // Both begin the chain, too.
        for _ in 0..3 {
            fill(&ctx, 450, 7).await;
            let (one, two) = tokio::join!(audit::seal(&services), audit::seal(&other));
            assert!(one.unwrap() + two.unwrap() >= 450);
            services.clock().advance(1_000);
        }
        assert!(holds(&ctx).await.position >= 1_350);
    }

    async fn cut_short_at_any_point(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        fill(&ctx, 1_000, 3).await;
        // A future that is dropped is a process that is gone: its transaction never ends.
        for micros in (0..60).map(|i| i * 500) {
            let _ = tokio::time::timeout(Duration::from_micros(micros), audit::seal(&services)).await;
        }
        audit::seal(&services).await.unwrap();
        assert!(holds(&ctx).await.position >= 1_000);
    }

    async fn what_somebody_else_wrote_is_sealed_as_such(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        audit::seal(&services).await.unwrap();
        let begun = holds(&ctx).await.position;
        let (ws, me) = (ctx.workspace().id.0, ctx.me().id.0);
        // Without a proof, with one of another entry, and with one that was the entry's own before it was changed.
        acts(&ctx, 1).await;
        let mut tx = services.db().begin().await.unwrap();
        let copied: Option<Vec<u8>> = sql!(scalar Option<Vec<u8>>, tx.conn(), PROOF, ws).unwrap();
        sql!(exec tx.conn(), ABOUT, ws).unwrap();
        for proof in [None, copied] {
            sql!(exec tx.conn(), FORGED, ws, ctx.now(), new_id(), me, proof).unwrap();
        }
        tx.commit().await.unwrap();
        acts(&ctx, 1).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 4);
        let found = crate::audit::report(&ctx).await;
        let places: Vec<_> = (1..=3).map(|i| Break::Unproven(begun + i)).collect();
        assert_eq!(found.breaks, places);
        assert!(found.problem().unwrap().starts_with(&format!("entry #{} was inserted", begun + 1)));
        // What was slipped in does not keep what is old from going.
        services.clock().advance(91 * 24 * 60 * MINUTE);
        audit::daily(&services).await.unwrap();
        assert_eq!(crate::audit::report(&ctx).await.anchor, begun + 4);
    }

    async fn what_another_master_key_proves_has_its_time(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        audit::seal(&services).await.unwrap();
        let begun = holds(&ctx).await.position;
        let other = services::vault::Vault::new(services::vault::MasterKey::from_hex(&"b6".repeat(32)).unwrap());
        let elsewhere = db.services_with(services.clock().clone(), other);
        let same = elsewhere.ctx(ctx.user(), &ctx.workspace().slug).await.unwrap();
        acts(&same, 1).await;
        acts(&ctx, 1).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 1);
        assert_eq!(holds(&ctx).await.position, begun + 1);
        services.clock().advance(10 * MINUTE);
        assert_eq!(audit::seal(&services).await.unwrap(), 1);
        assert_eq!(crate::audit::report(&ctx).await.breaks, [Break::Unproven(begun + 2)]);
    }

    async fn what_waits_for_another_process_keeps_nobody_waiting(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        audit::seal(&services).await.unwrap();
        let begun = holds(&ctx).await.position;
        let other = services::vault::Vault::new(services::vault::MasterKey::from_hex(&"b6".repeat(32)).unwrap());
        let elsewhere = db.services_with(services.clock().clone(), other);
        let same = elsewhere.ctx(ctx.user(), &ctx.workspace().slug).await.unwrap();
        // More than are looked at at a time, with one's own before, between and behind.
        for many in [3, 450, 250] {
            fill(&same, many, 7).await;
            services.clock().advance(1);
            acts(&ctx, 2).await;
        }
        assert_eq!(audit::seal(&services).await.unwrap(), 6);
        assert_eq!(holds(&ctx).await.position, begun + 6);
        services.clock().advance(11 * MINUTE);
        assert_eq!(audit::seal(&services).await.unwrap(), 703);
        assert_eq!(crate::audit::report(&ctx).await.position, begun + 709);
    }

    async fn without_the_right_master_key_nothing_is_sealed(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 1).await;
        audit::seal(&services).await.unwrap();
        let wrong = services::vault::Vault::new(services::vault::MasterKey::from_hex(&"b6".repeat(32)).unwrap());
        let locked = db.services_with(services.clock().clone(), wrong);
        acts(&ctx, 1).await;
        assert_eq!(audit::seal(&locked).await.unwrap(), 0);
        assert!(audit::verify(&locked, None).await.is_err());
        let again = db.services_with(services.clock().clone(), vault());
        // The vault has noted the refusal, too.
        assert!(audit::seal(&again).await.unwrap() >= 1);
        holds(&ctx).await;
    }
}
