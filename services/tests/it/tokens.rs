//! API tokens: what they open, when they end, and what their watch does.

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

    async fn too_many_networks_within_an_hour_end_it(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let slug = owner.workspace().slug.clone();
        let (added, maker) = member(&services, &slug, "Mara", Role::Owner).await;
        let token = make(&maker, &["contacts.read"]).await;
        assert_eq!(session(&services, added.user).await, 1);
        for n in 1..=NETWORKS_LIMIT {
            from(&services, &token, &format!("203.0.113.{n}")).await.unwrap();
            // The same /64 is the same place.
            services.clock().advance(MINUTE);
        }
        from(&services, &token, "203.0.113.1").await.unwrap();
        assert!(is_out(from(&services, &token, "203.0.113.99").await));
        assert!(is_out(from(&services, &token, "203.0.113.1").await));
        let ended = tokens::get(&owner, token.token.id).await.unwrap().ended.unwrap();
        assert_eq!(ended.why, End::Misuse);
        assert!(kinds(&owner).await.contains(&Kind::TokenMisused));
        assert_eq!(actions(&owner, Action::TokenMisused).await, 1);
        assert_eq!(sessions(&services, added.user).await, 0, "its member is signed out");
    }

    /// Each token is used from few places, all of them together from too many.
    async fn places_are_counted_over_all_that_a_token_made(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let root = make(&owner, &["api.manage", "contacts.read"]).await;
        let mut chain = Vec::new();
        let mut maker = from(&services, &root, "203.0.113.1").await.unwrap();
        for n in 2..=NETWORKS_LIMIT {
            let child = make(&maker, &["api.manage", "contacts.read"]).await;
            maker = from(&services, &child, &format!("203.0.113.{n}")).await.unwrap();
            chain.push(child);
        }
        assert!(used(&services, &root).await.is_err(), "203.0.113.7 is one too many, though the second of this token");
        for token in chain.iter().chain([&root]) {
            assert!(is_out(from(&services, token, "203.0.113.1").await));
        }
        let why = |id| { let owner = owner.clone(); async move { tokens::get(&owner, id).await.unwrap().ended.unwrap().why } };
        assert_eq!(why(root.token.id).await, End::Misuse);
        assert_eq!(why(chain[2].token.id).await, End::Parent);
        assert_eq!(kinds(&owner).await, [Kind::TokenMisused]);
    }

    async fn one_that_has_ended_counts_on_and_the_place_of_a_child_ends_the_root(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let root = make(&owner, &["api.manage", "contacts.read"]).await;
        for n in 1..=NETWORKS_LIMIT {
            let maker = from(&services, &root, "203.0.113.1").await.unwrap();
            let child = make(&maker, &["contacts.read"]).await;
            from(&services, &child, &format!("203.0.113.{n}")).await.unwrap();
            tokens::revoke(&owner, child.token.id).await.unwrap();
        }
        let maker = from(&services, &root, "203.0.113.1").await.unwrap();
        let child = make(&maker, &["contacts.read"]).await;
        assert!(is_out(from(&services, &child, "203.0.113.99").await));
        assert!(is_out(from(&services, &root, "203.0.113.1").await));
        assert_eq!(tokens::get(&owner, root.token.id).await.unwrap().ended.unwrap().why, End::Misuse);
    }

    async fn a_token_for_any_address_is_not_made_by_one_that_is_not(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let wide = |names: &[&str]| NewToken { any_address: true, ..wish(names) };
        let root = make(&owner, &["api.manage", "contacts.read"]).await;
        let through = used(&services, &root).await.unwrap();
        let refused = tokens::create(&through, wide(&["contacts.read"])).await.map(drop);
        assert!(matches!(refused, Err(Error::Domain(Wrong::Invalid { field, .. })) if field == "any_address"));

        // One that is for any address makes both, and only the other is watched: by itself.
        let open = tokens::create(&owner, wide(&["api.manage", "contacts.read"])).await.unwrap();
        let through = used(&services, &open).await.unwrap();
        let free = tokens::create(&through, wide(&["contacts.read"])).await.unwrap();
        let watched = make(&through, &["contacts.read"]).await;
        for n in 1..=NETWORKS_LIMIT {
            let address = format!("203.0.113.{n}");
            from(&services, &free, &address).await.unwrap();
            from(&services, &watched, &address).await.unwrap();
        }
        from(&services, &free, "203.0.113.99").await.unwrap();
        assert!(is_out(from(&services, &watched, "203.0.113.99").await));
        assert!(used(&services, &open).await.is_ok() && used(&services, &free).await.is_ok());
    }

    /// Two processes, each with a watch of its own, and a child used in each.
    async fn misuse_is_told_once(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let root = make(&owner, &["api.manage", "contacts.read"]).await;
        let mut maker = used(&services, &root).await.unwrap();
        let mut children = Vec::new();
        for n in 2..=NETWORKS_LIMIT {
            let child = make(&maker, &["api.manage", "contacts.read"]).await;
            maker = from(&services, &child, &format!("203.0.113.{n}")).await.unwrap();
            children.push(child);
        }
        assert_eq!(session(&services, owner.user()).await, 1);
        let children = Arc::new(children);
        let tries: Vec<_> = (0..8_usize)
            .map(|n| {
                let (process, children) = (db.services_with(services.clock().clone(), vault()), children.clone());
                tokio::spawn(async move { from(&process, &children[n % 4], &format!("203.0.113.{}", 90 + n)).await })
            })
            .collect();
        for tried in tries {
            assert!(is_out(tried.await.unwrap()));
        }
        let told = alerts::list(&owner, None, 50).await.unwrap().items;
        let told: Vec<_> = told.iter().filter(|alert| alert.kind == Kind::TokenMisused).map(|alert| alert.times).collect();
        assert_eq!(told, [1]);
        assert_eq!(actions(&owner, Action::TokenMisused).await, 1);
        assert_eq!(sessions(&services, owner.user()).await, 0);
        // Read or not, it is told no more.
        alerts::mark_all_read(&owner).await.unwrap();
        assert!(is_out(from(&services, &children[0], "203.0.113.120").await));
        assert_eq!(alerts::unread(&owner).await.unwrap(), 0);
    }

    async fn two_processes_write_down_the_same_places(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let token = make(&owner, &["contacts.read"]).await;
        let processes = [(); 2].map(|()| db.services_with(services.clock().clone(), vault()));
        for (process, places) in processes.iter().zip([["203.0.113.1", "203.0.113.2"], ["203.0.113.2", "203.0.113.1"]]) {
            for place in [places[0], places[1], places[0], places[1]] {
                from(process, &token, place).await.unwrap();
            }
        }
        services.clock().advance(MINUTE);
        // Holds both places, until both processes wait for one of them.
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), PLACES, token.token.id.0).unwrap();
        let [one, other] = processes.map(|process| tokio::spawn(async move { tokens::purge(&process).await }));
        db.until_all_wait(&[&one, &other]).await;
        tx.commit().await.unwrap();
        one.await.unwrap().unwrap();
        other.await.unwrap().unwrap();
        assert_eq!(uses(&db).await, (8, 8));
    }

    async fn what_is_being_revoked_makes_no_token(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let parent = make(&owner, &["api.manage", "contacts.read"]).await;
        let through = used(&services, &parent).await.unwrap();
        let mut revoking = db.db.begin().await.unwrap();
        sql!(exec revoking.conn(), REVOKE, owner.workspace().id.0, parent.token.id.0, START).unwrap();
        let made = tokio::spawn(async move { tokens::create(&through, wish(&["contacts.read"])).await.map(drop) });
        db.until_it_waits(&made).await;
        revoking.commit().await.unwrap();
        assert!(is_out(made.await.unwrap()));
    }

    async fn whoever_is_being_removed_makes_no_token(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let workspace = owner.workspace().id.0;
        for (name, change, expected) in
            [("Mara", REMOVE, Wrong::NotFound), ("Anna", DEMOTE, forbidden("api.manage"))]
        {
            let (added, maker) = member(&services, &owner.workspace().slug, name, Role::Owner).await;
            let mut changing = db.db.begin().await.unwrap();
            if let Tx::Postgres(tx) = &mut changing {
                dialect::postgres::lock_workspace(tx, workspace).await.unwrap();
            }
            sql!(exec changing.conn(), change, workspace, added.member.id.0).unwrap();
            let made = tokio::spawn(async move { tokens::create(&maker, wish(&["contacts.read"])).await.map(drop) });
            db.until_it_waits(&made).await;
            changing.commit().await.unwrap();
            assert!(matches!(made.await.unwrap(), Err(Error::Domain(wrong)) if wrong == expected));
        }
    }

    async fn whoever_is_being_demoted_revokes_no_token(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let workspace = owner.workspace().id.0;
        let token = make(&owner, &["contacts.read"]).await;
        for (name, change, expected) in
            [("Mara", REMOVE, Wrong::NotFound), ("Anna", DEMOTE, forbidden("api.manage"))]
        {
            let (added, ctx) = member(&services, &owner.workspace().slug, name, Role::Owner).await;
            let mut changing = db.db.begin().await.unwrap();
            if let Tx::Postgres(tx) = &mut changing {
                dialect::postgres::lock_workspace(tx, workspace).await.unwrap();
            }
            sql!(exec changing.conn(), change, workspace, added.member.id.0).unwrap();
            let id = token.token.id;
            let ended = tokio::spawn(async move { tokens::revoke(&ctx, id).await });
            db.until_it_waits(&ended).await;
            changing.commit().await.unwrap();
            assert!(matches!(ended.await.unwrap(), Err(Error::Domain(wrong)) if wrong == expected));
        }
        assert!(used(&services, &token).await.is_ok());
    }

    async fn a_token_that_is_being_revoked_revokes_none(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let workspace = owner.workspace().id.0;
        let (one, other) = (make(&owner, &["api.manage", "contacts.read"]).await, make(&owner, &["contacts.read"]).await);
        let through = used(&services, &one).await.unwrap();
        let mut revoking = db.db.begin().await.unwrap();
        if let Tx::Postgres(tx) = &mut revoking {
            dialect::postgres::lock_workspace(tx, workspace).await.unwrap();
        }
        sql!(exec revoking.conn(), REVOKE, workspace, one.token.id.0, START).unwrap();
        let id = other.token.id;
        let ended = tokio::spawn(async move { tokens::revoke(&through, id).await });
        db.until_it_waits(&ended).await;
        revoking.commit().await.unwrap();
        assert!(is_out(ended.await.unwrap()));
        assert!(used(&services, &other).await.is_ok());
    }

    async fn a_house_with_many_addresses_is_one_place_and_hours_pass(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let token = make(&owner, &["contacts.read"]).await;
        for n in 1..=20 {
            from(&services, &token, &format!("2001:db8:1:2::{n}")).await.unwrap();
        }
        // Five places, an hour, five others.
        for n in 3..=6 {
            from(&services, &token, &format!("2001:db8:1:{n}::1")).await.unwrap();
        }
        services.clock().advance(HOUR + MINUTE);
        for n in 7..=11 {
            from(&services, &token, &format!("2001:db8:1:{n}::1")).await.unwrap();
        }
        let free = NewToken { any_address: true, ..wish(&["contacts.read"]) };
        let free = tokens::create(&owner, free).await.unwrap();
        for n in 1..=20 {
            from(&services, &free, &format!("198.51.{n}.1")).await.unwrap();
        }
        assert_eq!(kinds(&owner).await, []);
    }

    async fn what_is_odd_is_told_and_not_forbidden(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let token = make(&owner, &["contacts.read"]).await;
        from(&services, &token, "203.0.113.7").await.unwrap();
        services.clock().advance(MINUTE);
        from(&services, &token, "198.51.100.1").await.unwrap();
        assert_eq!(kinds(&owner).await, [Kind::TokenUnusual], "a move");

        let night = make(&owner, &["contacts.read"]).await;
        known(&services, &night, 10, 10).await;
        services.clock().advance(3 * HOUR);
        used(&services, &night).await.unwrap();
        assert_eq!(kinds(&owner).await.len(), 2, "an hour");

        let busy = make(&owner, &["contacts.read"]).await;
        services.clock().advance(21 * HOUR);
        known(&services, &busy, 5, 10).await;
        for _ in 0..250 {
            used(&services, &busy).await.unwrap();
        }
        assert_eq!(kinds(&owner).await.len(), 3, "volume");
        assert_eq!(actions(&owner, Action::TokenFlagged).await, 3);
        assert!(used(&services, &token).await.is_ok() && used(&services, &night).await.is_ok());
    }

    async fn what_the_watch_needs_no_more_goes(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let token = make(&owner, &["contacts.read"]).await;
        for _ in 0..7 {
            used(&services, &token).await.unwrap();
        }
        services.clock().advance(MINUTE);
        tokens::purge(&services).await.unwrap();
        assert_eq!(uses(&db).await, (7, 7), "what was counted in memory is written down");
        services.clock().advance(2 * HOUR);
        tokens::purge(&services).await.unwrap();
        assert_eq!(uses(&db).await, (0, 7));
        services.clock().advance(15 * DAY);
        tokens::purge(&services).await.unwrap();
        assert_eq!(uses(&db).await, (0, 0));
    }
}

async fn uses(db: &TestDb) -> (i64, i64) {
    const MINUTES: &str = "SELECT CAST(COALESCE(SUM(uses), 0) AS BIGINT) FROM api_token_uses";
    const OF_HOURS: &str = "SELECT CAST(COALESCE(SUM(uses), 0) AS BIGINT) FROM api_token_hours";
    let mut read = db.db.read().await.unwrap();
    let minutes = sql!(scalar i64, read.conn(), MINUTES).unwrap();
    (minutes, sql!(scalar i64, read.conn(), OF_HOURS).unwrap())
}
