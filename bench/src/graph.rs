//! Graph and the customers' phones: in this process, so that they outlive every kill; Graph on a thread of its own, so that
//! nothing else here delays the moment at which it sees a request.

use std::{net::TcpListener, thread, time::Duration};

use anyhow::Result;
use simulator::{Config, Faults, Limits, Reads, Simulator, Timing};
use tokio::{runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    meta::Number,
    world::{TOKEN, World},
};

/// The address of Graph, and from [`Graph::start`] on what answers there.
pub struct Graph {
    listener: Option<TcpListener>,
    port: u16,
    numbers: Vec<Number>,
    webhooks: Option<JoinHandle<()>>,
    over: CancellationToken,
}

/// How Graph behaves.
pub struct Manner {
    pub latency: Duration,
    pub statuses: bool,
    pub limits: Limits,
    pub faults: Faults,
    pub seed: Option<u64>,
}

impl Graph {
    pub fn listen(numbers: impl IntoIterator<Item = Number>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener: Some(listener),
            port,
            numbers: numbers.into_iter().collect(),
            webhooks: None,
            over: CancellationToken::new(),
        })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Answers, and delivers statuses to the server of `world`.
    pub fn start(&mut self, world: &World, manner: Manner) -> Result<Simulator> {
        let Manner { latency, statuses, limits, faults, seed } = manner;
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
            timing: Timing { graph_latency: latency, ..Timing::instant() },
            limits,
            statuses,
            // The customers' messages come from elsewhere: the simulator does not know when they last wrote.
            enforce_window: false,
            reads: Reads::Auto,
            seed,
            ..Config::default()
        })?;
        simulator.set_faults(faults);
        if let Some(listener) = self.listener.take() {
            let (router, over) = (simulator.graph_router(), self.over.clone());
            let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
            thread::spawn(move || {
                go_first();
                let served = runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    tokio::select! {
                        served = axum::serve(listener, router) => served,
                        () = over.cancelled() => Ok(()),
                    }
                });
                if let Err(error) = served {
                    eprintln!("Graph ended: {error}");
                }
            });
            self.webhooks = Some(simulator.start());
        }
        Ok(simulator)
    }

    pub fn end(self) {
        self.over.cancel();
        if let Some(webhooks) = self.webhooks {
            webhooks.abort();
        }
    }
}

/// Meta's machines are not ours: what is measured keeps none of their cores busy, so it delays nothing there. Where that may not
/// be had, Graph sees requests a little late and close together when all cores are busy.
fn go_first() {
    // On Linux: this thread alone.
    #[cfg(target_os = "linux")]
    if rustix::process::setpriority_process(None, -10).is_err() {
        eprintln!("Graph runs with the priority of everything else; only root may give it a higher one");
    }
}
