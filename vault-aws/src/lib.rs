//! Master keys that are held at AWS: in KMS, which wraps data keys and never shows its key, or in Secrets Manager, from which
//! a local key is fetched when the process starts.
//!
//! Region, credentials and endpoint come from where the AWS tools find them: `AWS_REGION`, `AWS_ACCESS_KEY_ID`, a profile, the
//! role of a container or machine, `AWS_ENDPOINT_URL`.

mod client;
mod kms;
mod secret;

pub use client::config;
pub use kms::Kms;
pub use secret::fetch;

use aws_config::SdkConfig;
use services::vault::{KeyProvider, KeyTrouble};
use std::sync::Arc;

/// `aws-kms:` and the key's id, ARN or alias (`alias/…`).
const KMS: &str = "aws-kms:";
/// `aws-secret:` and the secret's name or ARN.
const SECRET: &str = "aws-secret:";

/// Why a key cannot be used. Its text holds no key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// AWS does not answer, or not to us.
    #[error(transparent)]
    Trouble(#[from] KeyTrouble),
    /// What stands in Secrets Manager is no key.
    #[error("the secret {0} does not hold 64 hexadecimal digits (`openssl rand -hex 32`)")]
    NotAKey(String),
}

/// The keys that a setting names; `None` when it names nothing at AWS. Never empty: the first one is the newest.
pub async fn keys(setting: &str) -> Option<Result<Vec<Arc<dyn KeyProvider>>, Error>> {
    if !setting.starts_with(KMS) && !setting.starts_with(SECRET) {
        return None;
    }
    keys_with(&config().await, setting).await
}

/// The same with a configuration of one's own.
pub async fn keys_with(config: &SdkConfig, setting: &str) -> Option<Result<Vec<Arc<dyn KeyProvider>>, Error>> {
    if let Some(key) = setting.strip_prefix(KMS) {
        let found = Kms::connect(config, key).await;
        return Some(found.map(|key| vec![Arc::new(key) as Arc<dyn KeyProvider>]).map_err(Error::Trouble));
    }
    let name = setting.strip_prefix(SECRET)?;
    Some(fetch(config, name).await)
}
