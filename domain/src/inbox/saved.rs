use super::Filter;
use crate::{Error, conversation::View, id::SavedViewId, label::one_line};
use serde::{Deserialize, Serialize};

/// A list that a member keeps: its name, the view, and what it is narrowed to. Nobody else sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub id: SavedViewId,
    pub name: String,
    pub view: View,
    pub filter: Filter,
}

impl SavedView {
    /// Characters of a name.
    pub const NAME_LIMIT: usize = 40;
    /// Kept by one member.
    pub const LIMIT: usize = 20;
}

/// A name as it is kept.
///
/// # Errors
/// `Invalid` when nothing is left or it is too long.
pub fn saved_name(text: &str) -> Result<String, Error> {
    one_line("name", text, SavedView::NAME_LIMIT)
}
