//! Templates: the list of an account, and what a send of one must look like.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::{Params, nodes};
use crate::inner::Inner;
use crate::state::Reply;
use crate::templates::{Component, Template, variables};

/// Templates on a page, unless asked otherwise.
const PAGE: usize = 25;
/// Characters of a body once it is filled in.
const MAX_BODY: usize = 1_024;

#[derive(Deserialize)]
pub(super) struct Listing {
    limit: Option<usize>,
    /// Where the page before ended.
    after: Option<String>,
    name: Option<String>,
    language: Option<String>,
    status: Option<String>,
    category: Option<String>,
}

/// `GET /{version}/{waba}/message_templates`.
pub(super) async fn list(
    State(inner): State<Arc<Inner>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    Query(asked): Query<Listing>,
    headers: HeaderMap,
) -> Result<Json<Value>, GraphError> {
    nodes::of_waba(&inner, &headers, &query, &Method::GET, &id)?;
    let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    let found: Vec<&Template> = inner
        .config
        .templates
        .iter()
        .filter(|t| {
            is(&asked.language, &t.language) && is(&asked.status, &t.status) && is(&asked.category, &t.category)
        })
        .filter(|t| asked.name.as_deref().is_none_or(|name| t.name.contains(name)))
        .collect();
    let start = match asked.after.as_deref() {
        None | Some("") => 0,
        Some(cursor) => cursor_at(cursor).ok_or_else(GraphError::bad_cursor)?,
    };
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, 1_000);
    let page = found.iter().skip(start).take(limit);
    let data = page.map(|template| fields(template, query.fields.as_deref())).collect::<Result<Vec<_>, _>>()?;
    let end = start + data.len();
    let mut paging = json!({ "cursors": { "before": cursor(start), "after": cursor(end) } });
    if end < found.len() {
        paging["next"] =
            format!("https://graph.facebook.com/{version}/{id}/message_templates?limit={limit}&after={}", cursor(end))
                .into();
    }
    Ok(Json(json!({ "data": data, "paging": paging })))
}

fn cursor(at: usize) -> String {
    format!("QVFIU{at:x}")
}

fn cursor_at(cursor: &str) -> Option<usize> {
    usize::from_str_radix(cursor.strip_prefix("QVFIU")?, 16).ok()
}

/// All fields, or those asked for; `id` always comes along.
fn fields(template: &Template, asked: Option<&str>) -> Result<Value, GraphError> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(template) else { return Ok(Value::Null) };
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(all.into()) };
    let mut out = Map::new();
    for name in asked.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "id") {
        let value = all.remove(name).ok_or_else(|| {
            GraphError::param(format!("Tried accessing nonexisting field ({name}) on node type (MessageTemplate)"))
        })?;
        out.insert(name.to_owned(), value);
    }
    out.insert("id".to_owned(), template.id.clone().into());
    Ok(out.into())
}

/// A template as it reaches the customer.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    pub text: String,
    pub marketing: bool,
    /// The quick replies below it.
    pub replies: Vec<Reply>,
}

/// Checks a send whose shape is right against the account's templates.
pub(super) fn fill(templates: &[Template], content: &Value) -> Result<Filled, GraphError> {
    let name = content["name"].as_str().unwrap_or_default();
    let code = content["language"]["code"].as_str().unwrap_or_default();
    let template = templates.iter().find(|template| template.name == name && template.language == code);
    let missing = || GraphError::no_template(name, code);
    let template = template.ok_or_else(missing)?;
    match template.status.as_str() {
        "APPROVED" => {}
        "PAUSED" => return Err(GraphError::template_paused()),
        "DISABLED" => return Err(GraphError::template_disabled()),
        _ => return Err(missing()),
    }
    let given = content["components"].as_array().map_or(&[][..], Vec::as_slice);
    let mut lines = Vec::new();
    for part in &template.components {
        let kind = part.r#type.to_ascii_lowercase();
        if !["header", "body", "footer"].contains(&kind.as_str()) {
            continue;
        }
        let parameters = parameters(given.iter().find(|one| is_type(one, &kind)));
        if let Some(format) = part.format.as_deref().filter(|format| *format != "TEXT") {
            if parameters.len() != 1 {
                return Err(GraphError::parameter_format(format!("header: Format mismatch, expected {format}")));
            }
            continue;
        }
        lines.push(filled(part, &kind, parameters)?);
    }
    if template.part("BODY").is_some() && lines.iter().any(|line| line.chars().count() > MAX_BODY) {
        return Err(GraphError::too_long());
    }
    let mut replies = Vec::new();
    for (at, button) in template.buttons().iter().enumerate() {
        let own = given.iter().find(|one| is_type(one, "button") && is_index(one, at));
        let parameters = parameters(own);
        let variable = button.url.as_deref().is_some_and(|url| !variables(url).is_empty());
        if variable && parameters.len() != 1 {
            return Err(GraphError::missing(format!("buttons: Button at index {at} of type Url requires a parameter")));
        }
        if button.r#type == "QUICK_REPLY" {
            let payload = parameters.first().and_then(|one| one["payload"].as_str());
            replies.push(Reply { text: button.text.clone(), payload: payload.unwrap_or(&button.text).to_owned() });
        }
    }
    Ok(Filled { text: lines.join("\n"), marketing: template.category == "MARKETING", replies })
}

fn is_type(component: &Value, kind: &str) -> bool {
    component["type"].as_str().is_some_and(|given| given.eq_ignore_ascii_case(kind))
}

fn is_index(component: &Value, at: usize) -> bool {
    match &component["index"] {
        Value::String(text) => text.parse() == Ok(at),
        other => other.as_u64() == u64::try_from(at).ok(),
    }
}

fn parameters(component: Option<&Value>) -> &[Value] {
    component.and_then(|component| component["parameters"].as_array()).map_or(&[], Vec::as_slice)
}

fn filled(part: &Component, kind: &str, parameters: &[Value]) -> Result<String, GraphError> {
    let text = part.text.as_deref().unwrap_or_default();
    let names = variables(text);
    if names.len() != parameters.len() {
        return Err(GraphError::parameter_count(kind, parameters.len(), names.len()));
    }
    let mut out = text.to_owned();
    for (nth, parameter) in parameters.iter().enumerate() {
        let name = match parameter["parameter_name"].as_str() {
            Some(name) if names.contains(&name) => name,
            None if names[nth].bytes().all(|b| b.is_ascii_digit()) => names[nth],
            _ => return Err(GraphError::parameter_format(format!("{kind}: Parameter name is missing or unknown"))),
        };
        let value = parameter["text"].as_str().unwrap_or_default();
        if value.contains(['\n', '\t']) || value.contains("     ") {
            return Err(GraphError::parameter_format(
                "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
            ));
        }
        out = out.replace(&format!("{{{{{name}}}}}"), value);
    }
    Ok(out)
}
