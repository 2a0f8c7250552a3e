//! Rows keep their places while somebody is about to point at one.

use domain::{inbox::Row, time::Millis};
use leptos::prelude::*;
use uuid::Uuid;

use super::{screen::Screen, send::clock};

/// How long after the pointer or a key was last used in the list.
const HOLD: Millis = 1_000;

impl Screen {
    /// Nothing moves under the pointer: while it does, rows stay where they are and new ones wait.
    pub(super) fn in_places(&self, rows: &[Row]) -> Vec<(Uuid, Row)> {
        let mut rows: Vec<(Uuid, Row)> = rows.iter().map(|row| (row.id.0, row.clone())).collect();
        if clock() < self.held_until.get_value() {
            let shown: Vec<Uuid> = self.rows.with_untracked(|cells| cells.iter().map(|cell| cell.id).collect());
            rows.retain(|(id, _)| shown.contains(id));
            rows.sort_by_key(|(id, _)| shown.iter().position(|shown| shown == id));
        }
        rows
    }

    /// The pointer moves over the list, or a key is pressed in it.
    pub fn hold_places(&self) {
        let (now, until) = (clock(), self.held_until.get_value());
        self.held_until.set_value(now + HOLD);
        if until <= now {
            self.let_go_later();
        }
    }

    /// The pointer has left the list.
    pub fn let_go(&self) {
        self.held_until.set_value(0);
        self.sync();
    }

    fn let_go_later(&self) {
        let screen = *self;
        let again = move || {
            if clock() < screen.held_until.get_value() { screen.let_go_later() } else { screen.sync() }
        };
        set_timeout(again, std::time::Duration::from_millis(HOLD.unsigned_abs() + 10));
    }
}
