//! What can be wrong with what a person asked for.

use serde::{Deserialize, Serialize};

/// Says what the user did and what to do about it. The edges turn it into interface text or problem+json.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// The message has no visible character.
    #[error("The message is empty. Write something first.")]
    EmptyMessage,
    /// WhatsApp takes at most [`crate::message::TEXT_LIMIT`] characters in a text message.
    #[error("The message has {length} characters; WhatsApp takes at most {limit}. Shorten it or send it in parts.")]
    MessageTooLong { length: u64, limit: u64 },
    /// More than 24 hours since the customer last wrote.
    #[error("The customer last wrote more than 24 hours ago, so WhatsApp takes templates only until they write again.")]
    WindowClosed,
    /// The conversation is closed.
    #[error("This conversation is closed. Reopen it to reply.")]
    ConversationClosed,
    /// Another conversation with this contact on this number is open.
    #[error("There is already an open conversation with this contact on this number.")]
    AlreadyOpen,
    /// The contact has neither a phone number nor a business-scoped user id.
    #[error("This contact has no address that WhatsApp could send to.")]
    NoAddress,
    /// The contact said STOP, and the workspace sends them no more messages of this kind.
    #[error("This customer opted out of messages. Nothing is sent to them until they opt in again.")]
    OptedOut,
    /// The member's role lacks the permission.
    #[error("You need the permission {permission} for this. Ask an Owner or Manager of the workspace.")]
    Forbidden { permission: String },
    /// The workspace wants everybody to have a second factor, and this member has none yet.
    #[error("This workspace asks every member for a second factor. Set yours up under Security.")]
    SecondFactor,
    /// It does not exist, or the member may not see it: the answer is the same.
    #[error("This does not exist, or it is not yours to see.")]
    NotFound,
    /// A field could not be understood. People read the problem alone, so it has to be plain without the field's name; machines are
    /// told the field beside it.
    #[error("{}", sentence(.problem))]
    Invalid { field: String, problem: String },
}

impl Error {
    /// A field that could not be understood, with what to do about it.
    pub fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), problem: problem.into() }
    }
}

/// A problem as it is shown: it begins with a capital and ends like a sentence.
fn sentence(problem: &str) -> String {
    let mut sentence = problem.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_a_sentence_without_the_name_of_a_field() {
        let shown = [
            ("use at most 5 words", "Use at most 5 words."),
            ("is the phone's clock right?", "Is the phone's clock right?"),
            ("It is gone.", "It is gone."),
            ("été takes yes or no", "été takes yes or no."),
            ("\"A\" stands there twice", "\"A\" stands there twice."),
        ];
        for (problem, sentence) in shown {
            assert_eq!(Error::invalid("any_field", problem).to_string(), sentence);
        }
    }
}
