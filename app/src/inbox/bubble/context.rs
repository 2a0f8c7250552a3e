//! What a message tells of itself, above its words.

use domain::{
    content::{Extras, Forwarded, Product, Quote, Referral},
    message::Direction,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::content::outside;
use crate::ui::icon;

pub(super) fn context(extras: &Extras) -> AnyView {
    let forwarded = extras.forwarded.map(|how| match how {
        Forwarded::Once => "Forwarded",
        Forwarded::Often => "Forwarded many times",
    });
    let product = extras.product.as_ref().map(|Product { product, .. }| {
        view! { <small class="about">{icon("cart", "xs")}<span>"About product "<bdi>{product.clone()}</bdi></span></small> }
    });
    view! {
        {forwarded.map(|words| view! { <small class="about">{icon("forward", "xs")}{words}</small> })}
        {extras.group.is_some().then(|| in_a_group(extras.author.as_deref()))}
        {product}
        {extras.referral.as_ref().map(referral)}
        {extras.quote.as_ref().map(quote)}
    }
    .into_any()
}

/// With who wrote it there, as they call themselves.
fn in_a_group(author: Option<&str>) -> AnyView {
    let words = match author {
        Some(name) => view! { <span><bdi>{name.to_owned()}</bdi>" wrote this in the group"</span> }.into_any(),
        None => "Written in a group".into_any(),
    };
    view! { <small class="about">{icon("team", "xs")}{words}</small> }.into_any()
}

/// The message that it answers; a press leads there, as far as it is on the screen.
fn quote(quote: &Quote) -> AnyView {
    let Quote { message, direction, text, .. } = quote;
    let Some(id) = *message else {
        return view! { <div class="quote"><span>"Answers a message that is not here."</span></div> }.into_any();
    };
    let who = if *direction == Some(Direction::Out) { "Us" } else { "Customer" };
    let text = if text.is_empty() { "A message that was deleted".to_owned() } else { text.clone() };
    view! {
        <button class="quote" type="button" on:click=move |_| light(id.0)>
            <b>{who}</b>
            <span dir="auto">{text}</span>
        </button>
    }
    .into_any()
}

/// Where a message or a note stands in the thread.
pub(super) fn anchor(id: Uuid) -> String {
    format!("m-{id}")
}

/// Scrolls to a message and lets it light up once.
pub fn light(id: Uuid) {
    #[cfg(feature = "hydrate")]
    if let Some(found) = document().get_element_by_id(&anchor(id)) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Center);
        found.scroll_into_view_with_scroll_into_view_options(&options);
        // Taken off first: it may have been found before.
        let classes = found.class_list();
        drop(classes.remove_1("found"));
        let _ = found.client_height();
        drop(classes.add_1("found"));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// The advertisement or post that led here.
fn referral(referral: &Referral) -> AnyView {
    let Referral { source, url, headline, body, .. } = referral;
    let from = if source.as_deref() == Some("post") { "Came from a post" } else { "Came from an advertisement" };
    view! {
        <div class="holds quoted">
            {icon("ext", "sm")}
            <div>
                <small>{from}</small>
                {headline.clone().map(|words| view! { <b dir="auto">{words}</b> })}
                {body.clone().map(|words| view! { <small dir="auto">{words}</small> })}
                {url.as_deref().and_then(|url| outside(url, None))}
            </div>
        </div>
    }
    .into_any()
}
