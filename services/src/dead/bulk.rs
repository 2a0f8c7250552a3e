use super::{Retry, discard, retry};
use crate::{Ctx, Error, Result};
use domain::{dead::Done, permission::Permission};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Dead letters that one request may name.
pub const AT_ONCE: usize = 500;

/// Retries many, each by itself: one that is refused keeps no other back. What may have gone out is refused here.
///
/// # Errors
/// `Invalid` for more than [`AT_ONCE`]; `Forbidden` without `operations.manage`; when the database is away, with what is done
/// done.
pub async fn retry_many(ctx: &Ctx, ids: &[Uuid]) -> Result<Done> {
    let mut done = Done::default();
    for id in checked(ctx, ids)? {
        sort(&mut done, id, retry(ctx, id, Retry::Once).await)?;
    }
    Ok(done)
}

/// Discards many, each by itself.
///
/// # Errors
/// As [`retry_many`].
pub async fn discard_many(ctx: &Ctx, ids: &[Uuid]) -> Result<Done> {
    let mut done = Done::default();
    for id in checked(ctx, ids)? {
        sort(&mut done, id, discard(ctx, id).await)?;
    }
    Ok(done)
}

fn checked(ctx: &Ctx, ids: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    ctx.demand(Permission::OperationsManage)?;
    if ids.is_empty() || ids.len() > AT_ONCE {
        return Err(domain::Error::invalid("ids", format!("choose 1 to {AT_ONCE} at a time")).into());
    }
    // In the order of their making: messages go back before those that were written after them.
    Ok(ids.iter().copied().collect())
}

fn sort(done: &mut Done, id: Uuid, outcome: Result<()>) -> Result<()> {
    match outcome {
        Ok(()) => done.done.push(id),
        Err(error @ (Error::Unavailable | Error::Internal(_) | Error::SignedOut)) => return Err(error),
        Err(Error::Domain(domain::Error::NotFound)) => {
            done.refused.push((id, "It is not there any more.".to_owned()));
        }
        Err(error) => done.refused.push((id, error.to_string())),
    }
    Ok(())
}
