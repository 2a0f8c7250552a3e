//! Different customers outside of a window, in 24 rolling hours.

use super::{Scene, limited, number_of, scene, sql, trusted};
use crate::{meta::WABA, on_both, support::TestDb};
use domain::{
    id::MessageId,
    inbox::MessageView,
    limits::Limit,
    plan::Plan,
    time::{DAY, HOUR},
};
use services::{Result, clock::new_id, limits, templates};

/// Five customers to be had, windows that are closed, and a template.
async fn closed(db: &TestDb, customers: usize) -> Scene {
    let scene = scene(db, Plan::Enterprise, customers).await;
    trusted(db).await;
    sql(db, "UPDATE conversations SET window_expires_at = 0").await;
    // An id is bytes on one engine and a UUID on the other: the number's serves.
    sql(
        db,
        &format!(
            "INSERT INTO templates (id, workspace_id, waba_id, meta_id, name, language, category, status, components, \
             synced_at) SELECT id, workspace_id, '{WABA}', '1', 'hello', 'en', 'UTILITY', 'APPROVED', \
             '[{{\"type\":\"BODY\",\"text\":\"Hello\"}}]', 0 FROM numbers"
        ),
    )
    .await;
    scene
}

async fn write(scene: &Scene, nth: usize) -> Result<MessageView> {
    let all = templates::all(&scene.owner, None, 1).await.unwrap();
    let values = Default::default();
    templates::send(&scene.owner, scene.conversations[nth], MessageId(new_id()), all.items[0].id, &values).await
}

on_both! {
    async fn each_customer_counts_once_in_24_hours(db) {
        let scene = closed(&db, 253).await;
        for nth in 0..250 {
            write(&scene, nth).await.unwrap();
        }
        let refused = limited(write(&scene, 250).await);
        assert_eq!((refused.which, refused.limit, refused.wait), (Limit::Portfolio, 250, DAY));
        // Whoever was written to already, and whoever writes, can be written to.
        write(&scene, 7).await.unwrap();
        sql(&db, &format!("UPDATE conversations SET window_expires_at = {}", scene.clock.now() + HOUR)).await;
        write(&scene, 250).await.unwrap();
        assert_eq!(number_of(&db, "SELECT contacts FROM portfolios").await, 250);
        // Rolling: an hour later the first one is written to again, and after a day only that one counts.
        sql(&db, "UPDATE conversations SET window_expires_at = 0").await;
        scene.clock.advance(HOUR);
        write(&scene, 0).await.unwrap();
        scene.clock.advance(DAY - HOUR);
        write(&scene, 251).await.unwrap();
        assert_eq!(number_of(&db, "SELECT contacts FROM portfolios").await, 2);
        let usage = limits::usage(&scene.owner).await.unwrap();
        assert_eq!((usage.numbers[0].customers, usage.numbers[0].customers_used), (Some(250), 2));
        sql(&db, "UPDATE numbers SET messaging_tier = 'TIER_UNLIMITED'").await;
        assert_eq!(limits::usage(&scene.owner).await.unwrap().numbers[0].customers, None);
        assert_eq!(number_of(&db, "SELECT COUNT(*) FROM portfolio_contacts").await, 2);
    }

    /// The count is kept beside the rows; those of yesterday leave it in batches, and never too late for whoever needs the room.
    async fn yesterdays_make_room_in_batches(db) {
        let scene = closed(&db, 3).await;
        let id = if db.db.engine() == "sqlite" { "randomblob(16)" } else { "gen_random_uuid()" };
        let many = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1700)";
        sql(&db, &format!("INSERT INTO contacts (id, workspace_id, wa_id, profile_name, created_at, updated_at) {many}
            SELECT {id}, id, 'old' || x, 'Old', 0, 0 FROM workspaces, n")).await;
        sql(&db, &format!("INSERT INTO portfolio_contacts (workspace_id, waba_id, contact_id, at)
            SELECT workspace_id, '{WABA}', id, {} FROM contacts WHERE profile_name = 'Old'", scene.clock.now())).await;
        sql(&db, &format!("INSERT INTO portfolios (workspace_id, waba_id, contacts) SELECT id, '{WABA}', 1700 FROM workspaces")).await;
        assert_eq!(limited(write(&scene, 0).await).which, Limit::Portfolio);
        // Waiting does not help.
        let patient = scene.owner.clone().waiting();
        let template = templates::all(&scene.owner, None, 1).await.unwrap().items[0].id;
        let key = MessageId(new_id());
        let sent = templates::send(&patient, scene.conversations[0], key, template, &Default::default()).await;
        assert_eq!(limited(sent).which, Limit::Portfolio);
        scene.clock.advance(DAY);
        write(&scene, 0).await.unwrap();
        let counted = "SELECT contacts FROM portfolios";
        let rows = "SELECT COUNT(*) FROM portfolio_contacts";
        assert_eq!((number_of(&db, counted).await, number_of(&db, rows).await), (201, 201));
        assert_eq!(limits::usage(&scene.owner).await.unwrap().numbers[0].customers_used, 1);
        limits::purge(&scene.services).await.unwrap();
        assert_eq!((number_of(&db, counted).await, number_of(&db, rows).await), (1, 1));
    }
}
