//! Where people prove who they are, and what is theirs alone.

use axum::{body::Body, http::Request};
use serde_json::json;

use super::{Door, Need, door, form, function, get, page, public};

/// A form of the security page; every one proves the password or the code first, which is wrong here.
fn account(path: &str) -> Request<Body> {
    let wrong = [("password", "not it at all"), ("code", "000000"), ("session", "none")];
    form(format!("/account/{path}"), &wrong)
}

pub const DOORS: &[Door] = &[
    public("PAGE /login", "where people prove who they are"),
    public("POST /login", "where people prove who they are"),
    public("PAGE /login/code", "where people prove who they are"),
    public("POST /login/code", "where people prove who they are"),
    public("POST /logout", "ends the caller's own session, if there is one"),
    public("PAGE /forgot", "where people ask for a link by mail"),
    public("POST /forgot", "where people ask for a link by mail"),
    public("PAGE /reset/{}", "whoever has the link may choose the password"),
    public("POST /reset/{}", "whoever has the link may choose the password"),
    page("PAGE /w/{}/security", Need::Member, |world, _| get(format!("/w/{}/security", world.slug))),
    door("POST /fn/security", Need::Member, |world, _| function("/fn/security", json!({"workspace": world.slug}))),
    page("PAGE /w/{}/notifications", Need::Member, |world, _| get(format!("/w/{}/notifications", world.slug))),
    door("POST /fn/notices", Need::Member, |world, _| function("/fn/notices", json!({"workspace": world.slug}))),
    door("POST /fn/notices/read", Need::Member, |world, _| {
        function("/fn/notices/read", json!({"workspace": world.slug, "notice": services::clock::new_id()}))
    }),
    door("POST /fn/notices/choices", Need::Member, |world, _| {
        function("/fn/notices/choices", json!({"workspace": world.slug}))
    }),
    door("POST /fn/notices/choose", Need::Member, |world, _| {
        function("/fn/notices/choose", json!({"workspace": world.slug, "choices": {}}))
    }),
    // What no browser answers is refused as wrong.
    door("POST /fn/push/subscribe", Need::Member, |world, _| {
        let body = json!({"workspace": world.slug, "endpoint": "https://push.example.com/x", "p256dh": "", "auth": ""});
        function("/fn/push/subscribe", body)
    }),
    door("POST /fn/push/forget", Need::Member, |world, _| {
        function("/fn/push/forget", json!({"workspace": world.slug, "browser": services::clock::new_id()}))
    }),
    page("POST /account/password", Need::Person, |_, _| {
        form("/account/password".into(), &[("current", "wrong"), ("new", "as long as it has to be")])
    }),
    page("POST /account/second-factor", Need::Person, |_, _| account("second-factor")),
    page("POST /account/second-factor/confirm", Need::Person, |_, _| account("second-factor/confirm")),
    page("POST /account/second-factor/cancel", Need::Person, |_, _| account("second-factor/cancel")),
    page("POST /account/second-factor/off", Need::Person, |_, _| account("second-factor/off")),
    page("POST /account/recovery-codes", Need::Person, |_, _| account("recovery-codes")),
    page("POST /account/sessions/end", Need::Person, |_, _| account("sessions/end")),
    page("POST /account/sessions/end-others", Need::Person, |_, _| account("sessions/end-others")),
];
