//! Deliveries as dead letters: the row of a workspace, and the delivery behind it.

use crate::{
    Ctx, Result, Services,
    db::{Conn, Tx, system},
    ingest::Routes,
    sql,
};
use domain::time::Millis;
use uuid::Uuid;

const STATE: &str = "SELECT state FROM deliveries WHERE id = $1";
const BODY: &str = "SELECT body FROM deliveries WHERE id = $1 AND state = 'dead'";
const AGAIN: &str =
    "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = $2, reason = NULL, finished_at = NULL
    WHERE id = $1 AND state = 'dead' AND body IS NOT NULL";
const DONE: &str =
    "UPDATE deliveries SET state = 'done', reason = 'discarded', finished_at = $2 WHERE id = $1 AND state = 'dead'";
const REMOVE: &str = "DELETE FROM dead_letters WHERE workspace_id = $1 AND id = $2";

/// Takes the letter away in the transaction; `false` where somebody else did.
pub(super) async fn remove(ctx: &Ctx, tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(sql!(exec tx.conn(), REMOVE, ctx.ws(), id)? > 0)
}

/// Whether it is dead still: it may have been retried, by somebody of another workspace that it concerns as well.
pub(super) async fn is_dead(conn: Conn<'_>, delivery: i64) -> Result<bool> {
    Ok(sql!(scalar_opt String, conn, STATE, delivery)?.as_deref() == Some("dead"))
}

/// Its body, if it is kept.
pub(super) async fn body(services: &Services, delivery: i64) -> Result<Option<Vec<u8>>> {
    let mut journal = services.db().read_journal().await?;
    Ok(sql!(scalar_opt Option<Vec<u8>>, journal.conn(), BODY, delivery)?.flatten())
}

/// Lets it be processed again, with all its tries; `false` where it is not dead any more.
pub(super) async fn again(services: &Services, tx: &mut Tx, delivery: i64, now: Millis) -> Result<bool> {
    change(services, tx, AGAIN, delivery, now).await
}

/// It is over, unless another workspace still has it before it.
pub(super) async fn give_up(services: &Services, tx: &mut Tx, delivery: i64, now: Millis) -> Result<()> {
    if system::dead_letters_of(tx.conn(), delivery).await? == 0 {
        change(services, tx, DONE, delivery, now).await?;
    }
    Ok(())
}

/// On SQLite deliveries have a file of their own, which is written first: a crash in between leaves a letter that no list shows.
async fn change(services: &Services, tx: &mut Tx, sql: &'static str, delivery: i64, now: Millis) -> Result<bool> {
    if let Tx::Postgres(_) = tx {
        return Ok(sql!(exec tx.conn(), sql, delivery, now)? > 0);
    }
    let mut journal = services.db().begin_journal().await?;
    let changed = sql!(exec journal.conn(), sql, delivery, now)?;
    journal.commit().await?;
    Ok(changed > 0)
}

/// The first number of the workspace that a body names.
pub(super) fn number(body: &[u8], workspace: Uuid, routes: &Routes) -> Option<Uuid> {
    let value = serde_json::from_slice(body).ok()?;
    first(&value, workspace, routes)
}

fn first(value: &serde_json::Value, workspace: Uuid, routes: &Routes) -> Option<Uuid> {
    match value {
        serde_json::Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            let named = value.as_str().filter(|_| key == "phone_number_id").and_then(|id| routes.number(id));
            let own = named.filter(|number| number.workspace == workspace).map(|number| number.brief.id.0);
            own.or_else(|| first(value, workspace, routes))
        }),
        serde_json::Value::Array(all) => all.iter().find_map(|value| first(value, workspace, routes)),
        _ => None,
    }
}
