use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, redirect};

pub(crate) use crate::support::console::{PASSWORD, console, console_with, free_address};
use crate::support::world::World;

/// An answer of the console.
#[derive(Debug)]
pub(crate) struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    /// Where it leads.
    pub(crate) fn leads(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// Fails unless the status is this one.
    pub(crate) fn expect(self, status: u16) -> Page {
        assert_eq!(self.status, status, "{}\n{}", self.leads(), self.text);
        self
    }

    /// Fails unless it leads there.
    pub(crate) fn expect_to(self, address: &str) -> Page {
        assert_eq!((self.status, self.leads()), (303, address), "{}", self.text);
        self
    }

    /// Fails unless it asks who is there, and will lead back there.
    pub(crate) fn asks_who(self, back: &str) -> Page {
        assert_eq!(self.status, 401, "{}\n{}", self.leads(), self.text);
        assert_eq!(self.hidden("back"), back);
        self
    }

    /// Fails unless the text is on the page.
    pub(crate) fn shows(self, text: &str) -> Page {
        assert!(self.text.contains(text), "{text:?} is not on the page\n{}", self.text);
        self
    }

    /// Fails if the text is on the page.
    pub(crate) fn hides(self, text: &str) -> Page {
        assert!(!self.text.contains(text), "{text:?} is on the page\n{}", self.text);
        self
    }

    /// Value of a hidden field: of the page itself, or of its frame where the page has none.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let main = self.text.split_once("<main").map_or("", |(_, main)| main);
        let field = format!("name=\"{name}\" value=\"");
        let text = if main.contains(&field) { main } else { &self.text };
        let (_, rest) = text.split_once(&field).unwrap_or_else(|| panic!("no {name}\n{}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }
}

/// Somebody with a browser: cookies and forms, no script.
#[derive(Debug)]
pub(crate) struct Visitor {
    client: Client,
    address: String,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl Visitor {
    /// Nobody yet.
    pub(crate) fn new(address: &str) -> Visitor {
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Visitor { client, address: address.to_owned(), cookies: BTreeMap::new(), csrf: String::new() }
    }

    /// Somebody with an account of these roles, signed in, with a password of their own.
    pub(crate) async fn with_roles(world: &World, address: &str, login: &str, roles: &[&str]) -> Visitor {
        let mut arguments = vec!["access", "add", login, "--name", "試験 花子", "--as", "setup", "--break-glass", "試験の準備"];
        for role in roles {
            arguments.extend(["--role", role]);
        }
        let made = world.json(&arguments, &[0]);
        let mut visitor = Visitor::new(address);
        let initial = made["initial_password"].as_str().unwrap();
        visitor.enter(login, initial).await.expect_to("/");
        visitor.get("/me").await.expect(200);
        let fields = [("current", initial), ("chosen", PASSWORD), ("again", PASSWORD)];
        visitor.post("/me/password", &fields).await.expect_to("/me?done=password-changed");
        visitor.get("/me").await.expect(200);
        visitor
    }

    /// The same with roles on one topic.
    pub(crate) async fn with_roles_on(world: &World, address: &str, login: &str, roles: &[&str], topic: &str) -> Visitor {
        let visitor = Visitor::with_roles(world, address, login, &[]).await;
        for role in roles {
            let give = ["access", "give", login, role, "--topic", topic];
            world.renkei(&[&give[..], &["--as", "setup", "--break-glass", "試験の準備"]].concat()).expect(&[0]);
        }
        visitor
    }

    /// Types login id and password.
    pub(crate) async fn enter(&mut self, login: &str, password: &str) -> Page {
        self.send_form("/enter", &[("login", login), ("password", password), ("back", "/")]).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let request = self.client.get(format!("http://{}{path}", self.address));
        let page = self.send(request).await;
        if page.text.contains("name=\"csrf\"") {
            self.csrf = page.hidden("csrf");
        }
        page
    }

    /// Sends a form with the token of the session.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend(fields);
        self.send_form(path, &all).await
    }

    /// Sends a form as it is.
    pub(crate) async fn send_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = self.client.post(format!("http://{}{path}", self.address));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", format!("http://{}", self.address));
        self.send(request.body(pairs.join("&"))).await
    }

    /// Sends a form to a program that dies before it answers.
    pub(crate) async fn post_into_the_void(&self, path: &str, fields: &[(&str, &str)]) {
        let mut pairs = vec![format!("csrf={}", encoded(&self.csrf))];
        pairs.extend(fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))));
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.post(format!("http://{}{path}", self.address)).header("cookie", cookies.join("; "));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", format!("http://{}", self.address));
        let answer = request.body(pairs.join("&")).send().await;
        assert!(answer.is_err(), "the program was to die, and answered {answer:?}");
    }

    /// Host and port it talks to.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The same session at another address.
    pub(crate) fn at(self, address: &str) -> Visitor {
        Visitor { address: address.to_owned(), ..self }
    }

    /// Hands in a file.
    pub(crate) async fn upload(&mut self, path: &str, name: &str, bytes: &[u8]) -> Page {
        self.upload_with(path, name, bytes, &[]).await
    }

    /// Hands in a file with what is known of it.
    pub(crate) async fn upload_with(&mut self, path: &str, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Page {
        const BOUNDARY: &str = "----renkei-test-boundary";
        let mut body = Vec::new();
        let head =
            |field: &str, more: &str| format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"{more}\r\n\r\n");
        body.extend(head("csrf", "").bytes().chain(self.csrf.bytes()).chain(*b"\r\n"));
        for (field, value) in fields {
            body.extend(head(field, "").bytes().chain(value.bytes()).chain(*b"\r\n"));
        }
        body.extend(head("file", &format!("; filename=\"{name}\"")).bytes().chain(bytes.iter().copied()).chain(*b"\r\n"));
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let request = self.client.post(format!("http://{}{path}", self.address));
        let request = request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        self.send(request.body(body)).await
    }

    /// Sends a request with the visitor's cookies, and keeps those of the answer.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = request.header("cookie", cookies.join("; ")).send().await.expect("the console answers");
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Page { status, headers, text: answer.text().await.unwrap_or_default() }
    }

    /// The client and the address, for requests no browser makes.
    pub(crate) fn raw(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(method.parse().unwrap(), format!("http://{}{path}", self.address))
    }

    /// A visitor with the same session.
    pub(crate) fn twin(&self) -> Visitor {
        Visitor {
            client: self.client.clone(),
            address: self.address.clone(),
            cookies: self.cookies.clone(),
            csrf: self.csrf.clone(),
        }
    }
}

/// Percent encoding of everything but letters and digits.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
