//! Where in the inbox an address leads.

use domain::{
    conversation::View,
    id::{ContactId, ConversationId, MessageId},
    inbox::Filter,
    time::Millis,
    workspace::Slug,
};

/// Which pane a narrow screen shows; a wide one shows them side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    #[default]
    List,
    Thread,
    Contact,
}

impl Pane {
    pub const fn as_str(self) -> &'static str {
        match self {
            Pane::List => "list",
            Pane::Thread => "thread",
            Pane::Contact => "contact",
        }
    }
}

/// An address, read. What cannot be read is left out: the page says that nothing is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub slug: Option<Slug>,
    pub open: Option<ConversationId>,
    pub pane: Pane,
    /// `None`: what the member's role is offered first.
    pub view: Option<View>,
    /// What the list is narrowed to, and its order.
    pub filter: Filter,
    /// Without a script: the page of the list below this row.
    pub before: Option<(Millis, ConversationId)>,
    /// Without a script: the page of the thread above this message.
    pub older: Option<(Millis, MessageId)>,
    /// Somebody is to be written to first.
    pub to: Option<ContactId>,
    /// The address names a conversation in a way that no conversation is named, or a pane that there is not.
    pub unreadable: bool,
}

impl Place {
    /// From `/w/{slug}/inbox/{conversation}/{pane}` and a way to look up the query.
    pub fn read(path: &str, query: impl Fn(&str) -> Option<String>) -> Self {
        let mut parts = path.trim_matches('/').split('/').skip(1);
        let slug = parts.next().and_then(|slug| slug.parse().ok());
        let id = parts.nth(1).filter(|id| !id.is_empty());
        let (pane, known) = match (id, parts.next().filter(|pane| !pane.is_empty())) {
            (None, _) => (Pane::List, true),
            (_, None) => (Pane::Thread, true),
            (_, Some("contact")) => (Pane::Contact, true),
            _ => (Pane::Thread, false),
        };
        let open = id.filter(|_| known).and_then(|id| id.parse().ok());
        Self {
            slug,
            open,
            pane,
            view: query("view").and_then(|view| View::parse(&view)),
            filter: Filter::read(&query),
            before: query("before").and_then(|cursor| read_cursor(&cursor)),
            older: query("older").and_then(|cursor| read_cursor(&cursor)),
            to: query("to").and_then(|id| id.parse().ok()),
            unreadable: id.is_some() && open.is_none(),
        }
    }
}

/// The query of a list, with its question mark; empty for the view that somebody starts with, and all of it.
pub fn query(view: Option<View>, filter: &Filter) -> String {
    let view = view.map(|view| ("view", view.as_str().to_owned()));
    let mut query = String::new();
    for (key, value) in view.into_iter().chain(filter.query()) {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(key);
        query.push('=');
        query.push_str(&value);
    }
    query
}

/// `<milliseconds>.<id>`
pub fn cursor(at: Millis, id: impl std::fmt::Display) -> String {
    format!("{at}.{id}")
}

fn read_cursor<I: std::str::FromStr>(text: &str) -> Option<(Millis, I)> {
    let (at, id) = text.split_once('.')?;
    Some((at.parse().ok()?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn read(path: &str, query: &'static [(&str, &str)]) -> Place {
        Place::read(path, |key| query.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn addresses() {
        let list = read("/w/kaveri-home/inbox", &[("view", "mine")]);
        assert_eq!((list.open, list.pane, list.view), (None, Pane::List, Some(View::Mine)));
        assert_eq!(list.slug.as_ref().map(Slug::as_str), Some("kaveri-home"));
        let thread = read(&format!("/w/a/inbox/{ID}"), &[("view", "nonsense")]);
        assert_eq!((thread.open, thread.pane, thread.view), (ID.parse().ok(), Pane::Thread, None));
        assert_eq!(read(&format!("/w/a/inbox/{ID}/contact"), &[]).pane, Pane::Contact);
        for wrong in ["/w/a/inbox/nonsense".to_owned(), format!("/w/a/inbox/{ID}/nonsense")] {
            let wrong = read(&wrong, &[]);
            assert!(wrong.unreadable && wrong.open.is_none() && wrong.pane == Pane::Thread);
        }
        assert_eq!(read("/w/Not A Slug/inbox", &[]).slug, None);
    }

    #[test]
    fn what_the_list_is_narrowed_to_stands_in_the_address() {
        let list = read("/w/a/inbox", &[("view", "closed"), ("unread", "1"), ("label", ID), ("sort", "oldest")]);
        let address = query(list.view, &list.filter);
        assert_eq!(address, format!("?view=closed&label={ID}&unread=1&sort=oldest"));
        assert_eq!(query(None, &Filter::default()), "");
    }

    #[test]
    fn cursors() {
        let place = read("/w/a/inbox", &[("before", "17.01890a5d-ac96-774b-bcce-b302099a8057"), ("older", "x.y")]);
        assert_eq!(place.before, ID.parse().ok().map(|id| (17, id)));
        assert_eq!(place.older, None);
        assert_eq!(cursor(17, ID), format!("17.{ID}"));
    }
}
