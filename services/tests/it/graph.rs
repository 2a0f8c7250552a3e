//! A Graph that answers as the test says, on a loopback port.

use axum::{Json, Router, body::Bytes, extract::State, http::StatusCode, response::IntoResponse, routing::post};
use domain::time::Millis;
use serde_json::{Value, json};
use services::clock::Clock;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// What to answer to one request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 200 with a wamid made from the message's callback data.
    Accept,
    /// 200 with this wamid.
    AcceptAs(&'static str),
    /// An error envelope of Meta's.
    Refuse(u16, i64),
    /// The same, when the test lets it go: [`FakeGraph::release`].
    RefuseHeld(u16, i64),
    /// The same, asking to wait for so many seconds.
    Busy(u16, i64, u32),
    /// An error envelope for a message that was taken all the same.
    RefuseTaken(u16, i64),
    /// 200, but not Meta's JSON: the message was taken.
    Garbage,
    /// The connection breaks; whether the message was taken.
    Break(bool),
    /// 200 when the test lets it go.
    Held,
    /// 200 after so many milliseconds, for histories in which all kinds of delays meet.
    Slow(u64),
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Our id of the message.
    pub message: String,
    pub at: Instant,
    /// What the process's clock showed.
    pub clock: Millis,
    pub taken: bool,
    /// What it was told.
    pub answer: Answer,
}

#[derive(Clone, Default)]
pub struct FakeGraph {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    pub requests: Arc<Mutex<Vec<Value>>>,
    /// Every request, in the order of arrival.
    pub log: Arc<Mutex<Vec<Seen>>>,
    /// The clock of whoever asks, where a test moves it.
    pub clock: Arc<Mutex<Option<Clock>>>,
    released: Arc<Released>,
}

/// Answers that may go.
struct Released(Semaphore);

impl Default for Released {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl FakeGraph {
    /// Starts it; what is not scripted is accepted. Returns its base URL.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> (Self, String) {
        let graph = Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() };
        let router = Router::new().route("/v25.0/{phone}/messages", post(answer)).with_state(graph.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (graph, url)
    }

    /// The texts that arrived, in order.
    pub fn texts(&self) -> Vec<String> {
        self.requests
            .lock()
            .unwrap()
            .iter()
            .map(|r| r["text"]["body"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

impl FakeGraph {
    /// What it answers to the next requests, after what it was told before.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// One answer that is held, or the next one that will be, goes.
    pub fn release(&self) {
        self.released.0.add_permits(1);
    }

    /// From now on everything is accepted.
    pub fn calm(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// The log so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }
}

async fn answer(State(graph): State<FakeGraph>, body: Bytes) -> axum::response::Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let callback = request["biz_opaque_callback_data"].as_str().unwrap_or_default().to_owned();
    graph.requests.lock().unwrap().push(request);
    let answer = graph.answers.lock().unwrap().pop_front().unwrap_or(Answer::Accept);
    let taken =
        !matches!(answer, Answer::Refuse(..) | Answer::RefuseHeld(..) | Answer::Busy(..) | Answer::Break(false));
    let clock = graph.clock.lock().unwrap().as_ref().map_or(0, Clock::now);
    graph.log.lock().unwrap().push(Seen {
        message: callback.clone(),
        at: Instant::now(),
        clock,
        taken,
        answer: answer.clone(),
    });
    match answer {
        Answer::Held | Answer::RefuseHeld(..) => graph.released.0.acquire().await.unwrap().forget(),
        Answer::Slow(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        _ => {}
    }
    match answer {
        Answer::AcceptAs(wamid) => {
            let messages = json!([{ "id": wamid }]);
            Json(json!({"messaging_product": "whatsapp", "contacts": [], "messages": messages})).into_response()
        }
        Answer::Accept | Answer::Held | Answer::Slow(_) => {
            let messages = json!([{"id": format!("wamid.{callback}")}]);
            Json(json!({"messaging_product": "whatsapp", "contacts": [], "messages": messages})).into_response()
        }
        Answer::Refuse(status, code)
        | Answer::RefuseHeld(status, code)
        | Answer::RefuseTaken(status, code)
        | Answer::Busy(status, code, _) => {
            let error = json!({"error": {"message": "m", "type": "OAuthException", "code": code,
                "error_data": {"messaging_product": "whatsapp", "details": "d"}, "fbtrace_id": "f"}});
            let mut refusal = (StatusCode::from_u16(status).unwrap(), Json(error)).into_response();
            if let Answer::Busy(_, _, seconds) = answer {
                refusal.headers_mut().insert("retry-after", seconds.into());
            }
            refusal
        }
        Answer::Break(_) => {
            let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("broken")) });
            axum::body::Body::from_stream(broken).into_response()
        }
        Answer::Garbage => "<html>".into_response(),
    }
}
