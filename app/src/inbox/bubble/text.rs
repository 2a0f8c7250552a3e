//! What a message says.

use domain::{
    content::{Content, Extras},
    inbox::{MessageView, TemplateLine},
    message::{Direction, Kind, Origin},
    meta::webhook::PLACEHOLDER,
};
use leptos::prelude::*;

use super::{content, context::context, formatted::formatted, media};
use crate::{inbox::screen::Screen, ui::icon};

/// All of a message that stands in its bubble above the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    kind: Kind,
    text: String,
    template: Option<TemplateLine>,
    content: Content,
    extras: Extras,
    direction: Direction,
    origin: Origin,
}

impl Words {
    pub(super) fn of(message: &MessageView) -> Self {
        let MessageView { kind, text, template, content, extras, direction, origin, .. } = message.clone();
        Self { kind, text, template, content, extras, direction, origin }
    }

    pub(super) fn view(&self, screen: Screen) -> AnyView {
        let Self { kind, text, template, content, extras, direction, origin } = self;
        if extras.revoked_at.is_some() {
            let words = match direction {
                Direction::In => "The customer deleted this message.",
                Direction::Out => "This message was deleted on the phone.",
            };
            return view! { <div class="holds">{icon("ban", "sm")}<div><small>{words}</small></div></div> }.into_any();
        }
        let body = match content {
            Content::Media(file) => media::file(screen, *kind, file, extras, text),
            Content::Location(place) => content::place(place),
            Content::Contacts(cards) => content::cards(cards),
            Content::Tapped(tapped) => content::tapped(tapped),
            Content::Form(form) => content::form(form),
            Content::Order(order) => content::order(order),
            Content::System(notice) => content::notice(notice),
            Content::Menu(menu) => content::menu(menu, text),
            Content::Template(_) | Content::Reacts(_) | Content::None => bare(*kind, text, template.as_ref()),
        };
        view! { {from(*direction, *origin)} {context(extras)} {body} }.into_any()
    }
}

/// Where it was written, if not here.
fn from(direction: Direction, origin: Origin) -> Option<AnyView> {
    let words = match (origin, direction) {
        (Origin::Api, _) | (Origin::Phone, Direction::In) => return None,
        (Origin::Phone, Direction::Out) => "Written in the phone app",
        (Origin::History, _) => "From before this number was connected",
    };
    Some(view! { <small class="about">{icon("device", "xs")}{words}</small> }.into_any())
}

fn bare(kind: Kind, text: &str, template: Option<&TemplateLine>) -> AnyView {
    if kind == Kind::Unsupported && text == PLACEHOLDER {
        return view! {
            <div class="holds">
                {icon("file", "sm")}
                <div><small>"A file from before. WhatsApp has not handed it over; it is on the phone that holds the chat."</small></div>
            </div>
        }
        .into_any();
    }
    if kind == Kind::Unsupported {
        let what = text.replace('_', " ");
        return view! {
            <div class="text">
                {icon("eye", "sm")}
                <span>
                    <b>"Unsupported message: "{what}</b>
                    <small>"It is kept, and open on the phone that holds the chat. Ask the customer for text if you need it now."</small>
                </span>
            </div>
        }
        .into_any();
    }
    let head = template.map(|line| {
        view! { <small class="tpl__head">{icon("template", "xs")}{format!("Template · {}", line.words)}</small> }
    });
    view! { {head}{formatted(text)} }.into_any()
}
