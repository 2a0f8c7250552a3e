//! What was thought of a message, on the edge of its bubble.

use domain::{content::Reaction, message::Direction};
use leptos::prelude::*;

use super::Bubble;
use crate::inbox::screen::Screen;

fn list(bubble: ArcMemo<Bubble>) -> Memo<Vec<Reaction>> {
    Memo::new(move |_| bubble.with(|bubble| bubble.message.extras.reactions.clone()))
}

pub(super) fn reactions(screen: Screen, bubble: ArcMemo<Bubble>) -> AnyView {
    let list = list(bubble);
    let draw = move |list: &Vec<Reaction>| {
        let each = list.iter().map(|reaction| one(screen, reaction)).collect_view();
        (!list.is_empty()).then(|| view! { <span class="reaction">{each}</span> })
    };
    view! { {move || list.with(draw)} }.into_any()
}

fn one(screen: Screen, reaction: &Reaction) -> AnyView {
    let Reaction { direction, emoji, by, waits, failed, .. } = reaction;
    let colleague = by
        .filter(|by| *by != screen.me())
        .map(|by| screen.member(by).map_or_else(|| "A former member".to_owned(), |member| member.name));
    let who = match (direction, colleague) {
        (Direction::In, _) => "The customer reacted with ".to_owned(),
        (Direction::Out, None) => "You reacted with ".to_owned(),
        (Direction::Out, Some(name)) => format!("{name} reacted with "),
    };
    let rest = if *waits { ", on its way" } else { "" };
    let title = format!("{who}{emoji}{rest}");
    view! {
        <span class:faint=*waits || failed.is_some() title=title>
            <span class="sr">{who}</span><bdi>{emoji.clone()}</bdi>
        </span>
    }
    .into_any()
}

/// Below the bubble: what did not arrive.
pub(super) fn failures(bubble: ArcMemo<Bubble>) -> AnyView {
    let list = list(bubble);
    let draw = move |list: &Vec<Reaction>| {
        let failed = list.iter().filter_map(|one| Some((one.emoji.clone(), one.failed.clone()?)));
        let line =
            |(emoji, why)| view! { <div class="failure"><span>"Reaction "<bdi>{emoji}</bdi>": "{why}</span></div> };
        failed.map(line).collect_view()
    };
    view! { {move || list.with(draw)} }.into_any()
}
