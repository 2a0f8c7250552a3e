//! What was thought of a message, on the edge of its bubble.

use domain::{content::Reaction, message::Direction};
use leptos::prelude::*;

use super::Bubble;

pub(super) fn reactions(bubble: ArcMemo<Bubble>) -> AnyView {
    let list = Memo::new(move |_| bubble.with(|bubble| bubble.message.extras.reactions.clone()));
    view! {
        {move || list.with(|list| {
            (!list.is_empty()).then(|| view! { <span class="reaction">{list.iter().map(one).collect_view()}</span> })
        })}
    }
    .into_any()
}

fn one(reaction: &Reaction) -> AnyView {
    let who = match reaction.direction {
        Direction::In => "The customer reacted with ",
        Direction::Out => "You reacted with ",
    };
    view! { <span class="sr">{who}</span><bdi>{reaction.emoji.clone()}</bdi> }.into_any()
}
