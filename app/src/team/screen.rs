//! The state of the page.

use std::sync::Arc;

use domain::{
    id::InvitationId,
    permission::Permission,
    role::{Role, RoleRef},
    team::Member,
    workspace::Slug,
};
use leptos::prelude::*;

use super::{
    first_name,
    server::{Handed, Team, TeamView, resend, reset_link, restore_member, revoke},
    with_article,
};
use crate::{
    frame::{Clock, Frame, clock},
    roles::RoleOption,
    ui::{Task, Toast, reload},
};

/// What the person is asked, over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Invite,
    /// Whether the member gets this role.
    Role(Member, RoleRef),
    Remove(Member),
    /// The link of an invitation that has just been made, and for whom.
    Link(String, Box<Handed>),
    /// A link for a new password, and for whom.
    Reset(String, String),
}

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub frame: StoredValue<Arc<Frame>>,
    pub roles: RwSignal<Arc<Vec<RoleOption>>>,
    pub team: RwSignal<Team>,
    pub ask: RwSignal<Option<Ask>>,
    /// What is asked for without a dialog.
    pub task: Task,
    pub toast: Toast,
    pub clock: Clock,
}

impl Screen {
    pub fn new(view: TeamView) -> Self {
        let TeamView { frame, team, roles } = view;
        Self {
            clock: clock(frame.now),
            frame: StoredValue::new(Arc::new(frame)),
            roles: RwSignal::new(Arc::new(roles)),
            team: RwSignal::new(team),
            ask: RwSignal::new(None),
            task: Task::default(),
            toast: Toast::default(),
        }
    }

    pub fn frame(&self) -> Arc<Frame> {
        self.frame.get_value()
    }

    pub fn roles(&self) -> Arc<Vec<RoleOption>> {
        self.roles.get_untracked()
    }

    pub fn slug(&self) -> Slug {
        self.frame().workspace.slug.clone()
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.frame().may(permission)
    }

    /// Roles that reach no further than the member's own.
    pub fn grantable(&self) -> Vec<RoleOption> {
        let held = self.frame().access.permissions;
        self.roles().iter().filter(|role| held.covers(role.permissions)).cloned().collect()
    }

    pub fn role(&self, wanted: RoleRef) -> Option<RoleOption> {
        self.roles().iter().find(|role| role.role == wanted).cloned()
    }

    /// Somebody must stay who can do everything.
    pub fn last_owner(&self, member: &Member) -> bool {
        let owner = |member: &Member| member.role == RoleRef::BuiltIn(Role::Owner) && member.removed_at.is_none();
        owner(member) && self.team.with(|team| team.members.iter().filter(|member| owner(member)).count()) < 2
    }

    /// The team after a change.
    pub fn put(&self, team: Team) {
        if team.members.is_empty() {
            // Only for somebody who changed themselves.
            reload();
        } else {
            self.team.set(team);
        }
    }

    pub fn restore(&self, member: &Member) {
        let screen = *self;
        let said = format!("{} is back, as {}.", first_name(&member.name), with_article(&member.role_name));
        self.task.run(restore_member(self.slug(), member.id), move |team| {
            screen.put(team);
            screen.toast.say(said);
        });
    }

    pub fn resend(&self, invitation: InvitationId, email: String) {
        let screen = *self;
        self.task.run(resend(self.slug(), invitation), move |handed| screen.hand_over(email, handed));
    }

    pub fn revoke(&self, invitation: InvitationId, email: &str) {
        let screen = *self;
        let said = format!("The invitation of {email} is revoked. Its link does not work any more.");
        self.task.run(revoke(self.slug(), invitation), move |team| {
            screen.put(team);
            screen.toast.say(said);
        });
    }

    /// A link for a new password, for somebody who cannot get in.
    pub fn reset_link(&self, member: &Member) {
        let screen = *self;
        let name = member.name.clone();
        self.task.run(reset_link(self.slug(), member.id), move |path| screen.ask.set(Some(Ask::Reset(name, path))));
    }

    /// Shows a link: once.
    pub fn hand_over(&self, email: String, mut handed: Handed) {
        self.put(std::mem::take(&mut handed.team));
        self.ask.set(Some(Ask::Link(email, Box::new(handed))));
    }
}
