//! Whether every entry stands where and as it was sealed.

use super::{
    begin,
    chain::{Ends, Key, Row},
    head, key,
    retention::{self, Changes, Retention},
    system::INSTALLATION,
};
use crate::{
    Error, Result, Services,
    db::{Tx, system},
    sql, workspaces,
};
use domain::{id::WorkspaceId, workspace::Slug};
use std::fmt;

const CHAIN: &str = "SELECT at, id, actor_kind, member_id, token_id, action, resource_kind, resource_id, was, became,
    about, address, agent, unproven, position, salt, mac, erased_at, personal_digest, erasure
    FROM audit_entries WHERE workspace_id = $1 AND position > $2 ORDER BY position LIMIT $3";
const SEALED: &str = "SELECT EXISTS (SELECT 1 FROM audit_entries WHERE workspace_id = $1 AND position IS NOT NULL)";

/// Places are counted from 1: what stands below was put there by somebody else.
const BELOW: &str =
    "SELECT position FROM audit_entries WHERE workspace_id = $1 AND position < 1 ORDER BY position LIMIT $2";

const PAGE: i64 = 500;
/// Enough to see what happened; what is found behind them is counted.
const MOST: usize = 100;

/// A place where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// The entry, or its link to the one before, is not as it was sealed.
    Edited(i64),
    /// Entries from the first to the last of these are gone.
    Deleted(i64, i64),
    /// The entry was never sealed at this place.
    Inserted(i64),
    /// The entry was sealed, but no Parlance with a master key that is known here wrote it.
    Unproven(i64),
    /// The last entries, from the first to the last of these, were cut off.
    CutOff(i64, i64),
    /// What is stored about the end, or about what was kept long enough, is gone or was changed.
    Ends,
    /// The chain has begun and its key is gone.
    Key,
    /// The whole chain is gone: entries, ends and key.
    Missing,
    /// Entries are to be kept for fewer or more days (the second) than anybody set them to (the first).
    Retention(i64, i64),
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Break::Edited(at) => write!(f, "entry #{at} was edited"),
            Break::Deleted(from, to) if from == to => write!(f, "entry #{from} was deleted"),
            Break::Deleted(from, to) => write!(f, "entries #{from} to #{to} were deleted"),
            Break::Inserted(at) => write!(f, "entry #{at} was inserted"),
            Break::Unproven(at) => {
                write!(f, "entry #{at} was inserted: Parlance did not write it, or without its master key")
            }
            Break::CutOff(from, to) if from == to => write!(f, "the last entry, #{from}, was cut off"),
            Break::CutOff(from, to) => write!(f, "the last entries, #{from} to #{to}, were cut off"),
            Break::Ends => f.write_str("the signed record of where the chain begins and ends was changed or removed"),
            Break::Key => f.write_str("the key of the chain is gone, so nothing can be proven"),
            Break::Missing => f.write_str("the whole chain was removed, with its key and its ends"),
            Break::Retention(set, instead) => {
                write!(f, "entries are to be kept for {instead} days, but whoever may set it set {set}")
            }
        }
    }
}

/// What a check of one chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub workspace: WorkspaceId,
    /// `None` for the installation's own chain.
    pub slug: Option<String>,
    /// The place up to which the chain goes.
    pub position: i64,
    /// Up to here entries were kept long enough and are gone.
    pub anchor: i64,
    /// Entries that were looked at.
    pub entries: i64,
    /// Those that were found first; none when all is well.
    pub breaks: Vec<Break>,
    /// How many more there are.
    pub more: usize,
    /// The chain itself does not hold, whatever else is in it.
    broken: bool,
    /// For how long its entries are to be kept; `None` where there is no chain.
    pub(super) retention: Option<Retention>,
}

impl Report {
    /// Whether the chain itself holds, so that what is old may go. An entry that somebody slipped in is bound like any other.
    pub(super) fn is_whole(&self) -> bool {
        !self.broken
    }

