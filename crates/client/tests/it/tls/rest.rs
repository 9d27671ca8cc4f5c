//! The REST API behind a gateway with a certificate.

use std::path::Path;

use futures::StreamExt as _;
use openim_history_client::Error;
use openim_history_client::config::{Config, ConfigInputs};
use openim_history_client::doctor::{DoctorOptions, Outcome, examine};
use openim_history_client::model::{SeqRange, Timestamp};
use openim_history_client::source::rest::{RestOptions, RestSource};
use openim_history_client::source::{Source, View};
use openim_history_standin::rest::{Dialect, Server};

use super::authority::Authority;
use super::gateway::Gateway;
use crate::config::chain;
use crate::recorded::{collections, serve};

/// An OpenIM, a gateway with a certificate for `localhost` before it, and who signed that.
struct Place {
    server: Server,
    plain: RestSource,
    gateway: Gateway,
    authority: Authority,
}

impl Place {
    async fn new() -> Self {
        let (server, plain) = serve(collections(Dialect::Release), Dialect::Release);
        let authority = Authority::new();
        let gateway = Gateway::start(&authority, "localhost", server.url()).await;
        Self {
            server,
            plain,
            gateway,
            authority,
        }
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/api", self.gateway.port)
    }

    fn config(&self, ca_file: Option<&Path>) -> Config {
        let mut env = vec![
            ("OPENIM_API_URL".to_owned(), self.url("localhost")),
            ("OPENIM_SECRET".to_owned(), "openIM123".to_owned()),
        ];
        if let Some(path) = ca_file {
            env.push(("OPENIM_API_CA_FILE".into(), path.display().to_string()));
        }
        Config::load(ConfigInputs {
            env,
            ..ConfigInputs::default()
        })
        .expect("a configuration")
    }

    fn options(&self, ca_file: Option<&Path>) -> RestOptions {
        let options = self.config(ca_file).rest_options();
        options.expect("complete").expect("configured")
    }
}

/// The error of a first call, which must be that nobody trustworthy was reached.
async fn refused(options: RestOptions) -> Error {
    let source = RestSource::connect(options).expect("nothing is sent yet");
    let error = source.server_time().await.expect_err("refused");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.is_untrusted(), "{error:?}");
    error
}

#[tokio::test]
async fn a_server_behind_a_gateway_with_a_certificate_is_read_like_one_without() {
    let place = Place::new().await;
    let options = place.options(Some(&place.authority.ca_file()));
    let source = RestSource::connect(options).expect("a client");
    let (view, id) = (View::As("alice".into()), "si_alice_bob".into());
    let range = SeqRange::new(1, 100);
    let read = source.slots(&view, &id, range).await.expect("read");
    assert!(!read.is_empty());
    assert_eq!(
        read,
        place.plain.slots(&view, &id, range).await.expect("read")
    );
    assert_eq!(source.url(), place.url("localhost"));
}

#[tokio::test]
async fn without_its_authority_a_server_gets_nothing_and_the_error_says_why() {
    let place = Place::new().await;
    // With retries: a certificate gets no better by asking again.
    let error = refused(place.options(None)).await;
    let expected = format!(
        "{} cannot be reached: its certificate is refused: no authority trusted here has signed it",
        place.url("localhost")
    );
    assert_eq!(chain(&error), expected);
    let other = Authority::named("another authority");
    let error = refused(place.options(Some(&other.ca_file()))).await;
    assert_eq!(chain(&error), expected);
    let namesake = Authority::new();
    let error = refused(place.options(Some(&namesake.ca_file()))).await;
    assert!(
        chain(&error).contains("called like its signer"),
        "{error:?}"
    );
    assert_eq!(place.server.calls("/auth/get_admin_token"), 0);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let place = Place::new().await;
    let mut options = place.options(Some(&place.authority.ca_file()));
    options.url = place.url("127.0.0.1").parse().expect("a URL");
    let text = chain(&refused(options).await);
    for words in ["127.0.0.1", "not valid for name", "localhost"] {
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(place.server.calls("/auth/get_admin_token"), 0);
}

#[tokio::test]
async fn doctor_says_where_to_name_the_authority() {
    let place = Place::new().await;
    let options = DoctorOptions {
        now: || Timestamp::from_millis(0),
        patience: std::time::Duration::from_secs(60),
    };
    let untrusting = place.config(None);
    let checks: Vec<_> = examine(&untrusting, None, options).collect().await;
    let of = |name: &str| checks.iter().find(|check| check.name == name);
    let reachable = of("api.reachable").expect("checked");
    assert_eq!(reachable.outcome, Outcome::Failed);
    let remedy = reachable.remedy.as_deref().expect("a remedy");
    assert!(remedy.contains("OPENIM_API_CA_FILE"), "{remedy}");

    let trusting = place.config(Some(&place.authority.ca_file()));
    let checks: Vec<_> = examine(&trusting, None, options).collect().await;
    let of = |name: &str| checks.iter().find(|check| check.name == name);
    for name in ["api.tls", "api.reachable", "api.token", "api.pull"] {
        let check = of(name).expect("checked");
        assert_eq!(check.outcome, Outcome::Ok, "{check:?}");
    }
}
