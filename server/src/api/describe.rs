//! The description of the API, OpenAPI 3.1, made from the code.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{
    audit, consent, contacts, conversations, dead_letters, health, labels, limits, media, members, messages, numbers,
    permissions,
    problem::{self, Problem},
    queues, search, templates, tokens,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parlance",
        version = "1",
        description = "Team inbox for WhatsApp Business. Times are Unix milliseconds in UTC, ids are UUIDs. \
            Lists come in pages: ask for the next one with `next_cursor`. What went wrong is answered as \
            `application/problem+json` (RFC 9457), with a `code` for programs. A POST with an `Idempotency-Key` that comes \
            again within 24 hours is answered again and not done again.",
    ),
    tags(
        (name = "Contacts", description = "The customers of the workspace."),
        (name = "Conversations", description = "The thread with one contact on one business number."),
        (name = "Messages", description = "What was written, and what is to be sent."),
        (name = "Team", description = "Members, invitations, roles."),
        (name = "Tokens", description = "What may use this API without a person at the keyboard."),
        (name = "Audit", description = "Who did what, provably."),
        (name = "Operations", description = "How the workspace is."),
    ),
    paths(
        contacts::list, contacts::get, contacts::create, contacts::update, contacts::assign, contacts::merge,
        contacts::fields, consent::list, consent::record,
        conversations::list, conversations::get, conversations::assign, conversations::close, conversations::reopen,
        conversations::label, labels::list, search::find,
        messages::list, messages::send, messages::outgoing::send_to, messages::retry, media::upload, media::file,
        limits::limits,
        templates::list,
        members::list, members::invite, members::set_role, members::remove, permissions::table,
        tokens::list, tokens::get, tokens::create, tokens::revoke,
        audit::list,
        health::health, queues::status, numbers::pause, numbers::resume,
        dead_letters::list, dead_letters::get, dead_letters::retry, dead_letters::discard, dead_letters::retry_many,
        dead_letters::discard_many,
    ),
    components(schemas(Problem)),
)]
struct Code;

/// The whole description.
pub static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let mut all = serde_json::to_value(Code::openapi()).unwrap_or_default();
    complete(&mut all);
    all
});

/// What the answer to a send tells of the limits.
const LIMITS: [(&str, &str, &str); 6] = [
    (
        "X-RateLimit-Limit",
        "integer",
        "Messages of the workspace in one UTC minute; of a 429, the limit that is used up.",
    ),
    ("X-RateLimit-Remaining", "integer", "What is left of it."),
    ("X-RateLimit-Reset", "integer", "When it begins anew. Unix time in seconds."),
    ("X-Phone-Throughput", "integer", "Messages of the number in any second."),
    ("X-Phone-Messages-Today", "integer", "Messages of the number in this UTC day."),
    ("X-Phone-Remaining", "string", "What is left of the number's day, or `unlimited`."),
];

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every operation as (path, method, operation).
pub fn operations(all: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = all["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((path.as_str(), *method, item.get(method)?)))
    })
}

/// What holds for every operation stands in one place.
fn complete(all: &mut Value) {
    all["security"] = json!([{ "token": [] }, { "session": [] }]);
    let components = &mut all["components"];
    components["securitySchemes"] = json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the workspace, made under API tokens."
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-parlance_session",
            "description": "Whoever is signed in, from our own pages; needs X-Workspace-Id."
        }
    });
    components["parameters"] = json!({
        "Workspace": {
            "name": "X-Workspace-Id",
            "in": "header",
            "required": false,
            "description": "The workspace, by id or slug. Needed with a session; a token has its own.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 48 }
        },
        "Key": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Made by the caller for this one request.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255 }
        }
    });
    components["headers"] = limits_described();
    components["responses"] = refusals();
    let headers = &mut components["responses"]["429"]["headers"];
    *headers = limits_told();
    headers["Retry-After"] = json!({ "description": "Seconds until there is room.", "schema": { "type": "integer" } });
    let Some(paths) = all["paths"].as_object_mut() else { return };
    for (path, item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                operate(path, method, operation);
            }
        }
    }
}

fn operate(path: &str, method: &str, operation: &mut Map<String, Value>) {
    let mut statuses = vec![400, 401, 403, 500, 503, 504];
    let mut shared = vec!["Workspace"];
    // The thing in the path, or the one that a message is made from or for.
    if path.contains('{') || (method == "post" && (path.ends_with("/messages") || path.ends_with("/media"))) {
        statuses.push(404);
    }
    // Filters are read as fields are.
    if operation.contains_key("requestBody") || method != "get" || operation.contains_key("parameters") {
        statuses.push(422);
    }
    if operation.contains_key("requestBody") {
        statuses.extend([413, 415]);
    }
    // A file may not be here, and not be as long as somebody thinks.
    if path.ends_with("/media/{id}") {
        statuses.extend([410, 416]);
    }
    // Where something is sent.
    if method == "post" && (path.ends_with("/messages") || path.ends_with("/retry")) {
        statuses.push(429);
    }
    if method != "get" {
        statuses.push(409);
    }
    if method == "post" {
        shared.push("Key");
    }
    if let Value::Array(parameters) = operation.entry("parameters").or_insert_with(|| json!([])) {
        parameters.extend(shared.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })));
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        if method == "post" && (path.ends_with("/messages") || path.ends_with("/messages/{id}/retry")) {
            responses.values_mut().for_each(|done| done["headers"] = limits_told());
        }
        for status in statuses {
            responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
        }
    }
}

fn limits_described() -> Value {
    let described = |(name, kind, says): (&str, &str, &str)| {
        (name.to_owned(), json!({ "description": says, "schema": { "type": kind } }))
    };
    LIMITS.into_iter().map(described).collect::<Map<String, Value>>().into()
}

fn limits_told() -> Value {
    let told =
        |(name, ..): (&str, &str, &str)| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    LIMITS.into_iter().map(told).collect::<Map<String, Value>>().into()
}

/// One a status, with the words that it may carry.
fn refusals() -> Value {
    let mut all = Map::new();
    for problem::Kind(code, status, title) in problem::KINDS {
        let entry = all.entry(status.as_str()).or_insert_with(|| {
            json!({
                "description": "",
                "content": { problem::MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } }
            })
        });
        let before = entry["description"].as_str().unwrap_or_default();
        let space = if before.is_empty() { "" } else { " " };
        entry["description"] = format!("{before}{space}`{code}`: {title}.").into();
    }
    all.into()
}
