//! API tokens: what they open, when they end, and what their watch does.

mod races;
mod watch;

use crate::support::{START, TestDb, member, vault, workspace};
use domain::{
    Error as Wrong,
    alert::Kind,
    audit::{Action, Filter},
    id::UserId,
    permission::{Grant, Permission as P, Permissions},
    role::{Role, RoleRef},
    time::{DAY, HOUR, MINUTE, Millis},
    token::{End, NETWORKS_LIMIT, NewToken},
};
use services::{
    Ctx, Error, Origin, Services, accounts, alerts, audit,
    db::{Tx, dialect},
    sql,
    team::members,
    tokens::{self, Created},
};
use std::{net::IpAddr, sync::Arc};
use tower_sessions_core::Session;

fn wish(permissions: &[&str]) -> NewToken {
    NewToken {
        name: "till".to_owned(),
        permissions: Permissions::parse(permissions.iter().copied()).unwrap(),
        expires_at: None,
        any_address: false,
    }
}

async fn make(ctx: &Ctx, permissions: &[&str]) -> Created {
    tokens::create(ctx, wish(permissions)).await.unwrap()
}

async fn from(services: &Services, created: &Created, address: &str) -> services::Result<Ctx> {
    let origin = Origin { address: Some(address.parse::<IpAddr>().unwrap()), agent: None };
    tokens::authenticate(services, created.expose(), origin).await
}

async fn used(services: &Services, created: &Created) -> services::Result<Ctx> {
    from(services, created, "203.0.113.7").await
}

fn forbidden(permission: &str) -> Wrong {
    Wrong::Forbidden { permission: permission.to_owned() }
}

fn is_out<T>(result: services::Result<T>) -> bool {
    matches!(result, Err(Error::SignedOut))
}

async fn kinds(ctx: &Ctx) -> Vec<Kind> {
    alerts::list(ctx, None, 50).await.unwrap().items.into_iter().map(|alert| alert.kind).collect()
}

async fn actions(ctx: &Ctx, action: Action) -> usize {
    let filter = Filter { action: Some(action), ..Filter::default() };
    audit::list(ctx, &filter, None, 50).await.unwrap().items.len()
}

/// A token that is known to be used at this hour of the day, `uses` times.
async fn known(services: &Services, created: &Created, uses: i64, days: i64) {
    let ws = created_workspace(services, created).await;
    let hour = START / HOUR;
    let mut tx = services.db().begin().await.unwrap();
    for day in 1..=days {
        sql!(exec tx.conn(), HOURS, ws, created.token.id.0, hour - day * 24, uses).unwrap();
    }
    tx.commit().await.unwrap();
}

const PLACES: &str = "UPDATE api_token_uses SET uses = uses WHERE token_id = $1";
const REVOKE: &str = "UPDATE api_tokens SET ended_at = $3, ended_why = 'revoked' WHERE workspace_id = $1 AND id = $2";
const REMOVE: &str = "UPDATE members SET removed_at = 1 WHERE workspace_id = $1 AND id = $2";
const DEMOTE: &str = "UPDATE members SET role = 'agent' WHERE workspace_id = $1 AND id = $2";
const SESSIONS: &str = "SELECT COUNT(*) FROM sessions WHERE user_id = $1";
const HOURS: &str = "INSERT INTO api_token_hours (workspace_id, token_id, hour, uses) VALUES ($1, $2, $3, $4)";
const WORKSPACE: &str = "SELECT workspace_id FROM api_tokens WHERE id = $1";
const SECRETS: &str = "SELECT COUNT(*) FROM api_tokens WHERE name LIKE $1 OR prefix LIKE $1 OR permissions LIKE $1";

async fn created_workspace(services: &Services, created: &Created) -> uuid::Uuid {
    let mut read = services.db().read().await.unwrap();
    sql!(scalar uuid::Uuid, read.conn(), WORKSPACE, created.token.id.0).unwrap()
}

async fn last_use(ctx: &Ctx, created: &Created) -> Option<Millis> {
    tokens::get(ctx, created.token.id).await.unwrap().last_used_at
}

/// A session of this person, kept by the store as a browser would.
async fn session(services: &Services, user: UserId) -> i64 {
    let session = Session::new(None, Arc::new(accounts::SessionStore::new(services)), None);
    session.insert(accounts::USER_KEY, user).await.unwrap();
    session.save().await.unwrap();
    sessions(services, user).await
}

async fn sessions(services: &Services, user: UserId) -> i64 {
    let mut read = services.db().read().await.unwrap();
    sql!(scalar i64, read.conn(), SESSIONS, user.0).unwrap()
}

