//! Dead letters as they are stored, and what of them a member may see.

use crate::Ctx;
use domain::{
    dead::{Kind, Letter, Reason, Words},
    id::MemberId,
    message,
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

/// A message that was given up.
#[derive(sqlx::FromRow)]
pub(super) struct SendRecord {
    id: Uuid,
    died_at: Millis,
    since: Millis,
    words: String,
    code: Option<i64>,
    kind: String,
    conversation_id: Uuid,
    number_id: Uuid,
    number_name: String,
    profile_name: Option<String>,
    wa_id: Option<String>,
    /// Of the conversation.
    assignee_id: Option<Uuid>,
    contact_assignee_id: Option<Uuid>,
    tries: i64,
    lost: bool,
}

/// A delivery that was given up.
#[derive(sqlx::FromRow)]
pub(super) struct DeliveryRecord {
    id: Uuid,
    pub delivery_id: i64,
    died_at: Millis,
    received_at: Millis,
    reason: String,
    unreadable: bool,
    number_id: Option<Uuid>,
    number_name: Option<String>,
    tries: i64,
}

/// One of either.
pub(super) enum Record {
    Send(SendRecord),
    Delivery(DeliveryRecord),
}

impl Record {
    /// The delivery behind it, where it is one.
    pub fn delivery(&self) -> Option<i64> {
        match self {
            Record::Send(_) => None,
            Record::Delivery(record) => Some(record.delivery_id),
        }
    }

    /// Without what the member may not see: whom a message was for, without `contacts.read` for the contact, and the way to
    /// its conversation, without `conversations.view` for it.
    pub fn seen(self, ctx: &Ctx) -> Letter {
        match self {
            Record::Send(record) => record.seen(ctx),
            Record::Delivery(record) => record.into(),
        }
    }

    /// Whether the member may read what it says. A delivery may hold the words of any customer, and their names.
    pub fn readable(&self, ctx: &Ctx) -> bool {
        match self {
            Record::Send(record) => {
                let reads = ctx.sight(Permission::MessagesView);
                reads.reaches(record.assignee())
            }
            Record::Delivery(_) => {
                let all = [Permission::MessagesView, Permission::ContactsRead];
                all.into_iter().all(|permission| ctx.demand_all(permission).is_ok())
            }
        }
    }
}

impl SendRecord {
    fn assignee(&self) -> Option<MemberId> {
        self.assignee_id.map(MemberId)
    }

    /// Whether the member may know whom it was for.
    pub fn names(&self, ctx: &Ctx) -> bool {
        ctx.sight(Permission::ContactsRead).reaches(self.contact_assignee_id.map(MemberId))
    }

    fn seen(self, ctx: &Ctx) -> Letter {
        let named = self.names(ctx);
        let opens = ctx.sight(Permission::ConversationsView).reaches(self.assignee());
        let contact = self.profile_name.filter(|name| !name.is_empty());
        Letter {
            id: self.id,
            kind: Kind::Send,
            reason: if self.lost { Reason::Unconfirmed } else { Reason::TriesUsedUp },
            words: self.words,
            code: self.code,
            tries: self.tries,
            since: self.since,
            died_at: self.died_at,
            number: Some(self.number_id.into()),
            number_name: Some(self.number_name),
            contact: contact.or_else(|| self.wa_id.map(|digits| format!("+{digits}"))).filter(|_| named),
            conversation: Some(self.conversation_id.into()).filter(|_| opens),
            editable: Words::of(message::Kind::parse(&self.kind)),
        }
    }
}

impl From<DeliveryRecord> for Letter {
    fn from(record: DeliveryRecord) -> Self {
        Self {
            id: record.id,
            kind: Kind::Delivery,
            reason: if record.unreadable { Reason::Unreadable } else { Reason::TriesUsedUp },
            words: record.reason,
            code: None,
            tries: record.tries,
            since: record.received_at,
            died_at: record.died_at,
            number: record.number_id.map(Into::into),
            number_name: record.number_name,
            contact: None,
            conversation: None,
            editable: None,
        }
    }
}
