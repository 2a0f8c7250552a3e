//! How long entries are to be kept, as the chain knows it: what stands in the table of workspaces anybody may have changed.

use super::{begin::FIRST_DAYS, chain::Row};
use crate::{Result, db::Conn, sql};
use domain::{
    audit::Action,
    id::WorkspaceId,
    time::{MINUTE, Millis},
};
use serde_json::Value;

const SET: &str = "SELECT audit_days FROM workspaces WHERE id = $1";
const PENDING: &str = "SELECT EXISTS (SELECT 1 FROM audit_entries
    WHERE workspace_id = $1 AND position IS NULL AND action = $2)";

/// Changes that were made at almost the same time may stand in the chain the other way round.
const TOGETHER: Millis = MINUTE;

/// What the entries of a chain say about it.
#[derive(Default)]
pub(super) struct Changes(Vec<(Millis, i64)>);

impl Changes {
    /// Takes note of an entry that holds, and was written by Parlance.
    pub fn note(&mut self, row: &Row) {
        if row.action != Action::SettingsChanged.as_str() {
            return;
        }
        let days = |json: &Option<String>| {
            serde_json::from_str::<Value>(json.as_deref()?).ok()?.get("audit_days").and_then(Value::as_i64)
        };
        if let Some(after) = days(&row.became).filter(|after| days(&row.was) != Some(*after)) {
            self.0.push((row.at, after));
        }
    }

    fn last(&self) -> Option<i64> {
        self.0.last().map(|(_, days)| *days)
    }

    fn lately(&self, set: i64) -> bool {
        let newest = self.0.last().map_or(0, |(at, _)| *at);
        self.0.iter().any(|(at, days)| *days == set && (newest - at).abs() <= TOGETHER)
    }
}

/// For how long entries are to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Retention {
    /// What the chain says.
    pub days: i64,
    /// What the table says instead, where nobody can have set it.
    pub instead: Option<i64>,
    /// The longer of both, where a change of it is not sealed yet.
    pub longest: i64,
}

/// Compares what is set with what the chain says of it; `signed` is what was in force when the chain was cut last.
pub(super) async fn compare(
    mut conn: Conn<'_>,
    workspace: WorkspaceId,
    changes: &Changes,
    signed: Option<i64>,
) -> Result<Retention> {
    // The installation sets nothing.
    let Some(set) = sql!(scalar_opt i64, conn.again(), SET, workspace.0)? else {
        let days = signed.unwrap_or(FIRST_DAYS);
        return Ok(Retention { days, instead: None, longest: days });
    };
    let days = changes.last().or(signed).unwrap_or(set);
    let pending = sql!(scalar bool, conn, PENDING, workspace.0, Action::SettingsChanged.as_str())?;
    let explained = set == days || pending || changes.lately(set);
    Ok(Retention { days, instead: (!explained).then_some(set), longest: days.max(set) })
}
