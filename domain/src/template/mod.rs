//! Message templates: what Meta's JSON says they are, what has to be filled in, and what comes of it.
//!
//! Source: Cloud API, message templates (2025-12): header, body, footer and buttons; variables are positional, `{{1}}`, or
//! named, `{{order}}`.

mod content;
mod fill;
mod given;
mod language;
mod parts;
mod slot;

pub use content::{Button, ButtonKind, Content, Header, Media};
pub use fill::{Filled, Values, check, components, fill, text};
pub use given::given;
pub use language::language_name;
pub use parts::{Part, parts};
pub use slot::{Slot, slots};

use crate::{id::TemplateId, time::Millis};
use serde::{Deserialize, Serialize};

/// What it may be used for, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Marketing,
    Utility,
    Authentication,
    /// One that Meta made after this was written. Treated as marketing where that is stricter.
    Other,
}

impl Category {
    /// As stored; Meta's word in small letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Category::Marketing => "marketing",
            Category::Utility => "utility",
            Category::Authentication => "authentication",
            Category::Other => "other",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Category::Marketing => "Marketing",
            Category::Utility => "Utility",
            Category::Authentication => "Authentication",
            Category::Other => "Other",
        }
    }

    /// From Meta or the database.
    pub fn parse(s: &str) -> Self {
        [Category::Marketing, Category::Utility, Category::Authentication]
            .into_iter()
            .find(|category| category.as_str().eq_ignore_ascii_case(s))
            .unwrap_or(Category::Other)
    }

    /// Whether customers who want no marketing must not get it.
    pub const fn is_marketing(self) -> bool {
        matches!(self, Category::Marketing | Category::Other)
    }
}

/// Where a template stands with Meta.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Approved,
    Pending,
    Rejected,
    /// For some hours: too many customers blocked or reported it.
    Paused,
    /// For good, for the same reason.
    Disabled,
    /// Meta does not list it any more.
    Gone,
    /// Any other word of Meta's: it cannot be sent.
    Other,
}

impl Status {
    const ALL: [Status; 6] =
        [Status::Approved, Status::Pending, Status::Rejected, Status::Paused, Status::Disabled, Status::Gone];

    /// As stored; Meta's word in small letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Approved => "approved",
            Status::Pending => "pending",
            Status::Rejected => "rejected",
            Status::Paused => "paused",
            Status::Disabled => "disabled",
            Status::Gone => "gone",
            Status::Other => "other",
        }
    }

    /// From Meta or the database.
    pub fn parse(s: &str) -> Self {
        match s.to_ascii_lowercase().as_str() {
            // Webhooks say so; the list says APPROVED again.
            "reinstated" | "unarchived" => Status::Approved,
            "deleted" | "pending_deletion" | "archived" => Status::Gone,
            word => Self::ALL.into_iter().find(|status| status.as_str() == word).unwrap_or(Status::Other),
        }
    }

    /// Why a template in this state is not sent; nothing for an approved one.
    pub const fn why_not(self) -> Option<&'static str> {
        match self {
            Status::Approved => None,
            Status::Pending => Some("Meta is still reviewing it."),
            Status::Rejected => Some("Meta rejected it."),
            Status::Paused => Some("Meta paused it because customers blocked or reported it."),
            Status::Disabled => Some("Meta disabled it for good."),
            Status::Gone => Some("It does not exist at Meta any more."),
            Status::Other => Some("It is not approved."),
        }
    }
}

/// A template of a WhatsApp Business Account, as it was when it was last read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub id: TemplateId,
    /// As it is called at Meta. Several languages share a name.
    pub name: String,
    /// Meta's code of the language, such as `en_US`.
    pub language: String,
    pub category: Category,
    pub status: Status,
    pub content: Content,
    /// When it was found to be so.
    pub synced_at: Millis,
}

impl Template {
    /// Why it cannot be sent; nothing when it can.
    pub fn why_not(&self) -> Option<&str> {
        self.status.why_not().or(self.content.unsupported.as_deref())
    }
}

#[cfg(test)]
mod tests;
