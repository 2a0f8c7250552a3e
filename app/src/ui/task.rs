use std::future::Future;
#[cfg(feature = "hydrate")]
use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};

use super::icon;
use crate::error::Fault;

/// A line can be dead without saying so: after that the person may ask again.
#[cfg(feature = "hydrate")]
const PATIENCE: Duration = Duration::from_secs(30);
#[cfg(feature = "hydrate")]
const SILENT: &str =
    "The server has not answered for 30 seconds. What you asked for may happen yet: look before you try again.";

/// Something that a person asked for and the server has not answered yet, or could not do.
#[derive(Clone, Copy)]
pub struct Task {
    pub busy: RwSignal<bool>,
    pub problem: RwSignal<Option<String>>,
    /// How often something was asked for.
    nth: StoredValue<u32>,
}

impl Default for Task {
    fn default() -> Self {
        Self { busy: RwSignal::new(false), problem: RwSignal::new(None), nth: StoredValue::new(0) }
    }
}

impl Task {
    /// Asks once at a time, and goes on with the answer. What went wrong stands in `problem`; so does that no answer came for 30
    /// seconds, and then it can be asked again.
    pub fn run<T: 'static>(
        self,
        ask: impl Future<Output = Result<T, Fault>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if !self.busy.get_untracked() {
            self.run_long(ask, done);
            self.give_up_later();
        }
    }

    /// The same for what takes as long as a person or a large file does.
    pub fn run_long<T: 'static>(
        self,
        ask: impl Future<Output = Result<T, Fault>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        let nth = self.nth.get_value() + 1;
        self.nth.set_value(nth);
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = ask.await;
            // What was asked for since has an answer of its own. Of a page that has gone the answer counts all the same.
            if self.nth.try_get_value().is_some_and(|last| last != nth) {
                return;
            }
            self.busy.try_set(false);
            match answer {
                Ok(answer) => {
                    self.problem.try_set(None);
                    done(answer);
                }
                Err(fault) => {
                    sign_in_again(&fault);
                    self.problem.try_set(Some(fault.to_string()));
                }
            }
        });
    }

    fn give_up_later(self) {
        #[cfg(feature = "hydrate")]
        {
            let nth = self.nth.get_value();
            let give_up = move || {
                if self.nth.try_get_value() == Some(nth) && self.busy.try_get_untracked() == Some(true) {
                    self.busy.try_set(false);
                    self.problem.try_set(Some(SILENT.to_owned()));
                }
            };
            set_timeout(give_up, PATIENCE);
        }
    }

    /// What went wrong, where it is asked for.
    pub fn problem_view(self) -> AnyView {
        let problem = move || {
            self.problem.get().map(|problem| {
                view! { <p class="banner bad" role="alert">{icon("alert", "")}<span class="grow">{problem}</span></p> }
            })
        };
        view! { {problem} }.into_any()
    }
}

/// To the sign-in page, and back here afterwards.
fn sign_in_again(fault: &Fault) {
    #[cfg(feature = "hydrate")]
    if *fault == Fault::SignedOut {
        let location = window().location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        // Should that fail, the text on the screen says the same.
        let _ = location.assign(&format!("/login?next={}", super::encode(&here)));
    }
    let _ = fault;
}

/// The whole page anew, when what the person may do has changed.
pub fn reload() {
    #[cfg(feature = "hydrate")]
    if window().location().reload().is_err() {
        leptos::logging::warn!("the page cannot be loaded anew");
    }
}
