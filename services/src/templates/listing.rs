//! `GET /{waba}/message_templates`.

use crate::send::Graph;
use domain::{
    meta::send::{Failure, UNKNOWN_CODE},
    template::{Category, Status},
    text::storable,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

const FIELDS: &str = "id,name,language,status,category,components";
/// Templates a page, and pages: an account has at most 6,000.
const PAGE: &str = "100";
const PAGES: usize = 100;
/// Meta's code of a cursor that ran out meanwhile.
const CURSOR: i64 = 131_059;

/// A template as Meta lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub meta_id: String,
    pub name: String,
    pub language: String,
    pub category: &'static str,
    pub status: &'static str,
    pub components: String,
}

/// Why a list could not be fetched, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotListed(String);

impl NotListed {
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// The whole list of an account.
pub(super) async fn fetch(graph: &Graph, token: &SecretString, waba: &str) -> Result<Vec<Listed>, NotListed> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    let mut begun_anew = false;
    for _ in 0..PAGES {
        let page = match page(graph, token, waba, after.as_deref()).await {
            Err((CURSOR, _)) if !begun_anew => {
                (all, after, begun_anew) = (Vec::new(), None, true);
                continue;
            }
            Err((_, why)) => return Err(why),
            Ok(page) => page,
        };
        let data = page.get("data").and_then(Value::as_array);
        let data = data.ok_or_else(|| NotListed::new("Meta's answer holds no list."))?;
        all.extend(data.iter().filter_map(listed));
        // The address of the next page is Meta's business; where it goes on is ours.
        let goes_on = page.pointer("/paging/next").is_some_and(Value::is_string);
        let cursor = page.pointer("/paging/cursors/after").and_then(Value::as_str);
        match cursor.filter(|cursor| goes_on && Some(*cursor) != after.as_deref()) {
            Some(cursor) => after = Some(cursor.to_owned()),
            None => return Ok(all),
        }
    }
    Err(NotListed::new("Meta's list of templates has no end."))
}

async fn page(graph: &Graph, token: &SecretString, waba: &str, after: Option<&str>) -> Result<Value, (i64, NotListed)> {
    let unknown = |why: &str| (UNKNOWN_CODE, NotListed::new(why));
    let mut url = graph.url(&[waba, "message_templates"]);
    url.query_pairs_mut().append_pair("fields", FIELDS).append_pair("limit", PAGE);
    if let Some(after) = after {
        url.query_pairs_mut().append_pair("after", after);
    }
    let request = graph.client().get(url).bearer_auth(token.expose_secret());
    let response = request.send().await.map_err(|_| unknown("Meta could not be reached."))?;
    let status = response.status();
    let body = response.bytes().await.map_err(|_| unknown("Meta's answer broke off."))?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|_| unknown("Meta's answer is not JSON."));
    }
    let Ok(Failure { error }) = serde_json::from_slice(&body) else {
        return Err(unknown(&format!("Meta answered HTTP {status}.")));
    };
    let why = domain::text::preview(&storable(&error.message), 300);
    Err((error.code, NotListed::new(format!("Meta refused the list: {why} (code {}).", error.code))))
}

/// What has no name, language or id is passed over: it could not be sent.
fn listed(template: &Value) -> Option<Listed> {
    let text = |key| template.get(key).and_then(Value::as_str).map(storable).filter(|text| !text.is_empty());
    Some(Listed {
        meta_id: text("id")?,
        name: text("name")?,
        language: text("language")?,
        category: Category::parse(&text("category").unwrap_or_default()).as_str(),
        status: Status::parse(&text("status").unwrap_or_default()).as_str(),
        components: template.get("components").map_or_else(|| "[]".to_owned(), Value::to_string),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_of_the_list() {
        let line = json!({ "id": "1", "name": "hi", "language": "de", "status": "APPROVED", "category": "NEW_ONE",
            "components": [{ "type": "BODY", "text": "a\u{0}b" }] });
        let read = listed(&line).map(|listed| (listed.status, listed.category, listed.components.contains('\u{0}')));
        assert_eq!(read, Some(("approved", "other", false)));
        assert_eq!(listed(&json!({ "id": "1", "name": "", "language": "de" })), None);
    }
}