    /// All breaks in one sentence.
    pub fn problem(&self) -> Option<String> {
        let mut said: Vec<String> = self.breaks.iter().map(ToString::to_string).collect();
        if self.more > 0 {
            said.push(format!("and {} more", self.more));
        }
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// Checks one workspace's chain, or that of every workspace and the installation's own.
///
/// # Errors
/// `NotFound` for a workspace that does not exist; `Internal` when a key does not open.
pub async fn verify(services: &Services, workspace: Option<&Slug>) -> Result<Vec<Report>> {
    let mut read = services.db().read().await?;
    let chains = match workspace {
        Some(slug) => vec![(workspaces::by_slug(read.conn(), slug).await?, Some(slug.to_string()))],
        None => {
            let chains = system::audited_workspaces(read.conn(), INSTALLATION.0).await?;
            chains.into_iter().map(|chain| (WorkspaceId(chain.workspace_id), chain.slug)).collect()
        }
    };
    drop(read);
    let mut reports = Vec::with_capacity(chains.len());
    for (workspace, slug) in chains {
        reports.push(verify_workspace(services, workspace, slug).await?);
    }
    Ok(reports)
}

/// Checks one chain as it is at one moment.
async fn verify_workspace(services: &Services, workspace: WorkspaceId, slug: Option<String>) -> Result<Report> {
    let key = key::load(services, workspace).await?;
    verify_with(services, workspace, slug, key.as_ref()).await
}

/// The same with a key that was loaded before.
pub(super) async fn verify_with(
    services: &Services,
    workspace: WorkspaceId,
    slug: Option<String>,
    key: Option<&Key>,
) -> Result<Report> {
    let mut report = Report {
        workspace,
        slug,
        position: 0,
        anchor: 0,
        entries: 0,
        breaks: Vec::new(),
        more: 0,
        broken: false,
        retention: None,
    };
    let mut tx = services.db().snapshot().await?;
    let Some(key) = key else {
        // One that has begun just now has brought its key along.
        if let Some(gone) = gone(&mut tx, workspace).await?
            && key::load(services, workspace).await?.is_none()
        {
            found(&mut report, gone);
        }
        return Ok(report);
    };
    let Some(head) = head::find(tx.conn(), key, workspace).await? else {
        found(&mut report, Break::Ends);
        return Ok(report);
    };
    if !head.genuine {
        found(&mut report, Break::Ends);
    }
    (report.position, report.anchor) = (head.ends.position, head.ends.anchor_position);
    let changes = walk(&mut tx, key, &head.ends, &mut report).await?;
    let retention = retention::compare(tx.conn(), workspace, &changes, head.ends.kept_days).await?;
    if let Some(instead) = retention.instead {
        found(&mut report, Break::Retention(retention.days, instead));
    }
    report.retention = Some(retention);
    Ok(report)
}

/// What is wrong with a chain without a key.
pub(super) async fn gone(tx: &mut Tx, workspace: WorkspaceId) -> Result<Option<Break>> {
    let begun =
        sql!(scalar bool, tx.conn(), SEALED, workspace.0)? || head::position(tx.conn(), workspace).await?.is_some();
    Ok(match begun {
        true => Some(Break::Key),
        false if begin::may(tx.conn(), workspace).await? => None,
        false => Some(Break::Missing),
    })
}

/// From the first to the last entry; returns what they say about how long they are kept.
async fn walk(tx: &mut Tx, key: &Key, ends: &Ends, report: &mut Report) -> Result<Changes> {
    let workspace = report.workspace;
    let mut changes = Changes::default();
    let (mut at, mut mac) = (ends.anchor_position, ends.anchor_mac.to_vec());
    for position in sql!(scalars i64, tx.conn(), BELOW, workspace.0, PAGE)? {
        found(report, Break::Inserted(position));
    }
    // From the first, so that what was put before the anchor is found too.
    let mut page_from = 0;
    loop {
        let rows: Vec<Row> = sql!(all Row, tx.conn(), CHAIN, workspace.0, page_from, PAGE)?;
        let last = rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        for row in rows {
            let position = row.position.ok_or_else(|| Error::Internal("a sealed entry has no position".to_owned()))?;
            page_from = position;
            report.entries += 1;
            if position <= ends.anchor_position || position > ends.position {
                found(report, Break::Inserted(position));
                continue;
            }
            let gap = position > at + 1;
            if gap {
                found(report, Break::Deleted(at + 1, position - 1));
            }
            // Behind a gap the link before is not known; the break stands in the report in any case.
            if !gap && !sealed(key, workspace, position, &mac, &row) {
                found(report, Break::Edited(position));
            } else if row.unproven {
                found(report, Break::Unproven(position));
            } else {
                changes.note(&row);
            }
            at = position;
            mac = row.mac.unwrap_or_default();
        }
        // To the end in any case: a hundred entries that anybody slipped in must not hide what was taken out behind them.
        if last {
            break;
        }
    }
    if at < ends.position {
        found(report, Break::CutOff(at + 1, ends.position));
    } else if mac != ends.mac && !report.broken {
        found(report, Break::Edited(at));
    }
    Ok(changes)
}

fn found(report: &mut Report, broken: Break) {
    let slipped_in = matches!(broken, Break::Unproven(_));
    // The first thing that is wrong with the chain itself is always told.
    if report.breaks.len() < MOST || (!slipped_in && !report.broken) {
        report.breaks.push(broken);
    } else {
        report.more += 1;
    }
    report.broken |= !slipped_in;
}

/// Whether an entry is what was sealed at this place behind that link.
fn sealed(key: &Key, workspace: WorkspaceId, position: i64, before: &[u8], row: &Row) -> bool {
    let Some(mac) = row.mac.as_deref() else { return false };
    let personal = match (row.erased_at, &row.salt) {
        (None, Some(salt)) => row.personal_digest(salt).to_vec(),
        (Some(at), _) if !row.has_personal() => {
            let (Some(personal), Some(erasure)) = (&row.personal_digest, &row.erasure) else { return false };
            if !key.is_erasure(workspace, position, at, personal, erasure) {
                return false;
            }
            personal.clone()
        }
        _ => return false,
    };
    key.is_link(before, position, &row.digest(workspace, &personal), mac)
}
