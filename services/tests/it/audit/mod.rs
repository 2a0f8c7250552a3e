//! The audit trail: what enters it, that it holds, and that whoever meddles with it is found.

mod enter;
mod read;
mod seal;
mod system;
mod tamper;

use crate::support::TestDb;
use domain::{
    audit::{Action, EntryView, Filter},
    id::AuditId,
};
use services::{
    Ctx, Services,
    audit::{self, Entry, Report},
};

/// Adds entries as a change does, each in a transaction of its own.
pub async fn acts(ctx: &Ctx, count: usize) {
    for i in 0..count {
        let mut tx = ctx.services().db().begin().await.unwrap();
        let entry = Entry::new(Action::SettingsChanged).about(format!("act {i}"));
        audit::record(&mut tx, ctx, entry).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Adds many entries in one transaction, `per_moment` of them at the same time.
pub async fn fill(ctx: &Ctx, count: i64, per_moment: i64) {
    let mut tx = ctx.services().db().begin().await.unwrap();
    for i in 0..count {
        if i % per_moment == 0 {
            ctx.services().clock().advance(1);
        }
        let entry = Entry::new(Action::SettingsChanged).about(format!("filled {i}"));
        audit::record(&mut tx, ctx, entry).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// What the check of the actor's workspace says.
pub async fn report(ctx: &Ctx) -> Report {
    let mut reports = audit::verify(ctx.services(), Some(&ctx.workspace().slug)).await.unwrap();
    assert_eq!(reports.len(), 1);
    reports.remove(0)
}

/// The chain holds, and has this many entries.
pub async fn holds(ctx: &Ctx) -> Report {
    let report = report(ctx).await;
    assert_eq!(report.breaks, [], "{report:?}");
    assert_eq!(report.entries, report.position - report.anchor);
    report
}

/// All entries, the newest first, in pages of the given size.
pub async fn pages(ctx: &Ctx, filter: &Filter, size: usize) -> Vec<EntryView> {
    let mut all: Vec<EntryView> = Vec::new();
    loop {
        let before = all.last().map(EntryView::cursor);
        let page = audit::list(ctx, filter, before, size).await.unwrap();
        let more = page.more;
        assert!(page.items.len() == size || !more);
        all.extend(page.items);
        if !more {
            return all;
        }
    }
}

/// The actions, the oldest first, of entries behind the given one.
pub async fn actions_since(ctx: &Ctx, last: Option<AuditId>) -> Vec<String> {
    let entries = pages(ctx, &Filter::default(), 100).await;
    let new = entries.into_iter().take_while(|entry| Some(entry.id) != last);
    let mut actions: Vec<String> = new.map(|entry| entry.action).collect();
    actions.reverse();
    actions
}

pub async fn newest(ctx: &Ctx) -> Option<AuditId> {
    audit::list(ctx, &Filter::default(), None, 1).await.unwrap().items.first().map(|entry| entry.id)
}

/// The services of a second process on the same database.
pub fn second(db: &TestDb, first: &Services) -> Services {
    db.services_with(first.clock().clone(), crate::support::vault())
}
