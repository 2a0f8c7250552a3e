//! Custom fields: what a workspace wants to know of its contacts besides name and address.

use crate::{Error, contact::name_key, id::FieldId, text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fields of a workspace.
pub const FIELDS: usize = 50;
/// Characters of a field's name.
pub const NAME_LIMIT: usize = 40;
/// Words to choose from.
pub const CHOICES: usize = 50;
/// Characters of one of them.
pub const CHOICE_LIMIT: usize = 60;
/// Characters of a text.
pub const TEXT_LIMIT: usize = 500;
/// Digits of a number, on both sides of its point together.
const DIGITS: usize = 30;

/// Values by field, as [`Field::value`] makes them.
pub type Values = BTreeMap<FieldId, String>;

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Text,
    Number,
    /// A day, without a time.
    Date,
    YesNo,
    /// One of a few words.
    Choice,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Text, Kind::Number, Kind::Date, Kind::YesNo, Kind::Choice];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::YesNo => "yes_no",
            Kind::Choice => "choice",
        }
    }

    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Text => "Text",
            Kind::Number => "Number",
            Kind::Date => "Date",
            Kind::YesNo => "Yes or no",
            Kind::Choice => "Choice",
        }
    }

    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == s)
    }
}

/// A custom field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub id: FieldId,
    pub name: String,
    pub kind: Kind,
    /// Of a [`Kind::Choice`] alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// A field as somebody wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub name: String,
    pub kind: Kind,
    #[serde(default)]
    pub choices: Vec<String>,
}

impl Wish {
    /// The same as it is kept: something to see in the name and in each choice, no choice twice.
    ///
    /// # Errors
    /// `Invalid` names what is wrong.
    pub fn checked(&self) -> Result<Self, Error> {
        let name = visible("name", "a name", &self.name, NAME_LIMIT)?;
        if self.kind != Kind::Choice {
            return Ok(Self { name, kind: self.kind, choices: Vec::new() });
        }
        let mut choices: Vec<String> = Vec::with_capacity(self.choices.len());
        for choice in &self.choices {
            let choice = visible("choices", "a choice", choice, CHOICE_LIMIT)?;
            if choices.iter().any(|known| name_key(known) == name_key(&choice)) {
                return Err(Error::invalid("choices", format!("the choice {choice:?} stands there twice")));
            }
            choices.push(choice);
        }
        if !(1..=CHOICES).contains(&choices.len()) {
            return Err(Error::invalid("choices", format!("expected 1 to {CHOICES} choices")));
        }
        Ok(Self { name, kind: self.kind, choices })
    }
}

fn visible(field: &str, what: &str, s: &str, limit: usize) -> Result<String, Error> {
    let text = text::preview(&text::storable(s), usize::MAX);
    if (1..=limit).contains(&text.chars().count()) && !name_key(&text).is_empty() {
        Ok(text)
    } else {
        Err(Error::invalid(field, format!("{what} has 1 to {limit} characters")))
    }
}

impl Field {
    /// A value as it is kept, from what people write; `None` for an empty one. Numbers have a point and no separators, days are
    /// `2026-11-20`, yes and no are `yes` and `no`, a choice is written as the field has it.
    ///
    /// # Errors
    /// `Invalid` names the field and says what it takes.
    pub fn value(&self, written: &str) -> Result<Option<String>, Error> {
        let text = text::storable(written.trim());
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = |expected: &str| Error::invalid(self.name.clone(), format!("{} takes {expected}", self.name));
        let value = match self.kind {
            Kind::Text if text.chars().count() > TEXT_LIMIT => {
                return Err(wrong(&format!("at most {TEXT_LIMIT} characters")));
            }
            Kind::Text => text,
            Kind::Number => number(&text).ok_or_else(|| wrong("a number such as 2140.50"))?,
            Kind::Date => date(&text).ok_or_else(|| wrong("a day such as 2026-11-20"))?,
            Kind::YesNo => match yes_no(&text) {
                Some(true) => "yes".to_owned(),
                Some(false) => "no".to_owned(),
                None => return Err(wrong("yes or no")),
            },
            Kind::Choice => {
                let key = name_key(&text);
                let choice = self.choices.iter().find(|choice| name_key(choice) == key);
                choice.cloned().ok_or_else(|| wrong(&format!("one of: {}", self.choices.join(", "))))?
            }
        };
        Ok(Some(value))
    }
}

