//! Everybody at every door, about their own, a colleague's and another workspace's: the answer is what the table of
//! permissions says, on both engines.

mod doors;
mod kept;
mod scan;
mod stream;
pub mod things;
mod world;

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Response, StatusCode, header},
};
use domain::permission::{Access, Permission as P, Sight};
use http_body_util::BodyExt;

use crate::support::Engine;
use doors::{Door, Manner, Need};
use world::{Thing, Who, Whose, World};

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    LetIn,
    /// Sign in first.
    SignedOut,
    /// Not there, or not to be seen: the same.
    NotFound,
    /// Belongs to another workspace than the one that is named.
    Stranger,
    /// The permission is missing.
    Forbidden(P),
}

fn expected(world: &World, door: &Door, who: Who, whose: Whose) -> Option<Expected> {
    let (see, act) = match door.need {
        Need::Public => return None,
        Need::Person => {
            let nobody = matches!(who, Who::Nobody | Who::RevokedToken);
            return Some(if nobody { Expected::SignedOut } else { Expected::LetIn });
        }
        // There is no thing, so it is nobody's.
        Need::May(_) | Need::Member if whose != Whose::Own => return None,
        Need::Of(_) if whose == Whose::Colleagues => return None,
        Need::May(permission) | Need::Of(permission) | Need::First(_, permission) => (permission, None),
        Need::Member => (P::ConversationsView, None),
        Need::On(see, act) => (see, Some(act)),
    };
    match who {
        Who::Nobody | Who::RevokedToken => return Some(Expected::SignedOut),
        Who::Stranger | Who::Removed if door.manner == Manner::Api => return Some(Expected::Stranger),
        Who::Stranger | Who::Removed => return Some(Expected::NotFound),
        _ => {}
    }
    let person = world.person(who)?;
    let (access, me) = (&person.access, person.member);
    let foreign = whose == Whose::Foreign;
    let thing = (!foreign).then(|| world.thing(who, whose));
    let held = |permission| access.sight(permission, me) != Sight::Nothing;
    Some(match door.need {
        Need::Member => Expected::LetIn,
        Need::Of(permission) if held(permission) && foreign => Expected::NotFound,
        Need::First(see, act) if held(act) => of_member(access, me, see, Some(act), thing),
        _ => of_member(access, me, see, act, thing),
    })
}

/// First what may be seen at all, then whether this one is, then what may be done with it.
fn of_member(access: &Access, me: domain::id::MemberId, see: P, act: Option<P>, thing: Option<Thing>) -> Expected {
    let reaches = |permission, thing: Thing| access.sight(permission, me).reaches(thing.assignee);
    match (access.sight(see, me), act, thing) {
        (Sight::Nothing, ..) => Expected::Forbidden(see),
        (_, None, _) => Expected::LetIn,
        (_, Some(_), None) => Expected::NotFound,
        (_, Some(_), Some(thing)) if !reaches(see, thing) => Expected::NotFound,
        (_, Some(act), Some(thing)) if !reaches(act, thing) => Expected::Forbidden(act),
        _ => Expected::LetIn,
    }
}

/// `None` when the answer is what was expected; else what it was.
async fn difference(door: &Door, expected: Expected, response: Response<Body>) -> Option<String> {
    let status = response.status();
    let to_login = response.headers().get(header::LOCATION).is_some_and(|to| to.as_bytes().starts_with(b"/login"));
    let fine = match expected {
        // Past the lock: what is wrong with the request itself is another matter.
        Expected::LetIn => {
            !to_login
                && !status.is_server_error()
                && !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
        }
        Expected::SignedOut if matches!(door.manner, Manner::Page | Manner::Typed) => {
            status == StatusCode::SEE_OTHER && to_login
        }
        Expected::SignedOut => status == StatusCode::UNAUTHORIZED,
        Expected::NotFound if status == StatusCode::SEE_OTHER && door.manner == Manner::Typed => {
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
            to.ends_with("/inbox") || to.contains("/inbox?")
        }
        Expected::NotFound => status == StatusCode::NOT_FOUND,
        Expected::Stranger => status == StatusCode::FORBIDDEN,
        Expected::Forbidden(permission) => {
            let body = response.into_body().collect().await.ok()?.to_bytes();
            let named = String::from_utf8_lossy(&body).contains(permission.as_str());
            return (status != StatusCode::FORBIDDEN || !named)
                .then(|| format!("{status} {}", String::from_utf8_lossy(&body).chars().take(300).collect::<String>()));
        }
    };
    (!fine).then(|| status.to_string())
}

async fn walk(engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let mut differences = Vec::new();
    let mut walked = 0;
    for door in doors::all() {
        for who in Who::ALL {
            for whose in Whose::ALL {
                let Some(expected) = expected(&world, door, who, whose) else { continue };
                let response = world.ask(who, (door.ask)(&world, world.thing(who, whose))).await;
                walked += 1;
                if let Some(was) = difference(door, expected, response).await {
                    differences.push(format!("{} as {who:?}, {whose:?}: expected {expected:?}, was {was}", door.name));
                }
            }
        }
    }
    assert!(walked > 300, "only {walked} steps");
    assert!(differences.is_empty(), "{} of {walked} differ:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_at_every_door_sqlite() {
    walk(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_at_every_door_postgres() {
    walk(Engine::Postgres).await;
}

#[test]
fn no_door_is_forgotten() {
    let known: BTreeSet<String> = doors::all().map(|door| door.name.to_owned()).collect();
    let there = scan::doors();
    let forgotten: Vec<_> = there.difference(&known).collect();
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(
        forgotten.is_empty(),
        "doors that nobody walks through; say in walk/doors.rs what they demand: {forgotten:#?}"
    );
    assert!(gone.is_empty(), "doors that are not there any more: {gone:#?}");
}
