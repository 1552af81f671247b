//! A browser, driven by the W3C WebDriver protocol: a dozen JSON requests to chromedriver.

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::console::PASSWORD;
use crate::support::world::World;

/// Longest wait for something to come true: no measurement, the end of a test that would hang.
const WAIT: Duration = Duration::from_secs(120);
/// Key under which the protocol gives an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The programs, where Debian keeps them or where the variables say.
fn programs() -> Option<(PathBuf, PathBuf)> {
    let found = |variable: &str, places: &[&str]| {
        let named = std::env::var(variable).ok().filter(|path| !path.is_empty()).map(PathBuf::from);
        named.into_iter().chain(places.iter().map(PathBuf::from)).find(|path| path.exists())
    };
    let browser = found("CHROMIUM", &["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"])?;
    let driver = found("CHROMEDRIVER", &["/usr/bin/chromedriver", "/usr/lib/chromium-browser/chromedriver"])?;
    Some((browser, driver))
}

/// chromedriver at work; it ends with the value.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    address: String,
    browser: PathBuf,
    console: String,
}

impl Driver {
    /// Starts it for the console at this address. `None`: there is no browser here, and the test has said so.
    pub(crate) async fn start(console: &str) -> Option<Driver> {
        let Some((browser, driver)) = programs() else {
            eprintln!(
                "no browser is installed, so the pages are not walked: apt-get install chromium chromium-driver fonts-ipaexfont"
            );
            return None;
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(driver)
            .arg(format!("--port={port}"))
            .env("LANGUAGE", "ja")
            .env("LANG", "ja_JP.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let driver = Driver { child, address: format!("http://127.0.0.1:{port}"), browser, console: console.to_owned() };
        let begun = Instant::now();
        while client().get(format!("{}/status", driver.address)).send().await.is_err() {
            assert!(begun.elapsed() < WAIT, "chromedriver does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(driver)
    }

    /// A window of an office's screen, with cookies of its own.
    pub(crate) async fn open(&self) -> Browser {
        let options = json!({
            "binary": self.browser,
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                     "--hide-scrollbars", "--window-size=1366,768", "--lang=ja"],
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } } } });
        let made = ask(&client(), Method::POST, &format!("{}/session", self.address), wanted).await;
        let session = made["sessionId"].as_str().expect("a session");
        let session = format!("{}/session/{session}", self.address);
        Browser { client: client(), session, console: format!("http://{}", self.console) }
    }

