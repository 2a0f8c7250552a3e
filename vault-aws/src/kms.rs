use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_kms::{Client, error::DisplayErrorContext, operation::decrypt::DecryptError, primitives::Blob};
use services::vault::{DataKey, KeyId, KeyProvider, KeyTrouble};
use std::{error::Error, fmt};

/// Bound to every data key, and seen in CloudTrail: what a key policy can ask for.
const CONTEXT: (&str, &str) = ("parlance", "data-key");

/// A symmetric key of AWS KMS. Needs `kms:DescribeKey`, `kms:Encrypt` and `kms:Decrypt`; a key that only opens needs no `Encrypt`.
pub struct Kms {
    client: Client,
    arn: String,
}

impl Kms {
    /// Finds the key by id, ARN or alias. An alias is followed once: what it points to later is another key.
    ///
    /// # Errors
    /// When KMS does not answer, or does not know the key.
    pub async fn connect(config: &SdkConfig, key: &str) -> Result<Self, KeyTrouble> {
        let client = Client::new(config);
        let described = client.describe_key().key_id(key).send().await.map_err(|e| unavailable("describe", &e))?;
        let arn = described.key_metadata.and_then(|key| key.arn);
        let arn = arn.ok_or_else(|| KeyTrouble::Unavailable(format!("AWS KMS does not describe the key {key}")))?;
        Ok(Self { client, arn })
    }
}

#[async_trait]
impl KeyProvider for Kms {
    fn id(&self) -> KeyId {
        KeyId::of(self.arn.as_bytes())
    }

    fn name(&self) -> String {
        format!("AWS KMS {}", self.arn)
    }

    async fn wrap_key(&self, key: &DataKey) -> Result<Vec<u8>, KeyTrouble> {
        let request = self.client.encrypt().key_id(&self.arn).encryption_context(CONTEXT.0, CONTEXT.1);
        let sealed = request.plaintext(Blob::new(key.expose().as_slice())).send().await;
        let blob = sealed.map_err(|e| unavailable("encrypt", &e))?.ciphertext_blob;
        blob.map(Blob::into_inner).ok_or_else(|| KeyTrouble::Unavailable("AWS KMS answered without a key".to_owned()))
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<DataKey, KeyTrouble> {
        let request = self.client.decrypt().key_id(&self.arn).encryption_context(CONTEXT.0, CONTEXT.1);
        let opened = request.ciphertext_blob(Blob::new(wrapped)).send().await.map_err(|error| {
            match error.as_service_error() {
                Some(DecryptError::InvalidCiphertextException(_) | DecryptError::IncorrectKeyException(_)) => {
                    KeyTrouble::Refused
                }
                _ => unavailable("decrypt", &error),
            }
        })?;
        // KMS refuses another key by itself; a stand-in may not.
        if opened.key_id.as_deref() != Some(self.arn.as_str()) {
            return Err(KeyTrouble::Refused);
        }
        let key = opened.plaintext.and_then(|plain| DataKey::from_bytes(plain.as_ref()));
        key.ok_or(KeyTrouble::Refused)
    }
}

impl fmt::Debug for Kms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kms({})", self.arn)
    }
}

fn unavailable(what: &str, error: &(impl Error + 'static)) -> KeyTrouble {
    KeyTrouble::Unavailable(format!("AWS KMS cannot {what}: {}", DisplayErrorContext(error)))
}
