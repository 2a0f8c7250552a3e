//! How a workspace is: whether its numbers can send, and what waits.

use crate::{Ctx, Result, sql};
use domain::{
    id::NumberId,
    permission::Permission,
    time::{MINUTE, Millis},
};
use uuid::Uuid;

/// Messages that wait longer are a sign that something is wrong.
const PATIENCE: Millis = 5 * MINUTE;

const WAITING: &str = "SELECT COUNT(*), MIN(queued_at) FROM outbox
    WHERE workspace_id = $1 AND number_id IN (SELECT id FROM numbers WHERE workspace_id = $1)";
const NUMBERS: &str = "SELECT id, display_number, token_problem FROM numbers
    WHERE workspace_id = $1 AND state = 'active' ORDER BY created_at, id";

/// What [`of`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub at: Millis,
    /// Messages that wait to be sent.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub waiting_since: Option<Millis>,
    /// The connected ones, oldest first.
    pub numbers: Vec<NumberHealth>,
}

/// A connected number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberHealth {
    pub id: NumberId,
    pub display_number: String,
    /// What is wrong with its access token.
    pub problem: Option<String>,
}

impl Health {
    /// Nothing has to be looked at.
    pub fn is_well(&self) -> bool {
        let late = self.waiting_since.is_some_and(|since| since < self.at - PATIENCE);
        !late && self.numbers.iter().all(|number| number.problem.is_none())
    }
}

/// How the workspace is.
///
/// # Errors
/// `Forbidden` without `operations.view`.
pub async fn of(ctx: &Ctx) -> Result<Health> {
    ctx.demand(Permission::OperationsView)?;
    let mut snapshot = ctx.services.db().snapshot().await?;
    let (waiting, waiting_since) = sql!(one(i64, Option<Millis>), snapshot.conn(), WAITING, ctx.ws())?;
    let numbers = sql!(all(Uuid, String, Option<String>), snapshot.conn(), NUMBERS, ctx.ws())?;
    let number = |(id, display_number, problem)| NumberHealth { id: NumberId(id), display_number, problem };
    let numbers = numbers.into_iter().map(number).collect();
    Ok(Health { at: ctx.now(), waiting, waiting_since, numbers })
}
