//! Templates in the inbox: what stands where a reply would be written once the window is closed, and the dialog to choose,
//! fill and send one.

pub(super) mod offer;
pub(super) mod picker;
pub mod server;

mod choose;
mod fields;
mod preview;

use domain::{
    id::{ConversationId, NumberId, TemplateId},
    inbox::Row,
    permission::Permission,
    template::Template,
};
use leptos::{prelude::*, task::spawn_local};

use super::{screen::Screen, start::Whom};
use crate::error::Fault;

/// The templates of one business number, as they were last fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    pub number: Option<NumberId>,
    pub items: Vec<Template>,
    /// They were fetched at least once.
    pub loaded: bool,
    pub busy: bool,
    /// Why they could not be fetched.
    pub problem: Option<String>,
}

impl Shelf {
    /// Whether there is something to show for this number.
    fn is_ready(&self, number: Option<NumberId>) -> bool {
        self.number == number && (self.loaded || self.problem.is_some())
    }
}

/// Where a template goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Conversation(ConversationId),
    /// To somebody who may not have written yet.
    New(Whom),
}

/// The dialog is open, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picking {
    pub target: Target,
    pub number: NumberId,
    pub number_name: String,
    pub to: String,
    /// Of the contact, as people read it.
    pub address: Option<String>,
    pub chosen: Option<TemplateId>,
}

impl Picking {
    pub fn of(row: &Row, chosen: Option<TemplateId>) -> Self {
        Self {
            target: Target::Conversation(row.id),
            number: row.number.id,
            number_name: row.number.name.clone(),
            to: row.contact.name.clone(),
            address: row.contact.phone.clone(),
            chosen,
        }
    }
}

impl Screen {
    /// Whether the member may send templates in this conversation, and see which there are.
    pub fn may_send_template(&self, row: &Row) -> bool {
        self.may(Permission::TemplatesView, None) && self.may(Permission::MessagesSendTemplate, row.assignee)
    }

    /// Whether the member may write to customers first.
    pub fn may_start(&self) -> bool {
        let access = self.facts().access;
        [Permission::TemplatesView, Permission::MessagesSendTemplate, Permission::ContactsRead]
            .into_iter()
            .all(|permission| access.allows(permission))
    }

    /// The templates of a number, as the server knows them; `anew` asks Meta. What is shown stays until the answer is there.
    pub fn fetch_templates(&self, number: NumberId, anew: bool) {
        let shelf = self.shelf;
        let same = shelf.with_untracked(|shelf| shelf.number == Some(number));
        if same && shelf.with_untracked(|shelf| shelf.busy) {
            return;
        }
        shelf.update(|shelf| {
            if !same {
                *shelf = Shelf { number: Some(number), ..Shelf::default() };
            }
            shelf.busy = true;
        });
        let slug = self.slug();
        let screen = *self;
        spawn_local(async move {
            let answer = if anew {
                server::refresh_templates(slug, number).await
            } else {
                server::load_templates(slug, number).await
            };
            screen.stock(number, answer);
        });
    }

    fn stock(&self, number: NumberId, answer: Result<Vec<Template>, Fault>) {
        if let Err(fault) = &answer {
            self.signed_out(fault);
        }
        self.shelf.update(|shelf| {
            // Another conversation may have been opened meanwhile.
            if shelf.number == Some(number) {
                shelf.busy = false;
                match answer {
                    Ok(items) => (shelf.items, shelf.loaded, shelf.problem) = (items, true, None),
                    Err(fault) => shelf.problem = Some(fault.to_string()),
                }
            }
        });
    }

    /// Opens the dialog for the open conversation.
    pub fn pick_template(&self, chosen: Option<TemplateId>) {
        let picking = self.open.with_untracked(|row| {
            row.as_ref().filter(|row| self.may_send_template(row)).map(|row| Picking::of(row, chosen))
        });
        if picking.is_some() {
            self.picking.set(picking);
        }
    }
}
