//! The kinds of message that are more than words.

use domain::{
    content::{Card, Form, Menu, Notice, Order, OrderItem, Place, Tapped},
    text::link_host,
};
use leptos::prelude::*;

use super::formatted::formatted;
use crate::ui::icon;

pub(super) fn place(place: &Place) -> AnyView {
    let Place { latitude, longitude, name, address, url } = place;
    let map = format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}");
    let lines = view! {
        <b dir="auto">{name.clone().unwrap_or_else(|| "Location".to_owned())}</b>
        {address.clone().map(|words| view! { <small dir="auto">{words}</small> })}
        <small class="num">{place.degrees()}</small>
        {outside(&map, Some("Show on a map"))}
        {url.as_deref().and_then(|url| outside(url, None))}
    };
    holds("pin", lines, None)
}

pub(super) fn cards(cards: &[Card]) -> AnyView {
    cards.iter().map(card).collect_view().into_any()
}

fn card(card: &Card) -> AnyView {
    let Card { name, org, phones, emails, .. } = card;
    let name = if name.is_empty() { "Contact".to_owned() } else { name.clone() };
    let phones = phones.iter().map(|phone| phone.phone.clone());
    let lines = view! {
        <b dir="auto">{name}</b>
        {org.clone().map(|words| view! { <small dir="auto">{words}</small> })}
        {phones.chain(emails.iter().cloned()).map(|words| view! { <small class="num"><bdi>{words}</bdi></small> }).collect_view()}
    };
    holds("contacts", lines, None)
}

pub(super) fn tapped(tapped: &Tapped) -> AnyView {
    let Tapped { title, description, .. } = tapped;
    let lines = view! {
        <small>"Tapped"</small>
        <b dir="auto">{title.clone()}</b>
        {description.clone().map(|words| view! { <small dir="auto">{words}</small> })}
    };
    holds("check", lines, None)
}

pub(super) fn form(form: &Form) -> AnyView {
    let Form { name, body, answers } = form;
    let answers = answers.iter().map(|(field, said)| {
        let field = field.replace('_', " ");
        view! { <div><dt dir="auto">{field}</dt><dd dir="auto">{said.clone()}</dd></div> }
    });
    let name = name.clone().filter(|name| name != "flow");
    let lines = view! {
        <b dir="auto">{name.unwrap_or_else(|| "Form".to_owned())}</b>
        <dl class="answers">{answers.collect_view()}</dl>
    };
    holds("template", lines, formatted(body))
}

pub(super) fn order(order: &Order) -> AnyView {
    let items = order.items.iter().map(|item| {
        let OrderItem { product, quantity, price, currency } = item;
        let price = price.as_ref().map(|price| format!("{price} {} each", currency.as_deref().unwrap_or_default()));
        view! {
            <div>
                <dt><span class="num">{quantity.clone()}</span>" × "<bdi>{product.clone()}</bdi></dt>
                <dd class="num">{price}</dd>
            </div>
        }
    });
    let lines = view! { <b>"Order"</b><dl class="answers">{items.collect_view()}</dl> };
    holds("cart", lines, order.text.as_deref().and_then(formatted))
}

/// What we let the customer choose from, below the words.
pub(super) fn menu(menu: &Menu, text: &str) -> AnyView {
    let small = |words: &Option<String>| words.clone().map(|words| view! { <small dir="auto">{words}</small> });
    let (header, footer, opens, lines) = match menu {
        Menu::Buttons { header, footer, buttons } => {
            let lines: Vec<_> = buttons.iter().map(|(_, title)| (title.clone(), None)).collect();
            (small(header), small(footer), None, lines)
        }
        Menu::List { header, footer, button, sections } => {
            let lines = sections.iter().flat_map(|section| &section.lines);
            let lines = lines.map(|line| (line.title.clone(), line.description.clone())).collect();
            (small(header), small(footer), Some(format!("List “{button}”")), lines)
        }
    };
    let lines = lines.into_iter().map(|(title, about)| {
        view! { <li dir="auto">{title}{about.map(|about| view! { <small>{about}</small> })}</li> }
    });
    view! {
        <div class="menu-sent">
            {header}
            {formatted(text)}
            {footer}
            {opens.map(|words| view! { <small>{words}</small> })}
            <ul>{lines.collect_view()}</ul>
        </div>
    }
    .into_any()
}

/// In Meta's words: they name the customer as WhatsApp knows them.
pub(super) fn notice(notice: &Notice) -> AnyView {
    let lines = view! { <small>"From WhatsApp"</small><span dir="auto">{notice.body.clone()}</span> };
    holds("bell", lines, None)
}

/// A drawing, lines beside it, and words below.
fn holds(drawing: &'static str, lines: impl IntoView, below: Option<AnyView>) -> AnyView {
    view! {
        <div class="holds">{icon(drawing, "sm")}<div>{lines}</div></div>
        {below}
    }
    .into_any()
}

/// A link to somewhere else; without words of its own it shows where it leads. `None` for an address that is none.
pub(super) fn outside(url: &str, words: Option<&'static str>) -> Option<AnyView> {
    let host = link_host(url)?;
    let words = words.map_or_else(|| host.to_owned(), str::to_owned);
    Some(view! { <a href=url.to_owned() target="_blank" rel="noopener noreferrer nofollow">{words}</a> }.into_any())
}
