//! Lists in pages: a cursor says behind what the next one begins.

use domain::{inbox::Page, time::Millis};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::problem::{self, Problem};

/// Items of a page, if the caller does not say, and at most.
const LIMIT: u32 = 50;

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Slice {
    /// Items of a page.
    #[param(minimum = 1, maximum = 50, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 200)]
    cursor: Option<String>,
}

impl Slice {
    /// # Errors
    /// When it is none of 1 to 50.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(LIMIT) {
            limit @ 1..=LIMIT => Ok(limit as usize),
            _ => Err(Problem::new(problem::MALFORMED, format!("limit: expected 1 to {LIMIT}"))),
        }
    }

    /// The id that the page before ended with.
    ///
    /// # Errors
    /// When it is no cursor of this list.
    pub fn after<T: From<Uuid>>(&self, list: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.decoded(list)? else { return Ok(None) };
        text.parse::<Uuid>().map(|id| Some(id.into())).map_err(|_| no_cursor())
    }

    /// The moment and the id that the page before ended with.
    ///
    /// # Errors
    /// When it is no cursor of this list.
    pub fn before<T: From<Uuid>>(&self, list: &str) -> Result<Option<(Millis, T)>, Problem> {
        let Some(text) = self.decoded(list)? else { return Ok(None) };
        let (at, id) = text.split_once('.').ok_or_else(no_cursor)?;
        let (at, id) = (at.parse::<Millis>(), id.parse::<Uuid>());
        at.ok().zip(id.ok()).map(|(at, id)| Some((at, id.into()))).ok_or_else(no_cursor)
    }

    fn decoded(&self, list: &str) -> Result<Option<String>, Problem> {
        self.cursor.as_deref().map(|cursor| decoded(list, cursor)).transpose()
    }
}

fn decoded(list: &str, cursor: &str) -> Result<String, Problem> {
    let bytes = hex::decode(cursor).map_err(|_| no_cursor())?;
    let text = String::from_utf8(bytes).map_err(|_| no_cursor())?;
    let rest = text.strip_prefix(list).and_then(|rest| rest.strip_prefix(' ')).ok_or_else(no_cursor)?;
    Ok(rest.to_owned())
}

/// The place where the page before ended, of a list that counts its places.
///
/// # Errors
/// When it is no cursor of this list.
pub fn place(list: &str, cursor: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    decoded(list, cursor)?.parse().map(Some).map_err(|_| no_cursor())
}

fn no_cursor() -> Problem {
    Problem::new(problem::MALFORMED, "cursor: this is not where a page of this list begins")
}

/// The cursor behind an item of a list.
pub fn cursor(list: &str, place: impl std::fmt::Display) -> String {
    hex::encode(format!("{list} {place}"))
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next_cursor: Option<String>,
}

/// A page of at most `limit` of them as it is answered; `place` is where an item stands in the list.
pub fn list<T, U, P: std::fmt::Display>(
    name: &str,
    page: Page<T>,
    limit: usize,
    place: impl Fn(&T) -> P,
    show: impl Fn(T) -> U,
) -> List<U> {
    let Page { mut items, more } = page;
    let more = more || items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(|last| cursor(name, place(last)));
    List { items: items.into_iter().map(show).collect(), next_cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(cursor: &str) -> Slice {
        Slice { limit: None, cursor: Some(cursor.to_owned()) }
    }

    #[test]
    fn a_cursor_leads_on_in_its_own_list_only() {
        let id = Uuid::from_u128(7);
        let plain = cursor("contact", id);
        assert_eq!(slice(&plain).after::<Uuid>("contact").unwrap(), Some(id));
        assert!(slice(&plain).after::<Uuid>("token").is_err());
        assert!(slice(&plain).before::<Uuid>("contact").is_err());
        let timed = cursor("message", format!("{}.{id}", i64::MIN));
        assert_eq!(slice(&timed).before::<Uuid>("message").unwrap(), Some((i64::MIN, id)));
        for wrong in ["", "x", "00", "ff", "é", &hex::encode("contact")] {
            assert!(slice(wrong).after::<Uuid>("contact").is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_page_that_was_cut_has_a_next_one() {
        let page = |more| Page { items: vec![1, 2, 3], more };
        let all = list("n", page(false), 3, |n| *n, |n| n);
        assert!(all.next_cursor.is_none() && all.items.len() == 3);
        let cut = list("n", page(false), 2, |n| *n, |n| n);
        assert_eq!((cut.items, cut.next_cursor), (vec![1, 2], Some(cursor("n", 2))));
        assert!(list("n", page(true), 3, |n| *n, |n| n).next_cursor.is_some());
    }

    #[test]
    fn limits() {
        let of = |limit| Slice { limit, cursor: None }.limit();
        assert_eq!(of(None).unwrap(), 50);
        assert_eq!(of(Some(1)).unwrap(), 1);
        assert!(of(Some(0)).is_err() && of(Some(51)).is_err());
    }
}
