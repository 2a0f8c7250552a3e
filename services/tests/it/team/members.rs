//! Roles given and taken.

use super::{Team, audited, refused};
use crate::{
    on_both,
    support::{member, workspace},
};
use domain::{
    audit::Action,
    id::{MemberId, RoleId},
    role::{Role, RoleRef},
};
use services::{Error, clock::new_id, team::members};

const OWNER: RoleRef = RoleRef::BuiltIn(Role::Owner);
const MANAGER: RoleRef = RoleRef::BuiltIn(Role::Manager);
const AGENT: RoleRef = RoleRef::BuiltIn(Role::Agent);
const VIEWER: RoleRef = RoleRef::BuiltIn(Role::Viewer);

on_both! {
    async fn a_role_holds_from_the_next_request_on(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rohan = team.agent.me().id;
        members::set_role(&team.owner, rohan, MANAGER).await.unwrap();
        let again = team.agent.again().await.unwrap();
        assert_eq!(again.me().role, Role::Manager);
        assert!(again.access().sees_all());
        members::set_role(&team.owner, rohan, VIEWER).await.unwrap();
        assert!(!team.agent.again().await.unwrap().me().replies);
        assert_eq!(audited(&team.owner, Action::MemberRoleChanged).await, 2);
        // The same role once more is no change.
        members::set_role(&team.owner, rohan, VIEWER).await.unwrap();
        assert_eq!(audited(&team.owner, Action::MemberRoleChanged).await, 2);
    }

    /// A request that came in before one lost the permission does not get through with it.
    async fn what_was_taken_meanwhile_counts(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let (rohan, manager) = (team.agent.me().id, team.manager.me().id);
        members::set_role(&team.owner, manager, AGENT).await.unwrap();
        assert_eq!(refused(members::set_role(&team.manager, rohan, VIEWER).await), "teams.manage");
        members::set_role(&team.owner, manager, MANAGER).await.unwrap();
        members::remove(&team.owner, manager, None).await.unwrap();
        assert_eq!(refused(members::set_role(&team.manager, rohan, VIEWER).await), "not found");
        assert_eq!(team.agent.again().await.unwrap().me().role, Role::Agent);
    }

    async fn nobody_reaches_above_themselves(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let (_, second) = member(&services, &team.owner.workspace().slug, "Second", Role::Owner).await;
        let (owner, rohan) = (second.me().id, team.agent.me().id);
        // What a Manager lacks, in the order of the matrix.
        for done in [
            members::set_role(&team.manager, owner, AGENT).await,
            members::set_role(&team.manager, rohan, OWNER).await,
            members::set_role(&team.manager, team.manager.me().id, OWNER).await,
            members::remove(&team.manager, owner, None).await,
        ] {
            assert_eq!(refused(done), "billing.manage");
        }
        for ctx in [&team.agent, &team.viewer] {
            for id in [owner, rohan, ctx.me().id] {
                assert_eq!(refused(members::set_role(ctx, id, VIEWER).await), "teams.manage");
                assert_eq!(refused(members::remove(ctx, id, None).await), "teams.manage");
                assert_eq!(refused(members::reactivate(ctx, id).await), "teams.manage");
            }
        }
        members::remove(&team.owner, owner, None).await.unwrap();
        assert_eq!(refused(members::reactivate(&team.manager, owner).await), "billing.manage");
    }

    /// A member of another workspace is answered as one that does not exist.
    async fn foreign_ids_are_as_unknown_ones(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        for id in [team.stranger.me().id, MemberId(new_id())] {
            let said = [
                members::set_role(&team.owner, id, AGENT).await,
                members::remove(&team.owner, id, None).await,
                members::reactivate(&team.owner, id).await,
            ]
            .map(|done| done.unwrap_err().to_string());
            assert_eq!(said, [domain::Error::NotFound.to_string(), domain::Error::NotFound.to_string(), domain::Error::NotFound.to_string()]);
        }
        let nowhere = RoleRef::Custom(RoleId(new_id()));
        assert_eq!(refused(members::set_role(&team.owner, team.agent.me().id, nowhere).await), "not found");
        assert_eq!(refused(members::remove(&team.owner, team.agent.me().id, Some(team.stranger.me().id)).await), "invalid member");
    }

    async fn the_last_owner_stays(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let owner = team.owner.me().id;
        assert_eq!(refused(members::set_role(&team.owner, owner, MANAGER).await), "conflict");
        assert_eq!(refused(members::remove(&team.owner, owner, None).await), "conflict");
        // Somebody who was removed is no Owner to count on.
        let (second, _) = member(&services, &team.owner.workspace().slug, "Second", Role::Owner).await;
        members::remove(&team.owner, second.member.id, None).await.unwrap();
        assert_eq!(refused(members::set_role(&team.owner, owner, MANAGER).await), "conflict");
        members::reactivate(&team.owner, second.member.id).await.unwrap();
        members::set_role(&team.owner, owner, MANAGER).await.unwrap();
        assert_eq!(refused(members::set_role(&team.owner, owner, OWNER).await), "billing.manage");
    }

    /// Ten times: a race that goes well once proves little.
    async fn two_owners_who_demote_each_other_leave_one(db) {
        let services = db.services();
        for round in 0..10 {
            let one = workspace(&services, &format!("Race {round}")).await;
            let (_, two) = member(&services, &one.workspace().slug, &format!("Two {round}"), Role::Owner).await;
            let (first, second) = (one.me().id, two.me().id);
            let (a, b) = tokio::join!(
                tokio::spawn({ let one = one.clone(); async move { members::set_role(&one, second, AGENT).await } }),
                tokio::spawn({ let two = two.clone(); async move { members::remove(&two, first, None).await } }),
            );
            let (a, b) = (a.unwrap(), b.unwrap());
            assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
            let one_left = if a.is_ok() { one } else { two };
            let owners = members::list(&one_left).await.unwrap();
            let owners = owners.iter().filter(|m| m.role == OWNER && m.removed_at.is_none()).count();
            assert_eq!(owners, 1);
        }
    }

    async fn the_list_says_who_is_within_reach(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        members::remove(&team.owner, team.viewer.me().id, None).await.unwrap();
        let listed = members::list(&team.manager).await.unwrap();
        let seen: Vec<_> = listed.iter().map(|m| (m.name.as_str(), m.within_reach, m.me, m.removed_at.is_some())).collect();
        assert_eq!(seen, [
            ("Beatriz", true, true, false),
            ("Rohan", true, false, false),
            ("owner", false, false, false),
            ("Tomasz", true, false, true),
        ]);
        let listed = members::list(&team.agent).await.unwrap();
        assert!(listed.iter().all(|m| !m.within_reach), "an Agent sees the team and changes nobody");
        assert!(matches!(services.ctx(team.viewer.user(), &team.owner.workspace().slug).await, Err(Error::Domain(_))));
    }
}
