use serde::{Deserialize, Serialize};

/// Answers of a form that are kept.
pub const ANSWERS_LIMIT: usize = 100;

/// A button or a line of a list that the customer chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tapped {
    /// What is written on it.
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it stands for, in the words of who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    pub from: TappedFrom,
}

/// Where it was tapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TappedFrom {
    /// A quick reply of a template.
    Button,
    ButtonReply,
    ListReply,
}

/// A form (a "flow") that the customer filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the customer sees of it in the chat.
    pub body: String,
    /// Fields and what was put in them, at most [`ANSWERS_LIMIT`]; a field in a field is named with a dot.
    pub answers: Vec<(String, String)>,
}

/// What we let the customer choose from; the words above it are the message's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "menu", rename_all = "snake_case", try_from = "Flat")]
pub enum Menu {
    Buttons {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// Id and title.
        buttons: Vec<(String, String)>,
    },
    List {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        footer: Option<String>,
        /// What opens the list.
        button: String,
        sections: Vec<Section>,
    },
}

/// What a stored menu reads as. Derived, the reading of an enum with a tag among its fields keeps all it meets until the tag
/// comes, and so compiles everything below it twice: a third of what the browser loads for reading anything.
#[derive(Deserialize)]
struct Flat {
    menu: Shape,
    #[serde(default)]
    header: Option<String>,
    #[serde(default)]
    footer: Option<String>,
    #[serde(default)]
    buttons: Option<Vec<(String, String)>>,
    #[serde(default)]
    button: Option<String>,
    #[serde(default)]
    sections: Option<Vec<Section>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Buttons,
    List,
}

impl TryFrom<Flat> for Menu {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        let Flat { menu, header, footer, buttons, button, sections } = flat;
        match (menu, buttons, button, sections) {
            (Shape::Buttons, Some(buttons), ..) => Ok(Self::Buttons { header, footer, buttons }),
            (Shape::List, _, Some(button), Some(sections)) => Ok(Self::List { header, footer, button, sections }),
            _ => Err("a menu without what can be chosen"),
        }
    }
}

/// Lines of a list under a title of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub lines: Vec<Line>,
}

/// One line of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}
