//! Configuration by environment variables and a `.env` file, where the real environment wins.
//!
//! Every problem names its variable: the person who reads it is about to fix exactly that line.

mod source;
#[cfg(test)]
mod tests;
mod values;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use domain::plan::Plan;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use services::{
    mail::{Sender, SmtpUrl},
    media::Bucket,
};
use url::Url;

use crate::metrics::Metrics;

pub use source::Source;
pub use values::PublicUrl;

/// A variable that is missing or cannot be understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    pub variable: &'static str,
    pub problem: String,
}

impl ConfigError {
    pub fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self { variable, problem: problem.into() }
    }
}

/// Everything that can be configured. Secrets do not show in its Debug form.
#[derive(Debug, Clone)]
pub struct Config {
    /// May hold a password.
    pub database_url: SecretString,
    pub addr: SocketAddr,
    /// As people and Meta reach this installation.
    pub public_url: PublicUrl,
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub meta: Meta,
    pub mail: Option<Mail>,
    /// 32 bytes in hex, or where the key is held; see [`crate::keys`].
    pub master_key: Option<SecretString>,
    /// Keys that only open what they once sealed.
    pub old_master_keys: Vec<SecretString>,
    pub start_webhook_worker: bool,
    pub start_message_retry_worker: bool,
    /// What new workspaces may send.
    pub default_plan: Plan,
    /// Where metrics are told, if anywhere.
    pub metrics: Option<Metrics>,
    /// Where files are kept; unless told, beside the database.
    pub media_dir: Option<PathBuf>,
    /// Where they are kept instead, if anywhere.
    pub media_s3: Option<Bucket>,
    /// From where files are fetched besides Meta's own hosts.
    pub media_hosts: Vec<String>,
}

/// The mail server, and whom mail comes from.
#[derive(Debug, Clone)]
pub struct Mail {
    /// May hold a password.
    pub smtp: SmtpUrl,
    pub from: Sender,
}

/// What is agreed with Meta's app dashboard.
#[derive(Debug, Clone)]
pub struct Meta {
    pub app_id: Option<String>,
    /// Several while a secret is being rotated: a webhook signed with any of them is taken.
    pub app_secrets: Vec<SecretString>,
    pub verify_token: Option<SecretString>,
    pub graph_url: Url,
    /// `v25.0`
    pub graph_version: String,
}

impl Config {
    /// Reads and checks every variable.
    ///
    /// # Errors
    /// The first variable that cannot be understood.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let addr = source.parsed("PARLANCE_ADDR", values::addr)?.unwrap_or_else(values::default_addr);
        let public_url = match source.parsed("PUBLIC_URL", PublicUrl::parse)? {
            Some(url) => url,
            None => PublicUrl::of(addr),
        };
        Ok(Self {
            database_url: source
                .parsed("DATABASE_URL", values::database_url)?
                .unwrap_or_else(|| "sqlite://data/parlance.db".into()),
            addr,
            public_url,
            trusted_proxies: source.parsed("TRUSTED_PROXIES", values::networks)?.unwrap_or_default(),
            meta: Meta::read(source)?,
            mail: Mail::read(source)?,
            master_key: source.parsed("TOKEN_MASTER_KEY", values::master_key)?,
            old_master_keys: source.parsed("TOKEN_MASTER_KEYS_OLD", values::master_keys)?.unwrap_or_default(),
            start_webhook_worker: source.parsed("START_WEBHOOK_WORKER", values::switch)?.unwrap_or(true),
            metrics: metrics(source)?,
            media_dir: source.parsed("MEDIA_DIR", |path| Ok(PathBuf::from(path)))?,
            media_s3: bucket(source)?,
            media_hosts: source.parsed("MEDIA_HOSTS", values::hosts)?.unwrap_or_default(),
            default_plan: source.parsed("DEFAULT_PLAN", values::plan)?.unwrap_or(Plan::Enterprise),
            start_message_retry_worker: source.parsed("START_MESSAGE_RETRY_WORKER", values::switch)?.unwrap_or(true),
        })
    }

    /// The folder for what belongs to the database and is no part of it: beside a SQLite file; `data` where the database is a
    /// server.
    pub fn data_folder(&self) -> PathBuf {
        let url = self.database_url.expose_secret();
        let file = url.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest));
        let file = file.map(|file| Path::new(file.split('?').next().unwrap_or(file)));
        match file.and_then(Path::parent) {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
            Some(_) => PathBuf::from("."),
            None => PathBuf::from("data"),
        }
    }

    /// Where files are kept.
    pub fn media_folder(&self) -> PathBuf {
        self.media_dir.clone().unwrap_or_else(|| self.data_folder().join("media"))
    }

    /// The key that access tokens are sealed with.
    ///
    /// # Errors
    /// Says how to make one when it is missing.
    pub fn require_master_key(&self) -> Result<&SecretString, ConfigError> {
        self.master_key.as_ref().ok_or_else(|| {
            ConfigError::new("TOKEN_MASTER_KEY", "is missing. Make one with `openssl rand -hex 32` and keep it safe")
        })
    }
}

