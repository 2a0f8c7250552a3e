//! A link that was handed over is judged again when it is used.

use super::from;
use crate::support::{PASSWORD, TestDb, fresh, member, workspace};
use domain::{
    id::MemberId,
    role::{Role, RoleRef},
    workspace::Slug,
};
use secrecy::SecretString;
use services::{
    Ctx, Error, Services,
    accounts::{self, reset},
    clock::new_id,
    db::{Tx, dialect},
    members::{self, Added},
    sql,
    team::{
        self,
        invitations::{self, Joining},
    },
};

const EMAIL: &str = "rohan-iyer@example.com";
const NEW: &str = "salt wind over the backwaters";
const TAKE: &str = "UPDATE users SET name = name WHERE id = $1";
const JOIN: &str = "INSERT INTO members (workspace_id, id, user_id, role, available, last_turn, created_at)
    VALUES ($1, $2, $3, 'viewer', FALSE, 0, 1)";
const CHANGE: &str = "UPDATE users SET password_changed_at = password_changed_at + 1 WHERE id = $1";
const PROMOTE: &str = "UPDATE members SET role = 'owner' WHERE workspace_id = $1 AND id = $2";

struct World {
    owner: Ctx,
    maker: Added,
    manager: Ctx,
    rohan: Added,
    link: SecretString,
}

impl World {
    /// A manager handed a link over to an agent.
    async fn new(services: &Services) -> Self {
        let owner = workspace(services, "Kaveri Home").await;
        let slug = owner.workspace().slug.clone();
        let (maker, manager) = member(services, &slug, "Mara", Role::Manager).await;
        let (rohan, _) = member(services, &slug, "Rohan Iyer", Role::Agent).await;
        let link = reset::hand_over(&manager, rohan.member.id).await.unwrap();
        let link = link.path().strip_prefix("/reset/").unwrap().into();
        Self { owner, maker, manager, rohan, link }
    }

    async fn role(&self, id: MemberId, role: Role) {
        team::members::set_role(&self.owner, id, RoleRef::BuiltIn(role)).await.unwrap();
    }

    /// Both the page and the form.
    async fn works(&self, services: &Services) -> bool {
        let seen = reset::look_at(services, &self.link).await;
        // Too short: the link is judged, and not used up.
        let saved = reset::save(services, &self.link, "short", &from(1)).await;
        match (seen, saved) {
            (Ok(_), Err(Error::Domain(domain::Error::Invalid { .. }))) => true,
            (Err(Error::Domain(domain::Error::NotFound)), Err(Error::Domain(domain::Error::NotFound))) => false,
            other => panic!("{other:?}"),
        }
    }
}

async fn opens(services: &Services, password: &str) -> bool {
    accounts::sign_in(services, EMAIL, password, from(9).address.unwrap()).await.is_ok()
}

/// Holds the team as a change of it does, and has made somebody an Owner; not committed.
async fn promoting(db: &TestDb, ctx: &Ctx, id: MemberId) -> Tx {
    let mut tx = db.db.begin().await.unwrap();
    let workspace = ctx.workspace().id.0;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, workspace).await.unwrap();
    }
    sql!(exec tx.conn(), PROMOTE, workspace, id.0).unwrap();
    tx
}

/// Somebody gets a new password while they join another workspace. False when they joined it.
async fn joined_nothing(db: &TestDb) -> bool {
    let services = db.services();
    let world = World::new(&services).await;
    let other = workspace(&services, "Another").await;
    let user = world.rohan.user;
    let invited = invitations::create(&other, EMAIL, RoleRef::BuiltIn(Role::Viewer)).await.unwrap();
    // As a link is used: the account is held, and the sessions end.
    let mut saving = db.db.begin().await.unwrap();
    sql!(exec saving.conn(), TAKE, user.0).unwrap();
    let token = invited.link_token.clone();
    let joins = tokio::spawn({
        let services = services.clone();
        async move { invitations::accept(&services, &token, Joining::SignedIn(user), &from(1)).await }
    });
    db.until_it_waits(&joins).await;
    sql!(exec saving.conn(), CHANGE, user.0).unwrap();
    saving.commit().await.unwrap();
    match joins.await.unwrap() {
        Ok(_) => return false,
        Err(error) => assert!(matches!(error, Error::SignedOut), "{error}"),
    }
    assert!(world.works(&services).await, "they belong to no other workspace");
    invitations::accept(&services, &invited.link_token, Joining::SignedIn(user), &from(1)).await.unwrap();
    assert!(!world.works(&services).await);
    true
}

