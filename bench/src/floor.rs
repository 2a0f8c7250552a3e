//! The floor: an axum route that checks the signature and nothing else. Nothing that answers Meta can be faster.

use std::{net::SocketAddr, process::Stdio, sync::Arc};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
    serve::ListenerExt,
};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

/// How the child learns the app secret.
const SECRET: &str = "BENCH_FLOOR_SECRET";

/// A running floor server; it ends when this is dropped.
pub struct Floor {
    pub addr: SocketAddr,
    _server: Child,
}

impl Floor {
    /// Starts this program once more, as a process of its own like the server it stands for.
    pub async fn start(secret: &str) -> Result<Self> {
        let mut server = Command::new(std::env::current_exe()?)
            .arg("floor-server")
            .env(SECRET, secret)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the floor server")?;
        let out = server.stdout.take().context("the floor server has no output")?;
        let line = BufReader::new(out).lines().next_line().await?.context("the floor server ended at once")?;
        Ok(Self { addr: line.parse().context("the floor server's address")?, _server: server })
    }
}

type Key = Arc<Hmac<Sha256>>;

/// `bench floor-server`
pub async fn serve() -> Result<()> {
    let secret = std::env::var(SECRET).context(SECRET)?;
    let key: Hmac<Sha256> = Hmac::new_from_slice(secret.as_bytes()).context(SECRET)?;
    let app = Router::new().route("/webhooks/meta", post(check)).with_state(Arc::new(key));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

async fn check(State(key): State<Key>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let claimed = headers.get("x-hub-signature-256").and_then(|value| value.as_bytes().strip_prefix(b"sha256="));
    let mut mac = [0; 32];
    if claimed.is_none_or(|hex| hex::decode_to_slice(hex, &mut mac).is_err()) {
        return StatusCode::UNAUTHORIZED;
    }
    let mut signed = Hmac::clone(&key);
    signed.update(&body);
    if signed.verify_slice(&mac).is_ok() { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}
