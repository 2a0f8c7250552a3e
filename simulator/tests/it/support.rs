//! A running simulator and a platform that only listens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use simulator::{Config, Customer, Number, Simulator, Timing};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub const PHONE: &str = "106540352242922";
pub const WABA: &str = "102290129340398";
pub const TOKEN: &str = "EAAtesttoken";
pub const SECRET: &str = "an app secret";
pub const MEERA: &str = "919847055014";

/// One POST the platform got.
#[derive(Clone)]
pub struct Got {
    pub headers: HeaderMap,
    pub body: Bytes,
    pub answered: u16,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `sent`, `delivered`, ... of a status webhook, `text` of a message.
    pub fn what(&self) -> String {
        let value = &self.json()["entry"][0]["changes"][0]["value"];
        let status = value["statuses"][0]["status"].as_str();
        status.or(value["messages"][0]["type"].as_str()).unwrap_or("?").to_owned()
    }

    pub fn status(&self) -> Value {
        self.json()["entry"][0]["changes"][0]["value"]["statuses"][0].clone()
    }
}

#[derive(Default)]
struct Platform {
    got: Mutex<Vec<Got>>,
    answers: Mutex<VecDeque<u16>>,
    count: watch::Sender<usize>,
}

/// A simulator, its Graph address and the platform its webhooks go to.
pub struct World {
    pub sim: Simulator,
    pub graph: String,
    pub http: reqwest::Client,
    platform: Arc<Platform>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let platform = Arc::new(Platform::default());
        let hook = Router::new().route("/webhooks/meta", post(take)).with_state(platform.clone());
        let mut config = Config {
            app_secret: SECRET.to_owned(),
            webhook_url: format!("http://{}/webhooks/meta", serve(hook).await),
            numbers: vec![Number {
                phone_number_id: PHONE.to_owned(),
                waba_id: WABA.to_owned(),
                display_number: "+91 80 5550 0142".to_owned(),
                name: "Kaveri India".to_owned(),
                token: TOKEN.to_owned(),
            }],
            customers: vec![meera()],
            timing: Timing::instant(),
            enforce_window: false,
            ..Config::default()
        };
        change(&mut config);
        let sim = Simulator::new(config);
        let app = sim.phone_router().fallback_service(sim.graph_router());
        let graph = format!("http://{}", serve(app).await);
        sim.start();
        Self { sim, graph, http: reqwest::Client::builder().no_proxy().build().unwrap(), platform }
    }

    /// The platform answers the next webhooks with these, then 200 again.
    pub fn answer_next(&self, statuses: &[u16]) {
        self.platform.answers.lock().unwrap().extend(statuses);
    }

    /// What came once there are at least `n` POSTs.
    pub async fn hooks(&self, n: usize) -> Vec<Got> {
        self.platform.count.subscribe().wait_for(|count| *count >= n).await.unwrap();
        self.platform.got.lock().unwrap().clone()
    }

    /// What came until nothing is under way any more.
    pub async fn all_hooks(&self) -> Vec<Got> {
        self.sim.settled().await;
        self.platform.got.lock().unwrap().clone()
    }

    pub async fn send(&self, body: &Value) -> (u16, Value) {
        let answer = self.try_send(body).await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn try_send(&self, body: &Value) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/v25.0/{PHONE}/messages", self.graph);
        self.http.post(url).bearer_auth(TOKEN).json(body).send().await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}{path}", self.graph);
        let answer = self.http.get(url).bearer_auth(TOKEN).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.graph);
        let answer = self.http.post(url).bearer_auth(TOKEN).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}

pub fn meera() -> Customer {
    Customer::phone(MEERA, "Meera Krishnan")
}

pub fn text(body: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "to": format!("+{MEERA}"),
        "type": "text",
        "text": { "body": body },
        "biz_opaque_callback_data": "our-id-1",
    })
}

async fn serve(app: Router) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    address
}

async fn take(State(platform): State<Arc<Platform>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let answered = platform.answers.lock().unwrap().pop_front().unwrap_or(200);
    platform.got.lock().unwrap().push(Got { headers, body, answered });
    platform.count.send_modify(|n| *n += 1);
    StatusCode::from_u16(answered).unwrap()
}
