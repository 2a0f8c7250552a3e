use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use super::icon;
use crate::error::Fault;

/// Something that a person asked for and the server has not answered yet, or could not do.
#[derive(Clone, Copy)]
pub struct Task {
    pub busy: RwSignal<bool>,
    pub problem: RwSignal<Option<String>>,
}

impl Default for Task {
    fn default() -> Self {
        Self { busy: RwSignal::new(false), problem: RwSignal::new(None) }
    }
}

impl Task {
    /// Asks once at a time, and goes on with the answer. What went wrong stands in `problem`.
    pub fn run<T: 'static>(
        self,
        ask: impl Future<Output = Result<T, Fault>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = ask.await;
            // The page may have gone meanwhile.
            self.busy.try_set(false);
            match answer {
                Ok(answer) => done(answer),
                Err(fault) => {
                    sign_in_again(&fault);
                    self.problem.try_set(Some(fault.to_string()));
                }
            }
        });
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
