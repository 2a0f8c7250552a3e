//! Identifiers. All are UUIDv7 made by the server's clock and random source, except where a browser makes an idempotency key.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(s).map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A workspace: one client company with its own numbers, members and plan.
    WorkspaceId,
    /// A person who can sign in; the same over all workspaces.
    UserId,
    /// A person's place in one workspace.
    MemberId,
    /// A business number as we know it (Meta's id is [`crate::number::PhoneNumberId`]).
    NumberId,
    /// A customer of one workspace.
    ContactId,
    /// The thread with one contact on one business number.
    ConversationId,
    /// A role that a workspace made.
    RoleId,
    /// An invitation to a workspace.
    InvitationId,
    /// A message template of a WhatsApp Business Account.
    TemplateId,
    /// A token of the REST API.
    TokenId,
    /// One entry of the audit trail.
    AuditId,
    /// Something that somebody should look at.
    AlertId,
    /// One line of a contact's consent history.
    ConsentId,
    /// One message, in or out. Sent to Meta as `biz_opaque_callback_data`.
    MessageId,
    /// One file: a photo, a voice message, a document.
    MediaId,
    /// A label of a workspace.
    LabelId,
    /// What a member wrote for colleagues.
    NoteId,
    /// What a member is told of.
    NoticeId,
    /// A browser that is told by Web Push.
    PushId,
    /// A list of conversations that a member keeps: a view and what it is narrowed to.
    SavedViewId,
    /// A text that is kept to be sent again.
    QuickReplyId,
    /// A custom field of a workspace's contacts.
    FieldId,
    /// A file of contacts that is imported.
    ImportId,
}
