//! The places in the database that hold sealed values.

use super::{Kind, Owner, kind::Label};
use crate::{
    audit::PROOF,
    db::{Conn, Tx, system, system_told},
    sql,
};
use domain::{
    id::{UserId, WorkspaceId},
    time::Millis,
};
use uuid::Uuid;

const MAILS: &str = "SELECT id, sealed FROM mails WHERE id > $1 AND length(sealed) > 0 ORDER BY id LIMIT $2";
const PUT_MAIL: &str = "UPDATE mails SET sealed = $2 WHERE id = $1 AND sealed = $3";
const TOTP: &str = "SELECT user_id, sealed FROM totp_secrets WHERE user_id > $1 ORDER BY user_id LIMIT $2";
const PUSH_KEYS: &str = "SELECT id, sealed FROM push_keys WHERE id > $1 ORDER BY id LIMIT $2";
const PUT_PUSH_KEY: &str = "UPDATE push_keys SET sealed = $2 WHERE id = $1 AND sealed = $3";
const PUT_TOTP: &str = "UPDATE totp_secrets SET sealed = $2 WHERE user_id = $1 AND sealed = $3";

/// Once sealed an entry needs its proof no more.
const PUT_PROOF: &str = "UPDATE audit_entries SET proof = $4
    WHERE workspace_id = $1 AND at = $2 AND id = $3 AND proof = $5 AND position IS NULL";

/// A table with sealed values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Secrets,
    Totp,
    Mails,
    PushKeys,
    PushSubscriptions,
    /// The proofs of audit entries that no chain holds yet: they need the key that they were made with.
    Proofs,
}

/// What is kept to be opened again.
pub(super) const SECRETS: [Table; 5] =
    [Table::Secrets, Table::Totp, Table::Mails, Table::PushKeys, Table::PushSubscriptions];
/// What needs its key still.
pub(super) const ALL: [Table; 6] =
    [Table::Secrets, Table::Totp, Table::Mails, Table::PushKeys, Table::PushSubscriptions, Table::Proofs];

/// One sealed value and what it opens for.
pub(super) struct Sealed {
    pub id: Uuid,
    pub label: Label,
    /// When the audit entry was made that it proves; nothing to the others.
    at: Millis,
    pub bytes: Vec<u8>,
}

impl Table {
    /// The next ones behind `after`, in the order of their ids.
    pub async fn page(self, conn: Conn<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<Sealed>> {
        Ok(match self {
            Table::Secrets => {
                let rows = system::sealed_secrets(conn, after, limit).await?;
                // A kind that is not known was written by a newer version; it rotates it.
                rows.into_iter().filter_map(secret).collect()
            }
            Table::Totp => sql!(all(Uuid, Vec<u8>), conn, TOTP, after, limit)?
                .into_iter()
                .map(|(id, bytes)| own(id, Owner::User(UserId(id)), Kind::TotpSecret, bytes))
                .collect(),
            // Its own id stands for the owner: it opens as this mail and no other.
            Table::Mails => sql!(all(Uuid, Vec<u8>), conn, MAILS, after, limit)?
                .into_iter()
                .map(|(id, bytes)| own(id, Owner::Workspace(WorkspaceId(id)), Kind::Mail, bytes))
                .collect(),
            // The same with these.
            Table::PushKeys => sql!(all(Uuid, Vec<u8>), conn, PUSH_KEYS, after, limit)?
                .into_iter()
                .map(|(id, bytes)| own(id, Owner::Workspace(WorkspaceId(id)), Kind::PushKey, bytes))
                .collect(),
            Table::PushSubscriptions => system_told::sealed_subscriptions(conn, after, limit)
                .await?
                .into_iter()
                .map(|(id, bytes)| own(id, Owner::Workspace(WorkspaceId(id)), Kind::PushSubscription, bytes))
                .collect(),
            Table::Proofs => system::unsealed_proofs(conn, after, limit).await?.into_iter().map(proof).collect(),
        })
    }

    /// Puts `new` where `old` stood; `false` when it stands there no more.
    pub async fn replace(self, tx: &mut Tx, old: &Sealed, new: &[u8]) -> sqlx::Result<bool> {
        let (id, bytes) = (old.id, old.bytes.as_slice());
        let done = match self {
            Table::Secrets => system::replace_sealed(tx.conn(), id, new, bytes).await?,
            Table::Totp => sql!(exec tx.conn(), PUT_TOTP, id, new, bytes)?,
            Table::Mails => sql!(exec tx.conn(), PUT_MAIL, id, new, bytes)?,
            Table::PushKeys => sql!(exec tx.conn(), PUT_PUSH_KEY, id, new, bytes)?,
            Table::PushSubscriptions => system_told::replace_subscription(tx.conn(), id, new, bytes).await?,
            Table::Proofs => sql!(exec tx.conn(), PUT_PROOF, old.label.subject, old.at, id, new, bytes)?,
        };
        Ok(done == 1)
    }
}

fn own(id: Uuid, owner: Owner, kind: Kind, bytes: Vec<u8>) -> Sealed {
    Sealed { id, label: Label::own(owner, kind, 1), at: 0, bytes }
}

fn secret(row: system::SealedSecret) -> Option<Sealed> {
    let owner = Owner::Workspace(WorkspaceId(row.workspace_id));
    let label = Label { owner, kind: Kind::parse(&row.kind)?, subject: row.subject_id, version: row.version };
    Some(Sealed { id: row.id, label, at: 0, bytes: row.sealed })
}

fn proof(row: system::UnsealedProof) -> Sealed {
    let label = Label::own(Owner::Workspace(WorkspaceId(row.workspace_id)), Kind::AuditEntry, PROOF);
    Sealed { id: row.id, label, at: row.at, bytes: row.proof }
}
