//! Numbers, accounts, subscriptions and tokens: what is read rather than sent.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::{Params, authorize};
use crate::config::Number;
use crate::faults::Faults;
use crate::inner::Inner;
use crate::limits::Limits;

type Answer = Result<Json<Value>, GraphError>;

/// What Graph shows of a number when no fields are asked for.
const NUMBER_DEFAULT: [&str; 4] =
    ["verified_name", "display_phone_number", "quality_rating", "code_verification_status"];
/// What the app asks for on its dashboard.
const FIELDS: [&str; 7] = [
    "messages",
    "user_preferences",
    "user_id_update",
    "account_update",
    "smb_message_echoes",
    "smb_app_state_sync",
    "history",
];
const WABA_DEFAULT: [&str; 3] = ["name", "timezone_id", "message_template_namespace"];

/// `GET /{version}/{id}`: a number, an account or a file.
pub(super) async fn node(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Answer {
    let numbers = authorize(&inner, &headers, &query, &id)?;
    let (limits, faults) = standing(&inner);
    let number_field = |number: &Number, name: &str| number_field(&limits, &faults, number, name);
    let waba_field = |number: &Number, name: &str| waba_field(&limits, number, name);
    if let Some(number) = numbers.iter().find(|n| n.phone_number_id == id) {
        return Ok(Json(pick("WhatsAppBusinessPhoneNumber", number_field, number, &query, &NUMBER_DEFAULT)?));
    }
    if let Some(number) = numbers.iter().find(|n| n.waba_id == id) {
        return Ok(Json(pick("WhatsAppBusinessAccount", waba_field, number, &query, &WABA_DEFAULT)?));
    }
    super::media::node(&inner, &headers, &id).map(Json).ok_or_else(|| GraphError::no_object(&Method::GET, &id))
}

/// `GET /{version}/{waba}/phone_numbers`.
pub(super) async fn phone_numbers(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Answer {
    let numbers = of_waba(&inner, &headers, &query, &Method::GET, &id)?;
    let (limits, faults) = standing(&inner);
    let number_field = |number: &Number, name: &str| number_field(&limits, &faults, number, name);
    let data = numbers
        .into_iter()
        .map(|number| pick("WhatsAppBusinessPhoneNumber", number_field, number, &query, &NUMBER_DEFAULT))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Json(json!({
        "data": data,
        "paging": { "cursors": { "before": "QVFIUmx", "after": "QVFIUmy" } },
    })))
}

/// `GET /{version}/{waba}/subscribed_apps`.
pub(super) async fn subscribed_apps(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Answer {
    of_waba(&inner, &headers, &query, &Method::GET, &id)?;
    let app = json!({ "whatsapp_business_api_data": {
        "id": inner.config.app_id,
        "name": "Parlance",
        "link": format!("https://www.facebook.com/games/?app_id={}", inner.config.app_id),
    }});
    let data = if inner.state().unsubscribed.contains(&id) { vec![] } else { vec![app] };
    Ok(Json(json!({ "data": data })))
}

/// `POST /{version}/{waba}/subscribed_apps`.
pub(super) async fn subscribe(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Answer {
    of_waba(&inner, &headers, &query, &Method::POST, &id)?;
    inner.state().unsubscribed.remove(&id);
    Ok(Json(json!({ "success": true })))
}

/// `DELETE /{version}/{waba}/subscribed_apps`: its webhooks stop.
pub(super) async fn unsubscribe(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Answer {
    of_waba(&inner, &headers, &query, &Method::DELETE, &id)?;
    inner.state().unsubscribed.insert(id);
    Ok(Json(json!({ "success": true })))
}

/// `GET /{version}/{app}/subscriptions`, asked with an app token: what the app's webhook is, and its fields.
pub(super) async fn subscriptions(
    State(inner): State<Arc<Inner>>,
    Path((_version, id)): Path<(String, String)>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Answer {
    let app_token = format!("{}|{}", inner.config.app_id, inner.config.app_secret);
    if super::token(&headers, &query)? != app_token {
        return Err(GraphError::bad_app("(#15) This method must be called with an app access_token.", 15));
    }
    if id != inner.config.app_id {
        return Err(GraphError::no_object(&Method::GET, &id));
    }
    let state = inner.state();
    if state.webhook_url.is_empty() {
        return Ok(Json(json!({ "data": [] })));
    }
    let fields: Vec<_> = FIELDS.into_iter().filter(|field| *field != state.faults.missing_field).collect();
    let fields: Vec<_> = fields.into_iter().map(|name| json!({ "name": name, "version": "v25.0" })).collect();
    Ok(Json(json!({ "data": [{
        "object": "whatsapp_business_account",
        "callback_url": state.webhook_url,
        "active": true,
        "fields": fields,
    }]})))
}

/// `GET /{version}/debug_token`: asked with an app token or with a token of a number.
pub(super) async fn debug_token(
    State(inner): State<Arc<Inner>>,
    Query(query): Query<Params>,
    headers: HeaderMap,
) -> Answer {
    let asking = super::token(&headers, &query)?;
    let app_token = format!("{}|{}", inner.config.app_id, inner.config.app_secret);
    if asking != app_token {
        authorize(&inner, &headers, &query, "")?;
    }
    let input = query.input_token.as_deref().filter(|token| !token.is_empty());
    let input = input.ok_or_else(|| GraphError::required("input_token"))?;
    let held = super::tokens::read(&inner, input);
    let numbers: Vec<_> = inner.config.numbers.iter().filter(|n| n.token == held.root).collect();
    let dead = held.is_over(inner.now()) || {
        let faults = &inner.state().faults;
        faults.token_revoked || numbers.iter().any(|number| faults.dead_tokens.contains(&number.phone_number_id))
    };
    if numbers.is_empty() || dead {
        return Ok(Json(json!({ "data": {
            "error": { "code": 190, "message": "Invalid OAuth access token - Cannot parse access token" },
            "is_valid": false,
            "scopes": [],
        }})));
    }
    let mut wabas: Vec<_> = numbers.iter().map(|n| &n.waba_id).collect();
    wabas.sort();
    wabas.dedup();
    let mut scopes = vec!["whatsapp_business_management", "whatsapp_business_messaging"];
    scopes.retain(|scope| *scope != inner.state().faults.missing_scope);
    let granular: Vec<_> = scopes.iter().map(|scope| json!({ "scope": scope, "target_ids": wabas })).collect();
    Ok(Json(json!({ "data": {
        "app_id": inner.config.app_id,
        "type": "SYSTEM_USER",
        "application": "Parlance",
        "data_access_expires_at": 0,
        "expires_at": held.ends.unwrap_or(0),
        "is_valid": true,
        "issued_at": inner.now() / 1_000,
        "scopes": scopes,
        "granular_scopes": granular,
        "user_id": "122094728426000001",
    }})))
}

pub(super) fn of_waba<'a>(
    inner: &'a Inner,
    headers: &HeaderMap,
    query: &Params,
    method: &Method,
    waba: &str,
) -> Result<Vec<&'a Number>, GraphError> {
    let numbers: Vec<_> = authorize(inner, headers, query, "")?.into_iter().filter(|n| n.waba_id == waba).collect();
    if numbers.is_empty() { Err(GraphError::no_object(method, waba)) } else { Ok(numbers) }
}

/// The node with the fields asked for; `id` always comes along.
fn pick(
    node: &str,
    field: impl Fn(&Number, &str) -> Option<Value>,
    number: &Number,
    query: &Params,
    defaults: &[&str],
) -> Result<Value, GraphError> {
    let asked: Vec<&str> = match query.fields.as_deref() {
        None | Some("") => defaults.to_vec(),
        Some(fields) => fields.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
    };
    let mut out = Map::new();
    for name in asked {
        let value = field(number, name).ok_or_else(|| {
            GraphError::param(format!("Tried accessing nonexisting field ({name}) on node type ({node})"))
        })?;
        out.insert(name.to_owned(), value);
    }
    let id = field(number, "id").unwrap_or_default();
    out.insert("id".to_owned(), id);
    Ok(out.into())
}

/// The limits, and what is out of order: which numbers are not registered, for one.
fn standing(inner: &Inner) -> (Limits, Faults) {
    let state = inner.state();
    (state.limits.clone(), state.faults.clone())
}

fn number_field(limits: &Limits, faults: &Faults, number: &Number, name: &str) -> Option<Value> {
    Some(match name {
        "id" => number.phone_number_id.clone().into(),
        "verified_name" => number.name.clone().into(),
        "display_phone_number" => number.display_number.clone().into(),
        "quality_rating" => "GREEN".into(),
        "quality_score" => json!({ "score": "GREEN" }),
        "code_verification_status" => "VERIFIED".into(),
        "name_status" => "APPROVED".into(),
        "new_name_status" => "NONE".into(),
        "status" if faults.unregistered.contains(&number.phone_number_id) => "PENDING".into(),
        "status" => "CONNECTED".into(),
        "throughput" => json!({ "level": limits.level(&number.phone_number_id) }),
        "whatsapp_business_manager_messaging_limit" | "messaging_limit_tier" => limits.tier().into(),
        "account_mode" => "LIVE".into(),
        "platform_type" | "host_platform" => "CLOUD_API".into(),
        "is_on_biz_app" => faults.on_phone.contains(&number.phone_number_id).into(),
        "is_official_business_account" | "is_pin_enabled" => false.into(),
        "last_onboarded_time" => "2026-02-18T09:30:00+0000".into(),
        "webhook_configuration" => json!({}),
        "health_status" => health(&number.phone_number_id, "PHONE_NUMBER"),
        _ => return None,
    })
}

fn waba_field(limits: &Limits, number: &Number, name: &str) -> Option<Value> {
    Some(match name {
        "id" => number.waba_id.clone().into(),
        "name" => number.name.clone().into(),
        "currency" => "INR".into(),
        "timezone_id" => "71".into(),
        "country" => "IN".into(),
        "message_template_namespace" => "ba30dd89_2ebd_41e4_b805_f2c05ae04cc9".into(),
        "account_review_status" => "APPROVED".into(),
        "business_verification_status" => "verified".into(),
        "ownership_type" => "CLIENT_OWNED".into(),
        "status" => "ACTIVE".into(),
        "is_enabled_for_insights" => true.into(),
        "whatsapp_business_manager_messaging_limit" => limits.tier().into(),
        "health_status" => health(&number.waba_id, "WABA"),
        _ => return None,
    })
}

fn health(id: &str, kind: &str) -> Value {
    json!({
        "can_send_message": "AVAILABLE",
        "entities": [{ "entity_type": kind, "id": id, "can_send_message": "AVAILABLE" }],
    })
}
