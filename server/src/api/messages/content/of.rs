use domain::{
    content::{
        Card, CardPhone, Content, Extras, File, Form, Forwarded, Line, MediaBrief, MediaState, Menu, Notice,
        NoticeKind, Order, OrderItem, Place, Product, Quote, Reaction, Referral, Section, Tapped, TappedFrom,
    },
    inbox::TemplateLine,
};

use super::{
    ChosenFrom, MessageAnswer, MessageButton, MessageButtons, MessageChoice, MessageContact, MessageContacts,
    MessageContent, MessageFile, MessageForm, MessageForwarded, MessageList, MessageLocation, MessageNotice,
    MessageOrder, MessageOrderItem, MessagePhone, MessageProduct, MessageQuote, MessageReaction, MessageReferral,
    MessageRow, MessageSection, MessageTemplate,
};
use crate::api::media;

impl MessageContent {
    /// `None` where the words are all there is.
    pub fn of(content: Content, template: Option<TemplateLine>, extras: &Extras) -> Option<Self> {
        Some(match content {
            Content::Media(file) => Self::File(MessageFile::of(file, extras.media.as_ref())),
            Content::Location(place) => Self::Location(place.into()),
            Content::Contacts(cards) => {
                Self::Contacts(MessageContacts { contacts: cards.into_iter().map(Into::into).collect() })
            }
            Content::Tapped(tapped) => Self::Choice(tapped.into()),
            Content::Form(form) => Self::Form(form.into()),
            Content::Order(order) => Self::Order(order.into()),
            Content::System(notice) => Self::Notice(notice.into()),
            Content::Menu(menu) => menu.into(),
            // What is sent to Meta of a template are values; which one it is stands beside it.
            Content::Template(_) | Content::Reacts(_) | Content::None => {
                let TemplateLine { name, language, category, .. } = template?;
                Self::Template(MessageTemplate { name, language, category })
            }
        })
    }
}

impl MessageFile {
    fn of(file: File, brief: Option<&MediaBrief>) -> Self {
        let File { media, name, voice, animated, .. } = file;
        let id = brief.map(|brief| brief.id).or(media);
        let here = brief.is_some_and(|brief| brief.state == MediaState::Kept);
        let url = id.filter(|_| here).map(|id| format!("{}/{id}", media::PATH));
        let small = brief.is_some_and(|brief| brief.thumbnail);
        Self {
            id: id.map(|id| id.0),
            thumbnail_url: url.as_ref().filter(|_| small).map(|url| format!("{url}?small=true")),
            url,
            state: brief.map(|brief| brief.state.into()),
            reason: brief.and_then(|brief| brief.reason.clone()),
            name,
            mime_type: brief.and_then(|brief| brief.mime.clone()),
            size: brief.and_then(|brief| brief.size),
            width: brief.and_then(|brief| brief.width),
            height: brief.and_then(|brief| brief.height),
            duration_ms: brief.and_then(|brief| brief.duration_ms),
            voice,
            animated,
        }
    }
}

impl From<Place> for MessageLocation {
    fn from(Place { latitude, longitude, name, address, url }: Place) -> Self {
        Self { latitude, longitude, name, address, url }
    }
}

impl From<Card> for MessageContact {
    fn from(Card { name, org, phones, emails, urls, .. }: Card) -> Self {
        let phone = |CardPhone { phone, wa_id, label }| MessagePhone { phone, wa_id, kind: label };
        Self { name, company: org, phones: phones.into_iter().map(phone).collect(), emails, urls }
    }
}

impl From<Tapped> for MessageChoice {
    fn from(Tapped { title, description, payload, from }: Tapped) -> Self {
        let from = match from {
            TappedFrom::Button => ChosenFrom::Template,
            TappedFrom::ButtonReply => ChosenFrom::Buttons,
            TappedFrom::ListReply => ChosenFrom::List,
        };
        Self { from, id: payload, title, description }
    }
}

impl From<Form> for MessageForm {
    fn from(Form { name, answers, .. }: Form) -> Self {
        Self { name, answers: answers.into_iter().map(|(field, value)| MessageAnswer { field, value }).collect() }
    }
}

impl From<Order> for MessageOrder {
    fn from(Order { catalog, items, .. }: Order) -> Self {
        let item =
            |OrderItem { product, quantity, price, currency }| MessageOrderItem { product, quantity, price, currency };
        Self { catalog, items: items.into_iter().map(item).collect() }
    }
}

impl From<Notice> for MessageNotice {
    fn from(Notice { what, new, .. }: Notice) -> Self {
        let what = match what {
            NoticeKind::NumberChanged => "number_changed".to_owned(),
            NoticeKind::UserIdChanged => "user_id_changed".to_owned(),
            NoticeKind::IdentityChanged => "identity_changed".to_owned(),
            NoticeKind::Other(name) => name,
        };
        Self { what, new }
    }
}

impl From<Menu> for MessageContent {
    fn from(menu: Menu) -> Self {
        match menu {
            Menu::Buttons { header, footer, buttons } => {
                let buttons = buttons.into_iter().map(|(id, title)| MessageButton { id, title }).collect();
                Self::Buttons(MessageButtons { header, footer, buttons })
            }
            Menu::List { header, footer, button, sections } => {
                let row = |Line { id, title, description }| MessageRow { id, title, description };
                let section =
                    |Section { title, lines }| MessageSection { title, rows: lines.into_iter().map(row).collect() };
                let sections = sections.into_iter().map(section).collect();
                Self::List(MessageList { header, footer, button, sections })
            }
        }
    }
}

impl From<Quote> for MessageQuote {
    fn from(Quote { message, direction, kind, text, .. }: Quote) -> Self {
        let (direction, kind) = (direction.map(Into::into), kind.map(Into::into));
        Self { id: message.map(|message| message.0), direction, kind, text }
    }
}

impl From<Reaction> for MessageReaction {
    fn from(Reaction { direction, who, emoji, at, by, waits, failed }: Reaction) -> Self {
        let who = (!who.is_empty()).then_some(who);
        Self { direction: direction.into(), emoji, at, author: by.map(|by| by.0), who, waits, error: failed }
    }
}

impl From<Referral> for MessageReferral {
    fn from(Referral { source, id, url, headline, body, click }: Referral) -> Self {
        Self { source, id, url, headline, body, click }
    }
}

impl From<Product> for MessageProduct {
    fn from(Product { catalog, product }: Product) -> Self {
        Self { catalog, product }
    }
}

impl From<Forwarded> for MessageForwarded {
    fn from(forwarded: Forwarded) -> Self {
        match forwarded {
            Forwarded::Once => Self::Once,
            Forwarded::Often => Self::Often,
        }
    }
}
