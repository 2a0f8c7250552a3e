use super::step::{Went, fail, leave, step};
use crate::{Ctx, Error, Result, Services, db::system};
use domain::{
    id::{ImportId, UserId},
    time::{MINUTE, Millis},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it is looked for an import that was started.
const EVERY: Duration = Duration::from_secs(1);
/// Whoever does not finish a batch for so long is gone, and another worker goes on.
pub(super) const LEASE: Millis = MINUTE;
/// Batches of an import before the next one has its turn: a long file keeps no short one waiting.
const TURN: usize = 50;

/// Goes on with imports that were started, of all workspaces, until `stop`.
pub async fn worker(services: Services, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = run(&services, &stop).await {
            tracing::error!(%error, "an import could not go on; trying again in a minute");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Goes on with every import that waits, to its end.
///
/// # Errors
/// When the database fails: what was being written is tried again.
pub async fn run_due(services: &Services) -> Result<()> {
    run(services, &CancellationToken::new()).await
}

async fn run(services: &Services, stop: &CancellationToken) -> Result<()> {
    while !stop.is_cancelled() && one_turn(services, TURN, stop).await? {}
    Ok(())
}

/// Lets the import that has waited longest go on, for at most so many batches; whether there was one.
///
/// # Errors
/// When the database fails: what was being written is tried again.
pub async fn turn(services: &Services, batches: usize) -> Result<bool> {
    one_turn(services, batches, &CancellationToken::new()).await
}

async fn one_turn(services: &Services, batches: usize, stop: &CancellationToken) -> Result<bool> {
    let Some((workspace, import, member)) = claim(services).await? else { return Ok(false) };
    let import = ImportId(import);
    match importer(services, member).await {
        Ok(ctx) => one(&ctx, import, batches, stop).await?,
        Err(Error::Domain(why)) => fail(services, workspace, import, &refused(&why)).await?,
        Err(error) => return Err(error),
    }
    Ok(true)
}

async fn claim(services: &Services) -> Result<Option<(Uuid, Uuid, Uuid)>> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let claimed = system::claim_import(tx.conn(), now, now + LEASE).await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn importer(services: &Services, member: Uuid) -> Result<Ctx> {
    let (user, slug) = system::importer(services.db().read().await?.conn(), member).await?;
    services.ctx(UserId(user), &slug.parse()?).await
}

/// Batch by batch, each with what the member may do then.
async fn one(ctx: &Ctx, import: ImportId, batches: usize, stop: &CancellationToken) -> Result<()> {
    let mut reader = None;
    for _ in 0..batches {
        if stop.is_cancelled() {
            break;
        }
        let went = match ctx.again().await {
            Ok(ctx) => step(&ctx, import, &mut reader).await,
            Err(error) => Err(error),
        };
        match went {
            Ok(Went::On) => tokio::task::yield_now().await,
            Ok(Went::Over) => return Ok(()),
            Err(Error::Domain(why)) => return fail(ctx.services(), ctx.ws(), import, &refused(&why)).await,
            Err(error @ Error::Unavailable) => return Err(error),
            Err(error) => {
                tracing::error!(%error, %import, "an import broke off");
                let why = "Something went wrong on our side. What is in the report is written; nothing else is.";
                return fail(ctx.services(), ctx.ws(), import, why).await;
            }
        }
    }
    leave(ctx, import).await
}

fn refused(why: &domain::Error) -> String {
    format!("Whoever started it may not import any more, so it ended early. {why}")
}
