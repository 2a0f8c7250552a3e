//! The team's screens, as the server draws them.

use app::{
    frame::Frame,
    roles::RoleOption,
    team::{
        page::team_page,
        server::{Team, TeamView},
    },
};
use domain::{
    id::{InvitationId, MemberId, WorkspaceId},
    permission::Access,
    role::Role,
    team::{Invitation, Mailed, Member},
    time::{DAY, MINUTE},
    workspace::WorkspaceBrief,
};
use leptos::prelude::*;

use crate::support::{NOW, has, has_not, id, member, plain};

pub fn frame(role: Role) -> Frame {
    let workspace = WorkspaceBrief {
        id: WorkspaceId(id(1)),
        slug: "kaveri-home".parse().expect("a slug"),
        name: "Kaveri".to_owned(),
    };
    Frame {
        me: member(2, "Rohan Iyer", role),
        access: Access { permissions: role.permissions(), unassigned: false },
        workspaces: vec![workspace.clone()],
        workspace,
        theme: None,
        demo: false,
        now: NOW,
        waiting: 3,
        unread: Default::default(),
        limits: None,
    }
}

fn colleague(n: u128, name: &str, role: Role, me: Role) -> Member {
    Member {
        id: MemberId(id(n)),
        name: name.to_owned(),
        email: format!("{n}@kaveri.example"),
        role: role.into(),
        base: role,
        role_name: role.label().to_owned(),
        available: true,
        joined_at: NOW - DAY,
        last_active_at: Some(NOW - 4 * MINUTE),
        removed_at: None,
        contacts: 64,
        conversations: 5,
        me: n == 2,
        within_reach: me.permissions().covers(role.permissions()) && me != Role::Agent,
    }
}

fn team(me: Role) -> String {
    let members = vec![
        colleague(3, "Asha Menon", Role::Owner, me),
        colleague(2, "Rohan Iyer", me, me),
        Member { removed_at: Some(NOW - DAY), ..colleague(4, "Nikhil Rao", Role::Viewer, me) },
    ];
    let invitation = Invitation {
        id: InvitationId(id(9)),
        email: "giulia@kaveri.example".to_owned(),
        role: Role::Agent.into(),
        role_name: "Agent".to_owned(),
        invited_by: "Lucía Herrera".to_owned(),
        sent_at: NOW - DAY,
        expires_at: NOW + 6 * DAY,
        mailed: Mailed::Failed,
        within_reach: true,
    };
    let roles = Role::ALL.map(|role| RoleOption::built_in(role, 1)).to_vec();
    let invitations = if me == Role::Agent { Vec::new() } else { vec![invitation] };
    Owner::new().with(|| {
        leptos_meta::provide_meta_context();
        let view = TeamView { frame: frame(me), team: Team { members, invitations }, roles };
        plain(&team_page(view).to_html())
    })
}

#[test]
fn a_manager_sees_members_roles_and_invitations() {
    let html = team(Role::Manager);
    has(&html, "2 members, 1 invitation waiting.");
    has(&html, "Asha Menon");
    has(&html, "<span class=\"badge accent\">You</span>");
    has(&html, "4 m ago");
    has(&html, "Removed");
    has(&html, "Restore");
    has(&html, "giulia@kaveri.example");
    has(&html, "in 6 days");
    has(&html, "Failed");
    has(&html, "Notifications, 3 new");
    has_not(&html, " style=");
}

#[test]
fn nobody_is_offered_a_role_above_their_own() {
    // The last Owner, whom no Manager reaches, has no choice of roles; the Manager's own has no Owner in it.
    let html = team(Role::Manager);
    has(&html, "Role of Rohan Iyer");
    has_not(&html, "Role of Asha Menon");
    has_not(&html, "<option value=\"owner\"");
    has(&html, "<option value=\"viewer\"");
}

#[test]
fn an_agent_looks_and_changes_nothing() {
    let html = team(Role::Agent);
    has(&html, "Asha Menon");
    for control in ["Role of", "Invite a member", "Restore", "More about", "giulia"] {
        has_not(&html, control);
    }
}

#[test]
fn the_rail_shows_what_the_role_reaches() {
    for (role, shown, hidden) in [
        (Role::Owner, vec!["inbox", "contacts", "team", "permissions", "audit", "settings"], vec![]),
        (Role::Viewer, vec!["inbox", "contacts", "team", "security"], vec!["audit", "settings"]),
    ] {
        let html = team(role);
        for place in shown {
            has(&html, &format!("href=\"/w/kaveri-home/{place}\""));
        }
        for place in hidden {
            has_not(&html, &format!("href=\"/w/kaveri-home/{place}\""));
        }
    }
}
