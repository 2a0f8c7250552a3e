//! Graph and the customers' phones: in this process, so that they outlive every kill.

use std::time::Duration;

use anyhow::Result;
use simulator::{Config, Fault, Faults, Reads, Simulator, Timing};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    meta::Number,
    world::{TOKEN, World},
};

/// Long enough that a kill often meets a request under way.
const LATENCY: Duration = Duration::from_millis(20);

/// The address of Graph, and from [`Graph::start`] on what answers there.
pub struct Graph {
    listener: Option<TcpListener>,
    port: u16,
    numbers: Vec<Number>,
    running: Vec<JoinHandle<()>>,
}

impl Graph {
    pub async fn listen(numbers: impl IntoIterator<Item = Number>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener: Some(listener), port, numbers: numbers.into_iter().collect(), running: Vec::new() })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Graph {
    /// Answers, and delivers statuses to the server of `world`.
    pub fn start(&mut self, world: &World, seed: u64) -> Result<Simulator> {
        let number = |number: &Number| simulator::Number {
            phone_number_id: number.phone_number_id.clone(),
            waba_id: number.waba_id.clone(),
            display_number: format!("+{}", number.display),
            name: "Bench".to_owned(),
            token: TOKEN.to_owned(),
        };
        let simulator = Simulator::try_new(Config {
            app_secret: world.secret.clone(),
            webhook_url: format!("http://{}/webhooks/meta", world.addr),
            numbers: self.numbers.iter().map(number).collect(),
            timing: Timing { graph_latency: LATENCY, ..Timing::instant() },
            // The customers' messages come from elsewhere: the simulator does not know when they last wrote.
            enforce_window: false,
            reads: Reads::Auto,
            seed: Some(seed),
            ..Config::default()
        })?;
        simulator.set_faults(Faults {
            rate_limited: Fault::rate(0.01),
            error_after: Fault::rate(0.01),
            reset: Fault::rate(0.01),
            lost_answer: Fault::rate(0.02),
            duplicate: Fault::rate(0.05),
            reorder: Fault::rate(0.05),
            ..Faults::default()
        });
        if let Some(listener) = self.listener.take() {
            let router = simulator.graph_router();
            self.running.push(tokio::spawn(async move {
                if let Err(error) = axum::serve(listener, router).await {
                    eprintln!("Graph ended: {error}");
                }
            }));
            self.running.push(simulator.start());
        }
        Ok(simulator)
    }

    pub fn end(self) {
        self.running.iter().for_each(JoinHandle::abort);
    }
}
