use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use std::fmt;
use url::{Host, Url};

/// A mail server, and how to speak to it: `smtps://` (TLS from the first byte, port 465) or `smtp://` (STARTTLS, port 587).
///
/// To this machine `smtp://` speaks plainly; to others only with `?tls=never` and without a password.
#[derive(Clone)]
pub struct SmtpUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<(String, SecretString)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    Tls,
    StartTls,
    Plain,
}

const SHAPE: &str = "expected smtps://USER:PASSWORD@HOST:PORT or smtp://USER:PASSWORD@HOST:PORT";

impl SmtpUrl {
    /// # Errors
    /// Says what is expected, and never repeats the value: it may hold a password.
    pub fn parse(value: &str) -> Result<Self, String> {
        let wrong = || SHAPE.to_owned();
        let url = Url::parse(value).map_err(|_| wrong())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(wrong());
        }
        let login = login(&url).ok_or_else(wrong)?;
        let security = match (url.scheme(), url.query()) {
            ("smtps", None) => Security::Tls,
            ("smtp", None) if is_loopback(&host) => Security::Plain,
            ("smtp", None) => Security::StartTls,
            ("smtp", Some("tls=never")) if login.is_none() || is_loopback(&host) => Security::Plain,
            ("smtp", Some("tls=never")) => {
                return Err("tls=never is for servers without a password: it would travel readably".to_owned());
            }
            _ => return Err(wrong()),
        };
        let usual = if security == Security::Tls { 465 } else { 587 };
        Ok(Self { host, port: url.port().unwrap_or(usual), security, login })
    }
}

/// `None` for a name without a password, or the other way round.
fn login(url: &Url) -> Option<Option<(String, SecretString)>> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
    match (url.username(), url.password()) {
        ("", None) => Some(None),
        ("", Some(_)) | (_, None) => None,
        (user, Some(password)) => Some(Some((decoded(user)?, SecretString::from(decoded(password)?)))),
    }
}

fn is_loopback(host: &str) -> bool {
    match Host::parse(host).or_else(|_| Host::parse(&format!("[{host}]"))) {
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Ipv6(ip)) => ip.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost",
        Err(_) => false,
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpUrl({}:{})", self.host, self.port)
    }
}

/// Whom mail comes from: `Parlance <parlance@example.com>` or the address alone.
#[derive(Clone, Debug)]
pub struct Sender(pub(super) Mailbox);

impl Sender {
    /// # Errors
    /// Says what is expected.
    pub fn parse(value: &str) -> Result<Self, String> {
        value.parse().map(Self).map_err(|_| {
            "expected an address such as parlance@example.com or Parlance <parlance@example.com>".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn how_each_server_is_spoken_to() {
        for (url, host, port, security) in [
            ("smtps://u:p@mail.example.com", "mail.example.com", 465, Security::Tls),
            ("smtp://u:p@mail.example.com", "mail.example.com", 587, Security::StartTls),
            ("smtp://mail.example.com:2525/", "mail.example.com", 2525, Security::StartTls),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::Plain),
            ("smtp://u:p@localhost:25", "localhost", 25, Security::Plain),
            ("smtp://[::1]:25", "::1", 25, Security::Plain),
            ("smtp://relay.internal:25?tls=never", "relay.internal", 25, Security::Plain),
        ] {
            let parsed = SmtpUrl::parse(url).unwrap();
            assert_eq!((parsed.host.as_str(), parsed.port, parsed.security), (host, port, security), "{url}");
        }
    }

    #[test]
    fn a_password_may_hold_anything_and_does_not_show() {
        let parsed = SmtpUrl::parse("smtps://asha%40example.com:p%40ss%2Fw%3Ard@mail.example.com").unwrap();
        let (user, password) = parsed.login.as_ref().unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("asha@example.com", "p@ss/w:rd"));
        assert!(!format!("{parsed:?}").contains("ss"));
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_being_repeated() {
        for url in [
            "mail.example.com",
            "https://mail.example.com",
            "smtp://",
            "smtp://user@mail.example.com",
            "smtp://:hunter2@mail.example.com",
            "smtps://mail.example.com/path",
            "smtps://mail.example.com?tls=never",
            "smtp://mail.example.com?tls=maybe",
            "smtp://u:hunter2@mail.example.com?tls=never",
            "smtp://u:%ff@mail.example.com",
        ] {
            let error = SmtpUrl::parse(url).expect_err(url);
            assert!(!error.contains("hunter2"), "{error}");
        }
        for from in ["", "parlance", "a@b, c@d", "Parlance parlance@example.com"] {
            assert!(Sender::parse(from).is_err(), "{from}");
        }
        for from in ["parlance@example.com", "Parlance <parlance@example.com>"] {
            assert!(Sender::parse(from).is_ok(), "{from}");
        }
    }
}
