//! The HTTP client and the addresses it calls.

use std::path::Path;
use std::sync::Arc;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Proxy};
use url::{Host, Url};

use super::super::RestOptions;
use crate::error::{Error, Result};

/// Where calls go: the base URL, and how to speak of it.
#[derive(Clone, Debug)]
pub(super) struct Address {
    base: Url,
    /// The base URL without credentials.
    pub(super) shown: Arc<str>,
}

impl Address {
    /// Checks and keeps the base URL; a path prefix stays, query and fragment go.
    pub(super) fn new(url: &Url) -> Result<Self> {
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(Error::invalid(
                format!("API URL with the scheme {:?}", url.scheme()),
                "it must start with http:// or https:// and name a host",
            ));
        }
        let mut base = url.clone();
        base.set_query(None);
        base.set_fragment(None);
        let prefix = base.path().trim_end_matches('/').to_owned();
        base.set_path(&prefix);
        Ok(Self {
            shown: shown(&base).into(),
            base,
        })
    }

    /// Returns the URL of a call.
    pub(super) fn of(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let prefix = url.path().trim_end_matches('/');
        let path = format!("{prefix}{path}");
        url.set_path(&path);
        url
    }
}

/// Returns the URL without user name, password and query, for people to read.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = format!("{}://", url.scheme());
    shown.push_str(url.host_str().unwrap_or_default());
    if let Some(port) = url.port() {
        shown.push_str(&format!(":{port}"));
    }
    shown.push_str(url.path().trim_end_matches('/'));
    shown
}

/// Builds the client. Nothing is sent yet.
pub(super) fn client(options: &RestOptions) -> Result<Client> {
    let mut builder = Client::builder()
        .user_agent(concat!("openim-history/", env!("CARGO_PKG_VERSION")))
        .gzip(true)
        // A redirect would carry the token, and in a token call the secret, to wherever it points.
        .redirect(Policy::none())
        // Retries are ours: the server's own codes have a say in them.
        .retry(reqwest::retry::never())
        .timeout(options.timeout)
        .connect_timeout(options.connect_timeout);
    builder = with_proxy(builder, options)?;
    if let Some(path) = &options.ca_file {
        builder = builder.tls_certs_merge(certificates(path)?);
    }
    builder.build().map_err(|source| Error::Config {
        what: "the HTTP client cannot be set up".into(),
        source: Some(Box::new(source.without_url())),
    })
}

fn with_proxy(builder: ClientBuilder, options: &RestOptions) -> Result<ClientBuilder> {
    match &options.proxy {
        Some(url) => match Proxy::all(url.clone()) {
            Ok(proxy) => Ok(builder.proxy(proxy)),
            Err(source) => Err(Error::Config {
                what: format!("proxy {} cannot be used", shown(url)),
                source: Some(Box::new(source.without_url())),
            }),
        },
        // A proxy of the environment could not reach our own loopback.
        None if is_loopback(&options.url) => Ok(builder.no_proxy()),
        None => Ok(builder),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let pem = std::fs::read(path).map_err(|source| Error::Io {
        what: format!(
            "file of certificate authorities {} cannot be read",
            path.display()
        ),
        source,
    })?;
    let wrong = |source: Option<reqwest::Error>| Error::Config {
        what: format!("{} holds no certificates in PEM form", path.display()),
        source: source.map(|source| Box::new(source) as _),
    };
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if certificates.is_empty() => Err(wrong(None)),
        Ok(certificates) => Ok(certificates),
        Err(source) => Err(wrong(Some(source))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Result<Address> {
        Address::new(&url.parse().expect("a URL"))
    }

    #[test]
    fn a_path_prefix_stays_before_every_call() {
        for (base, call) in [
            ("http://h:10002", "http://h:10002/msg/newest_seq"),
            ("http://h:10002/", "http://h:10002/msg/newest_seq"),
            ("https://h/api", "https://h/api/msg/newest_seq"),
            ("https://h/api/?x=1#y", "https://h/api/msg/newest_seq"),
        ] {
            let address = address(base).expect("is an address");
            assert_eq!(address.of("/msg/newest_seq").as_str(), call);
        }
    }

    #[test]
    fn credentials_in_the_address_are_used_but_never_shown() {
        let address = address("https://u:pw@h:8443/api?key=k").expect("is an address");
        assert_eq!(&*address.shown, "https://h:8443/api");
        assert_eq!(address.of("/x").as_str(), "https://u:pw@h:8443/api/x");
    }

    #[test]
    fn addresses_of_other_kinds_are_refused() {
        assert!(address("ftp://h/").is_err());
        assert!(address("mailto:someone").is_err());
    }
}
