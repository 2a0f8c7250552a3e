//! Signing in, the brake on guessing, changing a password, making owners.

use crate::support::{PASSWORD, START, member, vault, workspace};
use domain::{
    audit::{Action, Filter},
    id::UserId,
    role::Role,
    time::{MINUTE, SECOND},
};
use services::{
    Error, Origin, Services,
    accounts::{self, Passed, SignInError, SignedIn},
    audit,
    clock::Clock,
    workspaces,
};
use std::net::IpAddr;

const OWNER: &str = "owner@kaveri-home.example";

fn address(last: u8) -> IpAddr {
    IpAddr::from([203, 0, 113, last])
}

async fn try_in(services: &Services, email: &str, password: &str, from: IpAddr) -> Result<Passed, SignInError> {
    accounts::sign_in(services, email, password, from).await
}

async fn change(services: &Services, user: UserId, old: &str, new: &str) -> services::Result<()> {
    accounts::change_password(services, user, (old, new), None, &Origin::default()).await.map(drop)
}

fn wrong(result: &Result<Passed, SignInError>) -> bool {
    matches!(result, Err(SignInError::Wrong))
}

fn retry_after(result: Result<Passed, SignInError>) -> i64 {
    match result {
        Err(SignInError::Throttled { retry_after_ms }) => retry_after_ms,
        other => panic!("expected to be throttled, got {other:?}"),
    }
}

