use super::{
    content::{ButtonKind, Content, Header},
    parts::variables,
};

/// Something that is filled in before a template is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Under which its value stands in [`super::Values`]: `body.1`, `body.order`, `header.1`, `header.link`, `button.0`.
    pub key: String,
    /// As people read it.
    pub label: String,
    /// Meta's example, if it kept one.
    pub example: Option<String>,
    pub kind: Kind,
}

/// What may be written into a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Text,
    /// Where Meta fetches a file.
    Link,
    /// The end of a button's address.
    LinkEnd,
    /// An offer's code, at most 20 characters.
    Code,
}

/// What has to be filled in, in the order in which people read it.
pub fn slots(content: &Content) -> Vec<Slot> {
    let mut slots = Vec::new();
    match &content.header {
        Some(Header::Text(text)) => {
            for name in variables(text) {
                slots.push(Slot {
                    key: format!("header.{name}"),
                    label: if is_position(name) { "Header".to_owned() } else { words(name) },
                    example: None,
                    kind: Kind::Text,
                });
            }
        }
        Some(Header::Media(media)) => slots.push(Slot {
            key: "header.link".to_owned(),
            label: format!("Link to the {}", media.as_str()),
            example: None,
            kind: Kind::Link,
        }),
        None => {}
    }
    for (nth, name) in variables(&content.body).into_iter().enumerate() {
        slots.push(Slot {
            key: format!("body.{name}"),
            label: if is_position(name) { format!("Variable {name}") } else { words(name) },
            example: content.examples.get(nth).cloned(),
            kind: Kind::Text,
        });
    }
    for (nth, button) in content.buttons.iter().enumerate() {
        let (what, kind) = match &button.kind {
            ButtonKind::Url(url) if !variables(url).is_empty() => ("End of the link", Kind::LinkEnd),
            ButtonKind::CopyCode => ("Code", Kind::Code),
            _ => continue,
        };
        slots.push(Slot {
            key: format!("button.{nth}"),
            label: format!("{what} of “{}”", button.text),
            example: None,
            kind,
        });
    }
    slots
}

pub(super) fn is_position(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_digit())
}

/// `delivery_day` as `Delivery day`.
fn words(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut letters = spaced.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
