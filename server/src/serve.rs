//! `parlance serve`: opens, starts, listens, and stops in order.

use std::{future::IntoFuture, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, serve::ListenerExt};
use secrecy::ExposeSecret;
use services::{
    Options, Services,
    clock::Clock,
    db::Db,
    jobs::{self, Which},
    mail::Mailer,
    media::Store,
    push::Road,
    send::Graph,
    vault::{MetaApp, Vault},
    workspaces,
};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Mail},
    demo,
    failure::Failure,
    keys, metrics, private,
    router::router,
    web::{self, Demo, Web},
    webhook::{Limits, Webhooks},
};

/// For requests that are in flight when the process is asked to stop.
const IN_FLIGHT: Duration = Duration::from_secs(10);
/// For workers to finish what they hold.
const WORKERS: Duration = Duration::from_secs(15);
/// For the database to be closed. Whatever was acknowledged is on the disk already.
const CLOSING: Duration = Duration::from_secs(3);

/// Serves until it is asked to stop.
pub(crate) async fn serve(config: Config) -> Result<(), Failure> {
    let services = open(&config).await?;
    refuse_demo(&services).await?;
    if config.meta.app_secrets.is_empty() {
        tracing::warn!("META_APP_SECRET is not set: every webhook delivery is refused");
    }
    if config.meta.verify_token.is_none() {
        tracing::warn!("META_VERIFY_TOKEN is not set: Meta cannot verify the webhook address");
    }
    let listener = listen(config.addr).await?;
    run(&config, services, listener, CancellationToken::new(), None).await
}

/// A demo's database never takes anything real; it is closed then.
pub(crate) async fn refuse_demo(services: &Services) -> Result<(), Failure> {
    let refused = match workspaces::demo_flag(services).await {
        Ok(Some(true)) => Failure::usage(
            "DATABASE_URL: this database was made by `serve --demo` and stays a demo. Give the real installation another one",
        ),
        Ok(_) => return Ok(()),
        Err(error) => error.into(),
    };
    services.close().await;
    Err(refused)
}

/// The database, migrated, and the use cases on top of it.
pub(crate) async fn open(config: &Config) -> Result<Services, Failure> {
    build(config, options(config).await?).await
}

/// For commands that seal nothing: without a configured key they go on with the demo's, or with one that nobody keeps.
pub(crate) async fn open_keyless(config: &Config) -> Result<Services, Failure> {
    build(config, keyless_options(config).await?).await
}

/// What stands beside the database.
pub(crate) async fn options(config: &Config) -> Result<Options, Failure> {
    around(config, keys::vault(config.require_master_key()?, &config.old_master_keys).await?)
}

/// The same without a configured key.
pub(crate) async fn keyless_options(config: &Config) -> Result<Options, Failure> {
    if config.master_key.is_some() {
        return options(config).await;
    }
    let vault = match demo::known_key(config)? {
        Some(key) => keys::vault(&key, &config.old_master_keys).await?,
        None => keys::vault(&hex::encode(rand::random::<[u8; 32]>()).into(), &config.old_master_keys).await?.unkept(),
    };
    around(config, vault)
}

fn around(config: &Config, vault: Vault) -> Result<Options, Failure> {
    private::memory();
    let graph = Graph::new(config.meta.graph_url.as_str(), &config.meta.graph_version).map_err(Failure::failed)?;
    Ok(Options { clock: Clock::system(), vault, graph, mailer: mailer(config)? })
}

async fn build(config: &Config, options: Options) -> Result<Services, Failure> {
    private::prepare(config)?;
    let db = Db::open(config.database_url.expose_secret()).await?;
    let services = Services::new(db, options);
    services.give_new_workspaces(config.default_plan);
    services.keep_files_in(files(config)?, config.media_hosts.clone());
    // Push services want to know whom to turn to.
    services.push_through(Road::public(config.public_url.origin()).map_err(Failure::failed)?);
    if let Some(id) = config.meta.app_id.clone().filter(|_| !config.meta.app_secrets.is_empty()) {
        services.renew_tokens_as(MetaApp { id, secrets: config.meta.app_secrets.clone() });
    }
    Ok(services)
}

/// Where files are kept: the bucket that is named, or else a folder.
fn files(config: &Config) -> Result<Store, Failure> {
    if let Some(bucket) = bucket(config)? {
        return Ok(bucket);
    }
    let folder = config.media_folder();
    let files = private::folder(&folder).map_err(|error| error.to_string());
    let files = files.and_then(|()| Store::folder(&folder).map_err(|error| error.to_string()));
    files.map_err(|why| Failure::failed(format!("MEDIA_DIR: {} cannot be used: {why}", folder.display())))
}