crate::on_both! {
    async fn signs_in_with_the_right_password_only(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let signed_in = try_in(&services, " Owner@Kaveri-Home.EXAMPLE ", PASSWORD, address(1)).await.unwrap();
        assert_eq!((signed_in.user, signed_in.waiting), (owner.user(), None));
        let who = SignedIn { user: signed_in.user, name: signed_in.name };
        assert_eq!(accounts::signed_in(&services, owner.user()).await.unwrap(), Some(who));
        for (email, password) in [
            (OWNER, "correct horse batterz"),
            (OWNER, ""),
            ("nobody@example.com", PASSWORD),
            ("no address", PASSWORD),
            ("nul\0@example.com", "nul\0password"),
        ] {
            assert!(wrong(&try_in(&services, email, password, address(1)).await), "{email:?}");
        }
    }

    async fn an_account_is_blocked_after_five_failures_from_anywhere(db) {
        let services = db.services();
        workspace(&services, "Kaveri Home").await;
        for n in 0..5 {
            assert!(wrong(&try_in(&services, OWNER, "wrong password", address(n)).await));
        }
        // The right password does not help either, nor does a restart.
        let again = db.services_with(services.clock().clone(), vault());
        assert_eq!(retry_after(try_in(&again, OWNER, PASSWORD, address(9)).await), 30 * SECOND);
        services.clock().advance(30 * SECOND - 1);
        assert_eq!(retry_after(try_in(&services, OWNER, PASSWORD, address(9)).await), 1);
        services.clock().advance(1);
        // Each further failure doubles the block.
        for block in [60, 120, 240, 480, 900, 900] {
            assert!(wrong(&try_in(&services, OWNER, "wrong password", address(9)).await));
            assert_eq!(retry_after(try_in(&services, OWNER, PASSWORD, address(9)).await), block * SECOND);
            services.clock().advance(block * SECOND);
        }
        // Success clears the account.
        assert!(try_in(&services, OWNER, PASSWORD, address(9)).await.is_ok());
        for _ in 0..4 {
            assert!(wrong(&try_in(&services, OWNER, "wrong password", address(9)).await));
        }
        assert!(try_in(&services, OWNER, PASSWORD, address(9)).await.is_ok());
    }

    async fn unknown_accounts_are_blocked_alike(db) {
        let services = db.services();
        for _ in 0..5 {
            assert!(wrong(&try_in(&services, "nobody@example.com", "wrong password", address(1)).await));
        }
        assert_eq!(retry_after(try_in(&services, "nobody@example.com", "wrong password", address(1)).await), 30 * SECOND);
    }

    async fn an_address_is_blocked_after_twenty_failures(db) {
        let services = db.services();
        workspace(&services, "Kaveri Home").await;
        let from = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]);
        // Success takes back its own attempt only.
        assert!(try_in(&services, OWNER, PASSWORD, from(0)).await.is_ok());
        for n in 0..20 {
            assert!(wrong(&try_in(&services, &format!("guess{n}@example.com"), "wrong password", from(n)).await), "{n}");
        }
        assert_eq!(retry_after(try_in(&services, OWNER, PASSWORD, from(99)).await), 30 * SECOND);
        let neighbour = IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1]);
        assert!(try_in(&services, OWNER, PASSWORD, neighbour).await.is_ok());
    }

    async fn failures_are_forgotten_after_a_quarter_of_an_hour(db) {
        let services = db.services();
        workspace(&services, "Kaveri Home").await;
        for _ in 0..3 {
            for _ in 0..4 {
                assert!(wrong(&try_in(&services, OWNER, "wrong password", address(1)).await));
            }
            services.clock().advance(15 * MINUTE);
        }
        assert!(accounts::purge(&services).await.unwrap() >= 2);
        assert!(try_in(&services, OWNER, PASSWORD, address(1)).await.is_ok());
    }

    async fn guesses_at_the_same_time_do_not_slip_past_the_count(db) {
        let services = db.services();
        workspace(&services, "Kaveri Home").await;
        let tries = (0..12).map(|n| {
            let services = services.clone();
            tokio::spawn(async move { try_in(&services, OWNER, "wrong password", address(n)).await })
        });
        let mut looked_at = 0;
        for tried in tries.collect::<Vec<_>>() {
            looked_at += u32::from(wrong(&tried.await.unwrap()));
        }
        assert_eq!(looked_at, 5);
    }

    /// A stolen session must not become a way to guess the password.
    async fn the_old_password_cannot_be_guessed(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        for _ in 0..5 {
            let wrong = change(&services, owner.user(), "a wrong guess", "a new password").await;
            assert!(matches!(wrong, Err(Error::Domain(_))));
        }
        let blocked = change(&services, owner.user(), PASSWORD, "a new password").await;
        assert!(matches!(blocked, Err(Error::Conflict(_))));
        services.clock().advance(domain::time::MINUTE);
        change(&services, owner.user(), PASSWORD, "a new password").await.unwrap();
    }

    async fn a_changed_password_is_the_only_one(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let change = |old: &'static str, new: &'static str| {
            let services = services.clone();
            let user = owner.user();
            async move { self::change(&services, user, old, new).await }
        };
        assert!(matches!(change("not the old one", "a new password").await, Err(Error::Domain(_))));
        assert!(matches!(change(PASSWORD, "too short").await, Err(Error::Domain(_))));
        change(PASSWORD, "a new password").await.unwrap();
        assert!(wrong(&try_in(&services, OWNER, PASSWORD, address(1)).await));
        assert!(try_in(&services, OWNER, "a new password", address(1)).await.is_ok());
    }

    async fn owners_get_a_workspace_each_under_a_free_slug(db) {
        let services = db.services();
        assert_eq!(workspaces::demo_flag(&services).await.unwrap(), None);
        let create = |name: &'static str, email: &'static str, password: &'static str| {
            let services = services.clone();
            async move { accounts::create_owner(&services, name, email, password).await }
        };
        assert_eq!(create("  Kaveri   Home ", "asha@example.com", PASSWORD).await.unwrap().as_str(), "kaveri-home");
        assert_eq!(create("Kaveri home", "Asha@Example.com", PASSWORD).await.unwrap().as_str(), "kaveri-home-2");
        assert_eq!(create("शॉप", "other@example.com", PASSWORD).await.unwrap().as_str(), "workspace");
        assert!(matches!(create("Third", "asha@example.com", "another password").await, Err(Error::Domain(_))));
        assert!(matches!(create(" ", "new@example.com", PASSWORD).await, Err(Error::Domain(_))));
        assert!(matches!(create("Fourth", "new@example.com", "short").await, Err(Error::Domain(_))));
        assert!(matches!(create("Fourth", "new.example.com", PASSWORD).await, Err(Error::Domain(_))));

        let asha = try_in(&services, "asha@example.com", PASSWORD, address(1)).await.unwrap();
        let mine = workspaces::of_user(&services, asha.user).await.unwrap();
        let slugs: Vec<_> = mine.iter().map(|w| (w.slug.as_str(), w.name.as_str())).collect();
        assert_eq!(slugs, [("kaveri-home", "Kaveri Home"), ("kaveri-home-2", "Kaveri home")]);
        let ctx = services.ctx(asha.user, &mine[1].slug).await.unwrap();
        assert_eq!(ctx.me().role, Role::Owner);
        assert_eq!(workspaces::demo_flag(&services).await.unwrap(), Some(false));
        assert!(matches!(workspaces::mark_demo(&services).await, Err(Error::Conflict(_))));
    }

    async fn a_new_workspace_is_the_first_entry_of_its_trail(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let trail = audit::list(&owner, &Filter::default(), None, 50).await.unwrap().items;
        let [entry] = trail.as_slice() else { panic!("{trail:?}") };
        assert_eq!(entry.action, Action::WorkspaceCreated.as_str());
        assert_eq!((entry.actor.member, entry.actor.name.as_str()), (None, "System"));
        assert!(entry.after.as_ref().is_some_and(|after| after["name"] == "Kaveri Home"), "{entry:?}");
    }

    async fn nobody_enters_a_foreign_workspace(db) {
        let services = db.services_with(Clock::fixed(START), vault());
        let one = workspace(&services, "One").await;
        let two = workspace(&services, "Two").await;
        let (rohan, _) = member(&services, &one.workspace().slug, "Rohan Iyer", Role::Agent).await;
        for user in [one.user(), rohan.user] {
            assert!(matches!(
                services.ctx(user, &two.workspace().slug).await,
                Err(Error::Domain(domain::Error::NotFound))
            ));
        }
        // Outside of a demo nobody is signed in without a password.
        assert!(accounts::sign_in_demo(&services, rohan.user).await.is_err());
        assert!(accounts::demo_members(&services, &one.workspace().slug).await.unwrap().is_empty());
    }
}

#[test]
fn answers_do_not_tell_whether_an_account_exists() {
    assert!(SignInError::Wrong.to_string().contains("do not belong together"));
    for (ms, text) in [(1, "1 second"), (30_000, "30 seconds"), (90_001, "2 minutes"), (900_000, "15 minutes")] {
        let said = SignInError::Throttled { retry_after_ms: ms }.to_string();
        assert_eq!(said, format!("Too many attempts. Try again in {text}."));
    }
}
