use super::{count, from, second};
use crate::support::{PASSWORD, START, TestDb, member, vault, workspace};
use domain::{
    audit::Action,
    id::MemberId,
    role::Role,
    time::{HOUR, MINUTE},
};
use secrecy::SecretString;
use services::{
    Ctx, Error, Services,
    accounts::{self, SignInError, reset},
    clock::Clock,
    mail::{Mailer, Sender, SmtpUrl},
    sql, team,
};

const OWNER: &str = "owner@kaveri-home.example";
const NEW: &str = "salt wind over the backwaters";
const MAILS: &str = "SELECT COUNT(*) FROM mails";
const LINKS: &str = "SELECT COUNT(*) FROM password_resets";
const HASHES: &str = "SELECT token_hash FROM password_resets";

fn token(link: &reset::Link) -> SecretString {
    link.path().strip_prefix("/reset/").unwrap().into()
}

async fn save(services: &Services, link: &reset::Link, new: &str) -> services::Result<()> {
    reset::save(services, &token(link), new, &from(1)).await.map(drop)
}

fn not_found<T>(result: &services::Result<T>) -> bool {
    matches!(result, Err(Error::Domain(domain::Error::NotFound)))
}

async fn opens(services: &Services, email: &str, password: &str) -> bool {
    accounts::sign_in(services, email, password, from(9).address.unwrap()).await.is_ok()
}

async fn number(db: &TestDb, sql: &'static str) -> i64 {
    let mut read = db.db.read().await.unwrap();
    sql!(scalar i64, read.conn(), sql).unwrap()
}

/// A mailer whose server nobody runs: mails stay where they are.
fn mailing(db: &TestDb) -> Services {
    let url = SmtpUrl::parse("smtp://127.0.0.1:9").unwrap();
    let from = Sender::parse("parlance@example.com").unwrap();
    let mailer = Mailer::new(&url, &from, "https://chat.example.com").unwrap();
    db.services_mailing(Clock::fixed(START), vault(), Some(mailer))
}

async fn refused(ctx: &Ctx, id: MemberId) -> String {
    match reset::hand_over(ctx, id).await {
        Err(Error::Conflict(why)) => why,
        other => panic!("{:?}", other.map(|link| link.expires_at)),
    }
}

