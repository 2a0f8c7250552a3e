//! The audit trail's words: what can be done, and how an entry travels to the screen, the API and an export.

use crate::{
    id::{AuditId, MemberId, TokenId},
    paging,
    time::Millis,
};
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr, str::FromStr};
use uuid::Uuid;

/// A heading under which actions are filtered; the part of an action's name before the dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Group {
    Auth,
    Member,
    Role,
    Contact,
    Consent,
    Conversation,
    Message,
    Template,
    Broadcast,
    Number,
    Secret,
    Token,
    Billing,
    Export,
    Webhook,
    Settings,
    Alert,
    Audit,
}

use Action as A;
use Group as G;

const GROUPS: [(Group, &str, &str); 18] = [
    (G::Auth, "auth", "Sign-in and account"),
    (G::Member, "member", "Team"),
    (G::Role, "role", "Roles"),
    (G::Contact, "contact", "Contacts"),
    (G::Consent, "consent", "Consent"),
    (G::Conversation, "conversation", "Conversations"),
    (G::Message, "message", "Messages"),
    (G::Template, "template", "Templates"),
    (G::Broadcast, "broadcast", "Broadcasts"),
    (G::Number, "number", "Phone numbers"),
    (G::Secret, "secret", "Secrets"),
    (G::Token, "token", "API tokens"),
    (G::Billing, "billing", "Billing"),
    (G::Export, "export", "Exports"),
    (G::Webhook, "webhook", "Webhooks"),
    (G::Settings, "settings", "Settings"),
    (G::Alert, "alert", "Alerts"),
    (G::Audit, "audit", "Audit trail"),
];

impl Group {
    /// In the order of the filter.
    pub fn all() -> impl Iterator<Item = Group> {
        GROUPS.iter().map(|row| row.0)
    }

    /// As stored before the dot: `member`.
    pub const fn as_str(self) -> &'static str {
        GROUPS[self as usize].1
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        GROUPS[self as usize].2
    }
}

/// Declares the actions: variant, stored name, group and words in one row each.
macro_rules! actions {
    ($($variant:ident, $name:literal, $group:ident, $label:literal;)+) => {
        /// Something that somebody did. Written `member.role_changed`; a stored name is never given another meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "&'static str")]
        pub enum Action {
            $($variant,)+
        }

        const ACTIONS: &[(Action, &str, Group, &str)] = &[
            $((A::$variant, $name, G::$group, $label),)+
        ];
    };
}

