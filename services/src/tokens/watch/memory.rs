use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// Uses from one network that are written down together at the latest.
const TOGETHER: i64 = 100;

/// What this process has counted and not yet written down.
#[derive(Default)]
pub struct Watch(Mutex<HashMap<Key, Seen>>);

/// A token and its workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub workspace: Uuid,
    pub token: Uuid,
}

/// The present minute of a token: the networks that are written down, and how often each was used since.
#[derive(Default)]
struct Seen {
    minute: i64,
    networks: Vec<(String, i64)>,
}

/// Uses of a token from one network in one minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Uses {
    pub minute: i64,
    pub network: String,
    pub count: i64,
}

impl Watch {
    /// Counts one use. What comes back has to be written down before the request goes on.
    pub(super) fn count(&self, key: Key, network: &str, minute: i64) -> Option<Vec<Uses>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.entry(key).or_default();
        let mut due = Vec::new();
        if seen.minute != minute {
            due = seen.take();
            *seen = Seen { minute, networks: Vec::new() };
        } else if let Some((_, count)) = seen.networks.iter_mut().find(|(known, _)| known == network) {
            *count += 1;
            return (*count >= TOGETHER).then(|| seen.take());
        }
        seen.networks.push((network.to_owned(), 0));
        due.push(Uses { minute, network: network.to_owned(), count: 1 });
        Some(due)
    }

    /// After a failure to write: the next use is written down again, wherever it comes from.
    pub(super) fn forget(&self, key: Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }

    /// What was counted before `minute`; it is not remembered any longer.
    pub(super) fn past(&self, minute: i64) -> Vec<(Key, Vec<Uses>)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = all.extract_if(|_, seen| seen.minute < minute);
        over.map(|(key, mut seen)| (key, seen.take())).filter(|(_, due)| !due.is_empty()).collect()
    }
}

impl Seen {
    fn take(&mut self) -> Vec<Uses> {
        let minute = self.minute;
        let counted = self.networks.iter_mut().filter(|(_, count)| *count > 0);
        counted
            .map(|(network, count)| Uses { minute, network: network.clone(), count: std::mem::take(count) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key { workspace: Uuid::nil(), token: Uuid::max() };

    fn uses(minute: i64, network: &str, count: i64) -> Uses {
        Uses { minute, network: network.to_owned(), count }
    }

    #[test]
    fn the_first_of_a_minute_and_network_is_due_at_once() {
        let watch = Watch::default();
        assert_eq!(watch.count(KEY, "a", 7), Some(vec![uses(7, "a", 1)]));
        assert_eq!(watch.count(KEY, "a", 7), None);
        assert_eq!(watch.count(KEY, "b", 7), Some(vec![uses(7, "b", 1)]));
        assert_eq!(watch.count(KEY, "a", 7), None);
        assert_eq!(watch.count(KEY, "a", 8), Some(vec![uses(7, "a", 2), uses(8, "a", 1)]));
        watch.forget(KEY);
        assert_eq!(watch.count(KEY, "a", 8), Some(vec![uses(8, "a", 1)]));
    }

    #[test]
    fn nothing_is_counted_twice_or_lost() {
        let watch = Watch::default();
        let mut written = 0;
        for turn in 0..1_000 {
            written += watch.count(KEY, "a", turn / 300).into_iter().flatten().map(|uses| uses.count).sum::<i64>();
        }
        assert!(watch.past(3).is_empty(), "the present minute stays");
        written += watch.past(4).into_iter().flat_map(|(_, due)| due).map(|uses| uses.count).sum::<i64>();
        assert_eq!(written, 1_000);
        assert!(watch.past(9).is_empty());
    }
}
