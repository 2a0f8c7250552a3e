//! What members send besides words, checked against Meta's limits before anything is queued.
//!
//! Source: Cloud API reference, `POST /{phone-number-id}/messages`, the objects of each type.

mod reaction;

pub use reaction::{REACTION_WITHIN, reaction};

use crate::{
    Error,
    content::{Card, Content, Menu, Place},
    id::MediaId,
    media::essence,
    message::{Kind, outgoing_text},
    text::storable,
};
use serde::{Deserialize, Serialize};

/// Characters below a file.
pub const CAPTION_LIMIT: usize = 1_024;
/// Contact cards in one message.
pub const CARDS_LIMIT: usize = 5;
/// Buttons, and characters on one.
pub const BUTTONS_LIMIT: usize = 3;
pub const BUTTON_LIMIT: usize = 20;
/// Lines of a list in all its sections, characters of a line, and of what explains it.
pub const LINES_LIMIT: usize = 10;
pub const LINE_LIMIT: usize = 24;
pub const ABOUT_LIMIT: usize = 72;
/// Characters above buttons, above a list, and of what stands above or below those.
pub const BUTTONS_TEXT_LIMIT: usize = 1_024;
pub const LIST_TEXT_LIMIT: usize = 4_096;
pub const HEADER_LIMIT: usize = 60;
/// Bytes of an upload, whatever it is.
pub const UPLOAD_LIMIT: u64 = 100 * MB;

const MB: u64 = 1_024 * 1_024;
const ID_LIMIT: usize = 200;

/// A message that is more than words; its words, such as a caption, come beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outgoing {
    /// Words alone.
    Text,
    /// An upload of the member's.
    File(MediaId),
    Place(Place),
    Contacts(Vec<Card>),
    /// Buttons or a list to choose from.
    Menu(Menu),
}

/// A message that may be queued, but for its file, which the database knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// `None` for a file: its upload decides.
    pub kind: Option<Kind>,
    /// The words in it.
    pub text: String,
    pub content: Content,
}

impl Outgoing {
    /// Checks what is to be sent with these words.
    ///
    /// # Errors
    /// `EmptyMessage`, `MessageTooLong`; `Invalid` names what is not as WhatsApp takes it, and how it has to be.
    pub fn check(self, text: &str) -> Result<Checked, Error> {
        let fine = |kind: Kind, text: String, content: Content| Ok(Checked { kind: Some(kind), text, content });
        match self {
            Self::Text => fine(Kind::Text, outgoing_text(text)?, Content::None),
            Self::File(_) => Ok(Checked { kind: None, text: caption(text)?, content: Content::None }),
            Self::Place(place) => {
                let place = checked_place(place)?;
                let words = [place.name.as_deref(), place.address.as_deref()].into_iter().flatten();
                let words = words.collect::<Vec<_>>().join(", ");
                fine(Kind::Location, words, Content::Location(place))
            }
            Self::Contacts(cards) => {
                let cards = checked_cards(cards)?;
                let names = cards.iter().map(|card| card.name.as_str()).collect::<Vec<_>>().join(", ");
                fine(Kind::Contacts, names, Content::Contacts(cards))
            }
            Self::Menu(menu) => {
                let text = outgoing_text(text)?;
                let limit = if matches!(menu, Menu::List { .. }) { LIST_TEXT_LIMIT } else { BUTTONS_TEXT_LIMIT };
                within("text", &text, limit)?;
                fine(Kind::Interactive, text, Content::Menu(checked_menu(menu)?))
            }
        }
    }
}

fn caption(text: &str) -> Result<String, Error> {
    let text = storable(text).trim().to_owned();
    within("caption", &text, CAPTION_LIMIT)?;
    Ok(text)
}

fn within(field: &str, text: &str, limit: usize) -> Result<(), Error> {
    match text.chars().count() {
        n if n > limit => {
            Err(Error::invalid(field, format!("the {field} has {n} characters; WhatsApp takes at most {limit}")))
        }
        _ => Ok(()),
    }
}

