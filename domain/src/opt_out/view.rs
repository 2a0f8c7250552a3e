use crate::{
    id::{ConsentId, MemberId, MessageId},
    paging,
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// What somebody decided, or what was decided for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    OptedOut,
    OptedIn,
}

impl What {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            What::OptedOut => "opted_out",
            What::OptedIn => "opted_in",
        }
    }

    /// From the database. An unknown word is the one that sends nothing.
    pub fn parse(s: &str) -> Self {
        if s == "opted_in" { What::OptedIn } else { What::OptedOut }
    }

    /// As people read it, after a name or a time.
    pub const fn label(self) -> &'static str {
        match self {
            What::OptedOut => "Opted out",
            What::OptedIn => "Opted in",
        }
    }
}

/// How we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A message of the customer's.
    Keyword,
    /// A quick-reply button.
    Button,
    /// A setting in WhatsApp, which Meta reported.
    Meta,
    /// Meta refused a message for it (131050).
    Error,
    Member,
    Api,
    Import,
}

impl Source {
    pub const ALL: [Source; 7] =
        [Source::Keyword, Source::Button, Source::Meta, Source::Error, Source::Member, Source::Api, Source::Import];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Keyword => "keyword",
            Source::Button => "button",
            Source::Meta => "meta",
            Source::Error => "error",
            Source::Member => "member",
            Source::Api => "api",
            Source::Import => "import",
        }
    }

    /// From the database. An unknown word is `import`, of which nothing is known either.
    pub fn parse(s: &str) -> Self {
        Self::ALL.into_iter().find(|source| source.as_str() == s).unwrap_or(Source::Import)
    }

    /// As people read it, after "Opted out".
    pub const fn label(self) -> &'static str {
        match self {
            Source::Keyword => "by message",
            Source::Button => "by button",
            Source::Meta => "in WhatsApp's settings",
            Source::Error => "as Meta's refusal told",
            Source::Member => "recorded by a colleague",
            Source::Api => "recorded through the API",
            Source::Import => "by import",
        }
    }
}

/// One line of a contact's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub id: ConsentId,
    pub at: Millis,
    pub what: What,
    pub source: Source,
    /// The message that said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Its words, or a colleague's note. Written by a stranger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// Who recorded it, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<MemberId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
}

impl Consent {
    /// Where the page after this line begins.
    pub const fn cursor(&self) -> Cursor {
        Cursor { at: self.at, id: self.id }
    }
}

/// Where a page of a history begins: lines older than this one.
pub type Cursor = paging::Cursor<ConsentId>;
