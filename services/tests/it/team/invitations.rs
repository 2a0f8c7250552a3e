//! Links that work once, for one address, for seven days.

use super::{Team, audited, refused};
use crate::{
    on_both,
    support::{PASSWORD, START, member},
};
use domain::{
    audit::Action,
    id::{InvitationId, UserId},
    inbox::Event,
    permission::{Grant, Permission as P},
    role::{Role, RoleRef},
    team::{Invitation, Mailed},
    time::DAY,
};
use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use services::{
    Ctx, Error, Origin, Result, Services, accounts,
    clock::new_id,
    live::{Frame, subscribe},
    sql,
    team::{
        invitations::{self, Joined, Joining, accept, look_at},
        members, roles,
    },
};
use std::{net::IpAddr, time::Duration};

const AGENT: RoleRef = RoleRef::BuiltIn(Role::Agent);
const GIULIA: &str = "giulia@example.com";
const HASHES: &str = "SELECT token_hash FROM invitations WHERE workspace_id = $1";

fn new_person() -> Joining {
    Joining::New { name: " Giulia  Conti ".to_owned(), password: PASSWORD.into() }
}

async fn joins(services: &Services, token: &SecretString, who: Joining) -> Result<Joined> {
    accept(services, token, who, &Origin::default()).await
}

/// Why a link does not work, the same at the door and at the look through it.
async fn dead(services: &Services, token: &SecretString) -> String {
    let looked = refused(look_at(services, token).await);
    assert_eq!(refused(joins(services, token, new_person()).await), looked);
    assert_eq!(refused(joins(services, token, Joining::SignedIn(UserId(new_id()))).await), looked);
    looked
}

/// What somebody reads whose link works no more.
async fn why(services: &Services, token: &SecretString) -> String {
    match look_at(services, token).await {
        Err(services::Error::Gone(why)) => why,
        other => panic!("{other:?}"),
    }
}

async fn invite(ctx: &Ctx, email: &str) -> invitations::Created {
    invitations::create(ctx, email, AGENT).await.unwrap()
}

