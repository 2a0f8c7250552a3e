//! The team: who may change whom, what it does at once, and what others are told.

mod assign;
mod invitations;
mod load;
mod mail;
mod members;
mod removal;
mod roles;
mod settings;

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    support::{member, number, workspace},
};
use domain::{
    audit::{Action, Filter},
    conversation::View,
    error::Error as Wrong,
    inbox::Row,
    role::Role,
};
use services::{Ctx, Error, Result, Services, audit, conversations};

/// A workspace with one member of each role, and another workspace.
struct Team {
    owner: Ctx,
    manager: Ctx,
    agent: Ctx,
    viewer: Ctx,
    stranger: Ctx,
}

impl Team {
    async fn new(services: &Services) -> Self {
        let owner = workspace(services, "Kaveri").await;
        let slug = owner.workspace().slug.clone();
        let (_, manager) = member(services, &slug, "Beatriz", Role::Manager).await;
        let (_, agent) = member(services, &slug, "Rohan", Role::Agent).await;
        let (_, viewer) = member(services, &slug, "Tomasz", Role::Viewer).await;
        let stranger = workspace(services, "Other").await;
        Self { owner, manager, agent, viewer, stranger }
    }
}

/// `count` customers who have written once, each with an open conversation that belongs to nobody.
async fn customers(services: &Services, owner: &Ctx, count: u32) -> Vec<Row> {
    number(services, &owner.workspace().slug, PHONE).await;
    let workers = Workers::start(services);
    for nth in 0..count {
        put(services, message_body(text(&format!("49151{nth:07}"), &format!("wamid.{nth}"), "hello"))).await;
    }
    quiet(services).await;
    workers.finish().await;
    let rows = conversations::inbox(owner, View::All, None).await.unwrap().rows;
    assert_eq!(rows.len(), usize::try_from(count).unwrap().min(rows.len()));
    rows
}

/// What was refused, in words that a table can hold: the missing permission, or the kind of refusal.
fn refused<T: std::fmt::Debug>(done: Result<T>) -> String {
    match done.expect_err("this is refused") {
        Error::Domain(Wrong::Forbidden { permission }) => permission,
        Error::Domain(Wrong::NotFound) => "not found".to_owned(),
        Error::Domain(Wrong::Invalid { field, .. }) => format!("invalid {field}"),
        Error::Conflict(_) => "conflict".to_owned(),
        Error::Gone(_) => "gone".to_owned(),
        other => panic!("{other:?}"),
    }
}

/// How often something stands in the audit trail.
async fn audited(ctx: &Ctx, action: Action) -> usize {
    let filter = Filter { action: Some(action), ..Filter::default() };
    audit::list(ctx, &filter, None, 50).await.unwrap().items.len()
}