actions! {
    SignedIn, "auth.signed_in", Auth, "Signed in";
    PushAllowed, "auth.push_allowed", Auth, "Let a browser show notifications";
    PushEnded, "auth.push_ended", Auth, "Ended a browser's notifications";
    SignedOut, "auth.signed_out", Auth, "Signed out";
    SignInFailed, "auth.sign_in_failed", Auth, "Failed to sign in";
    SignInBlocked, "auth.sign_in_blocked", Auth, "Was kept from signing in after too many tries";
    SessionEnded, "auth.session_ended", Auth, "Ended a session";
    AccessEnded, "auth.access_ended", Auth, "Ended a person's access";
    PasswordChanged, "auth.password_changed", Auth, "Changed the password";
    PasswordResetAsked, "auth.password_reset_asked", Auth, "Asked for a new password";
    PasswordResetLinked, "auth.password_reset_linked", Auth, "Handed over a link for a new password";
    PasswordReset, "auth.password_reset", Auth, "Set a new password with a link";
    TotpEnabled, "auth.totp_enabled", Auth, "Turned on two-step sign-in";
    TotpDisabled, "auth.totp_disabled", Auth, "Turned off two-step sign-in";
    RecoveryCodesMade, "auth.recovery_codes_made", Auth, "Made new recovery codes";
    RecoveryCodeUsed, "auth.recovery_code_used", Auth, "Signed in with a recovery code";
    WorkspaceCreated, "settings.workspace_created", Settings, "Created the workspace";
    SetupHidden, "settings.setup_hidden", Settings, "Put the set-up list away";
    WorkspaceRestored, "settings.workspace_restored", Settings, "Restored the workspace from a backup";
    MemberAdded, "member.added", Member, "Added a member";
    MemberInvited, "member.invited", Member, "Invited somebody";
    InvitationResent, "member.invitation_resent", Member, "Made a new invitation link";
    InvitationRevoked, "member.invitation_revoked", Member, "Revoked an invitation";
    InvitationAccepted, "member.invitation_accepted", Member, "Accepted an invitation";
    MemberRoleChanged, "member.role_changed", Member, "Changed a member's role";
    MemberRemoved, "member.removed", Member, "Removed a member";
    MemberRestored, "member.restored", Member, "Brought a member back";
    MemberHandedOver, "member.handed_over", Member, "Handed over what a member left";
    AvailabilityChanged, "member.availability_changed", Member, "Changed who takes new conversations";
    RoleCreated, "role.created", Role, "Made a role";
    RoleChanged, "role.changed", Role, "Changed a role";
    RoleDeleted, "role.deleted", Role, "Deleted a role";
    ContactCreated, "contact.created", Contact, "Added a contact";
    ContactUpdated, "contact.updated", Contact, "Edited a contact";
    ContactAssigned, "contact.assigned", Contact, "Assigned a contact";
    ContactDeleted, "contact.deleted", Contact, "Deleted a contact";
    ContactErased, "contact.erased", Contact, "Erased a contact's personal data";
    ContactsImported, "contact.imported", Contact, "Imported contacts";
    ContactsMerged, "contact.merged", Contact, "Merged two contacts";
    ContactsKeptApart, "contact.kept_apart", Contact, "Said that two contacts are two people";
    ContactFieldsChanged, "contact.fields_changed", Contact, "Changed the custom fields of contacts";
    ConsentGiven, "consent.given", Consent, "Recorded an opt-in";
    ConsentWithdrawn, "consent.withdrawn", Consent, "Recorded an opt-out";
    ConsentSetAside, "consent.set_aside", Consent, "Answered a customer who had opted out and wrote again";
    ConversationAssigned, "conversation.assigned", Conversation, "Assigned a conversation";
    NoteWritten, "conversation.note_written", Conversation, "Wrote a note";
    ConversationSnoozed, "conversation.snoozed", Conversation, "Snoozed a conversation";
    ConversationWoken, "conversation.woken", Conversation, "Brought a snoozed conversation back";
    ConversationClosed, "conversation.closed", Conversation, "Closed a conversation";
    ConversationReopened, "conversation.reopened", Conversation, "Reopened a conversation";
    NoteChanged, "conversation.note_changed", Conversation, "Changed a note";
    NoteRemoved, "conversation.note_removed", Conversation, "Removed a note";
    ConversationLabelled, "conversation.labelled", Conversation, "Changed a conversation's labels";
    MessageSent, "message.sent", Message, "Sent a message";
    MessageTemplateSent, "message.template_sent", Message, "Sent a template";
    MessageRetried, "message.retried", Message, "Sent a message again";
    MessageNoted, "message.noted", Message, "Wrote a note";
    MessageDeleted, "message.deleted", Message, "Deleted a message";
    MessageDiscarded, "message.discarded", Message, "Discarded a message that had not gone out";
    TemplateCreated, "template.created", Template, "Wrote a template";
    TemplateChanged, "template.changed", Template, "Changed a template";
    TemplateDeleted, "template.deleted", Template, "Deleted a template";
    BroadcastSaved, "broadcast.saved", Broadcast, "Prepared a broadcast";
    BroadcastSent, "broadcast.sent", Broadcast, "Sent a broadcast";
    BroadcastPaused, "broadcast.paused", Broadcast, "Paused a broadcast";
    NumberConnected, "number.connected", Number, "Connected a phone number";
    NumberReconnected, "number.reconnected", Number, "Connected a phone number again";
    NumberDisconnected, "number.disconnected", Number, "Disconnected a phone number";
    NumberTokenRefused, "number.token_refused", Number, "Learned that Meta refuses a number's access token";
    NumberTokenWorks, "number.token_works", Number, "Learned that a number's access token works again";
    NumberParked, "number.parked", Number, "Learned that a phone number, or a part of what it sends, is blocked";
    NumberPaused, "number.paused", Number, "Paused what a phone number sends";
    NumberResumed, "number.resumed", Number, "Let a phone number send again";
    SecretStored, "secret.stored", Secret, "Stored a secret";
    SecretRefreshed, "secret.refreshed", Secret, "Renewed a secret";
    SecretsRotated, "secret.rotated", Secret, "Sealed the secrets under another master key";
    SecretRefused, "secret.refused", Secret, "Could not open a secret";
    TokenCreated, "token.created", Token, "Made an API token";
    TokenRevoked, "token.revoked", Token, "Revoked an API token";
    TokenMisused, "token.misused", Token, "Ended an API token that was misused";
    TokenFlagged, "token.flagged", Token, "Noticed unusual use of an API token";
    PlanChanged, "billing.plan_changed", Billing, "Changed the plan";
    PaymentChanged, "billing.payment_changed", Billing, "Changed how it is paid";
    ContactsExported, "export.contacts", Export, "Exported contacts";
    ConsentExported, "export.consent", Export, "Exported consent histories";
    AuditExported, "export.audit", Export, "Exported the audit trail";
    ReportExported, "export.report", Export, "Exported a report";
    WebhookRefused, "webhook.refused", Webhook, "Refused a webhook";
    DeliveryRetried, "webhook.delivery_retried", Webhook, "Processed a delivery again";
    DeliveryDiscarded, "webhook.delivery_discarded", Webhook, "Discarded a delivery";
    SettingsChanged, "settings.changed", Settings, "Changed the workspace's settings";
    LabelCreated, "settings.label_created", Settings, "Made a label";
    LabelChanged, "settings.label_changed", Settings, "Changed a label";
    LabelDeleted, "settings.label_deleted", Settings, "Deleted a label";
    QuickReplyCreated, "settings.quick_reply_created", Settings, "Wrote a quick reply";
    QuickReplyChanged, "settings.quick_reply_changed", Settings, "Changed a quick reply";
    QuickReplyDeleted, "settings.quick_reply_deleted", Settings, "Deleted a quick reply";
    AlertRead, "alert.read", Alert, "Marked alerts as read";
    AuditErased, "audit.erased", Audit, "Erased personal data in the audit trail";
    AuditBroken, "audit.broken", Audit, "Found the audit trail broken";
}

