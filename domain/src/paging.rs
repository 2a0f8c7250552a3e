//! Keyset paging: where a page begins in a list whose newest come first.

use crate::{Error, time::Millis};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a page begins: with what is older than this moment, or of this moment and before this id. Written `<at>.<id>`.
///
/// ```
/// use domain::paging::Cursor;
/// let cursor: Cursor<u32> = "1780000000000.7".parse()?;
/// assert_eq!((cursor.at, cursor.id), (1_780_000_000_000, 7));
/// assert_eq!(cursor.to_string(), "1780000000000.7");
/// # Ok::<(), domain::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String", bound(serialize = "I: Clone + fmt::Display", deserialize = "I: FromStr"))]
pub struct Cursor<I> {
    pub at: Millis,
    pub id: I,
}

impl<I: fmt::Display> fmt::Display for Cursor<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

impl<I: FromStr> FromStr for Cursor<I> {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self, Error> {
        s.split_once('.')
            .and_then(|(at, id)| Some(Self { at: at.parse().ok()?, id: id.parse().ok()? }))
            .ok_or_else(|| Error::invalid("before", "this is not where a page of this list begins"))
    }
}

impl<I: FromStr> TryFrom<String> for Cursor<I> {
    type Error = Error;

    fn try_from(s: String) -> Result<Self, Error> {
        s.parse()
    }
}

impl<I: fmt::Display> From<Cursor<I>> for String {
    fn from(cursor: Cursor<I>) -> Self {
        cursor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let cursor = Cursor { at: -5, id: uuid::Uuid::from_u128(9) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let json = serde_json::to_string(&cursor).unwrap();
        assert_eq!(serde_json::from_str::<Cursor<uuid::Uuid>>(&json).unwrap(), cursor);
        for wrong in ["", "1", ".", "1.", ".1", "x.00000000-0000-0000-0000-000000000009", "1.x"] {
            assert!(wrong.parse::<Cursor<uuid::Uuid>>().is_err(), "{wrong}");
        }
    }
}
