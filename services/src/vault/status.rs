use super::{
    KeyId,
    envelope::{Envelope, HEAD, head},
    sealed::TABLES,
};
use crate::{Result, Services};
use std::collections::HashMap;
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
}

/// Which keys there are and what is sealed under them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Those that this process holds first, as configured.
    pub keys: Vec<UnderKey>,
    /// Sealed under another key or in an older format: what a rotation would wrap anew.
    pub to_rotate: u64,
}

/// Counts secrets by key, without opening any.
///
/// # Errors
/// When the database cannot be asked.
pub async fn status(services: &Services) -> Result<Status> {
    let vault = services.vault();
    let current = head(vault.seals().id());
    let mut counted: HashMap<KeyId, u64> = HashMap::new();
    let mut to_rotate = 0;
    for table in TABLES {
        let mut after = Uuid::nil();
        loop {
            let page = {
                let mut read = services.db().read().await?;
                table.page(read.conn(), after, PAGE).await?
            };
            let Some(last) = page.last() else { break };
            after = last.id;
            for row in page {
                to_rotate += u64::from(row.bytes.get(..HEAD) != Some(current.as_slice()));
                if let Ok(envelope) = Envelope::read(&row.bytes) {
                    *counted.entry(envelope.key).or_default() += 1;
                }
            }
        }
    }
    let mut keys = Vec::new();
    for (at, key) in vault.keys().iter().enumerate() {
        let secrets = counted.remove(&key.id()).unwrap_or_default();
        keys.push(UnderKey { id: key.id(), name: Some(key.name()), seals: at == 0, secrets });
    }
    let mut unknown: Vec<_> = counted.into_iter().collect();
    unknown.sort_unstable_by_key(|(id, _)| id.to_string());
    keys.extend(unknown.into_iter().map(|(id, secrets)| UnderKey { id, name: None, seals: false, secrets }));
    Ok(Status { keys, to_rotate })
}
