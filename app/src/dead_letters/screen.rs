use std::collections::BTreeSet;

use domain::{
    dead::{Done, Letter, Words},
    id::NumberId,
    permission::Permission,
    workspace::Slug,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    Asked,
    server::{DeadScreen, Figures, load_dead, resume_number, retry_letter, retry_letters},
};
use crate::{
    frame::Clock,
    ui::{Task, Toast},
};

/// What the person is asked, over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Discard(Vec<Uuid>),
    /// One that may have gone out.
    Twice(Box<Letter>),
    /// Other words for a message, in place of these.
    Edit(Box<Letter>, Words, String),
    /// Let a number rest, which is called so.
    Pause(NumberId, String),
}

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub slug: StoredValue<Slug>,
    /// Changes with the address; its figures are those that it came with.
    pub shown: RwSignal<DeadScreen>,
    /// The latest.
    pub figures: RwSignal<Figures>,
    /// How often the whole was shown: figures that were asked for before are older.
    pub nth: StoredValue<u32>,
    pub chosen: RwSignal<BTreeSet<Uuid>>,
    pub ask: RwSignal<Option<Ask>>,
    pub task: Task,
    pub toast: Toast,
    pub clock: Clock,
    pub manages: bool,
}

impl Screen {
    pub fn new(first: DeadScreen, clock: Clock) -> Self {
        let manages = first.frame.may(Permission::OperationsManage);
        Self {
            slug: StoredValue::new(first.frame.workspace.slug.clone()),
            figures: RwSignal::new(first.figures.clone()),
            nth: StoredValue::new(0),
            shown: RwSignal::new(first),
            chosen: RwSignal::new(BTreeSet::new()),
            ask: RwSignal::new(None),
            task: Task::default(),
            toast: Toast::default(),
            clock,
            manages,
        }
    }

    /// Retries one, at once where nothing can go wrong by it.
    pub fn retry(self, letter: &Letter) {
        if letter.may_arrive_twice() {
            return self.ask.set(Some(Ask::Twice(Box::new(letter.clone()))));
        }
        let asked = retry_letter(self.slug.get_value(), letter.id, None, false);
        self.task.run(asked, move |()| self.done("It is queued again.".to_owned()));
    }

    pub fn retry_chosen(self) {
        let letters: Vec<Uuid> = self.chosen.get_untracked().into_iter().collect();
        self.task.run(retry_letters(self.slug.get_value(), letters), move |done| self.said(&done, "queued again"));
    }

    /// Lets a number send again.
    pub fn resume(self, number: NumberId) {
        let asked = resume_number(self.slug.get_value(), number);
        self.task.run(asked, move |()| self.done("It sends again.".to_owned()));
    }

    /// Says what came of many and shows what is left. Those that were refused stay chosen.
    pub fn said(self, done: &Done, word: &str) {
        let many = |n: usize| if n == 1 { "1 dead letter".to_owned() } else { format!("{n} dead letters") };
        let mut text = format!("{} {word}.", many(done.done.len()));
        if let Some((_, why)) = done.refused.first() {
            text = format!("{text} {} not: {why}", many(done.refused.len()));
        }
        self.chosen.set(done.refused.iter().map(|(id, _)| *id).collect());
        self.done(text);
    }

    /// Says it, and shows what is left.
    pub fn done(self, text: String) {
        self.toast.say(text);
        let asked = self.shown.with_untracked(|shown| shown.asked.clone());
        let again = Task::default();
        let opened = asked.opening(String::new());
        again.run(load_dead(self.slug.get_value(), asked.clone()), move |next| {
            // What is gone is not shown as missing to whoever has just done it.
            self.set(if next.missing { DeadScreen { missing: false, asked: opened, ..next } } else { next });
        });
    }

    /// Shows another answer.
    pub fn set(self, next: DeadScreen) {
        self.nth.update_value(|nth| *nth += 1);
        self.renew(next.figures.clone());
        self.shown.set(next);
    }

    /// Shows what has changed; what is not there any more is not chosen any more. Nothing is drawn anew where nothing has.
    pub fn renew(self, next: Figures) {
        if self.figures.with_untracked(|figures| *figures == next) {
            return;
        }
        let there: BTreeSet<Uuid> = next.letters.iter().map(|letter| letter.id).collect();
        if self.chosen.with_untracked(|chosen| !chosen.is_subset(&there)) {
            self.chosen.update(|chosen| chosen.retain(|id| there.contains(id)));
        }
        self.figures.set(next);
    }

    pub fn choose(self, id: Uuid, on: bool) {
        self.chosen.update(|chosen| {
            if on {
                chosen.insert(id);
            } else {
                chosen.remove(&id);
            }
        });
    }

    pub fn path(self, asked: &Asked) -> String {
        let frame = self.shown.with_untracked(|shown| shown.frame.path(crate::frame::Here::DeadLetters));
        format!("{frame}{}", asked.query())
    }
}