crate::on_both! {
    async fn a_token_opens_what_both_it_and_its_member_may(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let slug = owner.workspace().slug.clone();
        let (added, manager) = member(&services, &slug, "Mara", Role::Owner).await;
        let token = make(&manager, &["contacts.read", "contacts.update:own", "billing.manage"]).await;
        let ctx = used(&services, &token).await.unwrap();
        let names = Vec::<String>::from(ctx.permissions());
        assert_eq!(names, ["contacts.read", "contacts.update:own", "billing.manage"]);
        assert_eq!(ctx.me().id, added.member.id);
        assert!(matches!(ctx.actor(), services::Actor::Token { token: id, .. } if id == token.token.id));

        // A role that may less takes it from the token at the next use, and gives it back.
        members::set_role(&owner, added.member.id, RoleRef::BuiltIn(Role::Agent)).await.unwrap();
        let ctx = used(&services, &token).await.unwrap();
        assert_eq!(ctx.permissions().grant(P::ContactsRead), Grant::Own);
        assert!(!ctx.permissions().allows(P::BillingManage));
        members::set_role(&owner, added.member.id, RoleRef::BuiltIn(Role::Owner)).await.unwrap();
        assert!(used(&services, &token).await.unwrap().permissions().allows(P::BillingManage));

        // Whoever is removed opens nothing, and what they made stays ended.
        members::remove(&owner, added.member.id, None).await.unwrap();
        assert!(is_out(used(&services, &token).await));
        members::reactivate(&owner, added.member.id).await.unwrap();
        assert!(is_out(used(&services, &token).await));
        assert_eq!(tokens::get(&owner, token.token.id).await.unwrap().ended.map(|ended| ended.why), Some(End::Removed));
    }

    async fn nobody_makes_a_token_that_may_more_than_they(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let slug = owner.workspace().slug.clone();
        let (_, manager) = member(&services, &slug, "Mara", Role::Manager).await;
        let refused = tokens::create(&manager, wish(&["contacts.read"])).await;
        assert!(matches!(refused, Err(Error::Domain(Wrong::Forbidden { permission })) if permission == "api.manage"));

        let parent = make(&owner, &["api.manage", "contacts.read:own"]).await;
        let through = used(&services, &parent).await.unwrap();
        let refused = tokens::create(&through, wish(&["contacts.read"])).await;
        assert!(matches!(refused, Err(Error::Domain(Wrong::Forbidden { permission })) if permission == "contacts.read"));
        let child = make(&through, &["contacts.read:own"]).await;
        assert!(used(&services, &child).await.is_ok());
        tokens::revoke(&owner, parent.token.id).await.unwrap();
        assert!(is_out(used(&services, &child).await), "what a token made ends with it");
        assert_eq!(actions(&owner, Action::TokenCreated).await, 2);
        assert_eq!(actions(&owner, Action::TokenRevoked).await, 1);

        for bad in [
            NewToken { name: " ".into(), ..wish(&["contacts.read"]) },
            NewToken { name: "n".repeat(65), ..wish(&["contacts.read"]) },
            NewToken { expires_at: Some(START), ..wish(&["contacts.read"]) },
            wish(&[]),
        ] {
            let answer = tokens::create(&owner, bad).await;
            assert!(matches!(answer, Err(Error::Domain(Wrong::Invalid { .. }))));
        }
    }

    async fn a_token_ends_when_it_expires_or_is_revoked(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let other = workspace(&services, "Two").await;
        let short = NewToken { expires_at: Some(START + HOUR), ..wish(&["contacts.read"]) };
        let short = tokens::create(&owner, short).await.unwrap();
        let long = make(&owner, &["contacts.read"]).await;
        services.clock().advance(HOUR - 1);
        assert!(used(&services, &short).await.is_ok());
        services.clock().advance(1);
        assert!(is_out(used(&services, &short).await));

        let foreign = tokens::revoke(&other, long.token.id).await;
        assert!(matches!(foreign, Err(Error::Domain(Wrong::NotFound))));
        assert!(used(&services, &long).await.is_ok());
        tokens::revoke(&owner, long.token.id).await.unwrap();
        tokens::revoke(&owner, long.token.id).await.unwrap();
        assert!(is_out(used(&services, &long).await));
        assert_eq!(actions(&owner, Action::TokenRevoked).await, 1);

        for strange in ["", "parl_", "Bearer", &format!("parl_{}", "0".repeat(72))] {
            assert!(is_out(tokens::authenticate(&services, strange, Origin::default()).await), "{strange}");
        }
    }

    async fn the_secret_is_shown_once_and_kept_nowhere(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let token = make(&owner, &["contacts.read"]).await;
        let secret = token.expose().to_owned();
        assert!(secret.starts_with(domain::token::PREFIX) && secret.starts_with(&token.token.prefix));
        let shown = format!("{:?}", tokens::list(&owner, None, 50).await.unwrap());
        assert!(!shown.contains(&secret));
        let trail = audit::list(&owner, &Filter::default(), None, 50).await.unwrap();
        assert!(!serde_json::to_string(&trail).unwrap().contains(&secret[8..]));
        let mut read = services.db().read().await.unwrap();
        let pattern = format!("%{}%", &secret[12..]);
        assert_eq!(sql!(scalar i64, read.conn(), SECRETS, pattern).unwrap(), 0);
    }

    async fn the_last_use_is_noted_once_a_minute(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let token = make(&owner, &["contacts.read"]).await;
        assert_eq!(last_use(&owner, &token).await, None);
        used(&services, &token).await.unwrap();
        services.clock().advance(MINUTE / 2);
        used(&services, &token).await.unwrap();
        assert_eq!(last_use(&owner, &token).await, Some(START));
        services.clock().advance(MINUTE);
        used(&services, &token).await.unwrap();
        assert_eq!(last_use(&owner, &token).await, Some(START + MINUTE / 2 + MINUTE));
        let seen = tokens::get(&owner, token.token.id).await.unwrap();
        assert_eq!(seen.last_address.as_deref(), Some("203.0.113.7"));
        assert_eq!(seen.networks, ["203.0.113.7"]);
    }
}
