//! A Graph that answers as the test says, on a loopback port.

use axum::{Json, Router, body::Bytes, extract::State, http::StatusCode, response::IntoResponse, routing::post};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

/// What to answer to one request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 200 with a wamid made from the message's callback data.
    Accept,
    /// An error envelope of Meta's.
    Refuse(u16, i64),
    /// 200, but not Meta's JSON.
    Garbage,
}

#[derive(Clone, Default)]
pub struct FakeGraph {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    pub requests: Arc<Mutex<Vec<Value>>>,
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

async fn answer(State(graph): State<FakeGraph>, body: Bytes) -> axum::response::Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let callback = request["biz_opaque_callback_data"].as_str().unwrap_or_default().to_owned();
    graph.requests.lock().unwrap().push(request);
    let answer = graph.answers.lock().unwrap().pop_front().unwrap_or(Answer::Accept);
    match answer {
        Answer::Accept => {
            let messages = json!([{"id": format!("wamid.{callback}")}]);
            Json(json!({"messaging_product": "whatsapp", "contacts": [], "messages": messages})).into_response()
        }
        Answer::Refuse(status, code) => {
            let error = json!({"error": {"message": "m", "type": "OAuthException", "code": code,
                "error_data": {"messaging_product": "whatsapp", "details": "d"}, "fbtrace_id": "f"}});
            (StatusCode::from_u16(status).unwrap(), Json(error)).into_response()
        }
        Answer::Garbage => "<html>".into_response(),
    }
}