/// One line, trimmed; `None` where nothing is left.
fn line(field: &str, text: Option<&str>, limit: usize) -> Result<Option<String>, Error> {
    let text = storable(text.unwrap_or_default()).split_whitespace().collect::<Vec<_>>().join(" ");
    within(field, &text, limit)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn wanted(field: &str, text: &str, limit: usize) -> Result<String, Error> {
    line(field, Some(text), limit)?.ok_or_else(|| Error::invalid(field, format!("the {field} is empty")))
}

fn checked_place(place: Place) -> Result<Place, Error> {
    let there = Place::at(place.latitude, place.longitude);
    let there = there.ok_or_else(|| {
        Error::invalid("place", "a latitude lies between -90 and 90, a longitude between -180 and 180")
    })?;
    let name = line("name", place.name.as_deref(), 1_000)?;
    let address = line("address", place.address.as_deref(), 1_000)?;
    Ok(Place { name, address, ..there })
}

fn checked_cards(cards: Vec<Card>) -> Result<Vec<Card>, Error> {
    if !(1..=CARDS_LIMIT).contains(&cards.len()) {
        return Err(Error::invalid("contacts", format!("send 1 to {CARDS_LIMIT} contacts in one message")));
    }
    cards.into_iter().map(checked_card).collect()
}

fn checked_card(card: Card) -> Result<Card, Error> {
    let name = wanted("name", &card.name, 200)?;
    let org = line("company", card.org.as_deref(), 200)?;
    let mut phones = Vec::new();
    for phone in card.phones {
        let digits = crate::contact::phone(&phone.phone)?;
        let label = line("kind of number", phone.label.as_deref(), 50)?;
        phones.push(crate::content::CardPhone { phone: format!("+{digits}"), wa_id: Some(digits), label });
    }
    let each = |field: &str, all: Vec<String>| -> Result<Vec<String>, Error> {
        let lines = all.iter().map(|one| line(field, Some(one), 300)).collect::<Result<Vec<_>, _>>()?;
        Ok(lines.into_iter().flatten().collect())
    };
    let (emails, urls) = (each("e-mail", card.emails)?, each("address", card.urls)?);
    if phones.is_empty() && emails.is_empty() {
        return Err(Error::invalid("contact", "give a phone number or an e-mail address"));
    }
    Ok(Card { name, org, phones, emails, urls, raw: serde_json::Value::Null })
}

fn checked_menu(menu: Menu) -> Result<Menu, Error> {
    Ok(match menu {
        Menu::Buttons { header, footer, buttons } => {
            if !(1..=BUTTONS_LIMIT).contains(&buttons.len()) {
                return Err(Error::invalid("buttons", format!("offer 1 to {BUTTONS_LIMIT} buttons")));
            }
            let mut checked = Vec::with_capacity(buttons.len());
            for (nth, (id, title)) in buttons.into_iter().enumerate() {
                checked.push((id_of(&id, nth)?, wanted("button", &title, BUTTON_LIMIT)?));
            }
            distinct("buttons", checked.iter().map(|(id, title)| (id.as_str(), title.as_str())))?;
            let (header, footer) =
                (line("header", header.as_deref(), HEADER_LIMIT)?, line("footer", footer.as_deref(), HEADER_LIMIT)?);
            Menu::Buttons { header, footer, buttons: checked }
        }
        Menu::List { header, footer, button, mut sections } => {
            let lines: usize = sections.iter().map(|section| section.lines.len()).sum();
            if !(1..=LINES_LIMIT).contains(&lines) {
                return Err(Error::invalid("list", format!("offer 1 to {LINES_LIMIT} lines")));
            }
            sections.retain(|section| !section.lines.is_empty());
            let many = sections.len() > 1;
            let mut nth = 0;
            for section in &mut sections {
                let title = line("section", Some(&section.title), LINE_LIMIT)?;
                if many && title.is_none() {
                    return Err(Error::invalid("section", "with several sections each needs a title"));
                }
                section.title = title.unwrap_or_default();
                for one in &mut section.lines {
                    one.id = id_of(&one.id, nth)?;
                    one.title = wanted("line", &one.title, LINE_LIMIT)?;
                    one.description = line("explanation", one.description.as_deref(), ABOUT_LIMIT)?;
                    nth += 1;
                }
            }
            let all = sections.iter().flat_map(|section| &section.lines);
            distinct("lines", all.map(|one| (one.id.as_str(), one.title.as_str())))?;
            Menu::List {
                header: line("header", header.as_deref(), HEADER_LIMIT)?,
                footer: line("footer", footer.as_deref(), HEADER_LIMIT)?,
                button: wanted("button", &button, BUTTON_LIMIT)?,
                sections,
            }
        }
    })
}

/// What comes back when it is chosen: as given, or by its place.
fn id_of(id: &str, nth: usize) -> Result<String, Error> {
    Ok(line("id", Some(id), ID_LIMIT)?.unwrap_or_else(|| (nth + 1).to_string()))
}

/// Two that look or mean the same cannot be told apart.
fn distinct<'a>(field: &str, all: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), Error> {
    let (mut ids, mut titles) = (std::collections::HashSet::new(), std::collections::HashSet::new());
    for (id, title) in all {
        if !ids.insert(id) || !titles.insert(title) {
            return Err(Error::invalid(field, format!("{title:?} stands there twice")));
        }
    }
    Ok(())
}

/// As what an upload of this type and size is sent; `voice`: it was recorded to be heard as a voice message.
///
/// # Errors
/// `Invalid` with what WhatsApp takes instead.
pub fn upload_kind(mime: &str, size: u64, voice: bool) -> Result<Kind, Error> {
    let mime = essence(mime);
    let refuse = |why: String| Err(Error::invalid("file", why));
    if size == 0 {
        return refuse("the file is empty".to_owned());
    }
    let (kind, limit) = match mime.as_str() {
        "image/jpeg" | "image/png" => (Kind::Image, 5 * MB),
        "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => (Kind::Audio, 16 * MB),
        "video/mp4" | "video/3gpp" => (Kind::Video, 16 * MB),
        "image/webp" => (Kind::Sticker, 500 * 1_024),
        mime if DOCUMENTS.contains(&mime) => (Kind::Document, UPLOAD_LIMIT),
        _ => {
            return refuse(
                "WhatsApp does not take this type. Send a JPEG or PNG picture, an MP4 video, an AAC, AMR, MP3, M4A or OGG recording, \
                 a WebP sticker, or a PDF, text, Word, Excel or PowerPoint document"
                    .to_owned(),
            );
        }
    };
    if voice && mime != "audio/ogg" {
        return refuse("a voice message has to be OGG with Opus".to_owned());
    }
    match size {
        size if size > limit => refuse(format!(
            "it has {}; WhatsApp takes at most {} of this type",
            crate::media::size(size),
            crate::media::size(limit)
        )),
        _ => Ok(kind),
    }
}

