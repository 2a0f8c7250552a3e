//! One installation in memory: real router, real use cases, a database of its own.

#[path = "../../../../services/tests/it/support/postgres.rs"]
mod postgres;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header},
};
use domain::{id::UserId, workspace::Slug};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use secrecy::SecretString;
use server::{
    config::PublicUrl,
    router::router,
    web::{Demo, Options, Web},
    webhook::{Limits, Webhooks},
};
use services::{Services, accounts, clock::Clock, db::Db, doctor, send::Graph, vault::MasterKey, vault::Vault};
use sha2::Sha256;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// This crate's folder, asked when the test runs: clones share a target folder, and cargo takes a test that another clone
/// built for fresh.
pub fn crate_folder() -> std::path::PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it").into()
}
pub const OLD_SECRET: &str = "fedcba9876543210fedcba9876543210";
pub const VERIFY_TOKEN: &str = "verify-me-please";
pub const EMAIL: &str = "asha@kaveri.example";
pub const PASSWORD: &str = "monsoon over the western ghats";
pub const HOST: &str = "127.0.0.1:3000";

/// What a test wants to be different.
pub struct Wishes {
    pub public_url: &'static str,
    pub limits: Limits,
    pub demo: bool,
    pub engine: Engine,
    /// Where Graph is; usually nobody answers.
    pub graph: String,
}

/// Which database stands behind an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000",
            limits: Limits::default(),
            demo: false,
            engine: Engine::Sqlite,
            graph: "http://127.0.0.1:9".to_owned(),
        }
    }
}

pub struct Installation {
    pub services: Services,
    pub webhooks: Arc<Webhooks>,
    pub stopping: CancellationToken,
    pub clock: Clock,
    router: Router,
    home: Home,
}

/// Held until the test ends.
enum Home {
    Folder(TempDir),
    Server(postgres::Database),
}

impl Installation {
    pub async fn new() -> Self {
        Self::with(Wishes::default()).await
    }

    /// On SQLite; see [`Installation::on`] for the other engine.
    pub async fn with(wishes: Wishes) -> Self {
        assert_eq!(wishes.engine, Engine::Sqlite);
        Self::on(wishes).await.expect("SQLite is always there")
    }

    /// `None`, with a word about it, where no server is given; on CI that is an error.
    pub async fn on(wishes: Wishes) -> Option<Self> {
        let (url, home) = match wishes.engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                (format!("sqlite://{}", folder.path().join("parlance.db").display()), Home::Folder(folder))
            }
            Engine::Postgres => {
                let database = postgres::Database::create().await?;
                (database.url.clone(), Home::Server(database))
            }
        };
        let clock = Clock::fixed(1_780_000_000_000);
        let services = Services::new(
            Db::open(&url).await.unwrap(),
            services::Options {
                clock: clock.clone(),
                vault: Vault::new(MasterKey::from_hex(&"ab".repeat(32)).unwrap()),
                graph: Graph::new(&wishes.graph, "v25.0").unwrap(),
                mailer: None,
            },
        );
        let stopping = CancellationToken::new();
        let demo = wishes.demo.then(|| Demo {
            port: 3000,
            members: Vec::new(),
            simulator: simulator::Simulator::new(simulator::Config::default()),
        });
        let web = Web::new(
            services.clone(),
            Options {
                public_url: PublicUrl::parse(wishes.public_url).unwrap(),
                trusted_proxies: Vec::new(),
                stopping: stopping.clone(),
                demo,
            },
        );
        let secrets: [SecretString; 2] = [SECRET.into(), OLD_SECRET.into()];
        let webhooks = Arc::new(Webhooks::new(services.clone(), &secrets, Some(VERIFY_TOKEN.into()), wishes.limits));
        let router = router(&web, webhooks.clone());
        Some(Self { services, webhooks, stopping, clock, router, home })
    }

    /// A workspace with an owner who signs in with [`EMAIL`] and [`PASSWORD`].
    pub async fn owner(&self) -> Slug {
        accounts::create_owner(&self.services, "Kaveri Home", EMAIL, PASSWORD).await.unwrap()
    }

    pub async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        let peer: SocketAddr = "127.0.0.1:54321".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static(HOST));
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Listens on a port of this machine; its origin.
    pub async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let app = self.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        origin
    }

    pub async fn get(&self, path: &str) -> Response<Body> {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A delivery signed with [`SECRET`].
    pub async fn deliver(&self, body: impl Into<Vec<u8>>) -> StatusCode {
        let body = body.into();
        self.deliver_as(&sign(SECRET, &body), body).await
    }

    pub async fn deliver_as(&self, signature: &str, body: Vec<u8>) -> StatusCode {
        let request = Request::post("/webhooks/meta").header("x-hub-signature-256", signature);
        self.send(request.body(body.into()).unwrap()).await.status()
    }

    /// Waits until every delivery is done, dead, or waits for its number to be connected.
    pub async fn settled(&self) {
        let is_settled = async || {
            let checks = doctor::report(&self.services).await;
            checks.iter().any(|check| check.name == "deliveries" && check.text == "none waits for its turn")
        };
        let settled = async {
            while !is_settled().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), settled).await.expect("a delivery stays pending");
    }

    /// All bytes that are stored.
    pub async fn kept(&self) -> Vec<u8> {
        match &self.home {
            Home::Server(database) => crate::at_rest::every_row(&database.url).await,
            Home::Folder(folder) => {
                let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
                files.flat_map(|file| std::fs::read(file).unwrap()).collect()
            }
        }
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser { installation: self, cookies: Vec::new() }
    }

    /// A browser in which the owner has signed in.
    pub async fn signed_in(&self) -> Browser<'_> {
        let mut browser = self.browser();
        let response = browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
        assert_eq!(location(&response), "/");
        browser
    }
}

/// Keeps cookies and says where its forms come from.
pub struct Browser<'a> {
    installation: &'a Installation,
    cookies: Vec<(String, String)>,
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Response<Body> {
        self.go(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response<Body> {
        self.post_from(path, fields, "/").await
    }

    /// A form on the page `from`.
    pub async fn post_from(&mut self, path: &str, fields: &[(&str, &str)], from: &str) -> Response<Body> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(header::REFERER, format!("http://{HOST}{from}"));
        self.go(request.body(body.into()).unwrap()).await
    }

    pub async fn go(&mut self, mut request: Request<Body>) -> Response<Body> {
        if !self.cookies.is_empty() {
            let line: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert(header::COOKIE, line.join("; ").parse().unwrap());
        }
        let response = self.installation.send(request).await;
        for line in set_cookies(response.headers()) {
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !line.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        response
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.push((name.to_owned(), value.to_owned()));
    }
}

/// As Meta signs.
pub fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

pub fn set_cookies(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

pub fn location(response: &Response<Body>) -> &str {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    response.headers()[header::LOCATION].to_str().unwrap()
}

pub fn header_of<'a>(response: &'a Response<Body>, name: &'static str) -> &'a str {
    response.headers().get(HeaderName::from_static(name)).map_or("", |value| value.to_str().unwrap())
}

pub async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// The person behind [`EMAIL`].
pub async fn owner_id(installation: &Installation) -> UserId {
    let address = "127.0.0.1".parse().unwrap();
    accounts::sign_in(&installation.services, EMAIL, PASSWORD, address).await.unwrap().user
}
