use super::{
    customers, day,
    facts::{Facts, When},
    instant, minute, wait,
};
use crate::{Error, Result, Services, db::Tx};
use domain::time::{MINUTE, Millis};
use uuid::Uuid;

/// Messages that somebody wants to send through a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    pub workspace: Uuid,
    pub number: Uuid,
    /// At least 1.
    pub many: u32,
    pub when: When,
    /// A program sends single messages: they are held to the number's second.
    pub program: bool,
    /// The customer, if written to outside of a window.
    pub outside: Option<Uuid>,
}

/// Checks the limits of the workspace and of the number and counts against them, all in the transaction that writes the
/// messages; what is held in memory goes with the transaction. Called after the conversation is locked. Returns when the
/// messages are due: now, or later where they may wait.
///
/// # Errors
/// `Limited` with the limit that is used up; `NotFound` for a number that is not the workspace's.
pub(crate) async fn admit(services: &Services, tx: &mut Tx, ask: Ask, now: Millis) -> Result<Millis> {
    let Ask { workspace, number, many, when, .. } = ask;
    let facts = Facts::read(tx.conn(), workspace, number).await?;
    let due = day::take(tx, workspace, number, &facts, now, many, when).await?;
    // Whoever waits is paced by the number's lane, as people are.
    if ask.program && when == When::Refuse {
        instant::take(tx, workspace, number, &facts, now, many).await?;
    }
    if let Some(contact) = ask.outside {
        customers::take(tx, workspace, contact, &facts, now).await?;
    }
    let plan = facts.plan;
    let (reserved, due) = if due > now {
        let from = due.div_euclid(MINUTE);
        let reserved = wait::promise(services, tx, workspace, plan, from, many, now).await?;
        let due = due.max(reserved.minute * MINUTE);
        (reserved, due)
    } else {
        let present = match when {
            When::Among => minute::among(services, tx, workspace, plan, now, many).await,
            When::Refuse | When::Wait => minute::reserve(services, Some(tx), workspace, plan, now, many).await,
        };
        match present {
            Ok(reserved) => (reserved, now),
            Err(Error::Limited(_)) if when != When::Refuse => {
                let from = now.div_euclid(MINUTE) + 1;
                let reserved = wait::promise(services, tx, workspace, plan, from, many, now).await?;
                let due = now.max(reserved.minute * MINUTE);
                (reserved, due)
            }
            Err(error) => return Err(error),
        }
    };
    minute::count(services, tx, workspace, &reserved, many).await?;
    tx.hold(reserved);
    Ok(due)
}
