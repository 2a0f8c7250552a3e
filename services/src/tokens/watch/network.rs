//! What counts as one place on the net.

use std::net::IpAddr;

/// An IPv4 address as a whole; of an IPv6 address the /64, which one household or server has to itself.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Whether two addresses have nothing to do with each other: other halves of an IPv4 address, other /32 of IPv6, which is
/// what a provider gets, or one of each kind.
pub fn far_apart(one: IpAddr, other: IpAddr) -> bool {
    match (one.to_canonical(), other.to_canonical()) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.octets()[..2] != other.octets()[..2],
        (IpAddr::V6(one), IpAddr::V6(other)) => one.segments()[..2] != other.segments()[..2],
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (one, other, same, apart) in [
            ("203.0.113.7", "203.0.113.7", true, false),
            ("203.0.113.7", "::ffff:203.0.113.7", true, false),
            ("203.0.113.7", "203.0.113.8", false, false),
            ("203.0.113.7", "203.1.113.7", false, true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", true, false),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false, false),
            ("2001:db8:1:2::1", "2001:db9:1:2::1", false, true),
            ("2001:db8::1", "203.0.113.7", false, true),
        ] {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(network(one) == network(other), same, "{one} {other}");
            assert_eq!(far_apart(one, other), apart, "{one} {other}");
        }
    }
}
