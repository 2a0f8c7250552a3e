//! The master keys, from what the settings say of them: 64 hexadecimal digits, or with the feature `aws` a key that is held at
//! AWS, `aws-kms:KEY` (id, ARN or alias) or `aws-secret:NAME` (a secret of Secrets Manager that holds the digits).

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use services::vault::{KeyProvider, MasterKey, Vault};

use crate::failure::Failure;

/// A vault that seals under the first key and opens under all.
///
/// # Errors
/// When AWS does not answer, or a key is none.
pub(crate) async fn vault(master: &SecretString, old: &[SecretString]) -> Result<Vault, Failure> {
    let mut keys = Vec::new();
    for (nth, key) in std::iter::once(master).chain(old).enumerate() {
        let variable = if nth == 0 { "TOKEN_MASTER_KEY" } else { "TOKEN_MASTER_KEYS_OLD" };
        keys.extend(held(key).await.map_err(|problem| Failure::usage(format!("{variable}: {problem}")))?);
    }
    let seals = keys.remove(0);
    Vault::with_keys(seals, keys).await.map_err(|error| Failure::failed(format!("TOKEN_MASTER_KEY: {error}")))
}

/// The key; behind a name in Secrets Manager also the one before it. Never empty.
async fn held(key: &SecretString) -> Result<Vec<Arc<dyn KeyProvider>>, String> {
    #[cfg(feature = "aws")]
    if let Some(found) = vault_aws::keys(key.expose_secret()).await {
        return found.map_err(|error| error.to_string());
    }
    match MasterKey::from_hex(key.expose_secret()) {
        Ok(key) => Ok(vec![Arc::new(key)]),
        Err(_) => Err("expected 64 hexadecimal digits".to_owned()),
    }
}
