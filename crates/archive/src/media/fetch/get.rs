//! Asking a server, and following where it leads, as far as that is allowed.

use std::sync::Arc;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy, Response};
use url::{Host, Url};

use super::failure::{Failure, FailureKind};
use crate::error::{Error, Result};
use crate::media::hosts::{Hosts, PublicOnly, Reach, Refusal};
use crate::media::options::MediaOptions;

/// How many times a server may lead on.
const REDIRECTS: usize = 5;

/// Asks servers.
#[derive(Debug)]
pub(crate) struct Getter {
    hosts: Hosts,
    /// Connects to public addresses only.
    public: Client,
    /// Connects to any.
    any: Client,
    /// Connects to this machine, where no proxy of the environment could.
    own: Client,
}

impl Getter {
    /// Prepares. Nothing is sent yet.
    pub(crate) fn new(options: &MediaOptions) -> Result<Self> {
        let authorities = match &options.ca_file {
            Some(path) => {
                let failed = |error| Error::store(format!("read {}", path.display()), error);
                let pem = std::fs::read(path).map_err(failed)?;
                Certificate::from_pem_bundle(&pem).map_err(|error| {
                    Error::store(format!("read certificates in {}", path.display()), error)
                })?
            }
            None => Vec::new(),
        };
        let client = |public: bool, own: bool| {
            let mut builder = Client::builder()
                .user_agent(concat!("openim-history/", env!("CARGO_PKG_VERSION")))
                // What is kept are the bytes as they are stored, and their count is compared.
                .no_gzip()
                .referer(false)
                // Each step is judged first.
                .redirect(Policy::none())
                .retry(reqwest::retry::never())
                .connect_timeout(options.connect_timeout)
                .read_timeout(options.idle_timeout)
                .timeout(options.timeout);
            if public {
                builder = builder.dns_resolver(Arc::new(PublicOnly));
            }
            if !authorities.is_empty() {
                builder = builder.tls_certs_merge(authorities.clone());
            }
            builder = match &options.proxy {
                Some(url) => builder.proxy(Proxy::all(url.clone())?),
                None if own => builder.no_proxy(),
                None => builder,
            };
            builder.build()
        };
        let failed = |error: reqwest::Error| {
            Error::store("set up what fetches attachments", error.without_url())
        };
        Ok(Self {
            hosts: Hosts::new(&options.hosts, options.api.as_ref()),
            public: client(true, false).map_err(failed)?,
            any: client(false, false).map_err(failed)?,
            own: client(false, true).map_err(failed)?,
        })
    }

    /// Asks for an address, and returns the first answer that does not lead elsewhere.
    pub(super) async fn get(&self, url: &str, headers: &HeaderMap) -> Result<Response, Failure> {
        let mut url = Url::parse(url).map_err(|_| Refusal::Scheme)?;
        let mut from_api = false;
        for _ in 0..=REDIRECTS {
            let reach = match self.hosts.reach(&url) {
                // The server's own API says where its storage is.
                Ok(_) | Err(Refusal::NotAllowed(_) | Refusal::NotPublic(_)) if from_api => {
                    Reach::Any
                }
                judged => judged?,
            };
            let client = match reach {
                Reach::Public => &self.public,
                Reach::Any if is_own(&url) => &self.own,
                Reach::Any => &self.any,
            };
            let response = client
                .get(url.clone())
                .headers(headers.clone())
                .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
                .send()
                .await?;
            let location = match response.status().as_u16() {
                301 | 302 | 303 | 307 | 308 => response.headers().get(LOCATION),
                _ => None,
            };
            let Some(location) = location else {
                return Ok(response);
            };
            from_api = self.hosts.is_api(&url);
            let next = location.to_str().ok().and_then(|to| url.join(to).ok());
            url = next.ok_or_else(|| {
                Failure::new(
                    FailureKind::Redirects,
                    "the server led to what is no address",
                )
            })?;
        }
        let reason = format!("the server led on more than {REDIRECTS} times");
        Err(Failure::new(FailureKind::Redirects, reason))
    }
}

/// Whether a URL is one of this machine.
fn is_own(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
