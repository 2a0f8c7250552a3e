//! What each door demands. A door that is not here fails the test.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::permission::Permission as P;
use serde_json::Value;

mod account;
mod api;
mod contacts;
mod inbox;
mod team;

use super::world::{Thing, World};

/// Who is let in.
#[derive(Clone, Copy, Debug)]
pub enum Need {
    /// Anybody.
    Public,
    /// Whoever is signed in, about themselves.
    Person,
    /// Members who hold a permission.
    May(P),
    /// Whoever belongs to the workspace.
    Member,
    /// Members who see the thing with the first permission and whose second one reaches it.
    On(P, P),
    /// The same, where the second permission is asked for before the thing is.
    First(P, P),
    /// Members who hold a permission, about a thing of the workspace that is nobody's own.
    Of(P),
}

/// How somebody who is signed out is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// With 401.
    Machine,
    /// With a redirect to the sign-in page.
    Page,
    /// The same; and what is not there is answered with a redirect to the list, which shows what was typed: no word is lost.
    Typed,
    /// With 401; and strangers, who name a workspace in a header, with 403.
    Api,
}

pub struct Door {
    /// As [`super::scan::doors`] writes it.
    pub name: &'static str,
    pub need: Need,
    pub manner: Manner,
    /// A request that changes nothing when it is asked again.
    pub ask: fn(&World, Thing) -> Request<Body>,
}

fn function(path: &str, body: Value) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
    request.body(body.to_string().into()).unwrap()
}

fn form(path: String, fields: &[(&str, &str)]) -> Request<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let kind = "application/x-www-form-urlencoded";
    Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, kind).body(body.into()).unwrap()
}

fn get(path: String) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn nothing(_: &World, _: Thing) -> Request<Body> {
    get("/healthz".to_owned())
}

/// `_why` is for the reader.
const fn public(name: &'static str, _why: &'static str) -> Door {
    Door { name, need: Need::Public, manner: Manner::Machine, ask: nothing }
}

const fn door(name: &'static str, need: Need, ask: fn(&World, Thing) -> Request<Body>) -> Door {
    Door { name, need, manner: Manner::Machine, ask }
}

const fn page(name: &'static str, need: Need, ask: fn(&World, Thing) -> Request<Body>) -> Door {
    Door { name, need, manner: Manner::Page, ask }
}

const fn typed(name: &'static str, need: Need, ask: fn(&World, Thing) -> Request<Body>) -> Door {
    Door { name, need, manner: Manner::Typed, ask }
}

/// Every door but those that are open to anybody asks for something that is not there, or is left as it is.
pub fn all() -> impl Iterator<Item = &'static Door> {
    inbox::DOORS.iter().chain(contacts::DOORS).chain(team::DOORS).chain(api::DOORS).chain(account::DOORS)
}
