//! Quick replies: texts that are kept, with variables that are filled when one is put into the composer.

use crate::{Error, id::QuickReplyId, label::one_line, message::TEXT_LIMIT, text::storable};
use serde::{Deserialize, Serialize};

/// Characters of a shortcut.
pub const SHORTCUT_LIMIT: usize = 32;
/// Characters of a title.
pub const TITLE_LIMIT: usize = 80;
/// Quick replies of a workspace.
pub const LIMIT: usize = 500;

/// A text that is kept to be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickReply {
    pub id: QuickReplyId,
    /// What is typed behind `/`: lower-case letters, digits, `-` and `_`; unique in its workspace.
    pub shortcut: String,
    pub title: String,
    /// With variables such as `{{contact.name}}`.
    pub body: String,
}

/// What a quick reply holds, as somebody writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub shortcut: String,
    pub title: String,
    pub body: String,
}

/// What a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    ContactName,
    ContactFirstName,
    AgentName,
    WorkspaceName,
}

impl Variable {
    pub const ALL: [Variable; 4] =
        [Variable::ContactName, Variable::ContactFirstName, Variable::AgentName, Variable::WorkspaceName];

    /// Between the braces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Variable::ContactName => "contact.name",
            Variable::ContactFirstName => "contact.first_name",
            Variable::AgentName => "agent.name",
            Variable::WorkspaceName => "workspace.name",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Variable::ContactName => "the customer's name",
            Variable::ContactFirstName => "the customer's first name",
            Variable::AgentName => "your name",
            Variable::WorkspaceName => "the workspace's name",
        }
    }

    fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variable| variable.as_str() == s)
    }
}

/// What variables are filled with. An empty one is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// As the customer calls themselves; their number is no name.
    pub contact: String,
    pub agent: String,
    pub workspace: String,
}

impl Values {
    fn of(&self, variable: Variable) -> &str {
        match variable {
            Variable::ContactName => self.contact.trim(),
            Variable::ContactFirstName => self.contact.split_whitespace().next().unwrap_or_default(),
            Variable::AgentName => self.agent.trim(),
            Variable::WorkspaceName => self.workspace.trim(),
        }
    }
}

/// A text whose variables are filled as far as possible. What could not be filled stands there as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    pub text: String,
    /// Variables that there are not, as they were written between the braces.
    pub unknown: Vec<String>,
    /// Variables without a value here.
    pub empty: Vec<Variable>,
}

impl Variable {
    fn note(self, list: &mut Vec<Variable>) {
        if !list.contains(&self) {
            list.push(self);
        }
    }
}

/// Fills the variables of a text. A value is never looked at for variables again.
pub fn fill(body: &str, values: &Values) -> Filled {
    let mut filled = Filled::default();
    let mut rest = body;
    while let Some((before, name, after)) = next(rest) {
        filled.text.push_str(before);
        let written = &rest[before.len()..rest.len() - after.len()];
        match Variable::parse(name) {
            Some(variable) if values.of(variable).is_empty() => {
                variable.note(&mut filled.empty);
                filled.text.push_str(written);
            }
            Some(variable) => filled.text.push_str(values.of(variable)),
            None => {
                if filled.unknown.iter().all(|known| known != name) {
                    filled.unknown.push(name.to_owned());
                }
                filled.text.push_str(written);
            }
        }
        rest = after;
    }
    filled.text.push_str(rest);
    filled
}

/// What stands in the way of sending a text: variables that are left in it.
pub fn left_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = next(rest) {
        if (Variable::parse(name).is_some() || name.contains('.')) && found.iter().all(|known| known != name) {
            found.push(name.to_owned());
        }
        rest = after;
    }
    found
}

/// What stands before the next variable, its name, and what follows.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text.get(from..)?.find("{{")?;
        let inner = &text[open + 2..];
        let close = inner.find("}}")?;
        // Of several opening braces the last ones count.
        if let Some(again) = inner[..close].rfind("{{") {
            from = open + 2 + again;
            continue;
        }
        let name = inner[..close].trim();
        if !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
        {
            return Some((&text[..open], name, &inner[close + 2..]));
        }
        from = open + 2;
    }
}

impl Draft {
    /// What is kept of it.
    ///
    /// # Errors
    /// `Invalid` names the field: also for a variable that there is not.
    pub fn checked(&self) -> Result<Self, Error> {
        let shortcut = self.shortcut.trim().trim_start_matches('/').to_lowercase();
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if shortcut.is_empty() || !shortcut.chars().all(fits) {
            return Err(Error::invalid("shortcut", "a shortcut has letters, digits, - and _, without spaces"));
        }
        if shortcut.chars().count() > SHORTCUT_LIMIT {
            return Err(Error::invalid("shortcut", format!("a shortcut has at most {SHORTCUT_LIMIT} characters")));
        }
        let title = one_line("title", &self.title, TITLE_LIMIT)?;
        let body = storable(self.body.trim_end());
        if body.trim().is_empty() {
            return Err(Error::invalid("text", "write what is to be sent"));
        }
        if body.chars().count() > TEXT_LIMIT {
            return Err(Error::invalid("text", format!("the text may have at most {TEXT_LIMIT} characters")));
        }
        if let Some(unknown) = fill(&body, &Values::default()).unknown.first() {
            let known = Variable::ALL.map(|variable| format!("{{{{{}}}}}", variable.as_str())).join(", ");
            return Err(Error::invalid("text", format!("there is no {{{{{unknown}}}}}; there are {known}")));
        }
        Ok(Self { shortcut, title, body })
    }
}

