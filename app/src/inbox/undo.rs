//! What was done last, said, and the way back.

use std::time::Duration;

use domain::{
    id::{ConversationId, MemberId},
    inbox::{Change, Item, Note, Row, TOGETHER, failures, named_in},
};
use leptos::{prelude::*, task::spawn_local};

use super::{row::address, screen::Screen, server};
use crate::error::Fault;

/// How long it is offered.
const OFFERED: Duration = Duration::from_secs(8);

/// What is said, and what takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    text: String,
    items: Vec<Item>,
    /// Where it leads.
    open: Option<ConversationId>,
    turn: u32,
}

impl Screen {
    /// A conversation as this page knows it.
    pub fn known(&self, id: ConversationId) -> Option<Row> {
        self.model.with_value(|model| {
            let open = model.thread.iter().map(|thread| &thread.row);
            model.rows.iter().chain(open).find(|row| row.id == id).cloned()
        })
    }

    /// Offers to take back one change that the server has made.
    pub(super) fn offer_undo_of(&self, before: Option<Row>, change: Change, answer: &Result<Row, Fault>) {
        let (Some(before), Ok(_)) = (before, answer) else { return };
        if let Some(inverse) = change.inverse(&before) {
            let item = Item { conversation: before.id, change: inverse };
            self.offer_undo(said(change, 1), vec![item]);
        }
    }

    fn offer_undo(&self, text: String, items: Vec<Item>) {
        self.say(text, items, None);
    }

    /// A colleague wrote a note for this member.
    pub(super) fn named(&self, row: &Row, note: &Note) {
        let me = self.me();
        if note.author != me && note.edited_at.is_none() && note.mentions.contains(&me) {
            let who = self.member(note.author).map_or_else(|| "A colleague".to_owned(), |member| member.name);
            let text = format!("{who} named you in a note on {}.", row.contact.name);
            self.say(text, Vec::new(), Some(row.id).filter(|id| self.open_id() != Some(*id)));
        }
    }

    /// Whom a text names: all colleagues but the member.
    pub fn named_in(&self, text: &str) -> Vec<MemberId> {
        let facts = self.facts();
        let others = facts.members.iter().filter(|member| member.id != facts.me.id);
        named_in(text, others.map(|member| (member.id, member.name.as_str())))
    }

    pub(super) fn say(&self, text: String, items: Vec<Item>, open: Option<ConversationId>) {
        let turn = self.undo.with_untracked(|undo| undo.as_ref().map_or(0, |undo| undo.turn.wrapping_add(1)));
        self.undo.set(Some(Undo { text, items, open, turn }));
        let screen = *self;
        let fade = move || {
            screen.undo.try_update(|undo| {
                if undo.as_ref().is_some_and(|undo| undo.turn == turn) {
                    *undo = None;
                }
            });
        };
        set_timeout(fade, OFFERED);
    }

    /// Does one thing with several conversations, says what could not be done, and offers to take back the rest.
    pub fn change_all(&self, ids: &[ConversationId], change: Change) {
        let before: Vec<Row> = ids.iter().filter_map(|id| self.known(*id)).collect();
        let items = ids.iter().map(|id| Item { conversation: *id, change }).collect();
        self.send_changes(items, move |screen, done| {
            let undo: Vec<Item> = before
                .iter()
                .filter(|row| done.contains(&row.id))
                .filter_map(|row| Some(Item { conversation: row.id, change: change.inverse(row)? }))
                .collect();
            if !undo.is_empty() {
                screen.offer_undo(said(change, undo.len()), undo);
            }
        });
    }

    /// Takes back what was done last.
    fn take_back(&self) {
        let Some(Undo { items, .. }) = self.undo.get_untracked() else { return };
        self.undo.set(None);
        self.send_changes(items, |screen, done| {
            if !done.is_empty() {
                screen.offer_undo("Taken back.".to_owned(), Vec::new());
            }
        });
    }

    /// A hundred at a time; `then` is told which were done.
    fn send_changes(&self, items: Vec<Item>, then: impl FnOnce(Screen, Vec<ConversationId>) + 'static) {
        let Some(words) = items.first().map(|item| item.change.done()) else { return };
        let screen = *self;
        let since = screen.ask();
        self.busy.set(true);
        spawn_local(async move {
            let mut outcomes = Vec::new();
            let mut fault = None;
            for some in items.chunks(TOGETHER) {
                match server::bulk(screen.slug(), some.to_vec()).await {
                    Ok(answer) => outcomes.extend(answer),
                    Err(wrong) => {
                        fault = Some(wrong);
                        break;
                    }
                }
            }
            let done: Vec<ConversationId> =
                outcomes.iter().filter(|one| one.row.is_some()).map(|one| one.conversation).collect();
            let problem = failures(words, &outcomes);
            for row in outcomes.into_iter().filter_map(|one| one.row) {
                screen.put_row(row, since);
            }
            screen.busy.set(false);
            screen.fetching(-1);
            // What is not there any more is nothing to do something with.
            screen.selected.update(|selected| selected.retain(|id| screen.known(*id).is_some()));
            match (fault, problem) {
                (Some(fault), _) => screen.fail(fault),
                (None, Some(problem)) => {
                    screen.again.set(false);
                    screen.problem.set(Some(problem));
                }
                (None, None) => screen.problem.set(None),
            }
            then(screen, done);
        });
    }
}

/// "Conversation closed." or "12 conversations closed."
fn said(change: Change, count: usize) -> String {
    let done = match change {
        Change::Assign { to: None } => "given to nobody",
        Change::Label { on: false, .. } => "rid of a label",
        change => change.done(),
    };
    if count == 1 { format!("Conversation {done}.") } else { format!("{count} conversations {done}.") }
}

/// At the lower edge, for some seconds.
pub fn undo_view(screen: Screen) -> AnyView {
    let back = move |_| screen.take_back();
    let offer = move || {
        screen.undo.get().map(|Undo { text, items, open, .. }| {
            view! {
                <span dir="auto">{text}</span>
                {open.map(|id| view! { <a class="btn ghost sm" href=address(screen, id, "")>"Open"</a> })}
                {(!items.is_empty()).then(|| view! {
                    <button class="btn ghost sm" type="button" id="undo-button" aria-keyshortcuts="z" on:click=back>
                        "Undo"
                    </button>
                })}
            }
        })
    };
    view! { <div class="toast undo" role="status" class:shown=move || screen.undo.read().is_some()>{offer}</div> }
        .into_any()
}
