//! The demo's workspace.

use crate::support::{START, TestDb, connect, vault, workspace};
use domain::{role::Role, time::HOUR};
use secrecy::{ExposeSecret, SecretString};
use services::{
    Error, Services, accounts,
    clock::Clock,
    numbers::{self, Connect},
    seed::{self, SeedConfig, SeedResult},
    sql,
    stats::{self, Stats},
    vault::Purpose,
    workspaces,
};

const WINDOWS: &str = "SELECT COALESCE(window_expires_at, 0) FROM conversations WHERE state = 'open'";
const TIMES: &str = "SELECT MIN(at), MAX(at), MAX(COALESCE(read_at, at)) FROM messages";
const UNREAD: &str = "SELECT CAST(SUM(unread) AS BIGINT) FROM conversations";
const ASTRAY: &str = "SELECT COUNT(*) FROM conversations c WHERE c.last_message_at <>
    (SELECT MAX(m.at) FROM messages m WHERE m.conversation_id = c.id)";

async fn seed(services: &Services, token: &str) -> Result<SeedResult, Error> {
    let number = |phone: &str, display: &str, name: &str| Connect {
        display_number: display.to_owned(),
        name: Some(name.to_owned()),
        token: SecretString::from(token),
        ..connect(phone, "")
    };
    let numbers = [number("1001", "+91 80 5550 0142", "Shop"), number("1002", "+91 80 5550 0143", "Export desk")];
    seed::demo(services, SeedConfig { numbers }).await
}

async fn counted(services: &Services) -> Stats {
    stats::stats(services).await.unwrap()
}

async fn is_believable(db: &TestDb, services: &Services) {
    let mut read = db.db.read().await.unwrap();
    let windows = sql!(scalars i64, read.conn(), WINDOWS).unwrap();
    let now = services.clock().now();
    let left = |from: i64, to: i64| windows.iter().filter(|end| (from..to).contains(&(**end - now))).count();
    assert!(left(i64::MIN, 0) >= 3, "closed windows");
    assert!(left(0, HOUR + HOUR / 4) >= 2, "windows that close soon");
    assert!(left(2 * HOUR, 25 * HOUR) >= 15, "open windows");
    let (first, last, read_at) = sql!(one(i64, i64, i64), read.conn(), TIMES).unwrap();
    assert!(first > now - 14 * 24 * HOUR && last < now && read_at < now);
    assert!(sql!(scalar i64, read.conn(), UNREAD).unwrap() >= 12);
    assert_eq!(sql!(scalar i64, read.conn(), ASTRAY).unwrap(), 0);
    let stats = counted(services).await;
    assert!((38..=44).contains(&stats.contacts), "{stats:?}");
    let out = &stats.messages.outbound;
    assert!(stats.messages.inbound > 80 && out.read > 40, "{stats:?}");
    assert!(out.sent > 0 && out.delivered > 0 && out.failed > 0 && out.queued == 0, "{stats:?}");
}

crate::on_both! {
    async fn a_believable_workspace_once(db) {
        let services = db.services();
        let seeded = seed(&services, "EAAone").await.unwrap();
        assert_eq!(seeded.slug.as_str(), "kaveri-home");
        assert_eq!(workspaces::demo_flag(&services).await.unwrap(), Some(true));
        let members: Vec<_> = seeded.users.iter().map(|(_, m)| (m.name.as_str(), m.role)).collect();
        let expected = [
            ("Asha Menon", Role::Owner),
            ("Beatriz Lima", Role::Manager),
            ("Rohan Iyer", Role::Agent),
            ("Tomasz Nowak", Role::Viewer),
        ];
        assert_eq!(members, expected);
        let by_id = seeded.customers.iter().filter(|c| c.wa_id.is_none() && c.bsuid.is_some()).count();
        assert_eq!(by_id, 2);
        is_believable(&db, &services).await;

        // Again, a day later and with new tokens: nothing is added, the tokens follow.
        let before = counted(&services).await;
        services.clock().advance(24 * HOUR);
        let again = seed(&services, "EAAtwo").await.unwrap();
        assert_eq!(before, counted(&services).await);
        assert_eq!(again.users, seeded.users);
        assert_eq!(again.customers, seeded.customers);
        let owner = services.ctx(seeded.users[0].0, &seeded.slug).await.unwrap();
        let listed = numbers::list(&owner).await.unwrap();
        assert_eq!(listed.iter().map(|n| n.name.as_str()).collect::<Vec<_>>(), ["Shop", "Export desk"]);
        for number in listed {
            let token = numbers::token(&services, owner.workspace().id, number.id, Purpose::Check).await.unwrap();
            assert_eq!(token.expose_secret(), "EAAtwo");
        }
    }

    async fn demo_members_sign_in_with_one_click(db) {
        let services = db.services_with(Clock::fixed(START), vault());
        let seeded = seed(&services, "EAAone").await.unwrap();
        assert_eq!(accounts::demo_members(&services, &seeded.slug).await.unwrap(), seeded.users);
        let (rohan, brief) = &seeded.users[2];
        let signed_in = accounts::sign_in_demo(&services, *rohan).await.unwrap();
        assert_eq!((signed_in.user, &signed_in.name), (*rohan, &brief.name));
        let nobody = domain::id::UserId(services::clock::new_id());
        assert!(accounts::sign_in_demo(&services, nobody).await.is_err());
    }

    async fn real_workspaces_never_become_a_demo(db) {
        let services = db.services();
        workspace(&services, "One").await;
        assert!(matches!(seed(&services, "EAAone").await, Err(Error::Conflict(_))));
        assert_eq!(counted(&services).await.contacts, 0);
    }
}
