//! How each value is understood. A message never repeats a value that could be a secret.

use std::net::{Ipv4Addr, SocketAddr};

use domain::plan::Plan;
use ipnet::IpNet;
use secrecy::SecretString;
use url::{Host, Url};

/// The origin under which people and Meta reach this installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
}

impl PublicUrl {
    /// # Errors
    /// Says what an origin looks like.
    pub fn parse(value: &str) -> Result<Self, String> {
        let wrong = || "expected an address such as https://chat.example.com, without a path".to_owned();
        let url = Url::parse(value).map_err(|_| wrong())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous || url.host().is_none() {
            return Err(wrong());
        }
        Ok(Self { origin: url.origin().ascii_serialization(), https: url.scheme() == "https" })
    }

    /// Plain HTTP at the address that is listened on.
    pub fn of(addr: SocketAddr) -> Self {
        let origin = format!("http://{addr}");
        // Browsers leave out port 80.
        Self::parse(&origin).unwrap_or(Self { origin, https: false })
    }

    /// `https://chat.example.com`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn is_https(&self) -> bool {
        self.https
    }
}

pub(super) fn default_addr() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 3000))
}

pub(super) fn addr(value: &str) -> Result<SocketAddr, String> {
    value.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:3000".to_owned())
}

/// Long enough that nobody guesses it.
pub(super) fn metrics_token(value: &str) -> Result<SecretString, String> {
    let fine = value.len() >= 16 && value.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(value.into()) } else { Err("expected 16 characters or more, without spaces".to_owned()) }
}

pub(super) fn database_url(value: &str) -> Result<SecretString, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|start| value.starts_with(start));
    // Every connection would have a database of its own.
    if known && !value.contains(":memory:") && !value.contains("mode=memory") {
        Ok(value.into())
    } else {
        Err("expected sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned())
    }
}

pub(super) fn networks(value: &str) -> Result<Vec<IpNet>, String> {
    parts(value)
        .map(|part| {
            part.parse::<IpNet>()
                .or_else(|_| part.parse().map(|ip: std::net::IpAddr| IpNet::from(ip)))
                .map_err(|_| format!("{part:?} is no network. Expected a list such as 10.0.0.0/8, 192.168.1.7"))
        })
        .collect()
}

/// Names of hosts alone: files come over https from where a name leads.
pub(super) fn hosts(value: &str) -> Result<Vec<String>, String> {
    parts(value)
        .map(|part| match Host::parse(part) {
            Ok(Host::Domain(name)) if name.contains('.') => Ok(name),
            _ => Err(format!("{part:?} is no name of a host. Expected a list such as media.example.com")),
        })
        .collect()
}

pub(super) fn bucket(value: &str) -> Result<String, String> {
    let fine = (3..=63).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if fine {
        Ok(value.to_owned())
    } else {
        Err("expected the name of a bucket alone, such as parlance-files".to_owned())
    }
}

/// Plain http is taken: within a network of one's own it is common, and only its owner knows.
pub(super) fn endpoint(value: &str) -> Result<Url, String> {
    let url = Url::parse(value).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.host().is_some());
    let bare = |url: &Url| url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = |url: &Url| url.username().is_empty() && url.password().is_none();
    url.filter(|url| bare(url) && anonymous(url))
        .ok_or_else(|| "expected an address such as https://s3.example.com, without the bucket".to_owned())
}

pub(super) fn region(value: &str) -> Result<String, String> {
    let fine = value.len() <= 63 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fine { Ok(value.to_owned()) } else { Err("expected a region such as eu-central-1".to_owned()) }
}

/// Without slashes around it.
pub(super) fn prefix(value: &str) -> Result<String, String> {
    let steps = value.trim_matches('/');
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fine = steps.len() <= 200
        && steps.split('/').all(|step| !step.is_empty() && !step.starts_with('.') && step.bytes().all(letter));
    if fine {
        Ok(steps.to_owned())
    } else {
        Err("expected a folder within the bucket, of letters, digits, `-`, `_`, `.` and `/`".to_owned())
    }
}

pub(super) fn s3_key(value: &str) -> Result<String, String> {
    let fine = (3..=128).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(value.to_owned()) } else { Err("expected the id of an access key, without spaces".to_owned()) }
}

pub(super) fn s3_secret(value: &str) -> Result<SecretString, String> {
    let fine = value.len() >= 8 && value.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(value.into()) } else { Err("expected the secret of MEDIA_S3_KEY, without spaces".to_owned()) }
}

pub(super) fn app_id(value: &str) -> Result<String, String> {
    if (1..=32).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(value.to_owned())
    } else {
        Err("expected the digits of the app id on Meta's app dashboard".to_owned())
    }
}

pub(super) fn app_secrets(value: &str) -> Result<Vec<SecretString>, String> {
    let secrets: Vec<SecretString> = parts(value)
        .map(|part| {
            if part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_graphic()) {
                Ok(part.into())
            } else {
                Err("expected the app secret of Meta's app dashboard (several: separated by commas)".to_owned())
            }
        })
        .collect::<Result<_, _>>()?;
    if secrets.is_empty() { Err("expected at least one secret".to_owned()) } else { Ok(secrets) }
}

pub(super) fn verify_token(value: &str) -> Result<SecretString, String> {
    if value.len() >= 8 && value.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(value.into())
    } else {
        Err("expected 8 or more letters, digits or signs without spaces, the same as on Meta's app dashboard"
            .to_owned())
    }
}

pub(super) fn meta_graph_url() -> Url {
    Url::parse("https://graph.facebook.com").expect("a constant that the tests read too")
}

pub(super) fn graph_url(value: &str) -> Result<Url, String> {
    let url = Url::parse(value).map_err(|_| "expected an address such as https://graph.facebook.com".to_owned())?;
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err("expected an address without user, query and fragment".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err("expected https; plain http is taken for this machine only".to_owned()),
    }
}

pub(super) fn graph_version(value: &str) -> Result<String, String> {
    let digits = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let fine = value
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| digits(major) && digits(minor));
    if fine { Ok(value.to_owned()) } else { Err("expected a version such as v25.0".to_owned()) }
}

/// What a key begins with that is held at AWS.
pub(crate) const AWS_KEYS: [&str; 2] = ["aws-kms:", "aws-secret:"];

pub(super) fn master_key(value: &str) -> Result<SecretString, String> {
    let hex = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let aws = AWS_KEYS.iter().any(|start| value.strip_prefix(start).is_some_and(|name| !name.is_empty()));
    if aws && !cfg!(feature = "aws") {
        return Err("this program was built without AWS: build it with the feature `aws`".to_owned());
    }
    if hex || aws {
        Ok(value.into())
    } else {
        Err("expected 64 hexadecimal digits (32 bytes), as `openssl rand -hex 32` makes them".to_owned())
    }
}

pub(super) fn master_keys(value: &str) -> Result<Vec<SecretString>, String> {
    parts(value).map(master_key).collect()
}

pub(super) fn plan(value: &str) -> Result<Plan, String> {
    Plan::parse(value).ok_or_else(|| "expected free, starter, pro or enterprise".to_owned())
}

pub(super) fn switch(value: &str) -> Result<bool, String> {
    match value {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("expected true or false".to_owned()),
    }
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}
