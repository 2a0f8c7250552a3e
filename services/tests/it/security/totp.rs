use super::{Second, app_shows, count, from, second};
use crate::support::{PASSWORD, TestDb, member, vault, workspace};
use domain::{
    audit::Action,
    id::UserId,
    role::Role,
    team::Settings,
    time::{MINUTE, SECOND},
};
use services::{
    Error, Services,
    accounts::{self, Passed, SignInError, Waiting, totp},
    sql, team,
};

const OWNER: &str = "owner@kaveri-home.example";
const STEP: i64 = 30 * SECOND;
const STORED: &str = "SELECT sealed FROM totp_secrets";
const HASHES: &str = "SELECT hash FROM recovery_codes";

async fn first_step(services: &Services) -> Waiting {
    let passed = accounts::sign_in(services, OWNER, PASSWORD, from(7).address.unwrap()).await.unwrap();
    passed.waiting.expect("a second factor is on")
}

async fn with_code(services: &Services, code: &str) -> Result<Passed, SignInError> {
    let waiting = first_step(services).await;
    accounts::sign_in_with_code(services, &waiting, code, &from(7)).await
}

fn wrong(result: &Result<Passed, SignInError>) -> bool {
    matches!(result, Err(SignInError::WrongCode))
}

async fn keeps(db: &TestDb, user: UserId, second: &Second) {
    let mut read = db.db.read().await.unwrap();
    let sealed: Vec<Vec<u8>> = sql!(scalars Vec<u8>, read.conn(), STORED).unwrap();
    let key = second.key.replace(' ', "");
    assert_eq!(sealed.len(), 1);
    assert!(!sealed[0].windows(key.len()).any(|bytes| bytes == key.as_bytes()), "{user} in plain text");
    let hashes: Vec<Vec<u8>> = sql!(scalars Vec<u8>, read.conn(), HASHES).unwrap();
    assert!(hashes.len() == 10 && hashes.iter().all(|hash| hash.len() == 32));
}

async fn demand(ctx: &services::Ctx, require_totp: bool) -> services::Result<Settings> {
    let settings = team::settings::get(ctx).await?;
    team::settings::save(ctx, Settings { require_totp, ..settings }).await
}