/// Beyond this machine they are told to those who bring a token.
fn metrics(source: &Source) -> Result<Option<Metrics>, ConfigError> {
    let token = source.parsed("METRICS_TOKEN", values::metrics_token)?;
    let Some(addr) = source.parsed("METRICS_ADDR", values::addr)? else { return Ok(None) };
    if !addr.ip().is_loopback() && token.is_none() {
        let problem = "is missing: METRICS_ADDR is not on loopback. Make one with `openssl rand -hex 16`";
        return Err(ConfigError::new("METRICS_TOKEN", problem));
    }
    Ok(Some(Metrics { addr, token }))
}

/// Each variable is checked, also where no bucket is named.
fn bucket(source: &Source) -> Result<Option<Bucket>, ConfigError> {
    let name = source.parsed("MEDIA_S3_BUCKET", values::bucket)?;
    let endpoint = source.parsed("MEDIA_S3_ENDPOINT", values::endpoint)?;
    let region = source.parsed("MEDIA_S3_REGION", values::region)?;
    let prefix = source.parsed("MEDIA_S3_PREFIX", values::prefix)?.unwrap_or_default();
    let key = source.parsed("MEDIA_S3_KEY", values::s3_key)?;
    let secret = source.parsed("MEDIA_S3_SECRET", values::s3_secret)?;
    let Some(name) = name else { return Ok(None) };
    let missing = |variable, problem: &str| ConfigError::new(variable, format!("is missing: {problem}"));
    // Others than AWS have one region, and call it so.
    let region = region.or_else(|| endpoint.as_ref().map(|_| "us-east-1".to_owned()));
    let region = region.ok_or_else(|| missing("MEDIA_S3_REGION", "say where the bucket is, such as eu-central-1"))?;
    let key = key.ok_or_else(|| missing("MEDIA_S3_KEY", "with MEDIA_S3_BUCKET, give the id of an access key"))?;
    let secret = secret.ok_or_else(|| missing("MEDIA_S3_SECRET", "with MEDIA_S3_KEY, give its secret"))?;
    Ok(Some(Bucket { name, prefix, endpoint, region, key, secret }))
}

impl Mail {
    /// Both variables are checked, also where only one is set; mail needs the two.
    fn read(source: &Source) -> Result<Option<Self>, ConfigError> {
        let smtp = source.parsed("SMTP_URL", SmtpUrl::parse)?;
        let from = source.parsed("MAIL_FROM", Sender::parse)?;
        match (smtp, from) {
            (Some(smtp), Some(from)) => Ok(Some(Self { smtp, from })),
            (Some(_), None) => {
                Err(ConfigError::new("MAIL_FROM", "is missing: with SMTP_URL, say whom mail comes from"))
            }
            (None, _) => Ok(None),
        }
    }
}

impl Meta {
    fn read(source: &Source) -> Result<Self, ConfigError> {
        Ok(Self {
            app_id: source.parsed("META_APP_ID", values::app_id)?,
            app_secrets: source.parsed("META_APP_SECRET", values::app_secrets)?.unwrap_or_default(),
            verify_token: source.parsed("META_VERIFY_TOKEN", values::verify_token)?,
            graph_url: match source.parsed("META_GRAPH_URL", values::graph_url)? {
                Some(url) => url,
                None => values::meta_graph_url(),
            },
            graph_version: source
                .parsed("META_GRAPH_VERSION", values::graph_version)?
                .unwrap_or_else(|| "v25.0".to_owned()),
        })
    }
}
