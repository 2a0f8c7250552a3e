//! Connecting numbers.

use crate::support::{START, connect, number, workspace};
use domain::time::MINUTE;
use secrecy::SecretString;
use services::{
    Error,
    db::Db,
    numbers::{self, Connect},
    sql, stats,
};

const PROBLEM: &str = "UPDATE numbers SET token_problem = 'revoked' WHERE phone_number_id = $1";
const PROBLEMS: &str = "SELECT COUNT(*) FROM numbers WHERE token_problem IS NOT NULL";
const DISCONNECT: &str = "UPDATE numbers SET state = 'disconnected' WHERE phone_number_id = $1";
const WAIT: &str = "INSERT INTO deliveries (body_hash, body, received_at, state, attempts, due_at, waits_for)
    VALUES ($1, $1, $2, 'waiting', 0, $2, $3)";
const STATES: &str = "SELECT state, due_at FROM deliveries ORDER BY id";

async fn wait_for(db: &Db, body: &str, key: &str) {
    let mut tx = db.begin_journal().await.unwrap();
    sql!(exec tx.conn(), WAIT, body.as_bytes(), START, key).unwrap();
    tx.commit().await.unwrap();
}

async fn states(db: &Db) -> Vec<(String, i64)> {
    let mut read = db.read_journal().await.unwrap();
    sql!(all(String, i64), read.conn(), STATES).unwrap()
}

crate::on_both! {
    async fn one_workspace_at_a_time_holds_a_number(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let two = workspace(&services, "Two").await;
        let (one_slug, two_slug) = (one.workspace().slug.clone(), two.workspace().slug.clone());
        let id = number(&services, &one_slug, "1001").await;
        let refused = numbers::connect(&services, &two_slug, connect("1001", "EAAother")).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert!(numbers::list(&two).await.unwrap().is_empty());
        assert_eq!(numbers::list(&one).await.unwrap().iter().map(|n| n.id).collect::<Vec<_>>(), [id]);

        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), DISCONNECT, "1001").unwrap();
        tx.commit().await.unwrap();
        number(&services, &two_slug, "1001").await;
        // And back it does not come while the other has it.
        let refused = numbers::connect(&services, &one_slug, connect("1001", "EAAother")).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }

    async fn connecting_at_the_same_time_is_decided_by_the_database(db) {
        let services = db.services();
        let mut tries = Vec::new();
        for name in ["One", "Two", "Three", "Four"] {
            let slug = workspace(&services, name).await.workspace().slug.clone();
            let services = services.clone();
            tries.push(tokio::spawn(async move { numbers::connect(&services, &slug, connect("1001", "EAAx")).await }));
        }
        let mut connected = 0;
        for tried in tries {
            match tried.await.unwrap() {
                Ok(_) => connected += 1,
                Err(e) => assert!(matches!(e, Error::Conflict(_)), "{e:?}"),
            }
        }
        assert_eq!(connected, 1);
    }

    async fn reconnecting_mends_the_token_and_keeps_the_name(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        let slug = one.workspace().slug.clone();
        let named = Connect { name: Some(" Front  desk ".to_owned()), ..connect("1001", "EAAold") };
        let id = numbers::connect(&services, &slug, named).await.unwrap();
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), PROBLEM, "1001").unwrap();
        tx.commit().await.unwrap();
        let moved = Connect { display_number: "+91 80 5550 0143".to_owned(), ..connect("1001", "EAAnew") };
        assert_eq!(numbers::connect(&services, &slug, moved).await.unwrap(), id);
        let listed = numbers::list(&one).await.unwrap();
        assert_eq!((listed[0].name.as_str(), listed[0].display_number.as_str()), ("Front desk", "+91 80 5550 0143"));
        let mut read = db.db.read().await.unwrap();
        assert_eq!(sql!(scalar i64, read.conn(), PROBLEMS).unwrap(), 0);
    }

    async fn what_waited_for_the_number_is_let_in(db) {
        let services = db.services();
        let one = workspace(&services, "One").await;
        wait_for(&db.db, "a", "phone:1001").await;
        wait_for(&db.db, "b", "phone:1002").await;
        wait_for(&db.db, "c", "phone:1001").await;
        services.clock().advance(MINUTE);
        number(&services, &one.workspace().slug, "1001").await;
        let after: Vec<_> = states(&db.db).await;
        let expected = [("pending", START + MINUTE), ("waiting", START), ("pending", START + MINUTE)];
        assert_eq!(after, expected.map(|(state, due)| (state.to_owned(), due)));
        assert_eq!(stats::stats(&services).await.unwrap().deliveries.pending, 3);

        // A worker that looked just before the number was connected parks its delivery just after.
        wait_for(&db.db, "d", "phone:1001").await;
        assert_eq!(numbers::release_stranded(&services).await.unwrap(), 1);
        assert_eq!(numbers::release_stranded(&services).await.unwrap(), 0);
        let pending = states(&db.db).await.iter().filter(|(state, _)| state == "pending").count();
        assert_eq!(pending, 3);
    }

    async fn fields_are_checked(db) {
        let services = db.services();
        let slug = workspace(&services, "One").await.workspace().slug.clone();
        let good = || connect("1001", "EAAtoken");
        for (bad, field) in [
            (Connect { phone_number_id: "+9180".to_owned(), ..good() }, "phone number id"),
            (Connect { waba_id: String::new(), ..good() }, "WABA id"),
            (Connect { display_number: "call me".to_owned(), ..good() }, "display number"),
            (Connect { token: SecretString::from("two words"), ..good() }, "token"),
            (Connect { token: SecretString::from(" \n"), ..good() }, "token"),
            (Connect { name: Some("n".repeat(81)), ..good() }, "name"),
        ] {
            match numbers::connect(&services, &slug, bad).await {
                Err(Error::Domain(domain::Error::Invalid { field: named, .. })) => assert_eq!(named, field),
                other => panic!("{field}: {other:?}"),
            }
        }
        let nowhere = "nowhere".parse().unwrap();
        assert!(matches!(numbers::connect(&services, &nowhere, good()).await, Err(Error::Domain(_))));
    }
}
