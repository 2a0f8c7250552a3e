//! `parlance serve --demo`: everything real but Meta and the customers, on this machine only.

mod files;
mod network;
mod traffic;

use std::{
    future::IntoFuture,
    net::{Ipv4Addr, SocketAddr},
};

use app::shell::DemoMember;
use domain::time::{Millis, SECOND};
use network::Network;
use secrecy::SecretString;
use services::{
    Services,
    seed::{self, SeedConfig},
    workspaces,
};
use simulator::Simulator;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, PublicUrl},
    failure::Failure,
    serve::{self, listen},
    web::Demo,
};

/// What is not confirmed is given up so soon: nobody looks at a demo for ten minutes. The simulator's page says so.
const CONFIRMED_WITHIN: Millis = 30 * SECOND;

/// Serves the demo until it is asked to stop.
pub(crate) async fn serve(mut config: Config) -> Result<(), Failure> {
    if !config.addr.ip().is_loopback() {
        return Err(Failure::usage(format!(
            "PARLANCE_ADDR: the demo signs everybody in without a password, so it listens on 127.0.0.1 only, not on {}",
            config.addr.ip()
        )));
    }
    refuse_real(&config).await?;
    let folder = files::folder(&config);
    let kept = files::Kept::load_or_make(&folder)?;
    if config.master_key.is_none() {
        config.master_key = Some(files::master_key(&folder)?);
    }
    let listener = listen(config.addr).await?;
    let graph = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let addr = listener.local_addr().map_err(Failure::failed)?;
    configure(&mut config, &kept, addr, graph.local_addr().map_err(Failure::failed)?)?;

    let services = serve::open(&config).await?;
    services.give_up_unconfirmed_after(CONFIRMED_WITHIN);
    let (network, members) = match prepare(&services, &kept).await {
        Ok(prepared) => prepared,
        Err(failure) => {
            services.close().await;
            return Err(failure);
        }
    };
    let simulator = network.simulator(&kept, &config.meta.graph_version, addr)?;

    let stopping = CancellationToken::new();
    // Stopped last: a worker may still be sending.
    let graph = tokio::spawn(axum::serve(graph, simulator.graph_router()).into_future());
    let webhooks = simulator.start();
    let traffic = tokio::spawn(traffic::run(simulator.clone(), network.chats, stopping.clone()));
    tokio::spawn(close_with(simulator.clone(), stopping.clone()));

    let demo = Demo { port: addr.port(), members, simulator };
    let served = serve::run(&config, services, listener, stopping.clone(), Some(demo)).await;
    stopping.cancel();
    for task in [webhooks, traffic] {
        task.abort();
    }
    graph.abort();
    served
}

/// The key of a demo that was started before, if any.
pub(crate) fn known_key(config: &Config) -> Result<Option<SecretString>, Failure> {
    files::known_key(&files::folder(config))
}

/// Before anything is put beside a database that is no demo's.
async fn refuse_real(config: &Config) -> Result<(), Failure> {
    let services = serve::open_keyless(config).await?;
    let flag = workspaces::demo_flag(&services).await;
    services.close().await;
    match flag? {
        Some(false) => Err(Failure::usage(
            "DATABASE_URL: this database holds real workspaces and never becomes a demo. Give the demo another one",
        )),
        _ => Ok(()),
    }
}

/// Ends the phones' live streams, which would else keep the server from ending.
async fn close_with(simulator: Simulator, stopping: CancellationToken) {
    stopping.cancelled().await;
    simulator.close();
}

/// The demo's own Meta takes the place of whatever is configured.
fn configure(config: &mut Config, kept: &files::Kept, addr: SocketAddr, graph: SocketAddr) -> Result<(), Failure> {
    config.public_url = PublicUrl::of(addr);
    config.trusted_proxies.clear();
    // Whom a demo invites gets a link, not a mail.
    config.mail = None;
    // What its phones send stays on this machine.
    config.media_s3 = None;
    config.meta.app_id = Some(kept.app_id.clone());
    config.meta.app_secrets = vec![kept.app_secret.clone().into()];
    config.meta.verify_token = Some(kept.verify_token.clone().into());
    config.meta.graph_url = format!("http://{graph}").parse().map_err(Failure::failed)?;
    Ok(())
}

/// Marks and fills the database, and reads back what the phones show.
async fn prepare(services: &Services, kept: &files::Kept) -> Result<(Network, Vec<DemoMember>), Failure> {
    let numbers = network::numbers(kept);
    let seeded = seed::demo(services, SeedConfig { numbers: numbers.each_ref().map(network::connect) }).await?;
    let network = Network::read(services, &seeded, numbers).await?;
    let members = seeded
        .users
        .into_iter()
        .map(|(user, member)| DemoMember { user, name: member.name, role: member.role })
        .collect();
    Ok((network, members))
}
