//! What a restored installation has to be told before anybody uses it.

use super::{Manifest, Trouble};
use crate::{
    Actor, Origin, Services,
    audit::{self, Entry},
    db::{Db, Tx, dialect::sqlite_copy, system, system_told},
    send, sql,
};
use domain::{audit::Action, id::WorkspaceId, time::Millis};
use serde_json::{Value, json};

/// Who signed out since, or was signed out, must not be signed in again.
const END_SESSIONS: &str = "DELETE FROM sessions";
/// Links for a new password that may have been used since.
const END_RESETS: &str = "DELETE FROM password_resets";

/// Deliveries that are looked at in one step.
const PAGE: i64 = 500;

/// Ends sessions and leases, holds what waited to be sent unless nothing can have been sent since, and writes into each
/// audit trail that this is a restored backup. Returns how many messages are held.
pub(super) async fn settle(
    services: &Services,
    tx: &mut Tx,
    manifest: &Manifest,
    nothing_sent_since: bool,
    now: Millis,
) -> Result<u64, Trouble> {
    for statement in [END_SESSIONS, END_RESETS] {
        sql!(exec tx.conn(), statement)?;
    }
    // What was news then.
    system_told::forget_pushes(tx.conn()).await?;
    let mut all = 0;
    for workspace in system::workspaces(tx.conn()).await? {
        let held = match nothing_sent_since {
            true => 0,
            false => send::hold_restored(services, tx, workspace, now).await?,
        };
        let what = json!({ "made_at": manifest.made_at, "version": manifest.version, "messages_held": held });
        let entry = Entry::new(Action::WorkspaceRestored).on("workspace", workspace).change(Value::Null, what);
        audit::record_as(services, tx, WorkspaceId(workspace), Actor::System, &Origin::default(), now, entry).await?;
        all += held;
    }
    // Whoever held them works on another database.
    system::end_leases(tx.conn(), now).await?;
    Ok(all)
}

/// On SQLite: makes the journal fit the database, which was copied a moment later. See [`super`].
pub(super) async fn reconcile(services: &Services, now: Millis) -> Result<(), Trouble> {
    let Db::Sqlite(files) = services.db() else { return Ok(()) };
    let mut read = services.db().read().await?;
    let named = system::named_delivery(read.conn()).await?;
    let mut journal = files.journal_write.acquire().await?;
    sqlite_copy::go_on_behind(&mut journal, named.unwrap_or(0)).await?;
    drop(journal);
    let mut after = 0;
    loop {
        let mut journal = services.db().begin_journal().await?;
        let page = system::dead_delivery_ids(journal.conn(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = *last;
        for id in page {
            if system::dead_letters_of(read.conn(), id).await? == 0 {
                system::revive_delivery(journal.conn(), id, now).await?;
            }
        }
        journal.commit().await?;
    }
}
