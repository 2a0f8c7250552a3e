use super::StoreError;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig, aws::AmazonS3Builder, path::Path, prefix::PrefixStore,
};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// For a connection, and for the next byte of an answer; a piece of a file has to be on its way in the latter.
const CONNECTED: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(120);
/// Tries of a request, and how long all of them may take: somebody waits.
const TRIES: usize = 3;
const ALL_TRIES: Duration = Duration::from_secs(30);

/// A bucket at whoever speaks S3: AWS, MinIO, Ceph, Cloudflare R2 and others.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub name: String,
    /// What all names begin with, without slashes around it; empty for none.
    pub prefix: String,
    /// `None`: AWS's own of the region.
    pub endpoint: Option<Url>,
    pub region: String,
    pub key: String,
    pub secret: SecretString,
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.name)?;
        if self.prefix.is_empty() { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

impl Bucket {
    pub(super) fn open(&self) -> Result<Arc<dyn ObjectStore>, StoreError> {
        // Once per process; an error says only that it was done before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = self.endpoint.as_ref().is_some_and(|url| url.scheme() == "http");
        // A large file takes as long as whoever reads it: there is no limit to the whole.
        let client = ClientOptions::new()
            .with_allow_http(plain)
            .with_connect_timeout(CONNECTED)
            .with_timeout_disabled()
            .with_read_timeout(SILENCE);
        let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: TRIES, retry_timeout: ALL_TRIES };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.key)
            .with_secret_access_key(self.secret.expose_secret())
            // One by one, which all of them can.
            .with_disable_bulk_delete(true)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        let bucket = builder.build()?;
        Ok(match self.prefix.as_str() {
            "" => Arc::new(bucket),
            prefix => Arc::new(PrefixStore::new(bucket, Path::from(prefix))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_name_is_shown_and_its_secret_is_not() {
        let bucket = Bucket {
            name: "kaveri".to_owned(),
            prefix: "parlance/files".to_owned(),
            endpoint: None,
            region: "eu-central-1".to_owned(),
            key: "AKIAEXAMPLE".to_owned(),
            secret: "hunter2hunter2".into(),
        };
        assert_eq!(bucket.to_string(), "s3://kaveri/parlance/files");
        assert!(!format!("{bucket:?}").contains("hunter2"));
        let opened = super::super::Store::bucket(&bucket).unwrap();
        assert!(!format!("{opened:?}").contains("hunter2"));
    }
}
