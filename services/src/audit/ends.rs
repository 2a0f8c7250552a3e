use super::chain::Checked;
use domain::id::WorkspaceId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// What this process knows of the chains by itself, whatever the database says.
#[derive(Default)]
pub(crate) struct ChainEnds {
    /// How far it has sealed each. A chain never gets shorter, so a head that says less was put back.
    ends: Mutex<HashMap<WorkspaceId, i64>>,
    /// What its last check found.
    checks: Mutex<HashMap<WorkspaceId, Checked>>,
}

impl ChainEnds {
    /// After the commit.
    pub(super) fn note(&self, workspace: WorkspaceId, position: i64) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let end = ends.entry(workspace).or_default();
        *end = position.max(*end);
    }

    /// Whether the stored end lies before one that this process has committed. Asked under the lock of the head, so that it is
    /// the newest.
    pub(super) fn is_behind(&self, workspace: WorkspaceId, position: i64) -> bool {
        let ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.get(&workspace).is_some_and(|end| position < *end)
    }

    pub(super) fn note_check(&self, workspace: WorkspaceId, check: Checked) {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner).insert(workspace, check);
    }

    pub(super) fn last_check(&self, workspace: WorkspaceId) -> Option<Checked> {
        self.checks.lock().unwrap_or_else(PoisonError::into_inner).get(&workspace).cloned()
    }
}
