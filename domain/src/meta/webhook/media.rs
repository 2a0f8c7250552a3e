use super::read::{id_text, short};
use serde_json::Value;

/// What Meta says of a customer's file. Its `url` is passed over: an address is taken from Graph alone, for this id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaMedia {
    /// Good for seven days.
    pub id: String,
    /// As the customer's phone called it; not to be believed.
    pub mime: Option<String>,
    /// As Meta writes it: base64, in some places hexadecimal.
    pub sha256: Option<String>,
}

/// `None` for a message without a file.
pub(super) fn read(kind: &str, element: &Value) -> Option<MetaMedia> {
    let file = element.get(kind)?;
    let line = |key: &str| file.get(key).and_then(Value::as_str).and_then(short);
    Some(MetaMedia { id: file.get("id").and_then(id_text)?, mime: line("mime_type"), sha256: line("sha256") })
}
