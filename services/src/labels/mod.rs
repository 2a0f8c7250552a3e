//! Labels: what a workspace calls things by. Put on conversations by [`crate::conversations::label`].

mod change;
mod create;
mod delete;
mod list;

pub use change::change;
pub use create::create;
pub use delete::{delete, take_off};
pub use list::{Listed, list, listed};

pub(crate) use list::all;

use crate::{Ctx, Error, Result, db::Tx, live};
use domain::{inbox::Event, label::Label};
use serde_json::{Value, json};

/// By this a name is unique in its workspace.
fn key(name: &str) -> String {
    name.to_lowercase()
}

fn taken(name: &str) -> Error {
    Error::Conflict(format!("There is a label called {name} already."))
}

/// A label as the audit trail shows it.
fn json(label: &Label) -> Value {
    json!({ "name": label.name, "colour": label.colour })
}

/// Commits a change of what labels there are, and tells everybody.
async fn commit(ctx: &Ctx, mut tx: Tx) -> Result<()> {
    let labels = all(tx.conn(), ctx.ws()).await?;
    let seq = live::record(&mut tx, ctx.ws(), &[Event::Labels { labels }], ctx.now()).await?;
    tx.commit().await?;
    ctx.services.bus().publish(ctx.ws(), seq);
    Ok(())
}
