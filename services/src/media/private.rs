//! Which addresses files are taken from: Meta tells where a file is, and Parlance does not go just anywhere for it.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};
use url::{Host, Url};

/// Where Meta keeps files.
pub(super) const META_HOSTS: [&str; 1] = ["lookaside.fbsbx.com"];

/// Whether a file may be taken from this address: https, a host that is named in `hosts`, nothing that hides another one.
pub(super) fn allowed(url: &Url, hosts: &[String]) -> bool {
    let named = |host: &str| META_HOSTS.contains(&host) || hosts.iter().any(|known| known.eq_ignore_ascii_case(host));
    let host = match url.host() {
        Some(Host::Domain(name)) => named(name),
        // An address is nobody's name.
        _ => false,
    };
    host && url.scheme() == "https"
        && matches!(url.port(), None | Some(443))
        && url.username().is_empty()
        && url.password().is_none()
}

/// Looks names up and keeps addresses within private networks to itself, so that a name that Meta's own resolver would never
/// give cannot lead into the network that Parlance stands in.
#[derive(Clone, Debug, Default)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<_> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.filter(|addr| is_public(addr.ip())).collect();
            if found.is_empty() {
                let why = io::Error::new(io::ErrorKind::PermissionDenied, "the host has no public address");
                return Err(why.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// What talks to the hosts of files.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // Once per process; an error says only that it was done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(std::time::Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(PublicOnly))
        .https_only(true)
        .user_agent(concat!("parlance/", env!("CARGO_PKG_VERSION")))
        .build()
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| public_v6(ip), public_v4),
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        // This network, shared between carriers, protocol assignments, benchmarks, reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && matches!(b, 18 | 19))
        || a >= 240;
    !special
}

fn public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Global unicast alone, without documentation, Teredo and 6to4, which hide an IPv4 address.
    (a & 0xe000) == 0x2000 && !(a == 0x2001 && (b == 0x0db8 || b == 0)) && a != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_gone_to() {
        for ip in ["1.1.1.1", "157.240.1.53", "2a03:2880:f12f:83:face:b00c::25de"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "2001::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn only_named_hosts_over_https() {
        let hosts = ["media.example.com".to_owned()];
        let fine = |url: &str| allowed(&Url::parse(url).unwrap(), &hosts);
        assert!(fine("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"));
        assert!(fine("https://MEDIA.example.com/x") && fine("https://lookaside.fbsbx.com:443/x"));
        for url in [
            "http://lookaside.fbsbx.com/x",
            "https://lookaside.fbsbx.com:8443/x",
            "https://evil.com/lookaside.fbsbx.com",
            "https://lookaside.fbsbx.com.evil.com/x",
            "https://lookaside.fbsbx.com@evil.com/x",
            "https://a:b@lookaside.fbsbx.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "file:///etc/passwd",
            "https://xlookaside.fbsbx.com/x",
        ] {
            assert!(!fine(url), "{url}");
        }
    }
}
