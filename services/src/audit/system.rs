//! What strangers do outside of any workspace, in a chain of its own. A flood makes no flood of entries: one per kind, network
//! and minute, with how often it was.

use super::{Entry, list::page, record_as};
use crate::{Actor, Origin, Result, Services};
use domain::{
    audit::{Action, EntryView, Filter},
    id::WorkspaceId,
    text::storable,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// Whose chain it is.
pub(super) const INSTALLATION: WorkspaceId = WorkspaceId(Uuid::nil());

/// Networks that are told apart within a minute; what more of them do is counted together.
const NETWORKS: usize = 1_000;
/// Different details that are kept of one network and minute, and how many characters of each.
const DETAILS: usize = 5;
const DETAIL_LIMIT: usize = 200;

/// What this process has seen in this minute.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Tallies>);

type Tallies = HashMap<(Action, Option<IpAddr>), Tally>;

#[derive(Default)]
struct Tally {
    count: u64,
    details: Vec<String>,
}

/// Notes something that happened outside of any workspace: a webhook with a wrong signature, a failed sign-in to an account
/// that is nobody's. It is written within a minute.
pub fn system_event(services: &Services, action: Action, origin: &Origin, detail: &str) {
    services.seen().note(action, origin.address.map(network), detail);
}

impl Seen {
    fn note(&self, action: Action, network: Option<IpAddr>, detail: &str) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.len() < NETWORKS || seen.contains_key(&(action, network));
        let tally = seen.entry((action, network.filter(|_| known))).or_default();
        tally.count += 1;
        let detail: String = storable(detail).chars().take(DETAIL_LIMIT).collect();
        if !detail.is_empty() && tally.details.len() < DETAILS && !tally.details.contains(&detail) {
            tally.details.push(detail);
        }
    }

    fn take(&self) -> Tallies {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put_back(&self, taken: Tallies) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, tally) in taken {
            let later = seen.entry(key).or_default();
            later.count += tally.count;
            if later.details.is_empty() {
                later.details = tally.details;
            }
        }
    }
}

/// Of an IPv6 address the /64, which one household or server has to itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

/// Writes what was noted. Called once a minute, and before the process ends.
///
/// # Errors
/// When the database fails; what was noted is then kept for the next time.
pub async fn flush(services: &Services) -> Result<()> {
    let seen = services.seen().take();
    if seen.is_empty() {
        return Ok(());
    }
    let written = write(services, &seen).await;
    if written.is_err() {
        services.seen().put_back(seen);
    }
    written
}

async fn write(services: &Services, seen: &Tallies) -> Result<()> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    for ((action, network), tally) in seen {
        let entry = Entry::new(*action).change(Value::Null, json!({ "times": tally.count, "details": tally.details }));
        let origin = Origin { address: *network, agent: None };
        record_as(services, &mut tx, INSTALLATION, Actor::System, &origin, now, entry).await?;
    }
    Ok(tx.commit().await?)
}

/// The newest entries of the installation's own chain, for whoever sits at the command line.
///
/// # Errors
/// When the database fails.
pub async fn system_entries(services: &Services, limit: usize) -> Result<Vec<EntryView>> {
    Ok(page(services, INSTALLATION.0, &Filter::default(), None, limit).await?.items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_together() {
        let seen = Seen::default();
        for i in 0..3_000_u32 {
            let address = IpAddr::from(i.to_be_bytes());
            seen.note(Action::SignInFailed, Some(network(address)), &format!("somebody{}@example.com", i % 7));
        }
        seen.note(Action::SignInFailed, Some(IpAddr::from([0, 0, 0, 1])), "\0");
        let taken = seen.take();
        assert_eq!(taken.len(), NETWORKS + 1);
        assert_eq!(taken.values().map(|tally| tally.count).sum::<u64>(), 3_001);
        let others = &taken[&(Action::SignInFailed, None)];
        assert_eq!((others.count, others.details.len()), (2_000, DETAILS));
        assert_eq!(taken[&(Action::SignInFailed, Some(IpAddr::from([0, 0, 0, 1])))].count, 2);
        assert!(seen.take().is_empty());
        seen.note(Action::SignInFailed, None, "later");
        seen.put_back(taken);
        assert_eq!(seen.take().values().map(|tally| tally.count).sum::<u64>(), 3_002);
    }

    #[test]
    fn networks() {
        let of = |address: &str| network(address.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(of("203.0.113.7"), "203.0.113.7");
    }
}
