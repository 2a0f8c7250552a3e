//! What happens to a token at the very moment when its root ends.

use super::*;

crate::on_both! {
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
}
