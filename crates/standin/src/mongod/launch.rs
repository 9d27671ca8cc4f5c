//! Starting a mongod and waiting until it can be used.

use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bson::{Document, doc};
use mongodb::Client;

use super::account::Account;
use super::binary;
use super::supervisor::Supervisor;

/// How long a server may take until it answers; generous, for machines busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many ports are tried, should somebody else take one before mongod does.
const PORTS_TRIED: usize = 5;
/// mongod's exit status when it cannot listen.
const CANNOT_LISTEN: i32 = 48;
const REPLICA_SET: &str = "rs0";

/// What kind of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One server, as in OpenIM's stock docker compose: no change streams.
    Standalone,
    /// A replica set of one: change streams work.
    ReplicaSet,
}

/// How to start a server.
#[derive(Clone, Debug)]
pub struct MongodOptions {
    mode: Mode,
    auth: bool,
    tls: Option<TlsFiles>,
    cache_gb: f64,
    life: Duration,
}

/// What a server shows to callers, and what its own callers here trust.
#[derive(Clone, Debug)]
struct TlsFiles {
    certificate_and_key: PathBuf,
    authority: PathBuf,
}

impl MongodOptions {
    /// A server without accounts, with half a gigabyte of cache, that lives an hour at most.
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            auth: false,
            tls: None,
            cache_gb: 0.5,
            life: Duration::from_secs(3600),
        }
    }

    /// Asks callers who they are; the accounts are the constants of [`Account`].
    #[must_use]
    pub fn auth(mut self) -> Self {
        self.auth = true;
        self
    }

    /// Takes callers over TLS only. `certificate_and_key` is a PEM file with both, for 127.0.0.1;
    /// `authority` one with the certificate that signed it, which [`Mongod::uri`] names then.
    #[must_use]
    pub fn tls(
        mut self,
        certificate_and_key: impl Into<PathBuf>,
        authority: impl Into<PathBuf>,
    ) -> Self {
        self.tls = Some(TlsFiles {
            certificate_and_key: certificate_and_key.into(),
            authority: authority.into(),
        });
        self
    }

    /// Sets the size of the cache in gigabytes; 0.25 is the least mongod takes.
    #[must_use]
    pub fn cache_gb(mut self, gigabytes: f64) -> Self {
        self.cache_gb = gigabytes.max(0.25);
        self
    }

    /// Sets after how long the server ends by itself.
    #[must_use]
    pub fn life(mut self, life: Duration) -> Self {
        self.life = life;
        self
    }

    /// Starts the server and returns once it can be used; a replica set has its primary then.
    pub async fn start(self) -> Result<Mongod> {
        let binary = binary::find()?;
        for _ in 0..PORTS_TRIED {
            if let Some(mongod) = self.try_start(&binary).await? {
                return Ok(mongod);
            }
        }
        bail!(
            "mongod found none of {PORTS_TRIED} ports free, though the system had named them free"
        )
    }

    /// Returns `None` where the port was taken in the meantime.
    async fn try_start(&self, binary: &Path) -> Result<Option<Mongod>> {
        let port = free_port()?;
        // Kept: the supervisor removes it, even when this process is killed.
        let folder = tempfile::Builder::new()
            .prefix("openim-history-mongod-")
            .tempdir()
            .context("no temporary folder for mongod")?
            .keep();
        let command = self.command(binary, &folder, port)?;
        let mut mongod = Mongod {
            supervisor: Supervisor::start(&folder, self.life, &command)?,
            folder,
            port,
            mode: self.mode,
            auth: self.auth,
            authority: self.tls.as_ref().map(|tls| tls.authority.clone()),
        };
        if !mongod.listening().await? {
            return Ok(None);
        }
        if self.mode == Mode::ReplicaSet {
            mongod.become_primary().await?;
        }
        if self.auth {
            mongod.create_accounts().await?;
        }
        Ok(Some(mongod))
    }

    fn command(&self, binary: &Path, folder: &Path, port: u16) -> Result<Vec<OsString>> {
        let mut command: Vec<OsString> = vec![
            binary.into(),
            "--dbpath".into(),
            folder.into(),
            "--bind_ip".into(),
            Ipv4Addr::LOCALHOST.to_string().into(),
            "--port".into(),
            port.to_string().into(),
            "--nounixsocket".into(),
            "--wiredTigerCacheSizeGB".into(),
            self.cache_gb.to_string().into(),
        ];
        if self.mode == Mode::ReplicaSet {
            command.extend(["--replSet", REPLICA_SET, "--oplogSize", "512"].map(OsString::from));
        }
        if let Some(tls) = &self.tls {
            command
                .extend(["--tlsMode", "requireTLS", "--tlsCertificateKeyFile"].map(OsString::from));
            command.push(tls.certificate_and_key.clone().into());
        }
        match (self.auth, self.mode) {
            (false, _) => {}
            (true, Mode::Standalone) => command.push("--auth".into()),
            // Members of a set must know each other, even where there is only one.
            (true, Mode::ReplicaSet) => {
                command.extend(["--keyFile".into(), key_file(folder)?.into_os_string()]);
            }
        }
        Ok(command)
    }
}

