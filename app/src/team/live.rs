//! The team changes under the eyes of whoever looks at it.

use domain::inbox::{Event, Live};
use leptos::prelude::*;

use super::{
    screen::Screen,
    server::{TeamView, load_team},
};
use crate::{
    error::Fault,
    frame::live::{Heard, listen, one_at_a_time},
    ui::reload,
};

/// Fetches the team when somebody else has changed it.
pub fn follow(screen: Screen) {
    let slug = screen.slug();
    let fetch = one_at_a_time(move || {
        let slug = slug.clone();
        async move {
            match load_team(slug).await {
                Ok(view) => show(screen, view),
                // The page that is fetched anew says what is the matter.
                Err(Fault::SignedOut | Fault::Domain(_)) => reload(),
                // The next change tries again.
                Err(_) => {}
            }
        }
    });
    listen(move |heard| {
        if matches!(heard, Heard::Afresh | Heard::Event(Live { event: Event::Team, .. })) {
            fetch();
        }
    });
}

fn show(screen: Screen, view: TeamView) {
    let TeamView { frame, team, roles } = view;
    if frame.access != screen.frame().access || frame.me != screen.frame().me {
        // What they may do has changed, and with it more than the list.
        return reload();
    }
    if *screen.roles() != roles {
        screen.roles.set(roles.into());
    }
    if screen.team.with_untracked(|shown| *shown != team) {
        screen.team.set(team);
    }
}
