//! Fetching a URL that a stranger has named: only from the public internet, only to the addresses that were looked at.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

use crate::client_documents::{ClientDocuments, FetchError, Fetched, MAX_BYTES};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(4);

/// Whether an address is one of the public internet: not of this machine, its networks, its cloud, or a way to these in
/// another notation (IANA's special-purpose registries).
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    let special = match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => (b == 168) || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => (18..20).contains(&b) || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        // A cloud's platform service, at an address that looks public.
        168 => (b, c, d) == (63, 129, 16),
        _ => false,
    };
    !special
}

/// Of IPv6, the public internet is 2000::/3. What maps or translates IPv4 lies outside, but for 6to4 and Teredo.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = (0x2000..0x4000).contains(&first);
    let special = match first {
        // Protocol assignments, Teredo and ORCHID among them; documentation.
        0x2001 => second < 0x200 || second == 0xdb8,
        0x2002 => true,
        0x3fff => second < 0x1000,
        _ => false,
    };
    global && !special
}

/// Resolves names, and gives addresses only where all of them are public: a name with one foot inside is not trusted.
struct PublicOnly;

#[derive(Debug, thiserror::Error)]
#[error("the name has an address that is not public")]
struct NotPublic;

/// The addresses, where all are public and there is one.
fn all_public(addresses: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, NotPublic> {
    let fine = !addresses.is_empty() && addresses.iter().all(|address| is_public(address.ip()));
    if fine { Ok(addresses) } else { Err(NotPublic) }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // What is connected to is what was looked at here: a second look-up could answer otherwise.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(all_public(found)?.into_iter()) as Addrs)
        })
    }
}

/// The real fetch.
#[derive(Debug, Clone)]
pub struct GuardedFetch {
    http: reqwest::Client,
}

impl GuardedFetch {
    /// Without redirects, proxies, cookies and credentials; with a few seconds for everything.
    ///
    /// # Errors
    /// `Bug` where no HTTP client can be made.
    pub fn new() -> Outcome<Self> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("revloops/", env!("CARGO_PKG_VERSION")))
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(PublicOnly))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| Failure::new(ErrorClass::Bug, "making an HTTP client").caused_by(error))?;
        Ok(Self { http })
    }
}

/// Whether the resolver's refusal is at the bottom of it.
fn is_not_public(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[async_trait]
impl ClientDocuments for GuardedFetch {
    async fn fetch(&self, url: &Url) -> Result<Fetched, FetchError> {
        // An address in the URL would be connected to without the resolver.
        if !matches!(url.host(), Some(url::Host::Domain(_))) {
            return Err(FetchError::NotPublic);
        }
        let sent = self.http.get(url.clone()).header("accept", "application/json").send().await;
        let mut response =
            sent.map_err(|error| if is_not_public(&error) { FetchError::NotPublic } else { FetchError::Unreachable })?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Answer(response.status().as_u16().to_string()));
        }
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::Unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(FetchError::Answer("with too long a document".to_owned()));
            }
        }
        Ok(Fetched { content_type, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn addresses_of_the_public_internet_are_fetched_from() {
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "198.17.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
        ] {
            assert!(public(address), "{address}");
        }
    }

    /// Guard: the address classes.
    #[test]
    fn addresses_of_this_machine_its_networks_and_its_cloud_are_not() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "100.64.0.1",
            "100.100.100.200",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!public(address), "{address}");
        }
    }

    #[test]
    fn a_name_with_one_address_inside_is_not_trusted() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 443)).collect();
        assert_eq!(all_public(addresses(&["1.1.1.1", "2606:4700::1111"])).unwrap().len(), 2);
        assert!(all_public(addresses(&["1.1.1.1", "127.0.0.1"])).is_err());
        assert!(all_public(Vec::new()).is_err());
    }

    /// Guard: the resolver. `localhost` is a name that resolves inside everywhere; without the guard this is a refused
    /// connection, not a refused address.
    #[tokio::test]
    async fn a_name_that_resolves_inside_is_not_connected_to() {
        let fetch = GuardedFetch::new().unwrap();
        let refused = fetch.fetch(&Url::parse("https://localhost/client.json").unwrap()).await;
        assert_eq!(refused, Err(FetchError::NotPublic));
        for url in ["https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x"] {
            assert_eq!(fetch.fetch(&Url::parse(url).unwrap()).await, Err(FetchError::NotPublic), "{url}");
        }
    }
}
