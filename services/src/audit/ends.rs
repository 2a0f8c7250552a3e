use domain::id::WorkspaceId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How far this process has sealed each chain. A chain never gets shorter, so a head that says less was put back.
#[derive(Default)]
pub(crate) struct ChainEnds(Mutex<HashMap<WorkspaceId, i64>>);

impl ChainEnds {
    /// After the commit.
    pub(super) fn note(&self, workspace: WorkspaceId, position: i64) {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = ends.entry(workspace).or_default();
        *end = position.max(*end);
    }

    /// Whether the stored end lies before one that this process has committed. Asked under the lock of the head, so that it is
    /// the newest.
    pub(super) fn is_behind(&self, workspace: WorkspaceId, position: i64) -> bool {
        let ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ends.get(&workspace).is_some_and(|end| position < *end)
    }
}
