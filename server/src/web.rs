//! What every page, form and stream shares.

use std::sync::Arc;

use app::shell::DemoMember;
use axum::extract::FromRef;
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use services::Services;
use tokio_util::sync::CancellationToken;

use crate::config::PublicUrl;

/// The state of the router. Cloning is cheap.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

struct Inner {
    services: Services,
    options: Options,
    leptos: LeptosOptions,
}

/// What the process is configured to.
pub struct Options {
    pub public_url: PublicUrl,
    pub trusted_proxies: Vec<IpNet>,
    /// Ends streams when the process is about to stop.
    pub stopping: CancellationToken,
    pub demo: Option<Demo>,
}

/// Present in demo mode only.
pub struct Demo {
    /// The port that is listened on: requests must name it together with a loopback name.
    pub port: u16,
    /// Offered as one-click sign-in.
    pub members: Vec<DemoMember>,
    pub simulator: simulator::Simulator,
}

impl Web {
    pub fn new(services: Services, options: Options) -> Self {
        let leptos = LeptosOptions::builder().output_name("parlance").site_pkg_dir("assets").build();
        Self(Arc::new(Inner { services, options, leptos }))
    }

    pub fn services(&self) -> &Services {
        &self.0.services
    }

    pub fn public_url(&self) -> &PublicUrl {
        &self.0.options.public_url
    }

    pub fn trusted_proxies(&self) -> &[IpNet] {
        &self.0.options.trusted_proxies
    }

    pub fn stopping(&self) -> &CancellationToken {
        &self.0.options.stopping
    }

    pub fn demo(&self) -> Option<&Demo> {
        self.0.options.demo.as_ref()
    }

    pub fn leptos(&self) -> &LeptosOptions {
        &self.0.leptos
    }
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.0.leptos.clone()
    }
}
