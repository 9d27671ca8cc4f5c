//! Opening the connection.

use mongodb::Client;
use mongodb::options::{
    ClientOptions, ReadPreference, SelectionCriteria, ServerAddress, Tls, TlsOptions,
};

use super::failure;
use super::options::MongoOptions;
use crate::error::{Error, Result};

/// How a database is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The hosts that are asked first, without ports; a replica set may name others.
    pub hosts: Vec<String>,
    /// Whether they are called over TLS.
    pub tls: bool,
}

/// Makes a client from the options and returns it with the name errors call the database by, and
/// how it is reached.
pub(super) async fn client(options: &MongoOptions) -> Result<(Client, String, Route)> {
    let uri = options.uri.expose();
    let mut client = ClientOptions::parse(uri)
        .await
        .map_err(|error| failure::bad_uri(uri, &error))?;
    client
        .app_name
        .get_or_insert_with(|| "openim-history".into());
    client
        .server_selection_timeout
        .get_or_insert(options.server_selection_timeout);
    client
        .connect_timeout
        .get_or_insert(options.connect_timeout);
    if client.selection_criteria.is_none() {
        client.selection_criteria = Some(SelectionCriteria::ReadPreference(preference(
            &options.read_preference,
        )?));
    }
    if let Some(ca_file) = &options.ca_file {
        // The driver reads the file at the first connection, and then calls it an I/O error.
        std::fs::File::open(ca_file).map_err(|source| Error::Io {
            what: format!("certificate file {} cannot be read", ca_file.display()),
            source,
        })?;
        let mut tls = match client.tls.take() {
            Some(Tls::Enabled(tls)) => tls,
            _ => TlsOptions::default(),
        };
        tls.ca_file_path = Some(ca_file.clone());
        client.tls = Some(Tls::Enabled(tls));
    }
    let end = name(&client.hosts, &options.database);
    let route = Route {
        hosts: client.hosts.iter().map(host).collect(),
        tls: matches!(client.tls, Some(Tls::Enabled(_))),
    };
    let client = Client::with_options(client)
        .map_err(|error| failure::translate(&end, "connect", &error))?;
    Ok((client, end, route))
}

fn name(hosts: &[ServerAddress], database: &str) -> String {
    let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
    format!("MongoDB {}/{database}", hosts.join(","))
}

/// Returns an address without its port.
fn host(address: &ServerAddress) -> String {
    match address {
        ServerAddress::Tcp { host, .. } => host.clone(),
        // The path of a socket.
        other => other.to_string(),
    }
}

fn preference(name: &str) -> Result<ReadPreference> {
    Ok(match name {
        "primary" => ReadPreference::Primary,
        "primaryPreferred" => ReadPreference::PrimaryPreferred { options: None },
        "secondary" => ReadPreference::Secondary { options: None },
        "secondaryPreferred" => ReadPreference::SecondaryPreferred { options: None },
        "nearest" => ReadPreference::Nearest { options: None },
        _ => {
            return Err(Error::invalid(
                format!("read preference {name:?}"),
                "it must be primary, primaryPreferred, secondary, secondaryPreferred or nearest",
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn error(uri: &str) -> String {
        match client(&MongoOptions::new(uri, "openim_v3")).await {
            Ok((_, name, _)) => panic!("{name} was accepted"),
            Err(error) => format!("{error} / {error:?}"),
        }
    }

    #[tokio::test]
    async fn a_bad_connection_string_is_named_without_its_password() {
        for uri in [
            "mongodb://root:s3cret/x@localhost:27017",
            "mongodb://root:s3cret@x@localhost:27017",
            "mongodb://root:s3cret:x@localhost:27017",
            "mongodb://root:s3cret%zz@localhost:27017",
            "mongodb://root:s3cret#@localhost:port",
            "http://root:s3cret@localhost",
            "root:s3cret@localhost",
        ] {
            let text = error(uri).await;
            assert!(!text.contains("s3cret"), "{uri}: {text}");
            assert!(text.contains("connection string"), "{uri}: {text}");
        }
        let text = error("mongodb://localhost:99999").await;
        assert!(text.contains("99999"), "{text}");
    }

    #[tokio::test]
    async fn a_wrong_read_preference_lists_the_right_ones() {
        let mut options = MongoOptions::new("mongodb://localhost", "openim_v3");
        options.read_preference = "secondary_preferred".into();
        let error = client(&options).await.map(|_| ()).expect_err("refused");
        assert!(error.to_string().contains("secondaryPreferred"), "{error}");
    }

    #[tokio::test]
    async fn the_name_of_the_database_holds_no_credentials() {
        let options = MongoOptions::new("mongodb://root:s3cret@localhost:1,other:2/", "openim_v3");
        let (_, name, route) = client(&options).await.expect("accepted");
        assert_eq!(name, "MongoDB localhost:1,other:2/openim_v3");
        assert!(!format!("{options:?}").contains("s3cret"));
        assert_eq!(route.hosts, ["localhost", "other"]);
    }

    #[tokio::test]
    async fn tls_is_told_however_it_was_turned_on() {
        let tls = async |uri: &str, ca_file: Option<&str>| {
            let mut options = MongoOptions::new(uri, "openim_v3");
            options.ca_file = ca_file.map(Into::into);
            client(&options).await.expect("accepted").2.tls
        };
        // Any file there is will do: it is read when something connects.
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert!(!tls("mongodb://h/", None).await);
        assert!(!tls("mongodb://h/?tls=false", None).await);
        assert!(tls("mongodb://h/?tls=true", None).await);
        assert!(tls("mongodb://h/?ssl=true", None).await);
        assert!(tls("mongodb://h/", Some(file)).await);
    }
}
