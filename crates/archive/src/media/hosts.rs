//! Which hosts may be reached. Addresses come from messages: whoever writes one must not make us reach
//! into the network we run in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::sync::matches;

/// Which hosts may be reached.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts {
    patterns: Vec<String>,
    api: Option<Url>,
}

/// By which addresses a host may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Only by public ones.
    Public,
    /// By any.
    Any,
}

/// Why an address is not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the address is none of http or https")]
    Scheme,
    #[error("host {0} is not among those allowed")]
    NotAllowed(String),
    #[error("host {0} has no public address")]
    NotPublic(String),
}

impl Hosts {
    pub(super) fn new(patterns: &[String], api: Option<&Url>) -> Self {
        Self {
            patterns: patterns.iter().map(|p| p.to_ascii_lowercase()).collect(),
            api: api.cloned(),
        }
    }

    /// Says by which addresses the host of a URL may be reached, if at all.
    pub(super) fn reach(&self, url: &Url) -> Result<Reach, Refusal> {
        let (true, Some(host)) = (matches!(url.scheme(), "http" | "https"), url.host_str()) else {
            return Err(Refusal::Scheme);
        };
        if self.api.as_ref().and_then(Url::host_str) == Some(host) {
            return Ok(Reach::Any);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let with_port = format!("{host}:{port}");
        let among = |pattern: &&String| matches(pattern, host) || matches(pattern, &with_port);
        let reach = match self.patterns.iter().find(among) {
            Some(pattern) if names(pattern) => Reach::Any,
            Some(_) => Reach::Public,
            None if self.patterns.is_empty() => Reach::Public,
            None => return Err(Refusal::NotAllowed(host.to_owned())),
        };
        let number = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        // What is written as a number is never looked up, so it is judged here.
        match number {
            Some(address) if reach == Reach::Public && !is_public(address) => {
                Err(Refusal::NotPublic(host.to_owned()))
            }
            _ => Ok(reach),
        }
    }

    /// Whether a URL is one of the server's API itself.
    pub(super) fn is_api(&self, url: &Url) -> bool {
        self.api.as_ref().is_some_and(|api| {
            api.host_str() == url.host_str()
                && api.port_or_known_default() == url.port_or_known_default()
        })
    }
}

/// Whether a pattern means certain hosts, and not just any.
fn names(pattern: &str) -> bool {
    pattern.chars().any(|c| c.is_alphanumeric())
}

/// Looks names up, and only gives public addresses out.
#[derive(Debug)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(Refusal::NotPublic(host).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the open internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        // This network, and what is reserved, with broadcast at its end.
        || a == 0
        || a >= 240
        // Carriers' own networks, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let v4 = |high: u16, low: u16| {
        is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
    };
    match parts {
        // An IPv4 address in other clothes: mapped, translated, or tunnelled.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        // Teredo, documentation.
        [0x2001, 0 | 0xdb8, ..] => false,
        // Only 2000::/3 is given out.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(patterns: &[&str], url: &str) -> Result<Reach, Refusal> {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let api = Url::parse("http://10.0.0.5:10002/api").expect("a URL");
        Hosts::new(&patterns, Some(&api)).reach(&Url::parse(url).expect("a URL"))
    }

    #[test]
    fn addresses_that_are_not_public_are_refused_however_they_are_written() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
        ] {
            assert!(
                matches!(reach(&[], url), Err(Refusal::NotPublic(_))),
                "{url}"
            );
            assert!(
                matches!(reach(&["*"], url), Err(Refusal::NotPublic(_))),
                "{url}"
            );
        }
        for url in [
            "http://93.184.215.14/",
            "https://[2606:4700::1111]/",
            "http://cdn.example.com/",
        ] {
            assert_eq!(reach(&[], url), Ok(Reach::Public), "{url}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in [
            "file:///etc/passwd",
            "ftp://h/x",
            "gopher://h/",
            "data:text/plain,x",
        ] {
            assert_eq!(reach(&[], url), Err(Refusal::Scheme), "{url}");
        }
    }

    #[test]
    fn hosts_that_are_named_and_the_api_s_own_may_be_anywhere() {
        assert_eq!(reach(&[], "http://10.0.0.5:10005/openim/x"), Ok(Reach::Any));
        assert_eq!(reach(&["10.0.*"], "http://10.0.0.7/"), Ok(Reach::Any));
        assert_eq!(
            reach(&["*.corp.example"], "http://a.CORP.example/"),
            Ok(Reach::Any)
        );
        assert_eq!(reach(&["minio:9000"], "http://minio:9000/"), Ok(Reach::Any));
        let refused = Err(Refusal::NotAllowed("minio".to_owned()));
        assert_eq!(reach(&["minio:9000"], "http://minio/"), refused);
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_given_out() {
        let name: Name = "localhost".parse().expect("a name");
        let Err(error) = PublicOnly.resolve(name).await else {
            panic!("localhost is no public host");
        };
        assert!(error.downcast_ref::<Refusal>().is_some(), "{error}");
    }
}
