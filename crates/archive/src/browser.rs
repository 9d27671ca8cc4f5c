//! A real Chromium, without a window, steered over its debugging protocol: what tests look at pages with.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub(crate) struct Browser {
    process: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: String,
    calls: u64,
    /// Every event of the page so far.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(program())
            // The sandbox needs rights that containers do not give; the pages are our own.
            .args([
                "--headless=new",
                "--no-sandbox",
                "--no-first-run",
                "--disable-gpu",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-dev-shm-usage",
                "--disable-sync",
                "--no-default-browser-check",
            ])
            .args([
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                "--hide-scrollbars",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let mut lines = BufReader::new(process.stderr.take().expect("is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, address) = line.split_once("DevTools listening on ")?;
                Some(address.trim().to_owned())
            })
            .expect("the browser says where it listens");
        // What it says from now on goes nowhere, but it must not block.
        std::thread::spawn(move || lines.for_each(drop));
        let (socket, _) = tungstenite::connect(address).expect("the browser answers");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).expect("is set");
        }
        let mut browser = Self {
            process,
            socket,
            session: String::new(),
            calls: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", &attach);
        browser.session = attached["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        for domain in [
            "Page.enable",
            "Network.enable",
            "Runtime.enable",
            "Log.enable",
        ] {
            browser.call(domain, &json!({}));
        }
        browser
    }

    /// Opens a page, and waits until it is loaded.
    pub(crate) fn open(&mut self, path: &Path, fragment: &str) {
        // Without this, a page that is open already would only be scrolled.
        self.navigate("about:blank");
        self.events.clear();
        let address = address_of(path);
        if fragment.is_empty() {
            self.navigate(&address);
        } else {
            self.navigate(&format!("{address}#{fragment}"));
        }
    }

    fn navigate(&mut self, address: &str) {
        let seen = self.events.len();
        self.call("Page.navigate", &json!({ "url": address }));
        let begun = Instant::now();
        let loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events[seen..].iter().any(loaded) {
            assert!(begun.elapsed() < PATIENCE, "{address} does not load");
            self.read();
        }
    }

    /// Returns what an expression is on the page; a promise is waited for.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let call = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", &call);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true on the page, or on the one a link leads to meanwhile: while the
    /// browser goes there it refuses to answer.
    pub(crate) fn wait_for(&mut self, expression: &str) {
        let call = json!({"expression": format!("Boolean({expression})"), "returnByValue": true});
        let begun = Instant::now();
        loop {
            let answer = self.ask("Runtime.evaluate", &call);
            if answer["result"]["result"]["value"] == true {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{expression}: {answer}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sets how wide the window is, and whether it prefers dark.
    pub(crate) fn show(&mut self, width: u32, height: u32, dark: bool) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let theme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.call("Emulation.setEmulatedMedia", &media);
    }

    /// Returns a picture of what the window shows, as PNG.
    pub(crate) fn picture(&mut self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        let data = answer["data"].as_str().expect("a picture");
        base64::engine::general_purpose::STANDARD
            .decode(data)
            .expect("is base64")
    }

    /// Returns the addresses that were asked for since the page was opened.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent = |event: &&Value| event["method"] == "Network.requestWillBeSent";
        self.events
            .iter()
            .filter(sent)
            .map(|event| {
                event["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    /// Returns what went wrong on the page since it was opened: exceptions, and what its policy refused.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let bad = |event: &&Value| {
            event["method"] == "Runtime.exceptionThrown"
                || event["method"] == "Log.entryAdded"
                    && event["params"]["entry"]["level"] == "error"
        };
        self.events
            .iter()
            .filter(bad)
            .map(Value::to_string)
            .collect()
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.calls += 1;
        let id = self.calls;
        let mut call = json!({"id": id, "method": method, "params": params});
        if !self.session.is_empty() {
            call["sessionId"] = self.session.as_str().into();
        }
        self.socket
            .send(Message::text(call.to_string()))
            .expect("is sent");
        loop {
            let answer = self.read();
            if answer["id"] == id {
                return answer;
            }
        }
    }

    fn read(&mut self) -> Value {
        let message = self.socket.read().expect("the browser answers in time");
        let Message::Text(text) = message else {
            return Value::Null;
        };
        let value: Value = serde_json::from_str(text.as_str()).expect("is JSON");
        if value["id"].is_null() {
            self.events.push(value.clone());
        }
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser that is gone already is no failure of the test.
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

fn address_of(path: &Path) -> String {
    url::Url::from_file_path(path).expect("a path").to_string()
}

fn program() -> PathBuf {
    let named = std::env::var_os("OPENIM_HISTORY_CHROMIUM").map(PathBuf::from);
    let found = named.or_else(|| {
        let path = std::env::var_os("PATH")?;
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
            .find(|program| program.is_file())
    });
    found.expect(
        "a Chromium: run scripts/test, which installs one, or name one in OPENIM_HISTORY_CHROMIUM",
    )
}
