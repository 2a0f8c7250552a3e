//! Which addresses are pushed to: a browser tells where it is reached, and a member could tell anything.

use url::{Host, Url};

/// Whether a browser's push service may be reached under this address: https, a name and not an address, no port of
/// its own, nothing that hides another host. That the name leads to a public address is looked at when it is gone to.
pub(super) fn allowed(url: &Url) -> bool {
    matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'))
        && url.scheme() == "https"
        && matches!(url.port(), None | Some(443))
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_hosts_over_https() {
        let fine = |url: &str| allowed(&Url::parse(url).unwrap());
        assert!(fine("https://updates.push.services.mozilla.com/wpush/v2/gAAAA"));
        assert!(fine("https://fcm.googleapis.com:443/fcm/send/x") && fine("https://web.push.apple.com/x"));
        for url in [
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://a:b@fcm.googleapis.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://localhost/x",
            "https://2130706433/x",
            "file:///etc/passwd",
        ] {
            assert!(!fine(url), "{url}");
        }
    }
}
