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
#[serde(tag = "menu", rename_all = "snake_case")]
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