impl QuickReply {
    /// Whether it is offered for what was typed behind `/`, and how well it fits: less is better.
    pub fn fits(&self, typed: &str) -> Option<u8> {
        let typed = typed.to_lowercase();
        if self.shortcut.starts_with(&typed) {
            Some(0)
        } else if self.shortcut.contains(&typed) {
            Some(1)
        } else {
            self.title.to_lowercase().contains(&typed).then_some(2)
        }
    }
}

/// Where in a text a shortcut is being typed: the place of its `/` in characters, and what stands behind it. `caret` is a place
/// in characters too.
pub fn typing(text: &str, caret: usize) -> Option<(usize, String)> {
    let before: Vec<char> = text.chars().take(caret).collect();
    let slash = before.iter().rposition(|c| *c == '/')?;
    let typed = &before[slash + 1..];
    let begins = slash == 0 || before[slash - 1].is_whitespace();
    let fits = typed.len() <= SHORTCUT_LIMIT && typed.iter().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    (begins && fits).then(|| (slash, typed.iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> Values {
        Values { contact: "Meera Krishnan".into(), agent: "Rohan Iyer".into(), workspace: "Kaveri".into() }
    }

    #[test]
    fn variables_are_filled_once() {
        let body = "Hi {{contact.first_name}} ({{ contact.name }}), {{agent.name}} of {{workspace.name}} {{{{x}}";
        let filled = fill(body, &values());
        assert_eq!(filled.text, "Hi Meera (Meera Krishnan), Rohan Iyer of Kaveri {{{{x}}");
        assert_eq!((filled.unknown, filled.empty), (vec!["x".to_owned()], vec![]));
        // A customer who calls themselves like a variable is not filled in.
        let sly = Values { contact: "{{agent.name}}".into(), ..values() };
        assert_eq!(fill("Hi {{contact.name}}", &sly).text, "Hi {{agent.name}}");
        let nameless = Values { contact: " ".into(), ..values() };
        let filled = fill("Hi {{contact.name}}, {{contact.name}}", &nameless);
        assert_eq!(
            (filled.text.as_str(), filled.empty),
            ("Hi {{contact.name}}, {{contact.name}}", vec![Variable::ContactName])
        );
        assert_eq!(left_in("Hi {{contact.name}} {{order.id}} {{x}} {{}} }}{{"), ["contact.name", "order.id"]);
    }

    #[test]
    fn what_is_kept_is_checked() {
        let draft = |shortcut: &str, title: &str, body: &str| Draft {
            shortcut: shortcut.into(),
            title: title.into(),
            body: body.into(),
        };
        let kept = draft(" /Hello-1 ", " Say  hello ", "Hi {{contact.name}} \n").checked().unwrap_or_default();
        assert_eq!(
            (kept.shortcut.as_str(), kept.title.as_str(), kept.body.as_str()),
            ("hello-1", "Say hello", "Hi {{contact.name}}")
        );
        for (bad, field) in [
            (draft("", "x", "x"), "shortcut"),
            (draft("a b", "x", "x"), "shortcut"),
            (draft(&"a".repeat(33), "x", "x"), "shortcut"),
            (draft("a", " ", "x"), "title"),
            (draft("a", "x", " \n"), "text"),
            (draft("a", "x", &"x".repeat(TEXT_LIMIT + 1)), "text"),
            (draft("a", "x", "{{contact.shoe_size}}"), "text"),
        ] {
            assert!(matches!(bad.checked(), Err(Error::Invalid { field: named, .. }) if named == field), "{bad:?}");
        }
    }

    #[test]
    fn a_shortcut_begins_a_word() {
        assert_eq!(typing("/", 1), Some((0, String::new())));
        assert_eq!(typing("Hé /th", 6), Some((3, "th".to_owned())));
        assert_eq!(typing("Hé /th", 5), Some((3, "t".to_owned())));
        for (text, caret) in [("", 0), ("a/b", 3), ("https://x", 9), ("/a b", 4), ("/a", 0), ("/!", 2)] {
            assert_eq!(typing(text, caret), None, "{text} {caret}");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_variables_stays_as_it_is(text in "[^{}]{0,40}") {
            prop_assert_eq!(fill(&text, &values()), Filled { text, ..Filled::default() });
        }

        #[test]
        fn anything_is_filled(text in "[{}a-z. ]{0,40}", caret in 0usize..50) {
            let filled = fill(&text, &values());
            prop_assert!(filled.unknown.len() <= 20);
            typing(&text, caret);
            left_in(&text);
        }
    }
}
