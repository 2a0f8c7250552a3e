//! The state of the page.

use std::sync::Arc;

use domain::{
    contact::Contact, id::ContactId, inbox::Page, opt_out::Consent, permission::Permission, workspace::MemberBrief,
};
use leptos::prelude::*;

use super::server::{About, ContactView, past_conversations};
use crate::{
    contacts::{
        create::go,
        server::{keep_apart, merge_contacts},
    },
    frame::{Clock, Frame, Here, clock},
    ui::{Task, Toast},
};

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub frame: StoredValue<Arc<Frame>>,
    pub members: StoredValue<Arc<Vec<MemberBrief>>>,
    pub about: RwSignal<About>,
    pub consent: RwSignal<Page<Consent>>,
    /// The form is open.
    pub editing: RwSignal<bool>,
    /// Asked whether this one is to be merged into it.
    pub merging: RwSignal<Option<Contact>>,
    pub task: Task,
    pub toast: Toast,
    pub clock: Clock,
}

impl Screen {
    pub fn new(view: ContactView) -> Self {
        let ContactView { frame, about, consent, members } = view;
        Self {
            clock: clock(frame.now),
            frame: StoredValue::new(Arc::new(frame)),
            members: StoredValue::new(Arc::new(members)),
            about: RwSignal::new(about),
            consent: RwSignal::new(consent),
            editing: RwSignal::new(false),
            merging: RwSignal::new(None),
            task: Task::default(),
            toast: Toast::default(),
        }
    }

    pub fn frame(&self) -> Arc<Frame> {
        self.frame.get_value()
    }

    pub fn id(&self) -> ContactId {
        self.about.with_untracked(|about| about.contact.id)
    }

    /// Whether a permission reaches this contact.
    pub fn may(&self, permission: Permission, contact: &Contact) -> bool {
        let frame = self.frame();
        frame.access.sight(permission, frame.me.id).reaches(contact.assignee)
    }

    pub fn member(&self, id: domain::id::MemberId) -> String {
        let members = self.members.get_value();
        members.iter().find(|known| known.id == id).map_or("A former member".to_owned(), |known| known.name.clone())
    }

    /// Makes one contact of this and another one, which goes.
    pub fn merge(&self, gone: ContactId) {
        let frame = self.frame();
        let (kept, base) = (self.id(), frame.path(Here::Contacts));
        let ask = merge_contacts(frame.workspace.slug.clone(), kept, gone);
        self.task.run(ask, move |one| go(&format!("{base}/{}", one.id)));
    }

    pub fn keep_apart(&self, other: ContactId) {
        let screen = *self;
        let ask = keep_apart(self.frame().workspace.slug.clone(), self.id(), other);
        self.task.run(ask, move |()| {
            screen.about.update(|about| about.twins.retain(|twin| twin.id != other));
            screen.toast.say("They stay two contacts.".to_owned());
        });
    }

    pub fn load_past(&self) {
        let screen = *self;
        let last =
            self.about.with_untracked(|about| about.conversations.items.last().map(domain::inbox::Row::sort_key));
        let Some(last) = last else { return };
        let ask = past_conversations(self.frame().workspace.slug.clone(), self.id(), last);
        self.task.run(ask, move |page| {
            screen.about.update(|about| {
                about.conversations.items.extend(page.items);
                about.conversations.more = page.more;
            });
        });
    }
}
