use domain::audit::Action;
use serde_json::Value;
use uuid::Uuid;

/// What somebody did, before it is written down.
///
/// No secret may stand in it: an entry is read by everybody who holds `audit.view`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub(super) action: Action,
    pub(super) on: Option<(&'static str, Uuid)>,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    pub(super) about: Option<String>,
}

impl Entry {
    pub fn new(action: Action) -> Self {
        Self { action, on: None, before: None, after: None, about: None }
    }

    /// What it was done to: its kind ("member", "contact", "conversation" …) and id.
    #[must_use]
    pub fn on(self, kind: &'static str, id: Uuid) -> Self {
        Self { on: Some((kind, id)), ..self }
    }

    /// What changed. `Null` stands for "there was nothing" or "there is nothing any more".
    #[must_use]
    pub fn change(self, before: Value, after: Value) -> Self {
        let some = |value: Value| (!value.is_null()).then_some(value);
        Self { before: some(before), after: some(after), ..self }
    }

    /// More about it in words.
    #[must_use]
    pub fn about(self, text: impl Into<String>) -> Self {
        Self { about: Some(text.into()), ..self }
    }
}