/// `-12`, `2140.50`: a point before the fraction, nothing between thousands, since one country's point is another's comma.
fn number(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let fine = digits(whole) && digits(fraction) && whole.len() + fraction.len() <= DIGITS;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if text.starts_with('-') { "-" } else { "" };
    let point = unsigned.split_once('.').map(|(_, fraction)| format!(".{fraction}")).unwrap_or_default();
    fine.then(|| format!("{sign}{whole}{point}"))
}

/// A day that there is, with the year first.
fn date(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let mut next = |length: usize| {
        let part = parts.next().filter(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    (parts.next().is_none() && year > 0 && (1..=days).contains(&day)).then(|| text.to_owned())
}

/// As people answer in a spreadsheet.
pub fn yes_no(text: &str) -> Option<bool> {
    match name_key(text).as_str() {
        "yes" | "y" | "true" | "1" | "x" | "si" | "sim" | "oui" | "ja" | "haan" | "نعم" => Some(true),
        "no" | "n" | "false" | "0" | "nao" | "non" | "nein" | "nahi" | "لا" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: Kind) -> Field {
        let choices = vec!["Kochi".to_owned(), "São Paulo".to_owned()];
        Field { id: FieldId(uuid::Uuid::nil()), name: "Field".to_owned(), kind, choices }
    }

    #[test]
    fn values_are_kept_one_way() {
        for (kind, written, kept) in [
            (Kind::Text, " =1+1\0 ", "=1+1"),
            (Kind::Number, "007.50", "7.50"),
            (Kind::Number, "-0", "-0"),
            (Kind::Date, "2024-02-29", "2024-02-29"),
            (Kind::YesNo, "Sí", "yes"),
            (Kind::YesNo, "NÃO", "no"),
            (Kind::Choice, "sao  paulo", "São Paulo"),
        ] {
            assert_eq!(field(kind).value(written).unwrap().as_deref(), Some(kept), "{written}");
        }
        for kind in Kind::ALL {
            assert_eq!(field(kind).value(" \0").unwrap(), None);
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        for (kind, wrong) in [
            (Kind::Number, "1,5"),
            (Kind::Number, "1."),
            (Kind::Number, "٣"),
            (Kind::Number, "1e5"),
            (Kind::Date, "2023-02-29"),
            (Kind::Date, "31/02/2026"),
            (Kind::Date, "2026-1-05"),
            (Kind::Date, "2026-13-01"),
            (Kind::YesNo, "perhaps"),
            (Kind::Choice, "Lima"),
        ] {
            assert!(field(kind).value(wrong).is_err(), "{wrong}");
        }
        assert!(field(Kind::Text).value(&"é".repeat(TEXT_LIMIT + 1)).is_err());
        assert!(field(Kind::Number).value(&"9".repeat(DIGITS + 1)).is_err());
    }

    #[test]
    fn wishes() {
        let wish = |name: &str, choices: &[&str]| Wish {
            name: name.to_owned(),
            kind: if choices.is_empty() { Kind::Text } else { Kind::Choice },
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        };
        assert_eq!(wish(" Last\n order\0 ", &[]).checked().unwrap().name, "Last order");
        assert_eq!(wish("City", &["Kochi", " Lima "]).checked().unwrap().choices, ["Kochi", "Lima"]);
        for wrong in [wish("", &[]), wish("\u{301}", &[]), wish(&"x".repeat(41), &[]), wish("City", &["a", "Á"])] {
            assert!(wrong.checked().is_err(), "{wrong:?}");
        }
        assert!(Wish { kind: Kind::Choice, ..wish("City", &[]) }.checked().is_err());
    }
}
