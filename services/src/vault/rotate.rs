use super::{
    Kind, OpenError,
    sealed::{ALL, Sealed, Table},
};
use crate::{Error, Origin, Result, Services, audit};
use domain::audit::Action;
use uuid::Uuid;

/// Rows that are looked at, and committed, at a time.
const BATCH: i64 = 100;

/// What a rotation has done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Now under the key that seals.
    pub rewrapped: u64,
    /// Proofs of audit entries that were not sealed yet, now under that key too.
    pub proofs: u64,
    /// Were already.
    pub already: u64,
    /// Replaced or deleted by somebody else in between; what replaced them is looked at as well.
    pub overtaken: u64,
    /// Do not open, and stay as they are: the kind, its subject and why.
    pub unreadable: Vec<(Kind, Uuid, OpenError)>,
}

/// Wraps every data key under the master key that seals now, while everything runs.
///
/// Each envelope names its key, so there is nothing to remember between two runs: whoever was interrupted begins again, and what
/// is done already is passed over. A secret that is stored meanwhile is sealed under the new key by this process; another
/// process that still seals under the old one is caught by the next run, see [`super::status`].
pub struct Rotation {
    services: Services,
    table: usize,
    after: Uuid,
    batch: i64,
    done: Rotated,
}

impl Rotation {
    pub fn new(services: &Services) -> Self {
        Self::in_batches_of(services, BATCH)
    }

    /// With so many rows a transaction.
    pub fn in_batches_of(services: &Services, batch: i64) -> Self {
        let services = services.clone();
        Self { services, table: 0, after: Uuid::nil(), batch: batch.max(1), done: Rotated::default() }
    }

    /// What was done so far.
    pub const fn done(&self) -> &Rotated {
        &self.done
    }

    /// Goes on by one batch; `false` when there is nothing left.
    ///
    /// # Errors
    /// When the database fails or the key service does not answer; what was committed stays.
    pub async fn step(&mut self) -> Result<bool> {
        let Some(table) = ALL.get(self.table).copied() else { return Ok(false) };
        let page = {
            let mut read = self.services.db().read().await?;
            table.page(read.conn(), self.after, self.batch).await?
        };
        let Some(last) = page.last().map(|row| row.id) else {
            self.table += 1;
            self.after = Uuid::nil();
            return Ok(self.table < ALL.len());
        };
        // Keys are asked for before the transaction: it may be a service elsewhere.
        let mut ready = Vec::new();
        for row in page {
            if let Some(sealed) = self.rewrap(table, &row).await? {
                ready.push((row, sealed));
            }
        }
        if !ready.is_empty() {
            let mut tx = self.services.db().begin().await?;
            let mut replaced = 0;
            for (row, sealed) in &ready {
                replaced += u64::from(table.replace(&mut tx, row, sealed).await?);
            }
            tx.commit().await?;
            if table == Table::Proofs {
                // One that was sealed meanwhile is gone.
                self.done.proofs += replaced;
            } else {
                self.done.rewrapped += replaced;
                self.done.overtaken += ready.len() as u64 - replaced;
            }
        }
        self.after = last;
        Ok(true)
    }

    async fn rewrap(&mut self, table: Table, row: &Sealed) -> Result<Option<Vec<u8>>> {
        match self.services.vault().rewrap(row.label, &row.bytes).await {
            Ok(Some(sealed)) => return Ok(Some(sealed)),
            Err(OpenError::Unavailable(why)) => return Err(Error::Upstream(format!("the key service: {why}"))),
            // A proof that does not open is for the sealer to judge.
            _ if table == Table::Proofs => {}
            Ok(None) => self.done.already += 1,
            Err(why) => self.done.unreadable.push((row.label.kind, row.label.subject, why)),
        }
        Ok(None)
    }

    /// Goes on to the end, and notes it in the audit trail.
    ///
    /// # Errors
    /// As for [`Rotation::step`].
    pub async fn run(mut self) -> Result<Rotated> {
        while self.step().await? {}
        let detail = format!("{} secrets are now under key {}", self.done.rewrapped, self.services.vault().key_id());
        audit::system_event(&self.services, Action::SecretsRotated, &Origin::default(), &detail);
        Ok(self.done)
    }
}