impl Action {
    pub fn all() -> impl Iterator<Item = Action> {
        ACTIONS.iter().map(|row| row.0)
    }

    /// As stored: `member.role_changed`.
    pub const fn as_str(self) -> &'static str {
        ACTIONS[self as usize].1
    }

    pub const fn group(self) -> Group {
        ACTIONS[self as usize].2
    }

    /// As people read it, after a name: "Rohan Iyer · Changed a member's role".
    pub const fn label(self) -> &'static str {
        ACTIONS[self as usize].3
    }
}

macro_rules! named {
    ($type:ident, $field:literal) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl FromStr for $type {
            type Err = crate::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::all()
                    .find(|one| one.as_str() == s)
                    .ok_or_else(|| crate::Error::invalid($field, format!("there is no {s:?} in the audit trail")))
            }
        }
        impl TryFrom<String> for $type {
            type Error = crate::Error;
            fn try_from(s: String) -> Result<Self, Self::Error> {
                s.parse()
            }
        }
        impl From<$type> for &'static str {
            fn from(one: $type) -> Self {
                one.as_str()
            }
        }
    };
}

named!(Action, "action");
named!(Group, "group");

/// Who did it, as a filter. Written `system`, `member:<id>` or `token:<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum By {
    /// A member, themselves or through a token of theirs.
    Member(MemberId),
    Token(TokenId),
    /// Parlance itself, or whoever sits at its command line.
    System,
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::Member(id) => write!(f, "member:{id}"),
            By::Token(id) => write!(f, "token:{id}"),
            By::System => f.write_str("system"),
        }
    }
}

impl FromStr for By {
    type Err = crate::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let by = match s.split_once(':') {
            Some(("member", id)) => id.parse().ok().map(By::Member),
            Some(("token", id)) => id.parse().ok().map(By::Token),
            _ => (s == "system").then_some(By::System),
        };
        by.ok_or_else(|| crate::Error::invalid("actor", "expected system, member:<id> or token:<id>"))
    }
}

impl TryFrom<String> for By {
    type Error = crate::Error;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        s.parse()
    }
}

impl From<By> for String {
    fn from(by: By) -> Self {
        by.to_string()
    }
}

/// Which entries are wanted; what is not set does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    pub actor: Option<By>,
    pub action: Option<Action>,
    pub group: Option<Group>,
    /// "contact", "member", "conversation" …
    pub resource_kind: Option<String>,
    pub resource: Option<Uuid>,
    /// Not before this moment.
    pub from: Option<Millis>,
    /// Before this moment.
    pub to: Option<Millis>,
    /// A part of what the entry says, in either case.
    pub text: Option<String>,
    /// From exactly this address; one of IPv4 is found in either way of writing it.
    pub address: Option<IpAddr>,
}

/// Where a page begins: entries older than this one.
pub type Cursor = paging::Cursor<AuditId>;

/// One entry, as it is shown and exported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryView {
    pub id: AuditId,
    pub at: Millis,
    /// Its place in the chain; `None` in the second before it is sealed.
    pub position: Option<i64>,
    pub actor: ActorView,
    /// Mostly an [`Action`]; kept as text, so that an entry of a newer version is shown too.
    pub action: String,
    pub resource: Option<ResourceView>,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
    pub about: Option<String>,
    pub address: Option<String>,
    pub agent: Option<String>,
    /// When its personal data was erased.
    pub erased_at: Option<Millis>,
    /// Its link in the chain, as hex: covers the entry and all before it.
    pub mac: Option<String>,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorView {
    /// The member, also when a token acted for them; none for the system.
    pub member: Option<MemberId>,
    pub token: Option<TokenId>,
    /// The member's name, or "System".
    pub name: String,
    pub token_name: Option<String>,
}

/// What it was done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceView {
    /// "contact", "member", "conversation" …
    pub kind: String,
    pub id: Uuid,
    /// What it is called now, where that is known.
    pub name: Option<String>,
}

/// How a workspace's chain of entries is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// How many entries were ever sealed.
    pub position: i64,
    /// The chain was last checked then, up to `checked_position`; it is every day.
    pub checked_at: Option<Millis>,
    pub checked_position: Option<i64>,
    /// What that check found; `None` when all was well.
    pub problem: Option<String>,
    /// Days for which entries are kept.
    pub days: i64,
}

impl EntryView {
    /// Where the page after this entry begins.
    pub const fn cursor(&self) -> Cursor {
        Cursor { at: self.at, id: self.id }
    }

    /// What was done, as people read it.
    pub fn label(&self) -> &str {
        self.action.parse::<Action>().map_or(self.action.as_str(), |action| action.label())
    }
}
