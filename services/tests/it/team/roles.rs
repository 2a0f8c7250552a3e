//! Roles that a workspace makes.

use super::{Team, audited, refused};
use crate::on_both;
use domain::{
    audit::Action,
    id::RoleId,
    permission::{Grant, Permission as P},
    role::{CustomRole, Role, RoleRef},
    team::ROLE_LIMIT,
};
use services::{
    clock::new_id,
    team::{invitations, members, roles},
};

on_both! {
    async fn a_copy_with_one_switch_holds_at_once(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let lead = roles::create(&team.owner, " Shift   lead ", "", Role::Agent.into()).await.unwrap();
        assert_eq!((lead.name.as_str(), lead.base, lead.permissions), ("Shift lead", Role::Agent, Role::Agent.permissions()));
        members::set_role(&team.owner, team.agent.me().id, RoleRef::Custom(lead.id)).await.unwrap();
        let agent = team.agent.again().await.unwrap();
        assert_eq!((agent.me().role_label(), agent.access().sees_all()), ("Shift lead", false));

        let wider = lead.permissions.with(P::ConversationsView, Grant::All).with(P::MessagesSend, Grant::No);
        roles::save(&team.owner, lead.id, "Shift lead", "Sees everything.", wider).await.unwrap();
        let agent = team.agent.again().await.unwrap();
        assert!(agent.access().sees_all() && !agent.me().replies);
        let listed = roles::list(&team.viewer).await.unwrap();
        assert_eq!(listed.iter().map(|(role, held_by)| (role.about.as_str(), *held_by)).collect::<Vec<_>>(), [("Sees everything.", 1)]);
        let entries = [Action::RoleCreated, Action::RoleChanged, Action::MemberRoleChanged];
        for action in entries {
            assert_eq!(audited(&team.owner, action).await, 1, "{action}");
        }
    }

    async fn nobody_grants_what_they_do_not_hold(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        assert_eq!(refused(roles::create(&team.manager, "Boss", "", Role::Owner.into()).await), "billing.manage");
        let lead = roles::create(&team.manager, "Lead", "", Role::Agent.into()).await.unwrap();
        let too_much = lead.permissions.with(P::ApiManage, Grant::All);
        assert_eq!(refused(roles::save(&team.manager, lead.id, "Lead", "", too_much).await), "api.manage");
        // A role that the Owner made reach further is above a Manager.
        roles::save(&team.owner, lead.id, "Lead", "", too_much).await.unwrap();
        for done in [
            roles::save(&team.manager, lead.id, "Lead", "", lead.permissions).await.map(|_| ()),
            roles::delete(&team.manager, lead.id).await,
            roles::create(&team.manager, "Copy", "", RoleRef::Custom(lead.id)).await.map(|_| ()),
            members::set_role(&team.manager, team.agent.me().id, RoleRef::Custom(lead.id)).await,
            invitations::create(&team.manager, "new@example.com", RoleRef::Custom(lead.id)).await.map(|_| ()),
        ] {
            assert_eq!(refused(done), "api.manage");
        }
        // A permission for own ones does not cover the same for all.
        let manages = lead.permissions.with(P::TeamsManage, Grant::All);
        let small = roles::create(&team.owner, "Small", "", Role::Agent.into()).await.unwrap();
        roles::save(&team.owner, small.id, "Small", "", manages).await.unwrap();
        members::set_role(&team.owner, team.agent.me().id, RoleRef::Custom(small.id)).await.unwrap();
        let agent = team.agent.again().await.unwrap();
        let wider = manages.with(P::ContactsRead, Grant::All);
        assert_eq!(refused(roles::save(&agent, small.id, "Small", "", wider).await), "contacts.read");
        for ctx in [&team.agent.again().await.unwrap(), &team.viewer] {
            let may = ctx.permissions().allows(P::TeamsManage);
            assert_eq!(roles::create(ctx, "Mine", "", RoleRef::Custom(small.id)).await.is_ok(), may);
        }
    }

    async fn names_are_one_of_a_kind(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let make = async |name: &str| roles::create(&team.owner, name, "", Role::Viewer.into()).await;
        let first = make("Night shift").await.unwrap();
        assert_eq!(refused(make("night  SHIFT").await), "conflict");
        for wrong in ["", "  ", "Owner", "AGENT", &"x".repeat(CustomRole::NAME_LIMIT + 1)] {
            assert_eq!(refused(make(wrong).await), "invalid name", "{wrong}");
        }
        let long = "x".repeat(CustomRole::ABOUT_LIMIT + 1);
        assert_eq!(refused(roles::save(&team.owner, first.id, "Night", &long, first.permissions).await), "invalid about");
        let second = make("Day shift").await.unwrap();
        assert_eq!(refused(roles::save(&team.owner, second.id, "Night Shift", "", second.permissions).await), "conflict");
        // Another workspace has names of its own.
        roles::create(&team.stranger, "Night shift", "", Role::Viewer.into()).await.unwrap();
        for nth in 2..ROLE_LIMIT {
            make(&format!("Role {nth}")).await.unwrap();
        }
        assert_eq!(refused(make("One too many").await), "conflict");
    }

    async fn a_role_that_is_held_stays(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let rohan = team.agent.me().id;
        let role = roles::create(&team.owner, "Night", "", Role::Agent.into()).await.unwrap();
        members::set_role(&team.owner, rohan, RoleRef::Custom(role.id)).await.unwrap();
        assert_eq!(refused(roles::delete(&team.owner, role.id).await), "conflict");
        members::set_role(&team.owner, rohan, Role::Agent.into()).await.unwrap();
        let invited = invitations::create(&team.owner, "new@example.com", RoleRef::Custom(role.id)).await.unwrap();
        assert_eq!(refused(roles::delete(&team.owner, role.id).await), "conflict");
        invitations::revoke(&team.owner, invited.id).await.unwrap();
        // Somebody who was removed with it comes back when somebody says with which role.
        members::set_role(&team.owner, rohan, RoleRef::Custom(role.id)).await.unwrap();
        members::remove(&team.owner, rohan, None).await.unwrap();
        roles::delete(&team.owner, role.id).await.unwrap();
        assert_eq!(audited(&team.owner, Action::RoleDeleted).await, 1);
        assert_eq!(refused(members::reactivate(&team.owner, rohan).await), "conflict");
        assert!(team.agent.again().await.is_err());
        let back = invitations::create(&team.owner, "rohan@example.com", Role::Agent.into()).await.unwrap();
        let joining = || invitations::Joining::SignedIn(team.agent.user());
        let origin = services::Origin::default();
        invitations::accept(&services, &back.link_token, joining(), &origin).await.unwrap();
        let agent = team.agent.again().await.unwrap();
        assert_eq!((agent.me().id, agent.permissions()), (rohan, Role::Agent.permissions()));
        // From now on they are like everybody else: brought back with the role that they had.
        assert_eq!(refused(invitations::accept(&services, &back.link_token, joining(), &origin).await), "gone");
        members::remove(&team.owner, rohan, None).await.unwrap();
        assert_eq!(refused(invitations::create(&team.owner, "rohan@example.com", Role::Agent.into()).await), "conflict");
        members::reactivate(&team.owner, rohan).await.unwrap();
        assert_eq!(team.agent.again().await.unwrap().permissions(), Role::Agent.permissions());
    }

    async fn foreign_roles_are_as_unknown_ones(db) {
        let services = db.services();
        let team = Team::new(&services).await;
        let theirs = roles::create(&team.stranger, "Theirs", "", Role::Agent.into()).await.unwrap();
        for id in [theirs.id, RoleId(new_id())] {
            for done in [
                roles::save(&team.owner, id, "Mine", "", theirs.permissions).await.map(|_| ()),
                roles::delete(&team.owner, id).await,
                roles::create(&team.owner, "Mine", "", RoleRef::Custom(id)).await.map(|_| ()),
                members::set_role(&team.owner, team.agent.me().id, RoleRef::Custom(id)).await,
                invitations::create(&team.owner, "new@example.com", RoleRef::Custom(id)).await.map(|_| ()),
            ] {
                assert_eq!(refused(done), "not found");
            }
        }
        assert!(roles::list(&team.owner).await.unwrap().is_empty());
    }
}
