//! Queues and dead letters as they are now, while somebody looks.
#![cfg(feature = "hydrate")]

use std::time::Duration;

use leptos::prelude::*;
use web_sys::VisibilityState;

use super::{screen::Screen, server::load_figures};
use crate::ui::Task;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(2);

/// Asks how it is, one question at a time, and never while nobody looks. An answer that the page has gone past is passed over; a
/// question that was lost is asked again.
pub fn every_two_seconds(screen: Screen) {
    let task = Task::default();
    let look = move || {
        if document().visibility_state() != VisibilityState::Visible {
            return;
        }
        let (nth, asked) = (screen.nth.get_value(), screen.shown.with_untracked(|shown| shown.asked.clone()));
        task.run(load_figures(screen.slug.get_value(), asked), move |figures| {
            if screen.nth.try_get_value() == Some(nth) {
                screen.renew(figures);
            }
        });
    };
    Effect::new(move |_| {
        if let Ok(handle) = set_interval_with_handle(look, EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
}
