use super::{
    KeyId,
    envelope::{Envelope, HEAD, head},
    sealed::{ALL, SECRETS, Table},
};
use crate::{Result, Services, db::Db};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

const PAGE: i64 = 500;

/// How many secrets are sealed under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderKey {
    pub id: KeyId,
    /// `None`: this process does not hold the key.
    pub name: Option<String>,
    /// Whether new secrets are sealed under it.
    pub seals: bool,
    pub secrets: u64,
    /// Audit entries whose proof needs the key until their chain holds them, which is a second when all is well.
    pub proofs: u64,
}

/// Which keys there are and what is sealed under them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Those that this process holds first, as configured.
    pub keys: Vec<UnderKey>,
    /// Sealed under another key or in an older format: what a rotation would wrap anew. As long as there is anything, no key
    /// may be retired.
    pub to_rotate: u64,
}

/// The ids of the keys under which something is sealed that is to be opened again, with how many there are. What cannot be read,
/// as in a database that is not up to date, is left out.
pub(crate) async fn keys_in_use(db: &Db) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for table in SECRETS {
        let mut after = Uuid::nil();
        loop {
            let page = match db.read().await {
                Ok(mut read) => table.page(read.conn(), after, PAGE).await.unwrap_or_default(),
                Err(_) => Vec::new(),
            };
            let Some(last) = page.last() else { break };
            after = last.id;
            for envelope in page.iter().filter_map(|row| Envelope::read(&row.bytes).ok()) {
                *found.entry(envelope.key.to_string()).or_default() += 1;
            }
        }
    }
    found
}

/// Counts secrets by key, without opening any.
///
/// # Errors
/// When the database cannot be asked.
pub async fn status(services: &Services) -> Result<Status> {
    let vault = services.vault();
    let current = head(vault.seals().id());
    let mut counted: HashMap<KeyId, Count> = HashMap::new();
    let mut to_rotate = 0;
    for table in ALL {
        let mut after = Uuid::nil();
        loop {
            let page = {
                let mut read = services.db().read().await?;
                table.page(read.conn(), after, PAGE).await?
            };
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in page {
                let envelope = Envelope::read(&row.bytes);
                // A proof that is none needs no key.
                let needed = table != Table::Proofs || envelope.is_ok();
                to_rotate += u64::from(needed && row.bytes.get(..HEAD) != Some(current.as_slice()));
                if let Ok(envelope) = envelope {
                    let count = counted.entry(envelope.key).or_default();
                    *if table == Table::Proofs { &mut count.proofs } else { &mut count.secrets } += 1;
                }
            }
        }
    }
    let mut keys = Vec::new();
    for (at, key) in vault.keys().iter().enumerate() {
        let count = counted.remove(&key.id()).unwrap_or_default();
        keys.push(count.under(key.id(), Some(key.name()), at == 0));
    }
    let mut unknown: Vec<_> = counted.into_iter().collect();
    unknown.sort_unstable_by_key(|(id, _)| id.to_string());
    keys.extend(unknown.into_iter().map(|(id, count)| count.under(id, None, false)));
    Ok(Status { keys, to_rotate })
}

#[derive(Clone, Copy, Default)]
struct Count {
    secrets: u64,
    proofs: u64,
}

impl Count {
    fn under(self, id: KeyId, name: Option<String>, seals: bool) -> UnderKey {
        UnderKey { id, name, seals, secrets: self.secrets, proofs: self.proofs }
    }
}
