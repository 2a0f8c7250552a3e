use super::{list, sync::claim_and_sync, want};
use crate::{Ctx, Result, sql};
use domain::{
    id::NumberId,
    permission::Permission,
    template::Template,
    time::{Millis, SECOND},
};

/// A list that was fetched this lately is not fetched again: Meta counts such calls.
const FRESH: Millis = 5 * SECOND;

const WABA: &str = "SELECT waba_id FROM numbers WHERE workspace_id = $1 AND id = $2";
const STATE: &str = "SELECT s.synced_at, s.problem FROM template_syncs s
    JOIN numbers n ON n.workspace_id = s.workspace_id AND n.waba_id = s.waba_id
    WHERE s.workspace_id = $1 AND n.id = $2";

/// How old a number's list of templates is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// When Meta last gave it; never yet for a new number.
    pub at: Option<Millis>,
    /// Why the last try failed, in words.
    pub problem: Option<String>,
}

/// Fetches a number's list from Meta, and returns it.
///
/// # Errors
/// `Forbidden` without `templates.view`; `NotFound` for a number of somebody else; `Upstream` when Meta does not give it.
pub async fn refresh(ctx: &Ctx, number: NumberId) -> Result<Vec<Template>> {
    ctx.demand(Permission::TemplatesView)?;
    let waba = {
        let mut read = ctx.read().await?;
        sql!(scalar_opt String, read.conn(), WABA, ctx.ws(), number.0)?
    };
    let waba = waba.ok_or(domain::Error::NotFound)?;
    let now = ctx.now();
    let Fetched { at, problem } = fetched(ctx, number).await?;
    if problem.is_some() || at.is_none_or(|at| at + FRESH <= now) {
        let mut tx = ctx.begin().await?;
        want(tx.conn(), ctx.ws(), &waba, now).await?;
        tx.commit().await?;
        claim_and_sync(ctx.services(), ctx.ws(), &waba).await?;
    }
    match fetched(ctx, number).await?.problem {
        Some(problem) => Err(crate::Error::Upstream(problem)),
        None => list(ctx, number).await,
    }
}

/// When a number's list was fetched.
///
/// # Errors
/// `Forbidden` without `templates.view`.
pub async fn fetched(ctx: &Ctx, number: NumberId) -> Result<Fetched> {
    ctx.demand(Permission::TemplatesView)?;
    let mut read = ctx.read().await?;
    let found: Option<(Option<i64>, Option<String>)> =
        sql!(opt(Option<i64>, Option<String>), read.conn(), STATE, ctx.ws(), number.0)?;
    let (at, problem) = found.unwrap_or_default();
    Ok(Fetched { at, problem })
}
