//! The state of the page.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    contact::Contact,
    id::{ContactId, MemberId},
    permission::Permission,
    workspace::MemberBrief,
};
use leptos::prelude::*;

use super::server::{ContactsView, assign_contacts, more_contacts};
use crate::{
    frame::{Clock, Frame, clock},
    ui::{Task, Toast},
};

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub frame: StoredValue<Arc<Frame>>,
    pub members: StoredValue<Arc<Vec<MemberBrief>>>,
    pub contacts: RwSignal<Vec<Contact>>,
    pub more: RwSignal<bool>,
    pub selected: RwSignal<BTreeSet<ContactId>>,
    pub task: Task,
    pub toast: Toast,
    pub clock: Clock,
}

impl Screen {
    pub fn new(view: ContactsView) -> Self {
        let ContactsView { frame, page, members } = view;
        Self {
            clock: clock(frame.now),
            frame: StoredValue::new(Arc::new(frame)),
            members: StoredValue::new(Arc::new(members)),
            contacts: RwSignal::new(page.items),
            more: RwSignal::new(page.more),
            selected: RwSignal::new(BTreeSet::new()),
            task: Task::default(),
            toast: Toast::default(),
        }
    }

    pub fn frame(&self) -> Arc<Frame> {
        self.frame.get_value()
    }

    pub fn members(&self) -> Arc<Vec<MemberBrief>> {
        self.members.get_value()
    }

    /// Whether the member may hand over what is assigned to `assignee`.
    pub fn may_assign(&self, assignee: Option<MemberId>) -> bool {
        let frame = self.frame();
        let reaches = |permission| frame.access.sight(permission, frame.me.id).reaches(assignee);
        reaches(Permission::ContactsUpdate) && reaches(Permission::ConversationsAssign)
    }

    pub fn name_of(&self, member: Option<MemberId>) -> String {
        let Some(member) = member else { return "Unassigned".to_owned() };
        let members = self.members();
        members.iter().find(|known| known.id == member).map_or("A former member".to_owned(), |known| known.name.clone())
    }

    pub fn assign(&self, contacts: Vec<ContactId>, to: Option<MemberId>) {
        let screen = *self;
        let frame = self.frame();
        let count = contacts.len();
        let what = if count == 1 { "1 contact".to_owned() } else { format!("{count} contacts") };
        let said = match to {
            Some(_) => format!("{what} given to {}.", self.name_of(to)),
            None => format!("{what} given to nobody."),
        };
        let ask = assign_contacts(frame.workspace.slug.clone(), contacts.clone(), to);
        self.task.run(ask, move |()| {
            // Whoever sees only their own loses sight of what they hand over.
            let stays = frame.access.sight(Permission::ContactsRead, frame.me.id).reaches(to);
            screen.contacts.update(|known| {
                if stays {
                    known.iter_mut().filter(|known| contacts.contains(&known.id)).for_each(|known| known.assignee = to);
                } else {
                    known.retain(|known| !contacts.contains(&known.id));
                }
            });
            screen.selected.update(BTreeSet::clear);
            screen.toast.say(said);
        });
    }

    pub fn load_more(&self) {
        let screen = *self;
        let Some(last) = self.contacts.with_untracked(|known| known.last().map(|known| known.id)) else { return };
        self.task.run(more_contacts(self.frame().workspace.slug.clone(), last), move |page| {
            screen.contacts.update(|known| known.extend(page.items));
            screen.more.set(page.more);
        });
    }
}
