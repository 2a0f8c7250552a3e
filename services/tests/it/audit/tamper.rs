//! Whoever changes the tables behind Parlance's back is found.

use super::{acts, fill, holds, pages, report, second};
use crate::{on_both, support::workspace};
use domain::{
    audit::{Action, Filter},
    team::Settings,
    time::DAY,
};
use services::{
    Ctx, alerts,
    audit::{self, Break},
    sql,
    team::settings,
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

const ENTRIES: &str = "DELETE FROM audit_entries WHERE workspace_id = $1 AND $2 > 0";
const SHORTENED: &str = "UPDATE workspaces SET audit_days = 7 WHERE id = $1 AND $2 > 0";
const DAYS: &str = "UPDATE audit_heads SET kept_days = 7 WHERE workspace_id = $1 AND $2 > 0";
const NO_DAYS: &str = "UPDATE audit_heads SET kept_days = NULL WHERE workspace_id = $1 AND $2 > 0";
const NO_PROBLEM: &str = "UPDATE audit_heads SET problem = NULL, checked_position = $2 WHERE workspace_id = $1";
const NO_CHECK: &str = "UPDATE audit_heads SET checked_at = NULL, checked_position = NULL, problem = NULL,
    check_signature = NULL WHERE workspace_id = $1 AND $2 > 0";
const ALLOWED: &str = "INSERT INTO audit_unbegun (workspace_id) SELECT id FROM workspaces WHERE id = $1 AND $2 > 0";

const UNPROVEN: &str = "UPDATE audit_entries SET proof = NULL WHERE workspace_id = $1 AND position IS NULL AND $2 > 0";
const LATER: &str = "UPDATE audit_entries SET at = at + $2 WHERE workspace_id = $1 AND position IS NULL";
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
        let cases: [(&[&'static str], &[Break]); 24] = [
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
            (&[ENTRIES, HEAD, KEY], &[Break::Missing]),
            (&[SHORTENED], &[Break::Retention(90, 7)]),
            (&[DAYS], &[Break::Ends, Break::Retention(7, 90)]),
            (&[NO_DAYS], &[Break::Ends]),
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
        assert_eq!(all.iter().filter(|report| !report.breaks.is_empty()).count(), 24, "{all:#?}");
    }

    async fn a_chain_that_was_taken_out_whole_does_not_begin_again(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 3).await;
        audit::seal(&services).await.unwrap();
        holds(&ctx).await;
        tamper(&ctx, &[ENTRIES, HEAD, KEY], 1).await;
        // As after a restart: nobody remembers anything.
        let restarted = second(&db, &services);
        let ctx = restarted.ctx(ctx.user(), &ctx.workspace().slug).await.unwrap();
        acts(&ctx, 1).await;
        assert_eq!(audit::seal(&restarted).await.unwrap(), 0);
        assert_eq!(report(&ctx).await.breaks, [Break::Missing]);
        assert_eq!(alerts::unread(&ctx).await.unwrap(), 0);
        for _ in 0..2 {
            audit::daily(&restarted).await.unwrap();
            assert_eq!(alerts::unread(&ctx).await.unwrap(), 1);
            let broken = Filter { action: Some(Action::AuditBroken), ..Filter::default() };
            assert_eq!(pages(&ctx, &broken, 10).await.len(), 1, "said once");
        }
        assert!(audit::status(&ctx).await.unwrap().problem.unwrap().contains("removed"));
        // The installation's own is no exception.
        let mut tx = restarted.db().begin().await.unwrap();
        for statement in [ENTRIES, HEAD, KEY] {
            sql!(exec tx.conn(), statement, uuid::Uuid::nil(), 1_i64).unwrap();
        }
        tx.commit().await.unwrap();
        let all = audit::verify(&second(&db, &services), None).await.unwrap();
        assert_eq!(all.iter().filter(|report| report.breaks == [Break::Missing]).count(), 2, "{all:#?}");
    }

    async fn a_chain_of_before_begins_late_and_once(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        // As the migration leaves a workspace in which nothing was ever done.
        tamper(&ctx, &[HEAD, KEY, ALLOWED], 1).await;
        holds(&ctx).await;
        acts(&ctx, 2).await;
        let other = second(&db, &services);
        let (one, two) = tokio::join!(audit::seal(&services), audit::seal(&other));
        assert!(one.unwrap() + two.unwrap() >= 2);
        assert_eq!(holds(&ctx).await.position, holds(&ctx).await.entries);
        tamper(&ctx, &[ENTRIES, HEAD, KEY], 1).await;
        assert_eq!(report(&ctx).await.breaks, [Break::Missing]);
    }

    async fn where_nobody_keeps_the_master_key_it_begins_later(db) {
        let lost = services::vault::MasterKey::from_hex(&"d9".repeat(32)).unwrap();
        let keyless = db.services_with(db.services().clock().clone(), services::vault::Vault::new(lost).unkept());
        workspace(&keyless, "Kaveri").await;
        let services = db.services();
        services.clock().advance(20 * domain::time::MINUTE);
        assert!(audit::seal(&services).await.unwrap() > 0);
        let reports = audit::verify(&services, None).await.unwrap();
        // What was done without the master key is named as such, and the chain holds.
        assert!(reports.iter().flat_map(|r| &r.breaks).all(|b| matches!(b, Break::Unproven(_))), "{reports:?}");
    }

    async fn what_a_check_found_cannot_be_hidden(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 5).await;
        audit::seal(&services).await.unwrap();
        tamper(&ctx, &[DELETED], 3).await;
        audit::daily(&services).await.unwrap();
        let found = audit::status(&ctx).await.unwrap();
        assert_eq!(found.problem.as_deref(), Some("entry #3 was deleted"));
        tamper(&ctx, &[NO_PROBLEM], 5).await;
        let hidden = audit::status(&ctx).await.unwrap();
        assert!(hidden.problem.unwrap().contains("was changed"));
        assert_eq!(hidden.checked_at, None);
        // Nobody waits for tomorrow.
        for tampered in [NO_PROBLEM, NO_CHECK] {
            tamper(&ctx, &[tampered], 5).await;
            audit::daily(&services).await.unwrap();
            assert_eq!(audit::status(&ctx).await.unwrap(), found);
        }
        assert_eq!(alerts::unread(&ctx).await.unwrap(), 1);
    }

    async fn a_retention_that_nobody_set_removes_nothing(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 5).await;
        audit::seal(&services).await.unwrap();
        tamper(&ctx, &[SHORTENED], 1).await;
        services.clock().advance(30 * DAY);
        audit::daily(&services).await.unwrap();
        assert_eq!(report(&ctx).await.anchor, 0);
        assert!(audit::status(&ctx).await.unwrap().problem.unwrap().contains("7 days"));
        // Set as it ought to be, it is an entry, and counts.
        let settings = settings::get(&ctx).await.unwrap();
        settings::save(&ctx, Settings { audit_days: 20, ..settings }).await.unwrap();
        assert_eq!(report(&ctx).await.breaks, [], "not sealed yet");
        audit::seal(&services).await.unwrap();
        let old = holds(&ctx).await.position - 2;
        services.clock().advance(DAY);
        audit::daily(&services).await.unwrap();
        assert!(holds(&ctx).await.anchor >= old);
        // It still counts when its own entry is gone.
        services.clock().advance(60 * DAY);
        acts(&ctx, 1).await;
        audit::seal(&services).await.unwrap();
        audit::daily(&services).await.unwrap();
        assert_eq!(holds(&ctx).await.entries, 1);
    }

    async fn a_time_that_lies_ahead_keeps_nothing(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri").await;
        acts(&ctx, 2).await;
        // A clock that was wrong, and somebody who writes what they like.
        services.clock().advance(400 * DAY);
        acts(&ctx, 1).await;
        services.clock().advance(-400 * DAY);
        audit::seal(&services).await.unwrap();
        acts(&ctx, 1).await;
        tamper(&ctx, &[UNPROVEN, LATER], 50 * DAY).await;
        audit::seal(&services).await.unwrap();
        acts(&ctx, 3).await;
        audit::seal(&services).await.unwrap();
        let last = report(&ctx).await.position;
        services.clock().advance(91 * DAY);
        audit::daily(&services).await.unwrap();
        assert_eq!(report(&ctx).await.anchor, last);
        assert_eq!(holds(&ctx).await.entries, 0);
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
