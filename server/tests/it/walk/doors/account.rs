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
