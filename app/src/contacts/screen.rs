//! The state of the page.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    contact::{Contact, Outline},
    field::Field,
    id::{ContactId, MemberId},
    label::Label,
    permission::Permission,
    workspace::MemberBrief,
};
use leptos::prelude::*;

use super::{
    Asked,
    server::{ContactsView, assign_contacts, keep_apart, merge_contacts},
};
use crate::{
    frame::{Clock, Frame, clock},
    ui::{Task, Toast, reload},
};

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub frame: StoredValue<Arc<Frame>>,
    pub members: StoredValue<Arc<Vec<MemberBrief>>>,
    pub contacts: RwSignal<Vec<Contact>>,
    pub outlines: StoredValue<BTreeMap<ContactId, Outline>>,
    pub labels: StoredValue<Arc<Vec<Label>>>,
    pub fields: StoredValue<Vec<Field>>,
    pub asked: StoredValue<Asked>,
    /// Whether there are others in front of these, and behind them.
    pub before: bool,
    pub after: bool,
    pub twins: RwSignal<Vec<(Contact, Contact)>>,
    /// Asked whether the first is to stay and the second to go.
    pub merging: RwSignal<Option<(Contact, Contact)>>,
    /// The dialog for a new one is open.
    pub creating: RwSignal<bool>,
    pub selected: RwSignal<BTreeSet<ContactId>>,
    pub task: Task,
    pub toast: Toast,
    pub clock: Clock,
}

impl Screen {
    pub fn new(view: ContactsView) -> Self {
        let ContactsView { frame, asked, contacts, outlines, labels, fields, before, after, members, twins } = view;
        Self {
            clock: clock(frame.now),
            frame: StoredValue::new(Arc::new(frame)),
            members: StoredValue::new(Arc::new(members)),
            contacts: RwSignal::new(contacts),
            outlines: StoredValue::new(outlines),
            labels: StoredValue::new(Arc::new(labels)),
            fields: StoredValue::new(fields),
            asked: StoredValue::new(asked),
            before,
            after,
            twins: RwSignal::new(twins),
            merging: RwSignal::new(None),
            creating: RwSignal::new(false),
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

    /// Whether the member can do anything with it beside others: hand it over, or export it.
    pub fn may_select(&self, assignee: Option<MemberId>) -> bool {
        self.may_assign(assignee) || self.frame().may(Permission::ContactsExport)
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

    pub fn merge(&self, kept: ContactId, gone: ContactId) {
        let ask = merge_contacts(self.frame().workspace.slug.clone(), kept, gone);
        self.task.run(ask, move |_| reload());
    }

    pub fn keep_apart(&self, one: ContactId, other: ContactId) {
        let screen = *self;
        let ask = keep_apart(self.frame().workspace.slug.clone(), one, other);
        self.task.run(ask, move |()| {
            let pair = [one, other];
            screen.twins.update(|twins| twins.retain(|(a, b)| !(pair.contains(&a.id) && pair.contains(&b.id))));
            screen.toast.say("They stay two contacts.".to_owned());
        });
    }
}
