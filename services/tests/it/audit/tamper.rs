//! Whoever changes the tables behind Parlance's back is found.

use super::{acts, fill, holds, report};
use crate::{on_both, support::workspace};
use domain::time::DAY;
use services::{
    Ctx,
    audit::{self, Break},
    sql,
};

/// `$1` is the workspace, `$2` a place in the chain.
const ABOUT: &str = "UPDATE audit_entries SET about = 'nothing' WHERE workspace_id = $1 AND position = $2";
const EMPTIED: &str = "UPDATE audit_entries SET about = NULL WHERE workspace_id = $1 AND position = $2";
const MOVED_TEXT: &str = "UPDATE audit_entries SET was = about, about = NULL WHERE workspace_id = $1 AND position = $2";
const ACTION: &str = "UPDATE audit_entries SET action = 'auth.signed_in' WHERE workspace_id = $1 AND position = $2";
const ACTOR: &str = "UPDATE audit_entries SET member_id = workspace_id WHERE workspace_id = $1 AND position = $2";
const AT: &str = "UPDATE audit_entries SET at = at + 1 WHERE workspace_id = $1 AND position = $2";
const ADDRESS: &str = "UPDATE audit_entries SET address = '203.0.113.7' WHERE workspace_id = $1 AND position = $2";
const RESOURCE: &str = "UPDATE audit_entries SET resource_kind = 'member', resource_id = workspace_id
    WHERE workspace_id = $1 AND position = $2";
const SALT: &str = "UPDATE audit_entries SET salt = mac WHERE workspace_id = $1 AND position = $2";
const MAC: &str = "UPDATE audit_entries SET mac = salt WHERE workspace_id = $1 AND position = $2";
const ERASED: &str = "UPDATE audit_entries SET about = NULL, was = NULL, became = NULL, address = NULL, agent = NULL,
    salt = NULL, erased_at = at, personal_digest = mac, erasure = mac WHERE workspace_id = $1 AND position = $2";
const UNSEALED: &str = "UPDATE audit_entries SET position = NULL WHERE workspace_id = $1 AND position = $2";
const FIRST_AWAY: &str = "UPDATE audit_entries SET position = -5 WHERE workspace_id = $1 AND position = $2";
const DELETED: &str = "DELETE FROM audit_entries WHERE workspace_id = $1 AND position = $2";
const CUT_OFF: &str = "DELETE FROM audit_entries WHERE workspace_id = $1 AND position >= $2";
const INSERTED: &str = "INSERT INTO audit_entries
    (workspace_id, at, id, actor_kind, action, about, position, salt, mac)
    SELECT workspace_id, at + 1, id, actor_kind, action, about, position + 100, salt, mac
    FROM audit_entries WHERE workspace_id = $1 AND position = $2";
const APART: &str = "UPDATE audit_entries SET position = position + 1000 WHERE workspace_id = $1 AND position >= $2";
const TOGETHER: &str = "UPDATE audit_entries SET position = position - 999
    WHERE workspace_id = $1 AND position >= 1000 AND $2 > 0";
const BETWEEN: &str = "INSERT INTO audit_entries
    (workspace_id, at, id, actor_kind, action, about, position, salt, mac)
    SELECT workspace_id, at + 1, id, actor_kind, action, about, $2, salt, mac
    FROM audit_entries WHERE workspace_id = $1 AND position = $2 + 1";
const LOWERED: &str = "UPDATE audit_heads SET position = $2 - 1 WHERE workspace_id = $1";
const RAISED: &str = "UPDATE audit_heads SET anchor_position = $2 WHERE workspace_id = $1";
const HEAD: &str = "DELETE FROM audit_heads WHERE workspace_id = $1 AND $2 > 0";
const KEY: &str = "DELETE FROM secrets WHERE workspace_id = $1 AND kind = 'audit_key' AND $2 > 0";

const UNPROVEN: &str = "UPDATE audit_entries SET proof = NULL WHERE workspace_id = $1 AND position IS NULL AND $2 > 0";
const FAR_AWAY: &str =
    "UPDATE audit_entries SET position = -9223372036854775807 - 1 WHERE workspace_id = $1 AND position = $2";
