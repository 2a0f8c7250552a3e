use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap, header},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use services::Origin;

use crate::web::Web;

/// Characters of what a browser calls itself that are kept.
const AGENT_LIMIT: usize = 200;

/// Where a request came from: the peer, or what a trusted proxy says stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

pub(super) async fn client_addr(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let addr = address_of(request.extensions(), request.headers(), web.trusted_proxies());
    let origin = Origin { address: Some(addr), agent: agent_of(request.headers()) };
    request.extensions_mut().insert(ClientAddr(addr));
    request.extensions_mut().insert(origin);
    next.run(request).await
}

/// The address that a request comes from.
pub(crate) fn address_of(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(addr)| addr.ip());
    behind_proxies(peer, headers, trusted)
}

/// What a browser or program calls itself.
fn agent_of(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.map(|agent| agent.chars().take(AGENT_LIMIT).collect())
}

/// Walks X-Forwarded-For from the right, as long as each station is one of ours. What a stranger wrote further to the left
/// is never believed.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let ours = |ip: IpAddr| trusted.iter().any(|network| network.contains(&ip));
    let mut client = peer.to_canonical();
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().unwrap_or_default()).collect();
    for station in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !ours(client) {
            break;
        }
        match address(station.trim()) {
            Some(ip) => client = ip,
            None => break,
        }
    }
    client
}

/// Some proxies add the port.
fn address(station: &str) -> Option<IpAddr> {
    let ip = station.parse::<IpAddr>().or_else(|_| station.parse::<SocketAddr>().map(|addr| addr.ip()));
    ip.ok().map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_stations_are_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        for (peer, forwarded, expected) in [
            ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["6.6.6.6", "198.51.100.1, 10.2.2.2"], "198.51.100.1"),
            ("10.0.0.1", vec!["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", vec!["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", vec!["unknown"], "10.0.0.1"),
            ("::ffff:10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
        ] {
            let headers = forwarded
                .iter()
                .map(|line| (axum::http::HeaderName::from_static("x-forwarded-for"), line.parse().unwrap()));
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(name, value);
            }
            let addr = behind_proxies(peer.parse().unwrap(), &map, &trusted);
            assert_eq!(addr, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }
}
