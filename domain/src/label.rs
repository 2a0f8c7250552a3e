//! Labels: short coloured words of a workspace, put on conversations.

use crate::{Error, id::LabelId, text::storable};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Characters of a name.
pub const NAME_LIMIT: usize = 32;
/// Labels of a workspace.
pub const LIMIT: usize = 100;
/// Labels of one conversation.
pub const ON_ONE: usize = 20;

/// A label as a workspace defines it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub id: LabelId,
    /// 1 to [`NAME_LIMIT`] characters, unique in its workspace whatever the case.
    pub name: String,
    pub colour: Colour,
}

/// The colours there are: the style sheet knows each in both themes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    #[default]
    Blue,
    Teal,
    Green,
    Lime,
    Yellow,
    Orange,
    Red,
    Pink,
    Purple,
    Grey,
}

impl Colour {
    pub const ALL: [Colour; 10] = [
        Colour::Blue,
        Colour::Teal,
        Colour::Green,
        Colour::Lime,
        Colour::Yellow,
        Colour::Orange,
        Colour::Red,
        Colour::Pink,
        Colour::Purple,
        Colour::Grey,
    ];

    /// As stored, and as the style sheet calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Colour::Blue => "blue",
            Colour::Teal => "teal",
            Colour::Green => "green",
            Colour::Lime => "lime",
            Colour::Yellow => "yellow",
            Colour::Orange => "orange",
            Colour::Red => "red",
            Colour::Pink => "pink",
            Colour::Purple => "purple",
            Colour::Grey => "grey",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Colour::Blue => "Blue",
            Colour::Teal => "Teal",
            Colour::Green => "Green",
            Colour::Lime => "Lime",
            Colour::Yellow => "Yellow",
            Colour::Orange => "Orange",
            Colour::Red => "Red",
            Colour::Pink => "Pink",
            Colour::Purple => "Purple",
            Colour::Grey => "Grey",
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Colour {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|colour| colour.as_str() == s);
        found.ok_or_else(|| Error::invalid("colour", format!("there is no colour {s:?}")))
    }
}

/// A name as it is kept: white space joined, nothing that hides.
///
/// # Errors
/// `Invalid` when nothing is left or it is too long.
pub fn name(text: &str) -> Result<String, Error> {
    one_line("name", text, NAME_LIMIT)
}

/// One visible line of a form.
pub(crate) fn one_line(field: &str, text: &str, limit: usize) -> Result<String, Error> {
    let visible: String = storable(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let joined = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    if joined.chars().all(|c| c.is_whitespace() || hidden(c)) {
        return Err(Error::invalid(field, format!("the {field} is empty")));
    }
    if joined.chars().count() > limit {
        return Err(Error::invalid(field, format!("use at most {limit} characters for the {field}")));
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_called_as_they_are_stored() {
        for colour in Colour::ALL {
            assert_eq!(colour.as_str().parse(), Ok(colour));
            assert_eq!(serde_json::to_value(colour).unwrap_or_default(), colour.as_str());
        }
        assert!("mauve".parse::<Colour>().is_err());
    }

    #[test]
    fn names_are_one_visible_line() {
        assert_eq!(name("  New \n lead\0 ").as_deref(), Ok("New lead"));
        assert_eq!(name(&"é".repeat(NAME_LIMIT)).map(|name| name.chars().count()), Ok(NAME_LIMIT));
        for wrong in ["", " \t", "\u{200b}\u{202e}", &"é".repeat(NAME_LIMIT + 1)] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }
}