const HEAD_NOW: &str = "SELECT position, mac, signature FROM audit_heads WHERE workspace_id = $1";
const PUT_BACK: &str = "UPDATE audit_heads SET position = $2, mac = $3, signature = $4 WHERE workspace_id = $1";

async fn tamper(ctx: &Ctx, statements: &[&'static str], place: i64) {
    let mut tx = ctx.services().db().begin().await.unwrap();
    for statement in statements {
        let touched = sql!(exec tx.conn(), *statement, ctx.workspace().id.0, place).unwrap();
        assert!(touched > 0, "{statement} found nothing");
    }
    tx.commit().await.unwrap();
}

on_both! {
    async fn every_way_is_found(db) {
        let services = db.services();
        // What is done at the third place of nine or more, and what the check then says; `9` stands for the last place.
        let cases: [(&[&'static str], &[Break]); 20] = [
            (&[ABOUT], &[Break::Edited(3)]),
            (&[EMPTIED], &[Break::Edited(3)]),
            (&[MOVED_TEXT], &[Break::Edited(3)]),
            (&[ACTION], &[Break::Edited(3)]),
            (&[ACTOR], &[Break::Edited(3)]),
            (&[AT], &[Break::Edited(3)]),
            (&[ADDRESS], &[Break::Edited(3)]),
            (&[RESOURCE], &[Break::Edited(3)]),
            (&[SALT], &[Break::Edited(3)]),
            (&[MAC], &[Break::Edited(3), Break::Edited(4)]),
            (&[ERASED], &[Break::Edited(3)]),
            (&[UNSEALED], &[Break::Deleted(3, 3)]),
            (&[FIRST_AWAY], &[Break::Inserted(-5), Break::Deleted(3, 3)]),
            (&[DELETED], &[Break::Deleted(3, 3)]),
            (&[CUT_OFF], &[Break::CutOff(3, 9)]),
            (&[INSERTED], &[Break::Inserted(103)]),
            (&[APART, TOGETHER, BETWEEN], &[Break::Edited(3), Break::Edited(4)]),
            (&[CUT_OFF, LOWERED], &[Break::Ends]),
            (&[HEAD], &[Break::Ends]),
            (&[KEY], &[Break::Key]),
        ];
        let owner = workspace(&services, "Kaveri").await;
        for (i, (statements, expected)) in cases.into_iter().enumerate() {
            // A chain of its own for each, by the same owner.
            let password = crate::support::PASSWORD;
            let slug = services::accounts::create_owner(&services, &format!("W{i}"), "owner@kaveri.example", password).await;
            let ctx = services.ctx(owner.user(), &slug.unwrap()).await.unwrap();
            acts(&ctx, 9).await;
            audit::seal(&services).await.unwrap();
            let last = holds(&ctx).await.position;
            assert!(last >= 9);
            tamper(&ctx, statements, 3).await;
            let mut found = report(&ctx).await.breaks;
            let expected: Vec<_> = expected
                .iter()
                .map(|b| if *b == Break::CutOff(3, 9) { Break::CutOff(3, last) } else { b.clone() })
                .collect();
            if statements.contains(&BETWEEN) {
                // It pushes every later one from its place.
                found.truncate(expected.len());
            }
            assert_eq!(found, expected, "{statements:?}");
        }
        assert_eq!(holds(&owner).await.breaks, []);
        // Without naming a workspace all are looked at, those too that lost everything that says where they end.
        let all = audit::verify(&services, None).await.unwrap();
        assert_eq!(all.iter().filter(|report| !report.breaks.is_empty()).count(), 20, "{all:#?}");
    }

    async fn what_was_slipped_in_hides_nothing(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        // More than a report lists.
        fill(&ctx, 150, 50).await;
        tamper(&ctx, &[UNPROVEN], 1).await;
        acts(&ctx, 10).await;
        audit::seal(&services).await.unwrap();
        let before = report(&ctx).await;
        assert!(before.breaks.iter().all(|b| matches!(b, Break::Unproven(_))) && before.more >= 50, "{before:?}");
        let place = before.position - 3;
        tamper(&ctx, &[DELETED], place).await;
        let after = report(&ctx).await;
        assert_eq!(after.breaks.last(), Some(&Break::Deleted(place, place)));
        assert!(after.problem().unwrap().contains(&format!("and {} more", after.more)));
    }

    async fn no_place_is_too_far_away(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 9).await;
        audit::seal(&services).await.unwrap();
        tamper(&ctx, &[FAR_AWAY], 3).await;
        assert_eq!(report(&ctx).await.breaks, [Break::Inserted(i64::MIN), Break::Deleted(3, 3)]);
    }

    async fn nothing_is_sealed_on_a_head_that_was_put_back(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        let ws = ctx.workspace().id.0;
        acts(&ctx, 3).await;
        audit::seal(&services).await.unwrap();
        let mut tx = services.db().begin().await.unwrap();
        let (position, mac, signature) =
            sql!(opt(i64, Vec<u8>, Vec<u8>), tx.conn(), HEAD_NOW, ws).unwrap().unwrap();
        tx.commit().await.unwrap();
        acts(&ctx, 2).await;
        audit::seal(&services).await.unwrap();

        tamper(&ctx, &[CUT_OFF], position + 1).await;
        let mut tx = services.db().begin().await.unwrap();
        sql!(exec tx.conn(), PUT_BACK, ws, position, mac.as_slice(), signature.as_slice()).unwrap();
        tx.commit().await.unwrap();
        acts(&ctx, 1).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 0, "places that were given are not given again");
    }

    async fn a_chain_that_was_meddled_with_does_not_go_on(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 3).await;
        audit::seal(&services).await.unwrap();
        tamper(&ctx, &[LOWERED], 3).await;
        acts(&ctx, 1).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 0);
        assert_eq!(report(&ctx).await.breaks[0], Break::Ends);
        // The key without its chain does not begin another one.
        tamper(&ctx, &[HEAD], 1).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 0);
        assert_eq!(report(&ctx).await.breaks, [Break::Ends]);
        // Neither does a chain go on under another key.
        let other = workspace(&services, "Other").await;
        acts(&other, 1).await;
        audit::seal(&services).await.unwrap();
        tamper(&other, &[KEY], 1).await;
        acts(&other, 1).await;
        assert_eq!(audit::seal(&services).await.unwrap(), 0);
        assert_eq!(report(&other).await.breaks, [Break::Key]);
    }

    async fn what_is_broken_is_noticed_by_itself_and_kept(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 5).await;
        audit::seal(&services).await.unwrap();
        audit::daily(&services).await.unwrap();
        let status = audit::status(&ctx).await.unwrap();
        assert_eq!((status.problem, status.checked_at), (None, Some(ctx.now())));
        assert_eq!(status.checked_position, Some(status.position));
        tamper(&ctx, &[DELETED], 3).await;
        audit::daily(&services).await.unwrap();
        assert_eq!(audit::status(&ctx).await.unwrap().problem, None, "once a day is enough");
        services.clock().advance(91 * DAY);
        audit::daily(&services).await.unwrap();
        assert_eq!(audit::status(&ctx).await.unwrap().problem.as_deref(), Some("entry #3 was deleted"));
        let report = report(&ctx).await;
        assert_eq!((report.anchor, report.breaks), (0, vec![Break::Deleted(3, 3)]), "evidence is kept");
    }

    async fn what_was_kept_long_enough_goes_and_the_rest_holds(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 5).await;
        audit::seal(&services).await.unwrap();
        let old = holds(&ctx).await.position;
        services.clock().advance(60 * DAY);
        acts(&ctx, 5).await;
        audit::seal(&services).await.unwrap();
        services.clock().advance(31 * DAY);
        audit::daily(&services).await.unwrap();
        let report = holds(&ctx).await;
        assert_eq!((report.anchor, report.entries), (old, 5));
        acts(&ctx, 1).await;
        audit::seal(&services).await.unwrap();
        assert_eq!(holds(&ctx).await.entries, 6);
        // What follows the mark cannot go unseen, and the mark cannot be moved.
        tamper(&ctx, &[DELETED], old + 1).await;
        assert_eq!(crate::audit::report(&ctx).await.breaks, [Break::Deleted(old + 1, old + 1)]);
        tamper(&ctx, &[RAISED], old + 1).await;
        assert_eq!(crate::audit::report(&ctx).await.breaks[0], Break::Ends);
    }
}