crate::on_both! {
    async fn a_code_is_taken_once_and_may_be_one_step_off(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let key = second(&services, ctx.user()).await;
        keeps(&db, ctx.user(), &key).await;
        let code = |by: i64| app_shows(&key.key, services.clock().now() + by * STEP);
        // That of the set-up was taken.
        assert!(wrong(&with_code(&services, &code(0)).await));
        services.clock().advance(10 * STEP);
        for off in [-2, 2] {
            assert!(wrong(&with_code(&services, &code(off)).await), "{off}");
        }
        let spaced = format!(" {} {} ", &code(-1)[..3], &code(-1)[3..]);
        assert_eq!(with_code(&services, &spaced).await.unwrap().user, ctx.user());
        assert!(wrong(&with_code(&services, &code(-1)).await), "replayed");
        assert!(with_code(&services, &code(1)).await.is_ok());
        assert!(wrong(&with_code(&services, &code(0)).await), "older than one that was taken");
        assert_eq!(totp::status(&services, ctx.user()).await.unwrap().last_used_at, Some(services.clock().now()));
    }

    async fn the_same_code_at_once_signs_in_once(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let key = second(&services, ctx.user()).await;
        services.clock().advance(10 * STEP);
        let code = app_shows(&key.key, services.clock().now());
        let waiting = first_step(&services).await;
        let tries = (0..4).map(|_| {
            let (services, code) = (services.clone(), code.clone());
            tokio::spawn(async move { accounts::sign_in_with_code(&services, &waiting, &code, &from(7)).await })
        });
        let mut inside = 0;
        for tried in tries.collect::<Vec<_>>() {
            inside += u32::from(tried.await.unwrap().is_ok());
        }
        assert_eq!(inside, 1);
    }

    async fn a_recovery_code_works_once_and_for_its_owner(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let (rohan, _) = member(&services, &ctx.workspace().slug, "Rohan Iyer", Role::Agent).await;
        let mine = second(&services, ctx.user()).await;
        let theirs = second(&services, rohan.user).await;
        assert!(wrong(&with_code(&services, &theirs.codes[0]).await));
        assert!(with_code(&services, &mine.codes[0].to_lowercase()).await.is_ok());
        assert!(wrong(&with_code(&services, &mine.codes[0]).await));
        assert_eq!(totp::status(&services, ctx.user()).await.unwrap().codes_left, 9);
        assert_eq!(count(&db, &ctx, Action::RecoveryCodeUsed).await, 1);

        let new = totp::renew_recovery_codes(&services, ctx.user(), PASSWORD, &from(1)).await.unwrap();
        let new: Vec<String> = new.iter().collect();
        assert!(wrong(&with_code(&services, &mine.codes[1]).await), "replaced");
        assert!(with_code(&services, &new[1]).await.is_ok());
    }

    async fn codes_are_not_guessed(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let key = second(&services, ctx.user()).await;
        services.clock().advance(10 * STEP);
        let waiting = first_step(&services).await;
        for _ in 0..5 {
            assert!(wrong(&accounts::sign_in_with_code(&services, &waiting, "000000", &from(7)).await));
        }
        // Neither the right code nor the right password again lifts the brake, from wherever.
        let code = app_shows(&key.key, services.clock().now());
        let waiting = first_step(&services).await;
        let blocked = accounts::sign_in_with_code(&services, &waiting, &code, &from(9)).await;
        assert!(matches!(blocked, Err(SignInError::Throttled { retry_after_ms: 30_000 })), "{blocked:?}");
        services.clock().advance(STEP);
        let code = app_shows(&key.key, services.clock().now());
        assert!(accounts::sign_in_with_code(&services, &waiting, &code, &from(9)).await.is_ok());
    }

    async fn the_first_step_does_not_last(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let key = second(&services, ctx.user()).await;
        services.clock().advance(MINUTE);
        let old = first_step(&services).await;
        services.clock().advance(10 * MINUTE + 1);
        let code = app_shows(&key.key, services.clock().now());
        let late = accounts::sign_in_with_code(&services, &old, &code, &from(7)).await;
        assert!(matches!(late, Err(SignInError::TooLate)), "{late:?}");
        // A password that is none any more opens nothing either.
        let waiting = first_step(&services).await;
        services.clock().advance(1);
        accounts::change_password(&services, ctx.user(), (PASSWORD, "a new password"), None, &from(1)).await.unwrap();
        let stale = accounts::sign_in_with_code(&services, &waiting, &code, &from(7)).await;
        assert!(matches!(stale, Err(SignInError::TooLate)), "{stale:?}");
    }

    async fn setting_up_needs_the_password_and_a_first_code(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let user = ctx.user();
        assert!(matches!(totp::begin(&services, user, "wrong password").await, Err(Error::Domain(_))));
        let sealed = totp::begin(&services, user, PASSWORD).await.unwrap();
        let shown = totp::show(&services, user, &sealed).await.unwrap().unwrap();
        assert_eq!((shown.secret.len(), shown.secret.split(' ').count()), (39, 8));
        assert!(shown.qr.path.starts_with('M') && shown.qr.side > 30);
        let wrong = totp::confirm(&services, user, &sealed, "123", None, &from(1)).await;
        assert!(matches!(wrong, Err(Error::Domain(_))));
        assert_eq!(totp::status(&services, user).await.unwrap().since, None, "nothing holds yet");
        // For nobody else, and not for ever.
        let (rohan, _) = member(&services, &ctx.workspace().slug, "Rohan Iyer", Role::Agent).await;
        assert!(totp::show(&services, rohan.user, &sealed).await.unwrap().is_none());
        services.clock().advance(15 * MINUTE + 1);
        assert!(totp::show(&services, user, &sealed).await.unwrap().is_none());
        let code = app_shows(&shown.secret, services.clock().now());
        let late = totp::confirm(&services, user, &sealed, &code, None, &from(1)).await;
        assert!(matches!(late, Err(Error::Conflict(_))));
        assert_eq!(count(&db, &ctx, Action::TotpEnabled).await, 0);
    }

    async fn a_key_that_was_begun_with_the_old_password_is_worth_nothing(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let sealed = totp::begin(&services, ctx.user(), PASSWORD).await.unwrap();
        let key = totp::show(&services, ctx.user(), &sealed).await.unwrap().unwrap().secret;
        services.clock().advance(1);
        accounts::change_password(&services, ctx.user(), (PASSWORD, "a new password"), None, &from(1)).await.unwrap();
        let code = app_shows(&key, services.clock().now());
        let stale = totp::confirm(&services, ctx.user(), &sealed, &code, None, &from(1)).await;
        assert!(matches!(stale, Err(Error::Conflict(_))));
        assert_eq!(totp::status(&services, ctx.user()).await.unwrap().since, None);
    }

    async fn another_phone_replaces_the_one_before(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let old = second(&services, ctx.user()).await;
        services.clock().advance(10 * STEP);
        let new = second(&services, ctx.user()).await;
        services.clock().advance(10 * STEP);
        assert!(wrong(&with_code(&services, &app_shows(&old.key, services.clock().now())).await));
        assert!(wrong(&with_code(&services, &old.codes[3]).await));
        assert!(with_code(&services, &app_shows(&new.key, services.clock().now())).await.is_ok());
    }

    async fn turned_off_the_password_is_enough(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        second(&services, ctx.user()).await;
        let waiting = first_step(&services).await;
        let wrong = totp::disable(&services, ctx.user(), "wrong password", &from(1)).await;
        assert!(matches!(wrong, Err(Error::Domain(_))));
        totp::disable(&services, ctx.user(), PASSWORD, &from(1)).await.unwrap();
        let passed = accounts::sign_in(&services, OWNER, PASSWORD, from(7).address.unwrap()).await.unwrap();
        assert_eq!(passed.waiting, None);
        let late = accounts::sign_in_with_code(&services, &waiting, "123456", &from(7)).await;
        assert!(matches!(late, Err(SignInError::TooLate)), "{late:?}");
        assert_eq!(count(&db, &ctx, Action::TotpDisabled).await, 1);
        let none = totp::renew_recovery_codes(&services, ctx.user(), PASSWORD, &from(1)).await;
        assert!(matches!(none, Err(Error::Conflict(_))));
    }

    async fn a_workspace_that_asks_for_it_lets_nobody_in_without(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let slug = ctx.workspace().slug.clone();
        let (rohan, _) = member(&services, &slug, "Rohan Iyer", Role::Agent).await;
        // Nobody demands of others what they do not do themselves.
        assert!(matches!(demand(&ctx, true).await, Err(Error::Domain(domain::Error::Invalid { .. }))));
        second(&services, ctx.user()).await;
        demand(&ctx, true).await.unwrap();

        let shut = services.ctx(rohan.user, &slug).await;
        assert!(matches!(shut, Err(Error::Domain(domain::Error::SecondFactor))));
        assert!(services.ctx_for_security(rohan.user, &slug).await.is_ok());
        assert!(services.ctx(ctx.user(), &slug).await.is_ok());
        // Who does not belong to it learns nothing of the rule.
        let elsewhere = workspace(&services, "Another").await;
        let foreign = services.ctx(elsewhere.user(), &slug).await;
        assert!(matches!(foreign, Err(Error::Domain(domain::Error::NotFound))));
        assert!(services.ctx_for_security(elsewhere.user(), &slug).await.is_err());

        second(&services, rohan.user).await;
        assert!(services.ctx(rohan.user, &slug).await.is_ok());
        let kept = totp::disable(&services, rohan.user, PASSWORD, &from(1)).await;
        assert!(matches!(kept, Err(Error::Conflict(why)) if why.contains("Kaveri Home")));
        demand(&ctx, false).await.unwrap();
        totp::disable(&services, rohan.user, PASSWORD, &from(1)).await.unwrap();
        assert!(services.ctx(rohan.user, &slug).await.is_ok());
    }

    async fn whoever_runs_the_installation_turns_it_off(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        second(&services, ctx.user()).await;
        assert!(totp::turn_off(&services, " OWNER@kaveri-home.example").await.unwrap());
        assert!(!totp::turn_off(&services, OWNER).await.unwrap(), "it was off");
        assert!(totp::turn_off(&services, "nobody@example.com").await.is_err());
        assert_eq!(totp::status(&services, ctx.user()).await.unwrap(), totp::Status::default());
    }

    async fn another_master_key_lets_nobody_in_but_recovery_codes_do(db) {
        let services = db.services();
        let ctx = workspace(&services, "Kaveri Home").await;
        let key = second(&services, ctx.user()).await;
        services.clock().advance(10 * STEP);
        let other = services::vault::Vault::new(services::vault::MasterKey::from_hex(&"5a".repeat(32)).unwrap());
        let services = db.services_with(services.clock().clone(), other);
        let failed = with_code(&services, &app_shows(&key.key, services.clock().now())).await;
        assert!(matches!(failed, Err(SignInError::Failed(Error::Internal(_)))), "{failed:?}");
        assert!(with_code(&services, &key.codes[0]).await.is_ok());
        let again = db.services_with(services.clock().clone(), vault());
        assert!(with_code(&again, &app_shows(&key.key, again.clock().now())).await.is_ok());
    }
}
