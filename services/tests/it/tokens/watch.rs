//! From where tokens are used, and what is made of it.

use super::*;

crate::on_both! {
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
