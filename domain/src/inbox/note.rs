use crate::{
    id::{MemberId, NoteId},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// What a member wrote for colleagues, or, with a sign, a line that says what became of the conversation: [`super::Happened`].
/// It stands between the messages of a conversation and never leaves the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub id: NoteId,
    /// Who wrote it. Of a line who did it, and the nil id where that was nobody of the team.
    pub author: MemberId,
    /// 1 to [`crate::message::TEXT_LIMIT`] characters. Of a line what stands between its names.
    pub body: String,
    pub at: Millis,
    /// Colleagues it is meant for, at most [`Note::MENTIONS`]. Of a line whoever was given the conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<MemberId>,
    /// When its author changed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Millis>,
    /// Of a line the drawing before its words; of what a member wrote nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sign: String,
}

impl Note {
    /// Colleagues that one note can be meant for.
    pub const MENTIONS: usize = 20;

    /// Oldest first; the id breaks ties, as in the database.
    pub fn sort_key(&self) -> (Millis, NoteId) {
        (self.at, self.id)
    }

    /// A line in the order in which it reads: who did it, what is said of that, and who was given the conversation.
    pub fn line(&self) -> (Option<MemberId>, &str, Option<MemberId>) {
        let by = Some(self.author).filter(|author| !author.0.is_nil());
        (by, &self.body, self.mentions.first().copied())
    }
}

/// Where in a text a colleague is being named: the place of the `@` in characters, and what stands behind it. `caret` is a place
/// in characters too.
pub fn naming(text: &str, caret: usize) -> Option<(usize, String)> {
    let before: Vec<char> = text.chars().take(caret).collect();
    let at = before.iter().rposition(|c| *c == '@')?;
    let typed = &before[at + 1..];
    let begins = at == 0 || before[at - 1].is_whitespace();
    let fits = typed.len() <= 40 && typed.iter().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '\''));
    (begins && fits).then(|| (at, typed.iter().collect()))
}

/// Who is named in a text with `@` and their name, each once. Of names that begin alike the longest counts.
pub fn named_in<'a>(text: &str, people: impl Iterator<Item = (MemberId, &'a str)> + Clone) -> Vec<MemberId> {
    let mut named = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '@' && before.is_whitespace() {
            let rest = &text[at + 1..];
            let stands = |name: &str| {
                let after = rest.strip_prefix(name)?;
                (!name.is_empty() && !after.starts_with(char::is_alphanumeric)).then_some(name.len())
            };
            let longest = people.clone().filter_map(|(_, name)| stands(name)).max();
            let these = people.clone().filter(|(_, name)| longest.is_some() && stands(name) == longest);
            for (member, _) in these {
                if !named.contains(&member) {
                    named.push(member);
                }
            }
        }
        before = c;
    }
    named
}

#[cfg(test)]
mod tests {
    use super::{Note, named_in, naming};
    use crate::{
        id::{MemberId, NoteId},
        inbox::Happened,
    };
    use uuid::Uuid;

    #[test]
    fn a_line_says_who_did_what_and_to_whom() {
        let id = |n| MemberId(Uuid::from_u128(n));
        let reads = |what: Happened, author: MemberId, mentions: Vec<MemberId>| {
            let body = what.words(author != id(0)).to_owned();
            let line = Note {
                id: NoteId(Uuid::nil()),
                author,
                body,
                at: 0,
                mentions,
                edited_at: None,
                sign: what.sign().to_owned(),
            };
            let (by, words, to) = line.line();
            (by, words.to_owned(), to)
        };
        let assigned = |by: Option<MemberId>, words: &str, to: Option<MemberId>| (by, words.to_owned(), to);
        assert_eq!(
            reads(Happened::Assigned, id(1), vec![id(2)]),
            assigned(Some(id(1)), "assigned this to", Some(id(2)))
        );
        assert_eq!(reads(Happened::Closed, id(1), Vec::new()), assigned(Some(id(1)), "closed this", None));
        assert_eq!(reads(Happened::OptedOut, id(0), Vec::new()), assigned(None, "The customer opted out", None));
        assert_eq!(reads(Happened::Assigned, id(0), vec![id(2)]), assigned(None, "Assigned to", Some(id(2))));
    }

    #[test]
    fn who_is_named_is_found() {
        let id = |n| MemberId(Uuid::from_u128(n));
        let people = [(id(1), "Rohan"), (id(2), "Rohan Iyer"), (id(3), "Lucía"), (id(4), "")];
        let named = |text: &str| named_in(text, people.iter().copied());
        assert_eq!(named("@Rohan Iyer, @Lucía: look. @Lucía?"), [id(2), id(3)]);
        assert_eq!(named("@Rohan"), [id(1)]);
        assert_eq!(named("me@Rohan @Rohans @ @Tomasz"), []);
    }

    #[test]
    fn a_name_begins_a_word() {
        assert_eq!(naming("@", 1), Some((0, String::new())));
        assert_eq!(naming("Hé @Lucí", 8), Some((3, "Lucí".to_owned())));
        for (text, caret) in [("", 0), ("me@x", 4), ("@a b", 4), ("@a", 0)] {
            assert_eq!(naming(text, caret), None, "{text} {caret}");
        }
    }
}
