//! Signing in through a real OpenID provider: a process of its own on loopback, made from the npm package `oidc-provider`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::root;
use crate::support::world;
use crate::visitor::{Page, Visitor, console_with, encoded, free_address};

const NOW: &str = "2026-10-06T09:30:00+09:00";
/// The version the test knows.
const PACKAGE: &str = "oidc-provider@9.13.3";
const SECRET: (&str, &str) = ("RENKEI_TEST_OIDC_SECRET", "a secret of the test & more");

/// The provider; ended with the value.
struct Provider(Child);

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where the package lies, fetched at the first time; `None` with a sentence where node, npm or the registry cannot be had.
fn package() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc-provider");
    if folder.join("node_modules/oidc-provider/package.json").exists() {
        return Some(folder);
    }
    std::fs::create_dir_all(&folder).unwrap();
    let arguments = ["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"];
    let installed = Command::new("npm").args(arguments).arg(&folder).arg(PACKAGE).stdout(Stdio::null()).status();
    if installed.is_ok_and(|status| status.success()) {
        return Some(folder);
    }
    eprintln!("not tried: signing in through an OpenID provider needs node and npm to fetch {PACKAGE}");
    None
}

async fn provider(folder: &Path, issuer: &str, console: &str) -> Provider {
    let port = issuer.rsplit(':').next().unwrap();
    let script = root().join("tests/console/provider.mjs");
    let mut command = Command::new("node");
    command.arg(script).args([folder.to_str().unwrap(), port, console]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut provider = Provider(command.spawn().expect("node is there: npm is"));
    let (client, begun) = (reqwest::Client::builder().no_proxy().build().unwrap(), Instant::now());
    while client.get(format!("{issuer}/.well-known/openid-configuration")).send().await.is_err() {
        assert!(provider.0.try_wait().unwrap().is_none(), "the provider has ended: see `node tests/console/provider.mjs`");
        assert!(begun.elapsed() < Duration::from_secs(60), "the provider does not answer");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    provider
}

/// Says there who one is and agrees to everything, until the provider sends the browser back to the console.
async fn at_the_provider(issuer: &str, console: &str, address: &str, login: &str) -> String {
    let mut browser = Visitor::new(issuer.trim_start_matches("http://"));
    let mut page = browser.get(address.strip_prefix(issuer).expect("the provider's address")).await;
    for _ in 0..10 {
        let next = page.leads().to_owned();
        if let Some(back) = next.strip_prefix(console) {
            return back.to_owned();
        }
        page = if next.is_empty() {
            let fields = match page.text.contains("value=\"login\"") {
                true => vec![("prompt", "login"), ("login", login), ("password", "x")],
                false => vec![("prompt", "consent")],
            };
            let action = page.text.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form").to_owned();
            browser.send_form(action.trim_start_matches(issuer), &fields).await
        } else {
            browser.get(next.trim_start_matches(issuer)).await
        };
    }
    panic!("the provider does not send back\n{}", page.text);
}

fn add(world: &world::World, login: &str, more: &[&str]) {
    let mut arguments =
        vec!["access", "add", login, "--name", "試験", "--role", "viewer", "--as", "setup", "--break-glass", "試験の準備"];
    arguments.extend(more);
    world.json(&arguments, &[0]);
}

#[test]
fn who_has_an_account_here_enters_through_the_provider_and_nobody_else() {
    let Some(folder) = package() else { return };
    world::run(NOW, async |world| {
        let (address, issuer) = (free_address(), format!("http://{}", free_address()));
        let console = format!("http://{address}");
        let settings = std::fs::read_to_string(world.path("renkei.toml")).unwrap();
        let table = format!(
            "[console_oidc]\nissuer = \"{issuer}\"\nclient_id = \"renkei\"\nconsole_url = \"{console}\"\nclient_secret_env = \"{}\"\n",
            SECRET.0
        );
        std::fs::write(world.path("renkei.toml"), format!("{settings}{table}")).unwrap();
        let address = console_with(world, &address, &[SECRET]).await;
        let mut visitor = Visitor::new(&address);
        visitor.get("/enter").await.expect(200).shows("庁内の認証サーバーでログイン");
        visitor.get("/enter/oidc?back=/batches").await.expect(502).shows("確認できませんでした");
        let _provider = provider(&folder, &issuer, &console).await;
        add(world, "Kato.1", &[]);
        let to = begin(&mut visitor).await;
        let back = at_the_provider(&issuer, &console, &to, "kato.1").await;
        // An answer that another browser began, or that somebody made up, opens nothing.
        let mut thief = Visitor::new(&address);
        thief.get(&back).await.expect(401);
        begin(&mut thief).await;
        thief.get(&back).await.expect(401);
        visitor.get("/").await.expect_to("/enter?back=%2F");
        let mut late = visitor.twin();
        let entered = visitor.get(&back).await.expect(200);
        assert_eq!(entered.headers.get("refresh").unwrap(), "0; url=/batches");
        // The account was given a password that nobody has used: it is not asked about here.
        visitor.get("/batches").await.expect(200);
        // A code is good once.
        late.get(&back).await.expect(502);
        // Nobody gets an account by having one over there; a disabled one stays out.
        let mut stranger = Visitor::new(&address);
        let to = begin(&mut stranger).await;
        let back = at_the_provider(&issuer, &console, &to, "stranger.1").await;
        stranger.get(&back).await.expect(403).shows("登録されていないか、無効です");
        world.renkei(&["access", "give", "Kato.1", "administrator", "--as", "setup"]).expect(&[0]);
        add(world, "sato.2", &[]);
        world.renkei(&["access", "disable", "sato.2", "--reason", "異動", "--as", "setup", "--break-glass", "試験"]).expect(&[0]);
        let mut disabled = Visitor::new(&address);
        let to = begin(&mut disabled).await;
        let back = at_the_provider(&issuer, &console, &to, "sato.2").await;
        disabled.get(&back).await.expect(403);
        assert_eq!(world.number("select count(*) from access.session where way = 'provider'").await, 1);
        let sql =
            "select count(*) from audit.event where action = 'session.begin' and reason = 'OpenID provider' and actor = 'Kato.1'";
        assert_eq!(world.number(sql).await, 1);
    });
}

async fn begin(visitor: &mut Visitor) -> String {
    let page: Page = visitor.get(&format!("/enter/oidc?back={}", encoded("/batches"))).await.expect(303);
    let to = page.leads().to_owned();
    for part in ["code_challenge_method=S256", "state=", "nonce=", "response_type=code"] {
        assert!(to.contains(part), "{to}");
    }
    to
}
