//! `doctor` and `stats`.

use crate::support::{START, number, vault, workspace};
use domain::time::{DAY, MINUTE};
use services::{
    clock::Clock,
    doctor::{self, State},
    sql,
    stats::{Stats, stats},
    vault::{MasterKey, Vault},
};

const DELIVERY: &str =
    "INSERT INTO deliveries (body_hash, body, received_at, state, attempts, due_at, waits_for, reason)
    VALUES ($1, $1, $2, $3, 0, $2, $4, $5)";

async fn delivery(db: &services::db::Db, body: &str, state: &str, waits_for: Option<&str>, reason: Option<&str>) {
    let mut tx = db.begin_journal().await.unwrap();
    sql!(exec tx.conn(), DELIVERY, body.as_bytes(), START, state, waits_for, reason).unwrap();
    tx.commit().await.unwrap();
}

crate::on_both! {
    async fn a_new_installation_wants_a_number(db) {
        let services = db.services();
        assert_eq!(stats(&services).await.unwrap(), Stats::default());
        let report = doctor::report(&services).await;
        let states: Vec<_> = report.iter().map(|c| (c.name.as_str(), c.state)).collect();
        assert_eq!(states, [("database", State::Ok), ("numbers", State::Warn), ("vault", State::Ok), ("deliveries", State::Ok), ("refused deliveries", State::Ok)]);
        assert!(report[0].text.contains("migration(s) applied"), "{}", report[0].text);
    }

    async fn troubles_are_named_with_what_to_do(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        number(&services, &one.workspace().slug, "1001").await;
        delivery(&db.db, "a", "waiting", Some("phone:2002"), None).await;
        delivery(&db.db, "b", "waiting", Some("phone:2002"), None).await;
        delivery(&db.db, "c", "waiting", Some("phone:3003"), None).await;
        delivery(&db.db, "d", "dead", None, Some("gave up")).await;
        delivery(&db.db, "e", "pending", None, None).await;
        services.clock().advance(5 * MINUTE);
        let report = doctor::report(&services).await;
        let told_of_vault = format!("2 secret(s) open; key {} seals", vault().key_id());
        let told: Vec<_> = report[1..].iter().map(|c| (c.state, c.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (State::Ok, "1 connected"),
                (State::Ok, "+91 80 5550 0142, its access token opens"),
                (State::Ok, told_of_vault.as_str()),
                (State::Warn, "1 pending, the oldest for 5 min"),
                (State::Warn, "2 wait for the number 2002, which nobody has connected"),
                (State::Warn, "1 wait for the number 3003, which nobody has connected"),
                (State::Bad, "1 given up: gave up"),
                (State::Ok, "none in the last 24 hours"),
                (State::Ok, "5 min ago"),
            ]
        );
        let counted = stats(&services).await.unwrap().deliveries;
        assert_eq!((counted.pending, counted.done, counted.dead), (4, 0, 1));

        // With another master key the token does not open, and the report says which key it was.
        let other = Vault::new(MasterKey::from_hex(&"b6".repeat(32)).unwrap());
        let report = doctor::report(&db.services_with(Clock::fixed(START), other)).await;
        let token = report.iter().find(|c| c.name == "number 1001").unwrap();
        assert_eq!(token.state, State::Bad);
        assert!(token.text.contains("TOKEN_MASTER_KEY") && !token.text.contains("EAA"), "{}", token.text);
    }

    async fn a_number_that_hears_nothing_is_told_of(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        number(&services, &one.workspace().slug, "1001").await;
        let last = async || {
            let report = doctor::report(&services).await;
            report.into_iter().find(|check| check.name == "last delivery").unwrap()
        };
        let check = last().await;
        assert_eq!((check.state, check.text.as_str()), (State::Warn, "Meta has delivered nothing yet"));
        delivery(&db.db, "a", "done", None, None).await;
        assert_eq!(last().await.state, State::Ok);
        services.clock().advance(4 * DAY);
        let check = last().await;
        assert_eq!((check.state, check.text.as_str()), (State::Warn, "96 h ago"));
        assert!(check.fix.unwrap().contains("subscribed"));
    }

    async fn a_database_that_is_gone_is_reported(db) {
        let services = db.services();
        db.db.close().await;
        let report = doctor::report(&services).await;
        assert_eq!(report.iter().map(|c| (c.name.as_str(), c.state)).collect::<Vec<_>>(), [("database", State::Bad)]);
    }
}