const DOCUMENTS: [&str; 9] = [
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/rtf",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{CardPhone, Line, Section};

    fn buttons(titles: &[&str]) -> Outgoing {
        let buttons = titles.iter().map(|title| (String::new(), (*title).to_owned())).collect();
        Outgoing::Menu(Menu::Buttons { header: None, footer: Some(" ".into()), buttons })
    }

    fn list(titles: &[&str]) -> Outgoing {
        let line = |title: &&str| Line { id: String::new(), title: (*title).to_owned(), description: None };
        let sections = vec![Section { title: String::new(), lines: titles.iter().map(line).collect() }];
        Outgoing::Menu(Menu::List { header: None, footer: None, button: "Choose".into(), sections })
    }

    #[test]
    fn buttons_and_lists_keep_to_metas_limits() {
        let checked = buttons(&["Yes", " No "]).check("Shall we?").unwrap();
        assert_eq!((checked.kind, checked.text.as_str()), (Some(Kind::Interactive), "Shall we?"));
        let Content::Menu(Menu::Buttons { footer, buttons: made, .. }) = checked.content else { panic!() };
        assert_eq!((footer, made), (None, vec![("1".into(), "Yes".into()), ("2".into(), "No".into())]));
        for wrong in [
            buttons(&[]),
            buttons(&["a"; 4]),
            buttons(&["a", "a"]),
            buttons(&[" "]),
            buttons(&["x".repeat(21).as_str()]),
        ] {
            assert!(matches!(wrong.check("Shall we?"), Err(Error::Invalid { .. })));
        }
        assert!(list(&["Express", "Post"]).check("How?").is_ok());
        for wrong in [list(&[]), list(&["a"; 11]), list(&["a", "a"]), list(&["x".repeat(25).as_str()])] {
            assert!(matches!(wrong.check("How?"), Err(Error::Invalid { .. })));
        }
        assert_eq!(list(&["a"]).check(" "), Err(Error::EmptyMessage));
        assert!(buttons(&["a"]).check(&"x".repeat(1_025)).is_err() && list(&["a"]).check(&"x".repeat(1_025)).is_ok());
    }

    #[test]
    fn cards_and_places_are_made_good_or_refused() {
        let card = |name: &str, phone: &str| Card {
            name: name.into(),
            phones: vec![CardPhone { phone: phone.into(), ..CardPhone::default() }],
            ..Card::default()
        };
        let checked = Outgoing::Contacts(vec![card(" Ana\0 K ", "+49 151 1234-5678")]).check("").unwrap();
        assert_eq!(checked.text, "Ana K");
        let Content::Contacts(cards) = checked.content else { panic!() };
        assert_eq!(
            (cards[0].phones[0].phone.as_str(), cards[0].phones[0].wa_id.as_deref()),
            ("+4915112345678", Some("4915112345678"))
        );
        for wrong in [
            vec![],
            vec![card("", "+4915112345678")],
            vec![card("Ana", "call me")],
            vec![Card { name: "A".into(), ..Card::default() }],
        ] {
            assert!(Outgoing::Contacts(wrong).check("").is_err());
        }
        let place = |latitude| Place { latitude, longitude: 7.5, name: Some("Here".into()), address: None, url: None };
        assert_eq!(Outgoing::Place(place(50.1)).check("").unwrap().text, "Here");
        assert!(Outgoing::Place(place(90.5)).check("").is_err() && Outgoing::Place(place(f64::NAN)).check("").is_err());
    }

    #[test]
    fn uploads_are_sent_as_what_they_are() {
        for (mime, size, voice, kind) in [
            ("image/jpeg", 5 * MB, false, Some(Kind::Image)),
            ("image/png", 5 * MB + 1, false, None),
            ("audio/ogg; codecs=opus", 10, true, Some(Kind::Audio)),
            ("audio/mpeg", 10, true, None),
            ("video/mp4", 16 * MB, false, Some(Kind::Video)),
            ("video/webm", 10, false, None),
            ("application/pdf", 100 * MB, false, Some(Kind::Document)),
            ("text/html", 10, false, None),
            ("image/webp", 10, false, Some(Kind::Sticker)),
            ("image/gif", 10, false, None),
            ("application/pdf", 0, false, None),
        ] {
            assert_eq!(upload_kind(mime, size, voice).ok(), kind, "{mime} {size}");
        }
    }
}
