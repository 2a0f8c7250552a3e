use crate::{error::Fault, flash::Flash, shell::DemoMember};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// What the sign-in page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginInfo {
    pub flash: Flash,
    pub host: String,
    pub demo: Vec<DemoMember>,
    /// Where to go afterwards.
    pub next: Option<String>,
}

/// Reads what the server put on the request of the page itself.
#[server(prefix = "/fn", endpoint = "login_info", input = Json)]
pub async fn login_info() -> Result<LoginInfo, Fault> {
    let parts = use_context::<http::request::Parts>();
    let config = crate::shell::page_config();
    let flash = parts.as_ref().and_then(|parts| parts.extensions.get::<Flash>().cloned()).unwrap_or_default();
    let query = parts.as_ref().and_then(|parts| parts.uri.query()).unwrap_or_default();
    let next = query.split('&').find_map(|pair| pair.strip_prefix("next=")).map(decode);
    let host = config.public_url.split_once("://").map_or("", |(_, host)| host).to_owned();
    Ok(LoginInfo { flash, host, demo: config.demo.unwrap_or_default(), next })
}

/// Undoes percent-encoding of a path; the sign-in form checks again that it is a local one.
#[cfg(feature = "ssr")]
fn decode(s: &str) -> String {
    let mut bytes = Vec::with_capacity(s.len());
    let mut rest = s.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = match (first, tail) {
            (b'%', [a, b, ..]) => char::from(*a).to_digit(16).zip(char::from(*b).to_digit(16)),
            _ => None,
        };
        if let Some((high, low)) = hex {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
