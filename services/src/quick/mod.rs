//! Quick replies: texts that a workspace keeps. They are filled in the browser, and sent like any other.

mod create;
mod delete;
mod list;
mod save;

pub use create::create;
pub use delete::delete;
pub use list::{list, managed};
pub use save::save;

use crate::{Ctx, Error, Result, db::Conn, sql};
use domain::{
    id::QuickReplyId,
    quick::{Draft, QuickReply},
};
use serde_json::{Value, json};

const GET: &str = "SELECT shortcut, title, body FROM quick_replies WHERE workspace_id = $1 AND id = $2";

async fn get(ctx: &Ctx, conn: Conn<'_>, id: QuickReplyId) -> Result<QuickReply> {
    let row: Option<(String, String, String)> = sql!(opt(String, String, String), conn, GET, ctx.ws(), id.0)?;
    let (shortcut, title, body) = row.ok_or(domain::Error::NotFound)?;
    Ok(QuickReply { id, shortcut, title, body })
}

fn of(id: QuickReplyId, Draft { shortcut, title, body }: Draft) -> QuickReply {
    QuickReply { id, shortcut, title, body }
}

fn taken(shortcut: &str) -> Error {
    Error::Conflict(format!("There is a quick reply /{shortcut} already."))
}

/// As the audit trail shows it.
fn json(quick: &QuickReply) -> Value {
    json!({ "shortcut": quick.shortcut, "title": quick.title, "body": quick.body })
}