/// The bucket for files, if one is named.
pub(crate) fn bucket(config: &Config) -> Result<Option<Store>, Failure> {
    let Some(bucket) = &config.media_s3 else { return Ok(None) };
    Store::bucket(bucket).map(Some).map_err(|error| Failure::usage(format!("MEDIA_S3_BUCKET: {error}")))
}

/// The configured mail server.
fn mailer(config: &Config) -> Result<Option<Mailer>, Failure> {
    let Some(Mail { smtp, from }) = &config.mail else { return Ok(None) };
    Mailer::new(smtp, from, config.public_url.origin())
        .map(Some)
        .map_err(|error| Failure::usage(format!("SMTP_URL: {error}")))
}

pub(crate) async fn listen(addr: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(addr)
        .await
        .map_err(|error| Failure::failed(format!("PARLANCE_ADDR: cannot listen on {addr}: {error}")))
}

/// Starts workers and serves on `listener` until a signal comes or `stopping` is cancelled.
pub(crate) async fn run(
    config: &Config,
    services: Services,
    listener: TcpListener,
    stopping: CancellationToken,
    demo: Option<Demo>,
) -> Result<(), Failure> {
    let addr = listener.local_addr().map_err(Failure::failed)?;
    let webhooks =
        Webhooks::new(services.clone(), &config.meta.app_secrets, config.meta.verify_token.clone(), Limits::default());
    let webhooks = Arc::new(webhooks.behind(config.trusted_proxies.clone()));
    let web = Web::new(
        services.clone(),
        web::Options {
            public_url: config.public_url.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
            stopping: stopping.clone(),
            demo,
        },
    );
    let which = Which { ingest: config.start_webhook_worker, outbox: config.start_message_retry_worker };
    let workers_stop = CancellationToken::new();
    let workers = jobs::start(&services, which, workers_stop.clone());
    signals(stopping.clone()).map_err(Failure::failed)?;
    let saver = tokio::spawn({
        let webhooks = webhooks.clone();
        async move { webhooks.keep_saving().await }
    });

    if let Some(wanted) = config.metrics.clone() {
        metrics::serve(wanted, services.clone(), workers_stop.clone()).await?;
    }

    // Scripts wait for this line.
    println!("Parlance is listening on http://{addr}");
    let served = until_stopped(listener, router(&web, webhooks.clone()), stopping).await;

    // What was acknowledged is on the disk; workers finish what they hold, then the files are closed.
    workers_stop.cancel();
    if timeout(WORKERS, workers.finished()).await.is_err() {
        tracing::warn!("a worker did not finish in time; its work is taken up again at the next start");
    }
    tracing::debug!("the workers have finished");
    saver.abort();
    webhooks.save_refused().await;
    if timeout(CLOSING, services.close()).await.is_err() {
        tracing::warn!("a connection to the database is still in use; it ends with the process");
    }
    tracing::debug!("the database is closed");
    served
}

async fn until_stopped(listener: TcpListener, router: Router, stopping: CancellationToken) -> Result<(), Failure> {
    // Answers are small and somebody waits for each.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server =
        axum::serve(listener, service).with_graceful_shutdown(stopping.clone().cancelled_owned()).into_future();
    tokio::pin!(server);
    let late = async {
        stopping.cancelled().await;
        tokio::time::sleep(IN_FLIGHT).await;
    };
    tokio::select! {
        ended = &mut server => ended.map_err(Failure::failed),
        () = late => {
            tracing::warn!("some requests did not end within {} seconds and were cut off", IN_FLIGHT.as_secs());
            Ok(())
        }
    }
}

/// Cancels `stopping` at SIGTERM or Ctrl-C. When this returns, neither ends the process unasked any more.
#[cfg(unix)]
fn signals(stopping: CancellationToken) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        tracing::info!("asked to stop: finishing what is in flight");
        stopping.cancel();
    });
    Ok(())
}

/// Cancels `stopping` at Ctrl-C.
#[cfg(not(unix))]
fn signals(stopping: CancellationToken) -> std::io::Result<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            tracing::info!("asked to stop: finishing what is in flight");
            stopping.cancel();
        }
    });
    Ok(())
}