    /// A window in which somebody with these roles is signed in, by the pages themselves.
    pub(crate) async fn with_roles(&self, world: &World, login: &str, name: &str, roles: &[&str]) -> Browser {
        let mut arguments = vec!["access", "add", login, "--name", name, "--as", "setup", "--break-glass", "試験の準備"];
        for role in roles {
            arguments.extend(["--role", role]);
        }
        let made = world.json(&arguments, &[0]);
        let browser = self.open().await;
        browser.go("/").await;
        browser.write("#login", login).await;
        browser.write("#password", made["initial_password"].as_str().unwrap()).await;
        browser.click("main button[type=submit]").await;
        browser.until("the first password is to be chosen", "初期パスワードのままです").await;
        browser.write("#current", made["initial_password"].as_str().unwrap()).await;
        browser.write("#chosen", PASSWORD).await;
        browser.write("#again", PASSWORD).await;
        browser.click("form[action='/me/password'] button[type=submit]").await;
        browser.until("the password is changed", "パスワードを変更しました。").await;
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Told to stop, it closes its browsers; killed, it would leave them behind.
        let told = TcpStream::connect(self.address.trim_start_matches("http://"));
        let told = told.and_then(|mut stream| stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        if told.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// One request of the protocol; its value, or the error as it is.
async fn try_ask(client: &Client, method: Method, address: &str, body: Value) -> Result<Value, Value> {
    let request = client.request(method.clone(), address);
    let request = if method == Method::POST { request.json(&body) } else { request };
    let answer = request.send().await.expect("chromedriver answers");
    let good = answer.status().is_success();
    let mut value: Value = answer.json().await.expect("chromedriver answers in JSON");
    let value = value["value"].take();
    if good { Ok(value) } else { Err(value) }
}

async fn ask(client: &Client, method: Method, address: &str, body: Value) -> Value {
    try_ask(client, method, address, body).await.unwrap_or_else(|error| panic!("{address}: {error}"))
}

/// One window.
#[derive(Debug)]
pub(crate) struct Browser {
    client: Client,
    session: String,
    console: String,
}

impl Browser {
    async fn post(&self, what: &str, body: Value) -> Value {
        ask(&self.client, Method::POST, &format!("{}/{what}", self.session), body).await
    }

    /// Opens a page.
    pub(crate) async fn go(&self, path: &str) {
        self.post("url", json!({ "url": format!("{}{path}", self.console) })).await;
    }

    /// Its address, without the host.
    pub(crate) async fn place(&self) -> String {
        let address = ask(&self.client, Method::GET, &format!("{}/url", self.session), Value::Null).await;
        address.as_str().unwrap().strip_prefix(&self.console).unwrap_or_default().to_owned()
    }

    /// Runs a script of the page; what it returns.
    pub(crate) async fn js(&self, script: &str) -> Value {
        self.ask_js(script, json!([])).await
    }

    /// The same with arguments.
    pub(crate) async fn ask_js(&self, script: &str, arguments: Value) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": arguments })).await
    }

    /// What a reader sees.
    pub(crate) async fn text(&self) -> String {
        self.js("return document.body ? document.body.innerText : ''").await.as_str().unwrap_or_default().to_owned()
    }

    async fn element(&self, using: &str, value: &str) -> String {
        let begun = Instant::now();
        loop {
            let wanted = json!({ "using": using, "value": value });
            match try_ask(&self.client, Method::POST, &format!("{}/element", self.session), wanted).await {
                Ok(found) => return found[ELEMENT].as_str().unwrap().to_owned(),
                Err(error) if begun.elapsed() > Duration::from_secs(20) => {
                    panic!("{value} is not on {}: {}\n{}", self.place().await, error["message"], self.text().await)
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Does something to an element. Where the page has renewed the part it stood in meanwhile, nothing was done, and it is looked for again.
    async fn act(&self, (using, value): (&str, &str), what: &str, body: Value) {
        let begun = Instant::now();
        loop {
            let element = self.element(using, value).await;
            let address = format!("{}/element/{element}/{what}", self.session);
            match try_ask(&self.client, Method::POST, &address, body.clone()).await {
                Ok(_) => return,
                Err(error) if error["error"] == "stale element reference" && begun.elapsed() < WAIT => {}
                Err(error) => panic!("{what} {value} on {}: {error}", self.place().await),
            }
        }
    }

    /// Clicks what a CSS selector finds first.
    pub(crate) async fn click(&self, css: &str) {
        self.act(("css selector", css), "click", json!({})).await;
    }

    /// Presses the button with this text.
    pub(crate) async fn press(&self, text: &str) {
        self.act(("xpath", &format!("//button[normalize-space(.)='{text}']")), "click", json!({})).await;
    }

    /// Follows the link with this text.
    pub(crate) async fn follow(&self, text: &str) {
        self.act(("xpath", &format!("//a[normalize-space(.)='{text}']")), "click", json!({})).await;
    }

    /// Types into a field, as it is.
    pub(crate) async fn write(&self, css: &str, text: &str) {
        self.act(("css selector", css), "value", json!({ "text": text })).await;
    }

    /// Gives a field another value.
    pub(crate) async fn rewrite(&self, css: &str, text: &str) {
        self.act(("css selector", css), "clear", json!({})).await;
        self.write(css, text).await;
    }

    /// Presses a key wherever the focus is: `\u{e004}` Tab, `\u{e007}` Enter.
    pub(crate) async fn key(&self, key: &str) {
        let presses = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.post("actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] })).await;
    }

    /// Waits until the page shows a text.
    pub(crate) async fn until(&self, what: &str, text: &str) {
        self.until_in(what, "body", text).await;
    }

    /// Waits until what a CSS selector finds first shows a text: a page also has words it only offers to choose from.
    pub(crate) async fn until_in(&self, what: &str, css: &str, text: &str) {
        let begun = Instant::now();
        let script = format!("const part = document.querySelector({}); return part ? part.innerText : ''", json!(css));
        loop {
            let shown = self.js(&script).await;
            let shown = shown.as_str().unwrap_or_default();
            if shown.contains(text) {
                return;
            }
            assert!(begun.elapsed() < WAIT, "waited too long until {what}: {text:?} is not on {}\n{shown}", self.place().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until a script of the page gives true.
    pub(crate) async fn until_true(&self, what: &str, script: &str) {
        let begun = Instant::now();
        while self.js(script).await != true {
            assert!(begun.elapsed() < WAIT, "waited too long until {what} on {}", self.place().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the browser has complained of since it was last asked: broken policies, errors of scripts, things not found. Answers
    /// by which a rule refuses something (4xx pages) are no complaint where `refusals` are expected.
    pub(crate) async fn complaints(&self, refusals: bool) -> Vec<String> {
        let entries = self.post("se/log", json!({ "type": "browser" })).await;
        let texts = entries.as_array().unwrap().iter().filter(|entry| {
            let message = entry["message"].as_str().unwrap_or_default();
            let refused = message.contains("the server responded with a status of 4");
            (entry["level"] == "SEVERE" || message.contains("Content Security Policy")) && !(refusals && refused)
        });
        texts.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Shows the page as it will stand on a sheet of A4 across, or again on the screen.
    pub(crate) async fn on_paper(&self, paper: bool) {
        let (media, width) = if paper { ("print", 1_032) } else { ("", 1_366) };
        let wanted = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "media": media } });
        self.post("goog/cdp/execute", wanted).await;
        self.post("window/rect", json!({ "width": width, "height": 768 })).await;
    }

    /// Draws what the window shows, when pictures are wanted (RENKEI_SCREENSHOTS names the folder).
    pub(crate) async fn picture(&self, name: &str) {
        use base64::Engine;
        let Ok(folder) = std::env::var("RENKEI_SCREENSHOTS") else { return };
        // The whole page, as long as it is no scroll: a picture of half a table tells nobody anything.
        let height =
            self.js("return document.documentElement.scrollHeight").await.as_u64().unwrap_or(768).clamp(600, 1_100) + 140;
        let width = self.js("return window.outerWidth").await;
        self.post("window/rect", json!({ "width": width, "height": height })).await;
        let drawn = ask(&self.client, Method::GET, &format!("{}/screenshot", self.session), Value::Null).await;
        self.post("window/rect", json!({ "width": width, "height": 768 })).await;
        let png = base64::engine::general_purpose::STANDARD.decode(drawn.as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).unwrap();
    }
}
