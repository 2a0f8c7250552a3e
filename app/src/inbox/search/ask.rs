//! What was found so far, and asking for it.

use std::time::Duration;

use domain::search::{Found, Hit, Person, Results};
use leptos::{prelude::*, task::spawn_local};

use super::server;
use crate::{error::Fault, inbox::screen::Screen};

/// After the last letter, before the server is asked.
const PAUSE: Duration = Duration::from_millis(180);

/// Copied into every part of the panel.
#[derive(Clone, Copy)]
pub struct Ask {
    screen: Screen,
    /// What the results belong to; nothing before the first answer.
    pub words: RwSignal<Option<String>>,
    pub people: RwSignal<Vec<Person>>,
    pub more_people: RwSignal<Option<i64>>,
    pub messages: RwSignal<Vec<Hit>>,
    pub more_messages: RwSignal<Option<i64>>,
    /// No word was long enough for messages.
    pub short: RwSignal<bool>,
    pub busy: RwSignal<bool>,
    pub problem: RwSignal<Option<String>>,
    /// Counts questions: an answer to an older one is let go.
    nth: StoredValue<u32>,
}

impl Ask {
    /// Nothing asked yet.
    pub fn new(screen: Screen) -> Self {
        Self {
            screen,
            words: RwSignal::new(None),
            people: RwSignal::new(Vec::new()),
            more_people: RwSignal::new(None),
            messages: RwSignal::new(Vec::new()),
            more_messages: RwSignal::new(None),
            short: RwSignal::new(false),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            nth: StoredValue::new(0),
        }
    }

    /// Asks whenever the field has rested for a moment.
    pub fn follow(self) {
        Effect::new(move |_| {
            let words = self.screen.words.get();
            if !words.trim().is_empty() {
                let nth = self.next();
                self.busy.set(true);
                let rested = move || {
                    if self.is(nth) {
                        self.start(words.clone());
                    }
                };
                set_timeout(rested, PAUSE);
            }
        });
    }

    /// The same question once more.
    pub fn again(self) {
        self.start(self.screen.words.get_untracked());
    }

    fn start(self, words: String) {
        let nth = self.next();
        let slug = self.screen.slug();
        self.busy.set(true);
        spawn_local(async move {
            let answer = server::search(slug, words.clone()).await;
            if !self.is(nth) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(Results { people, messages, short }) => {
                    self.problem.set(None);
                    self.words.set(Some(words));
                    self.people.set(people.items);
                    self.more_people.set(people.next);
                    self.messages.set(messages.items);
                    self.more_messages.set(messages.next);
                    self.short.set(short);
                }
                Err(fault) => {
                    // What was found before answers another question.
                    if self.words.with_untracked(|known| known.as_ref() != Some(&words)) {
                        self.words.set(None);
                        self.people.set(Vec::new());
                        self.more_people.set(None);
                        self.messages.set(Vec::new());
                        self.more_messages.set(None);
                    }
                    self.failed(&fault);
                }
            }
        });
    }

    pub fn load_people(self) {
        let (Some(before), Some(words)) = (self.more_people.get_untracked(), self.words.get_untracked()) else {
            return;
        };
        let (nth, slug) = (self.next(), self.screen.slug());
        self.busy.set(true);
        spawn_local(async move {
            let answer = server::search_people(slug, words, before).await;
            self.take(nth, answer, |Found { items, next }| {
                // Somebody who changed meanwhile may come twice.
                let new = |item: &Person| {
                    self.people.with_untracked(|all| all.iter().all(|old| old.contact.id != item.contact.id))
                };
                let items: Vec<Person> = items.into_iter().filter(new).collect();
                self.people.update(|people| people.extend(items));
                self.more_people.set(next);
            });
        });
    }

    pub fn load_messages(self) {
        let (Some(before), Some(words)) = (self.more_messages.get_untracked(), self.words.get_untracked()) else {
            return;
        };
        let (nth, slug) = (self.next(), self.screen.slug());
        self.busy.set(true);
        spawn_local(async move {
            let answer = server::search_messages(slug, words, before).await;
            self.take(nth, answer, |Found { items, next }| {
                let new =
                    |item: &Hit| self.messages.with_untracked(|all| all.iter().all(|old| old.message != item.message));
                let items: Vec<Hit> = items.into_iter().filter(new).collect();
                self.messages.update(|messages| messages.extend(items));
                self.more_messages.set(next);
            });
        });
    }

    fn take<T>(self, nth: u32, answer: Result<T, Fault>, done: impl FnOnce(T)) {
        if !self.is(nth) {
            return;
        }
        self.busy.set(false);
        match answer {
            Ok(page) => {
                self.problem.set(None);
                done(page);
            }
            Err(fault) => self.failed(&fault),
        }
    }

    fn failed(self, fault: &Fault) {
        self.screen.signed_out(fault);
        self.problem.set(Some(fault.to_string()));
    }

    fn next(self) -> u32 {
        self.nth.update_value(|nth| *nth += 1);
        self.nth.get_value()
    }

    /// Whether it is still what is wanted; the panel may have gone meanwhile.
    fn is(self, nth: u32) -> bool {
        self.nth.try_get_value() == Some(nth)
    }
}