on_both! {
    async fn a_new_person_joins_with_a_name_and_a_password(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, " Giulia@Example.COM ").await;
        assert!(!made.mailed);
        let looked = look_at(&services, &made.link_token).await.unwrap();
        assert_eq!((looked.workspace.as_str(), looked.email.as_str(), looked.role_name.as_str()), ("Kaveri", GIULIA, "Agent"));
        assert_eq!((looked.invited_by.as_str(), looked.expires_at, looked.account), ("owner", START + 7 * DAY, false));

        let joined = joins(&services, &made.link_token, new_person()).await.unwrap();
        let giulia = services.ctx(joined.user, &joined.workspace).await.unwrap();
        assert_eq!((giulia.me().name.as_str(), giulia.me().role), ("Giulia Conti", Role::Agent));
        let signed_in = accounts::sign_in(&services, GIULIA, PASSWORD, IpAddr::from([127, 0, 0, 1])).await.unwrap();
        assert_eq!(signed_in.user, joined.user);
        assert_eq!(dead(&services, &made.link_token).await, "gone");
        assert!(invitations::list(&team.owner).await.unwrap().is_empty());
        for action in [Action::MemberInvited, Action::InvitationAccepted] {
            assert_eq!(audited(&team.owner, action).await, 1, "{action}");
        }
    }

    async fn somebody_with_an_account_joins_as_who_they_are(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let (lucia, lucia_ctx) = member(&services, &team.stranger.workspace().slug, "Lucia", Role::Viewer).await;
        let made = invite(&team.owner, "lucia@example.com").await;
        assert!(look_at(&services, &made.link_token).await.unwrap().account);
        // Not as somebody else, and not by giving the account another password.
        assert_eq!(refused(joins(&services, &made.link_token, Joining::SignedIn(team.viewer.user())).await), "conflict");
        assert_eq!(refused(joins(&services, &made.link_token, new_person()).await), "conflict");
        assert!(matches!(joins(&services, &made.link_token, Joining::SignedIn(UserId(new_id()))).await, Err(Error::SignedOut)));
        let joined = joins(&services, &made.link_token, Joining::SignedIn(lucia.user)).await.unwrap();
        assert_eq!(joined, Joined { user: lucia.user, workspace: team.owner.workspace().slug.clone() });
        assert_eq!(services.ctx(lucia.user, &joined.workspace).await.unwrap().me().role, Role::Agent);
        assert_eq!(lucia_ctx.again().await.unwrap().me().role, Role::Viewer);
        assert!(accounts::sign_in(&services, "lucia@example.com", PASSWORD, IpAddr::from([127, 0, 0, 1])).await.is_ok());
    }

    async fn open_team_pages_are_told_of_every_step(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let mut told = Box::pin(subscribe(&team.owner, None).await.unwrap());
        let mut next = async || match tokio::time::timeout(Duration::from_secs(10), told.next()).await.unwrap().unwrap() {
            Frame::Event { data, .. } => serde_json::from_str::<Event>(&data).unwrap(),
            Frame::Resync | Frame::Present { .. } => panic!("nothing of theirs has changed"),
        };
        let made = invite(&team.owner, GIULIA).await;
        assert_eq!(next().await, Event::Team);
        let again = invitations::resend(&team.owner, made.id).await.unwrap();
        assert_eq!(next().await, Event::Team);
        joins(&services, &again.link_token, new_person()).await.unwrap();
        assert_eq!(next().await, Event::Team);
        let other = invite(&team.owner, "else@example.com").await;
        assert_eq!(next().await, Event::Team);
        invitations::revoke(&team.owner, other.id).await.unwrap();
        assert_eq!(next().await, Event::Team);
    }

    async fn names_and_passwords_are_checked_and_the_link_is_not_spent(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, GIULIA).await;
        for (name, password, said) in [
            ("Giulia", "too short", "invalid password"),
            ("", PASSWORD, "invalid name"),
            ("\0 ", PASSWORD, "invalid name"),
            (&*"x".repeat(81), PASSWORD, "invalid name"),
        ] {
            let who = Joining::New { name: name.to_owned(), password: password.into() };
            assert_eq!(refused(joins(&services, &made.link_token, who).await), said);
        }
        joins(&services, &made.link_token, new_person()).await.unwrap();
    }

    async fn a_link_works_for_seven_days(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, GIULIA).await;
        services.clock().advance(Invitation::LIFE - 1);
        assert!(look_at(&services, &made.link_token).await.is_ok());
        services.clock().advance(1);
        assert_eq!(dead(&services, &made.link_token).await, "gone");
        assert!(invitations::list(&team.owner).await.unwrap()[0].expired(services.clock().now()));
        // Who is invited again gets a link that works, in place of the one that has run out.
        let again = invite(&team.owner, GIULIA).await;
        assert_eq!(invitations::list(&team.owner).await.unwrap().len(), 1);
        joins(&services, &again.link_token, new_person()).await.unwrap();
    }

    async fn a_new_link_kills_the_one_before(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, GIULIA).await;
        services.clock().advance(8 * DAY);
        let again = invitations::resend(&team.manager, made.id).await.unwrap();
        assert_eq!((again.id, again.mailed), (made.id, false));
        assert_eq!(dead(&services, &made.link_token).await, "not found");
        let listed = invitations::list(&team.owner).await.unwrap().remove(0);
        assert_eq!((listed.invited_by.as_str(), listed.mailed, listed.expires_at), ("Beatriz", Mailed::No, START + 15 * DAY));
        joins(&services, &again.link_token, new_person()).await.unwrap();
        assert_eq!(refused(invitations::resend(&team.owner, made.id).await), "not found");
        assert_eq!(audited(&team.owner, Action::InvitationResent).await, 1);
    }

    async fn a_dead_link_says_why(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, GIULIA).await;
        invitations::revoke(&team.owner, made.id).await.unwrap();
        assert!(why(&services, &made.link_token).await.contains("withdrawn"));
        let made = invite(&team.owner, GIULIA).await;
        services.clock().advance(8 * DAY);
        assert!(why(&services, &made.link_token).await.contains("run out"));
        let made = invitations::resend(&team.owner, made.id).await.unwrap();
        joins(&services, &made.link_token, new_person()).await.unwrap();
        let why = why(&services, &made.link_token).await;
        assert!(why.contains("used already") && why.contains("Sign in"), "{why}");
    }

    async fn a_revoked_link_is_dead(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, GIULIA).await;
        invitations::revoke(&team.owner, made.id).await.unwrap();
        assert_eq!(dead(&services, &made.link_token).await, "gone");
        assert_eq!(refused(invitations::revoke(&team.owner, made.id).await), "not found");
        assert_eq!(audited(&team.owner, Action::InvitationRevoked).await, 1);
    }

    /// The rights of whoever invited are looked at again when somebody accepts.
    async fn a_demoted_or_removed_inviter_lets_nobody_in(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let beatriz = team.manager.me().id;
        let made = invitations::create(&team.manager, GIULIA, Role::Manager.into()).await.unwrap();
        members::set_role(&team.owner, beatriz, AGENT).await.unwrap();
        assert_eq!(dead(&services, &made.link_token).await, "gone");
        // Who may invite, but not to this role any more.
        let role = roles::create(&team.owner, "Recruiter", "", AGENT).await.unwrap();
        let may = role.permissions.with(P::TeamsInvite, Grant::All);
        roles::save(&team.owner, role.id, "Recruiter", "", may).await.unwrap();
        members::set_role(&team.owner, beatriz, RoleRef::Custom(role.id)).await.unwrap();
        assert_eq!(dead(&services, &made.link_token).await, "gone");
        members::set_role(&team.owner, beatriz, Role::Manager.into()).await.unwrap();
        assert!(look_at(&services, &made.link_token).await.is_ok());
        members::remove(&team.owner, beatriz, None).await.unwrap();
        assert_eq!(dead(&services, &made.link_token).await, "gone");
        // Somebody who may answers for it with a new link.
        let again = invitations::resend(&team.owner, made.id).await.unwrap();
        joins(&services, &again.link_token, new_person()).await.unwrap();
    }

    async fn a_role_that_grew_meanwhile_is_not_handed_out(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let role = roles::create(&team.manager, "Lead", "", AGENT).await.unwrap();
        let made = invitations::create(&team.manager, GIULIA, RoleRef::Custom(role.id)).await.unwrap();
        let more = role.permissions.with(P::ApiManage, Grant::All);
        roles::save(&team.owner, role.id, "Lead", "", more).await.unwrap();
        assert_eq!(dead(&services, &made.link_token).await, "gone");
        roles::save(&team.owner, role.id, "Lead", "", role.permissions).await.unwrap();
        let joined = joins(&services, &made.link_token, new_person()).await.unwrap();
        assert_eq!(services.ctx(joined.user, &joined.workspace).await.unwrap().me().role_label(), "Lead");
    }

    /// Ten times: a race that goes well once proves little.
    async fn two_who_accept_at_once_are_one_member(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        for round in 0..10 {
            let (services, email) = (services.clone(), format!("giulia{round}@example.com"));
            let token = invite(&team.owner, &email).await.link_token;
            let tries = [0, 1].map(|_| {
                let (services, token) = (services.clone(), token.clone());
                tokio::spawn(async move { joins(&services, &token, new_person()).await })
            });
            let [a, b] = tries;
            let (a, b) = (a.await.unwrap(), b.await.unwrap());
            assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        }
        assert_eq!(members::list(&team.owner).await.unwrap().len(), 14);
    }

    async fn who_may_invite_whom(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let to = |email: &'static str, role: Role| (email, RoleRef::BuiltIn(role));
        for (ctx, (email, role), said) in [
            (&team.agent, to(GIULIA, Role::Agent), "teams.invite"),
            (&team.viewer, to(GIULIA, Role::Viewer), "teams.invite"),
            (&team.manager, to(GIULIA, Role::Owner), "billing.manage"),
            (&team.owner, to("no address", Role::Agent), "invalid email"),
            (&team.owner, to("rohan@example.com", Role::Agent), "conflict"),
            (&team.owner, to("ROHAN@example.com ", Role::Owner), "conflict"),
        ] {
            assert_eq!(refused(invitations::create(ctx, email, role).await), said);
        }
        let made = invitations::create(&team.owner, GIULIA, Role::Owner.into()).await.unwrap();
        assert_eq!(refused(invitations::create(&team.owner, GIULIA, AGENT).await), "conflict");
        // To a role above one's own, nobody sends another link or takes it back.
        assert!(!invitations::list(&team.manager).await.unwrap()[0].within_reach);
        assert_eq!(refused(invitations::resend(&team.manager, made.id).await), "billing.manage");
        assert_eq!(refused(invitations::revoke(&team.manager, made.id).await), "billing.manage");
        assert_eq!(refused(invitations::list(&team.agent).await), "teams.invite");
        // Somebody who was removed is brought back, not invited.
        members::remove(&team.owner, team.agent.me().id, None).await.unwrap();
        assert_eq!(refused(invitations::create(&team.owner, "rohan@example.com", AGENT).await), "conflict");
        for nth in 1..Invitation::LIMIT {
            invite(&team.owner, &format!("new{nth}@example.com")).await;
        }
        assert_eq!(refused(invitations::create(&team.owner, "more@example.com", AGENT).await), "conflict");
    }

    async fn foreign_invitations_are_as_unknown_ones(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, GIULIA).await;
        for id in [made.id, InvitationId(new_id())] {
            assert_eq!(refused(invitations::resend(&team.stranger, id).await), "not found");
            assert_eq!(refused(invitations::revoke(&team.stranger, id).await), "not found");
        }
        assert!(invitations::list(&team.stranger).await.unwrap().is_empty());
        // Two workspaces may invite the same person.
        invite(&team.stranger, GIULIA).await;
        assert!(look_at(&services, &made.link_token).await.is_ok());
    }

    async fn the_link_is_nowhere_in_the_database(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let made = invite(&team.owner, GIULIA).await;
        let token = made.link_token.expose_secret();
        assert_eq!(token.len(), 64, "256 bits in hex");
        let mut read = db.db.read().await.unwrap();
        let stored = sql!(scalar Vec<u8>, read.conn(), HASHES, team.owner.workspace().id.0).unwrap();
        assert_eq!(stored.len(), 32);
        assert_ne!(hex::encode(&stored), token);
        drop(read);
        // What is stored is no link.
        assert_eq!(dead(&services, &hex::encode(&stored).into()).await, "not found");
        for wrong in ["", "x", &token.to_uppercase(), &token[1..], &format!("{token}0")] {
            assert_eq!(dead(&services, &wrong.into()).await, "not found", "{wrong}");
        }
    }

    async fn addresses_of_people_who_never_came_are_forgotten(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let old = invite(&team.owner, GIULIA).await;
        services.clock().advance(21 * DAY);
        invite(&team.owner, "new@example.com").await;
        assert_eq!(invitations::purge(&services).await.unwrap(), 0);
        services.clock().advance(1);
        assert_eq!(invitations::purge(&services).await.unwrap(), 1);
        assert_eq!(dead(&services, &old.link_token).await, "not found");
        assert_eq!(invitations::list(&team.owner).await.unwrap().len(), 1);
    }
}