/// A running mongod. It ends when this value is dropped, and when this process ends in any way.
#[derive(Debug)]
pub struct Mongod {
    supervisor: Supervisor,
    folder: PathBuf,
    port: u16,
    mode: Mode,
    auth: bool,
    authority: Option<PathBuf>,
}

impl Mongod {
    /// Starts a server without accounts; [`MongodOptions`] can do more.
    pub async fn start(mode: Mode) -> Result<Self> {
        MongodOptions::new(mode).start().await
    }

    /// Returns the connection string, with the credentials of [`Account::ROOT`] where the server
    /// has accounts.
    pub fn uri(&self) -> String {
        if self.auth {
            self.uri_as(Account::ROOT)
        } else {
            self.bare_uri("", &self.set_option())
        }
    }

    /// Returns the connection string of an account.
    pub fn uri_as(&self, account: Account) -> String {
        let Account {
            name,
            password,
            auth_source,
        } = account;
        let mut options = self.set_option();
        options.push(format!("authSource={auth_source}"));
        self.bare_uri(&format!("{name}:{password}@"), &options)
    }

    /// Returns the port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connects with [`Mongod::uri`].
    pub async fn client(&self) -> Result<Client> {
        connect(&self.uri()).await
    }

    /// Connects as an account.
    pub async fn client_as(&self, account: Account) -> Result<Client> {
        connect(&self.uri_as(account)).await
    }

    /// Ends the server and returns when it is gone. Dropping it does the same.
    pub fn stop(self) {
        drop(self);
    }

    fn bare_uri(&self, credentials: &str, options: &[String]) -> String {
        let mut options = options.to_vec();
        if let Some(authority) = &self.authority {
            options.push(format!("tls=true&tlsCAFile={}", authority.display()));
        }
        let query = if options.is_empty() {
            String::new()
        } else {
            format!("?{}", options.join("&"))
        };
        format!("mongodb://{credentials}127.0.0.1:{}/{query}", self.port)
    }

    fn set_option(&self) -> Vec<String> {
        match self.mode {
            Mode::Standalone => Vec::new(),
            Mode::ReplicaSet => vec![format!("replicaSet={REPLICA_SET}")],
        }
    }

    /// Waits until mongod says it listens, in its own output: whoever answers at the port might be
    /// somebody else. Returns whether it got the port.
    async fn listening(&mut self) -> Result<bool> {
        let deadline = Instant::now() + PATIENCE;
        let output = self.folder.join("output");
        loop {
            let said = fs::read_to_string(&output).unwrap_or_default();
            if said.contains("\"Waiting for connections\"") {
                return Ok(true);
            }
            if let Some(status) = self.supervisor.ended()? {
                ensure!(
                    status.code() == Some(CANNOT_LISTEN),
                    "mongod ended at once ({status}); the end of its output:\n{}",
                    last_lines(&said, 5)
                );
                return Ok(false);
            }
            ensure!(
                Instant::now() < deadline,
                "mongod does not listen after {PATIENCE:?}; the end of its output:\n{}",
                last_lines(&said, 5)
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn become_primary(&self) -> Result<()> {
        let client = self.first_client().await?;
        let admin = client.database("admin");
        let member = doc! { "_id": 0, "host": format!("127.0.0.1:{}", self.port) };
        let config = doc! { "_id": REPLICA_SET, "members": [member] };
        admin
            .run_command(doc! { "replSetInitiate": config })
            .await
            .context("the replica set cannot be initiated")?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let hello: Document = admin.run_command(doc! { "hello": 1 }).await?;
            if hello.get_bool("isWritablePrimary").unwrap_or(false) {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "no primary after {PATIENCE:?}: {hello}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn create_accounts(&self) -> Result<()> {
        // The first account may be made by anybody on the same machine, and by nobody after that.
        Account::ROOT.create(&self.first_client().await?).await?;
        let root = self.client().await?;
        for account in [Account::OPENIM, Account::READER, Account::STRANGER] {
            account.create(&root).await?;
        }
        Ok(())
    }

    /// Connects without credentials and without looking for the set's primary.
    async fn first_client(&self) -> Result<Client> {
        connect(&self.bare_uri("", &["directConnection=true".to_owned()])).await
    }
}

async fn connect(uri: &str) -> Result<Client> {
    Client::with_uri_str(uri)
        .await
        .context("the driver refuses the connection string of mongod")
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr().context("no free port")?.port())
}

/// Writes the secret the members of a set share, readable by the owner alone as mongod demands.
fn key_file(folder: &Path) -> Result<PathBuf> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let path = folder.join("key");
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(b"b25seSBmb3IgdGVzdHMgb24gbG9vcGJhY2s="))
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
