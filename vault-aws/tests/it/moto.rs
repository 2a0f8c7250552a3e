use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_kms::config::Credentials;
use aws_smithy_http_client::Builder;
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The variable that names moto's program; `cargo xtask test` sets it, see `scripts/moto.sh`.
const PROGRAM: &str = "TEST_MOTO";

/// A stand-in for AWS; ends when dropped.
pub struct Moto {
    server: Child,
    pub config: SdkConfig,
}

impl Moto {
    /// `None`, with a word about it, where there is no moto; on CI that is an error.
    pub async fn start() -> Option<Self> {
        let Ok(program) = std::env::var(PROGRAM) else {
            assert!(std::env::var_os("CI").is_none(), "{PROGRAM} is not set: AWS must be tested too");
            eprintln!("skipped: {PROGRAM} is not set");
            return None;
        };
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(Builder::new().build_http())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(format!("http://127.0.0.1:{port}"))
            .load()
            .await;
        let moto = Self { server, config };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "moto does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(moto)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