crate::on_both! {
    async fn it_works_while_the_rule_holds_and_ends_with_it(db) {
        let services = db.services();
        let world = World::new(&services).await;
        let (rohan, maker) = (world.rohan.member.id, world.maker.member.id);
        assert!(world.works(&services).await);

        world.role(rohan, Role::Manager).await;
        assert!(!world.works(&services).await, "promoted");
        world.role(rohan, Role::Agent).await;
        assert!(world.works(&services).await);

        world.role(maker, Role::Viewer).await;
        assert!(!world.works(&services).await, "its maker may it no more");
        world.role(maker, Role::Manager).await;
        assert!(world.works(&services).await);

        team::members::remove(&world.owner, maker, None).await.unwrap();
        assert!(!world.works(&services).await, "its maker was removed");
        team::members::reactivate(&world.owner, maker).await.unwrap();
        world.role(maker, Role::Manager).await;
        assert!(world.works(&services).await);

        reset::save(&services, &world.link, NEW, &from(1)).await.unwrap();
        assert!(opens(&services, NEW).await && !world.works(&services).await);
    }

    async fn it_opens_no_second_workspace(db) {
        let services = db.services();
        let world = World::new(&services).await;
        let other = workspace(&services, "Another").await;
        members::add(&services, &other.workspace().slug, EMAIL, "Rohan", PASSWORD, Role::Viewer).await.unwrap();
        assert!(!world.works(&services).await);
        // One from the command line asks nobody, and replaces it.
        let link = reset::link_for(&services, EMAIL).await.unwrap();
        let token = SecretString::from(link.path().strip_prefix("/reset/").unwrap());
        reset::save(&services, &token, NEW, &from(1)).await.unwrap();
        assert!(opens(&services, NEW).await);
    }

    async fn a_promotion_at_the_same_time_comes_first(db) {
        let services = db.services();
        let world = World::new(&services).await;
        let change = promoting(&db, &world.owner, world.rohan.member.id).await;
        let saved = tokio::spawn({
            let (services, link) = (services.clone(), world.link.clone());
            async move { reset::save(&services, &link, NEW, &from(1)).await }
        });
        db.until_it_waits(&saved).await;
        change.commit().await.unwrap();
        assert!(matches!(saved.await.unwrap(), Err(Error::Domain(domain::Error::NotFound))));
        assert!(opens(&services, PASSWORD).await);
    }

    async fn joining_another_workspace_at_the_same_time_comes_first(db) {
        let services = db.services();
        let world = World::new(&services).await;
        let other = workspace(&services, "Another").await;
        let user = world.rohan.user;
        // Holds the account, as whoever accepts an invitation does, and no team of this workspace.
        let mut joining = db.db.begin().await.unwrap();
        sql!(exec joining.conn(), TAKE, user.0).unwrap();
        let saved = tokio::spawn({
            let (services, link) = (services.clone(), world.link.clone());
            async move { reset::save(&services, &link, NEW, &from(1)).await }
        });
        db.until_it_waits(&saved).await;
        sql!(exec joining.conn(), JOIN, other.workspace().id.0, new_id(), user.0).unwrap();
        joining.commit().await.unwrap();
        assert!(matches!(saved.await.unwrap(), Err(Error::Domain(domain::Error::NotFound))));
        assert!(opens(&services, PASSWORD).await && !opens(&services, NEW).await);
    }

    async fn whoever_gets_a_new_password_at_the_same_time_joins_nothing(db) {
        let mut tries = 0;
        while !joined_nothing(&fresh(&db).await).await {
            // Nothing tells that somebody waits for SQLite's writer: whoever joins may have come too late to be in between.
            tries += 1;
            assert!(db.db.engine() == "sqlite" && tries < 50, "they joined");
        }
    }

    async fn nothing_is_handed_over_while_the_team_changes(db) {
        let services = db.services();
        let world = World::new(&services).await;
        let slug: Slug = world.owner.workspace().slug.clone();
        let (anna, _) = member(&services, &slug, "Anna", Role::Agent).await;
        let change = promoting(&db, &world.owner, anna.member.id).await;
        let made = tokio::spawn({
            let manager = world.manager.clone();
            async move { reset::hand_over(&manager, anna.member.id).await.map(drop) }
        });
        db.until_it_waits(&made).await;
        change.commit().await.unwrap();
        assert!(matches!(made.await.unwrap(), Err(Error::Conflict(why)) if why.contains("not below yours")));
    }
}
