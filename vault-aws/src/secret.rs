use crate::Error;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::{Client, error::DisplayErrorContext, operation::get_secret_value::GetSecretValueError};
use secrecy::SecretString;
use services::vault::{KeyProvider, KeyTrouble, MasterKey};
use std::sync::Arc;

/// The key of today and the one before it, as Secrets Manager labels them when a secret is given a new value.
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

/// Fetches a master key, and where there is one the key that it replaced, which then only opens. Needs
/// `secretsmanager:GetSecretValue`.
///
/// # Errors
/// When Secrets Manager does not answer, or the secret holds no key.
pub async fn fetch(config: &SdkConfig, name: &str) -> Result<Vec<Arc<dyn KeyProvider>>, Error> {
    let client = Client::new(config);
    let mut keys: Vec<Arc<dyn KeyProvider>> = Vec::new();
    for stage in [CURRENT, PREVIOUS] {
        if let Some(text) = value(&client, name, stage).await? {
            let key = MasterKey::from_secret(&text).map_err(|_| Error::NotAKey(format!("{name} ({stage})")))?;
            keys.push(Arc::new(key));
        }
    }
    Ok(keys)
}

/// `None` where there was no key before this one.
async fn value(client: &Client, name: &str, stage: &str) -> Result<Option<SecretString>, Error> {
    let answer = client.get_secret_value().secret_id(name).version_stage(stage).send().await;
    match answer {
        Ok(found) => match found.secret_string {
            Some(text) => Ok(Some(SecretString::from(text))),
            None => Err(Error::NotAKey(format!("{name} ({stage})"))),
        },
        Err(error) => {
            let unknown = matches!(error.as_service_error(), Some(GetSecretValueError::ResourceNotFoundException(_)));
            if unknown && stage == PREVIOUS {
                return Ok(None);
            }
            let text = format!("AWS Secrets Manager does not give {name}: {}", DisplayErrorContext(&error));
            Err(KeyTrouble::Unavailable(text).into())
        }
    }
}