crate::on_both! {
    async fn a_link_sets_the_password_once_and_signs_out_everywhere(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        second(&services, ctx.user()).await;
        let link = reset::link_for(&services, " Owner@Kaveri-Home.example").await.unwrap();
        assert_eq!(link.expires_at, services.clock().now() + HOUR);
        {
            let mut read = db.db.read().await.unwrap();
            let hashes: Vec<Vec<u8>> = sql!(scalars Vec<u8>, read.conn(), HASHES).unwrap();
            assert!(hashes.len() == 1 && hashes[0].len() == 32, "only a digest is kept");
        }
        assert_eq!(reset::look_at(&services, &token(&link)).await.unwrap(), OWNER);
        assert!(matches!(save(&services, &link, "short").await, Err(Error::Domain(domain::Error::Invalid { .. }))));
        save(&services, &link, NEW).await.unwrap();
        assert!(not_found(&save(&services, &link, NEW).await), "used");
        assert!(not_found(&reset::look_at(&services, &token(&link)).await));
        assert!(opens(&services, OWNER, NEW).await && !opens(&services, OWNER, PASSWORD).await);
        // The second factor stays.
        let passed = accounts::sign_in(&services, OWNER, NEW, from(9).address.unwrap()).await.unwrap();
        assert!(passed.waiting.is_some());
        assert_eq!(count(&db, &ctx, Action::PasswordReset).await, 1);
        assert_eq!(count(&db, &ctx, Action::PasswordResetLinked).await, 1);
    }

    async fn a_link_runs_out_and_is_replaced(db) {
        let services = db.services();
        workspace(&services, "Kaveri Home").await;
        let old = reset::link_for(&services, OWNER).await.unwrap();
        let new = reset::link_for(&services, OWNER).await.unwrap();
        assert!(not_found(&save(&services, &old, NEW).await), "replaced");
        services.clock().advance(HOUR);
        assert!(not_found(&save(&services, &new, NEW).await), "too late");
        for strange in ["", "abc", &"0".repeat(64), &"g".repeat(64)] {
            let saved = reset::save(&services, &SecretString::from(strange), NEW, &from(1)).await;
            assert!(not_found(&saved), "{strange}");
        }
        assert!(opens(&services, OWNER, PASSWORD).await);
        assert!(accounts::purge(&services).await.unwrap() >= 1);
        assert_eq!(number(&db, LINKS).await, 0);
        assert!(reset::link_for(&services, "nobody@example.com").await.is_err());
    }

    async fn two_at_once_use_a_link_once(db) {
        let services = db.services();
        workspace(&services, "Kaveri Home").await;
        let link = reset::link_for(&services, OWNER).await.unwrap();
        let tries = ["one long password", "another long password"].map(|new| {
            let (services, token) = (services.clone(), token(&link));
            tokio::spawn(async move { reset::save(&services, &token, new, &from(1)).await.is_ok() })
        });
        let mut done = 0;
        for tried in tries {
            done += u32::from(tried.await.unwrap());
        }
        assert_eq!(done, 1);
    }

    async fn a_link_opens_one_account(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        member(&services, &ctx.workspace().slug, "Rohan Iyer", Role::Agent).await;
        let link = reset::link_for(&services, "rohan-iyer@example.com").await.unwrap();
        save(&services, &link, NEW).await.unwrap();
        assert!(opens(&services, "rohan-iyer@example.com", NEW).await);
        assert!(opens(&services, OWNER, PASSWORD).await && !opens(&services, OWNER, NEW).await);
    }

    async fn a_changed_password_takes_a_waiting_link_along(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let link = reset::link_for(&services, OWNER).await.unwrap();
        accounts::change_password(&services, ctx.user(), (PASSWORD, "a new password"), None, &from(1)).await.unwrap();
        assert!(not_found(&save(&services, &link, NEW).await));
    }

    async fn asking_says_nothing_and_is_braked(db) {
        let services = mailing(&db);
        let ctx = workspace(&services, "Kaveri Home").await;
        for email in ["nobody@example.com", "no address", "nul\0@example.com", ""] {
            reset::ask(&services, email, &from(1)).await.unwrap().await.unwrap();
        }
        assert_eq!((number(&db, MAILS).await, number(&db, LINKS).await), (0, 0));
        for _ in 0..3 {
            reset::ask(&services, " Owner@kaveri-home.example", &from(1)).await.unwrap().await.unwrap();
        }
        // The newest link alone works, and alone waits to be mailed.
        assert_eq!((number(&db, MAILS).await, number(&db, LINKS).await), (1, 1));
        for _ in 0..3 {
            let _ = reset::ask(&services, "nobody@example.com", &from(2)).await;
        }
        for email in [OWNER, "nobody@example.com"] {
            let blocked = reset::ask(&services, email, &from(3)).await.map(drop);
            assert!(matches!(blocked, Err(SignInError::Throttled { .. })), "{email}");
        }
        assert_eq!(count(&db, &ctx, Action::PasswordResetAsked).await, 3);
        // Nobody is kept from signing in by what somebody else asks for.
        assert!(opens(&services, OWNER, PASSWORD).await);
        services.clock().advance(15 * MINUTE);
        assert!(reset::ask(&services, OWNER, &from(3)).await.is_ok());
    }

    async fn without_a_mail_server_nothing_is_made(db) {
        let services = db.services();
        workspace(&services, "Kaveri Home").await;
        reset::ask(&services, OWNER, &from(1)).await.unwrap().await.unwrap();
        assert_eq!(number(&db, LINKS).await, 0);
    }

    async fn a_link_is_handed_down_only(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let slug = owner.workspace().slug.clone();
        let (_, manager) = member(&services, &slug, "Manager One", Role::Manager).await;
        let (second_manager, _) = member(&services, &slug, "Manager Two", Role::Manager).await;
        let (second_owner, _) = member(&services, &slug, "Owner Two", Role::Owner).await;
        let (rohan, agent) = member(&services, &slug, "Rohan Iyer", Role::Agent).await;
        let (viewer, _) = member(&services, &slug, "Viewer", Role::Viewer).await;

        for (who, whom) in [
            (&manager, owner.me().id),
            (&manager, second_manager.member.id),
            (&owner, second_owner.member.id),
        ] {
            assert!(refused(who, whom).await.contains("parlance reset-password"));
        }
        assert!(refused(&manager, manager.me().id).await.contains("Security"));
        let forbidden = reset::hand_over(&agent, viewer.member.id).await;
        assert!(matches!(forbidden, Err(Error::Domain(domain::Error::Forbidden { .. }))));

        for (who, whom) in [(&owner, manager.me().id), (&manager, viewer.member.id), (&manager, rohan.member.id)] {
            reset::hand_over(who, whom).await.unwrap();
        }
        let link = reset::hand_over(&manager, rohan.member.id).await.unwrap();
        save(&services, &link, NEW).await.unwrap();
        assert!(opens(&services, "rohan-iyer@example.com", NEW).await);
        assert_eq!(count(&db, &owner, Action::PasswordResetLinked).await, 4);
    }

    async fn a_link_reaches_no_other_workspace(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let other = workspace(&services, "Another").await;
        let (here, home) = (owner.workspace().slug.clone(), other.workspace().slug.clone());
        let (rohan, _) = member(&services, &here, "Rohan Iyer", Role::Agent).await;
        let (there, _) = member(&services, &home, "Rohan Iyer", Role::Viewer).await;
        assert_eq!(rohan.user, there.user);
        assert!(refused(&owner, rohan.member.id).await.contains("another workspace"));
        // Not even when that has ended: somebody may let them in again.
        team::members::remove(&other, there.member.id, None).await.unwrap();
        assert!(refused(&owner, rohan.member.id).await.contains("parlance reset-password"));
        let foreign = reset::hand_over(&owner, there.member.id).await;
        assert!(not_found(&foreign));
        // Who was removed here is restored first, or not at all.
        let (anna, _) = member(&services, &here, "Anna", Role::Agent).await;
        team::members::remove(&owner, anna.member.id, None).await.unwrap();
        assert!(refused(&owner, anna.member.id).await.contains("removed"));
    }

    async fn who_has_just_lost_the_right_makes_no_link(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri Home").await;
        let slug = owner.workspace().slug.clone();
        let (manager, as_manager) = member(&services, &slug, "Manager One", Role::Manager).await;
        let (rohan, _) = member(&services, &slug, "Rohan Iyer", Role::Agent).await;
        team::members::set_role(&owner, manager.member.id, domain::role::RoleRef::BuiltIn(Role::Viewer)).await.unwrap();
        let late = reset::hand_over(&as_manager, rohan.member.id).await;
        assert!(matches!(late, Err(Error::Domain(domain::Error::Forbidden { .. }))));
    }
}
