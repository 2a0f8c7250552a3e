use services::media::{Bucket, Store};
use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The variable that names moto's program; `cargo xtask test` sets it, see `scripts/moto.sh`.
const PROGRAM: &str = "TEST_MOTO";

/// A stand-in for S3 with one bucket; ends when dropped.
pub struct Moto {
    server: Child,
    url: String,
}

impl Moto {
    /// `None`, with a word about it, where there is no moto; on CI that is an error.
    pub async fn start() -> Option<Self> {
        let Ok(program) = std::env::var(PROGRAM) else {
            assert!(std::env::var_os("CI").is_none(), "{PROGRAM} is not set: S3 must be tested too");
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
        let moto = Self { server, url: format!("http://127.0.0.1:{port}") };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "moto does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(moto.ask("PUT", "/kaveri", "").await.0, 200);
        Some(moto)
    }

    pub fn bucket(&self, name: &str, prefix: &str) -> Bucket {
        Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: Some(self.url.parse().unwrap()),
            region: "us-east-1".to_owned(),
            key: "AKIATEST".to_owned(),
            secret: "secretsecret".into(),
        }
    }

    /// The bucket that there is.
    pub fn store(&self, prefix: &str) -> Store {
        Store::bucket(&self.bucket("kaveri", prefix)).unwrap()
    }

    /// As somebody else who uses the bucket; moto does not look at signatures.
    pub async fn ask(&self, method: &str, path: &str, body: &'static str) -> (u16, String) {
        let url = format!("{}{path}", self.url);
        // Once per process; an error says only that it was done before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let request = reqwest::Client::new().request(method.parse().unwrap(), url).body(body);
        // What is there already is not changed without a name.
        let asked = request.header("authorization", "AWS somebody").send().await.unwrap();
        (asked.status().as_u16(), asked.text().await.unwrap())
    }

    /// Names of all objects, and of uploads that were begun and are not finished.
    pub async fn names(&self) -> (Vec<String>, usize) {
        let (_, listed) = self.ask("GET", "/kaveri?list-type=2", "").await;
        let names = listed.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        let (_, open) = self.ask("GET", "/kaveri?uploads", "").await;
        (names.map(str::to_owned).collect(), open.matches("<UploadId>").count())
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
