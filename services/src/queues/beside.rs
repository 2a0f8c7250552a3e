use super::{Depth, Queue};
use crate::{
    Result, Services,
    db::{Conn, system},
};
use domain::time::Millis;
use uuid::Uuid;

/// Of what waits for the index of the search so much is counted.
const COUNTED: i64 = 10_000;

/// What is worked on beside deliveries, messages and mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Customers' files, to be fetched from Meta.
    pub media: Depth,
    /// What browsers are to be told.
    pub pushes: Depth,
    /// What Meta is to be told: that a message was read, that somebody types. In hand: of this process.
    pub receipts: Depth,
    /// Lists of templates that are due at Meta. In hand: of this process.
    pub templates: Depth,
    /// What is to be indexed, of the whole installation, counted up to 10,000; since when is not known. In hand: of this process.
    pub search: Depth,
}

/// Of one workspace, or of all where none is given.
pub(super) async fn beside(
    services: &Services,
    mut conn: Conn<'_>,
    workspace: Option<Uuid>,
    now: Millis,
) -> Result<Beside> {
    let flow = |queue| services.tally().of(queue, now);
    let leased = |(depth, in_flight, oldest), queue| Depth { depth, in_flight, oldest, flow: flow(queue) };
    // What has no lease is known to be in hand by this process alone, whosever it is.
    let held = |depth: i64, oldest, queue| {
        let flow = flow(queue);
        let in_hand = i64::try_from(flow.in_hand).unwrap_or(i64::MAX);
        let depth = if workspace.is_none() { depth.max(in_hand) } else { depth };
        Depth { depth, in_flight: in_hand.min(depth), oldest, flow }
    };
    let media = leased(system::media_waiting(conn.again(), workspace, now).await?, Queue::Media);
    let pushes = leased(system::pushes_waiting(conn.again(), workspace, now).await?, Queue::Pushes);
    let (receipts, told) = system::receipts_waiting(conn.again(), workspace, now).await?;
    let (templates, due) = system::templates_waiting(conn.again(), workspace, now).await?;
    let search = system::search_waiting(conn, COUNTED).await?;
    Ok(Beside {
        media,
        pushes,
        receipts: held(receipts, told, Queue::Receipts),
        templates: held(templates, due, Queue::Templates),
        search: held(search, None, Queue::Search),
    })
}
