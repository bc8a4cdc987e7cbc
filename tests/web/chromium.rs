//! A headless Chromium, driven over WebDriver. Where it is not installed, the tests that
//! want it say so aloud.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::harness::repository;

/// What a page does not do by then it does not do.
const PATIENCE: Duration = Duration::from_secs(60);

/// One browser at a time: several would fight for the machine.
static ONE: Mutex<()> = Mutex::new(());

/// How the browser is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) language: &'static str,
    pub(super) dark: bool,
    pub(super) phone: bool,
    pub(super) scripts: bool,
}

pub(super) const USUAL: Look = Look { language: "en", dark: false, phone: false, scripts: true };

/// A driver that runs beside the test.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    /// Starts the driver on a port of its own; `None` where there is none.
    fn start() -> Option<Driver> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                let url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
                return Some(Driver { child, url });
            }
        }
        panic!("chromedriver does not say where it is");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a test in a browser of its own.
pub(super) fn browse<F: Future<Output = ()>>(look: Look, test: impl FnOnce(Page) -> F) {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(driver) = Driver::start() else {
        eprintln!("SKIPPED: no chromedriver; `apt-get install chromium chromium-driver` brings it");
        return;
    };
    let profile = tempfile::tempdir().unwrap();
    let mut args: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1280,1000",
    ]
    .map(str::to_string)
    .to_vec();
    args.push(format!("--user-data-dir={}", profile.path().display()));
    args.push(format!("--blink-settings=preferredColorScheme={}", u8::from(!look.dark)));
    let mut options = json!({
        "args": args,
        "prefs": {
            "intl.accept_languages": look.language,
            "profile.managed_default_content_settings.javascript": if look.scripts { 1 } else { 2 },
        },
    });
    if look.phone {
        let metrics = json!({"width": 390, "height": 844, "pixelRatio": 2.0, "touch": true, "mobile": true});
        options["mobileEmulation"] = json!({"deviceMetrics": metrics});
    }
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("goog:chromeOptions".to_string(), options);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url)
            .await
            .unwrap();
        test(Page { client: client.clone() }).await;
        client.close().await.unwrap();
    });
}

/// What a test does on a page.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) client: Client,
}

impl Page {
    pub(super) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// What a script returns.
    pub(super) async fn eval(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until an expression is true.
    pub(super) async fn until(&self, expression: &str) {
        let started = Instant::now();
        while self.eval(&format!("return Boolean({expression})")).await != true {
            if started.elapsed() > PATIENCE {
                let state = self.eval("return location.href + '\\n' + document.body.innerText").await;
                panic!("never: {expression}\n{}", state.as_str().unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn click(&self, css: &str) {
        let element = self.client.wait().for_element(Locator::Css(css)).await;
        let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Types into whatever has the focus.
    pub(super) async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// The part of the address behind the server's name.
    pub(super) async fn address(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.query().map_or(url.path().to_string(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits until the address ends so, which a page without scripts cannot say of itself.
    pub(super) async fn arrives(&self, address: &str) {
        let started = Instant::now();
        loop {
            let now = self.address().await;
            if now.ends_with(address) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "never at {address}, but at {now}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(super) async fn ids(&self) -> Vec<String> {
        let ids =
            self.eval("return [...document.querySelectorAll('article.hit')].map((hit) => hit.dataset.id)");
        let ids = ids.await;
        ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_string()).collect()
    }

    /// Keeps a picture of the window among what the build puts out.
    pub(super) async fn picture(&self, name: &str) {
        let folder = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => PathBuf::from(target),
            None => repository().join("target"),
        };
        let folder = folder.join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        assert!(picture.len() > 10_000, "{name}: {} bytes", picture.len());
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }
}
