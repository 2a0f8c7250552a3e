//! What the page asks of the server.

use domain::{time::Millis, workspace::Slug};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{error::Fault, frame::Frame, json::Json};

/// The whole screen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityScreen {
    pub frame: Frame,
    /// They sign in with it.
    pub email: String,
    pub password_changed_at: Millis,
    /// What a form has just done.
    #[serde(default)]
    pub done: Option<String>,
    /// Why a form could not.
    #[serde(default)]
    pub error: Option<String>,
    pub factor: Factor,
    /// A second factor that is being set up.
    #[serde(default)]
    pub setup: Option<Setup>,
    /// Recovery codes that were just made, shown this once.
    #[serde(default)]
    pub codes: Vec<String>,
    pub devices: Vec<Device>,
}

/// How it is with the second factor.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// Since when it is on; `None`: off.
    pub since: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub codes_left: i64,
    /// Workspaces that ask for it.
    pub demanded_by: Vec<String>,
}

/// A key to be scanned or typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    pub secret: String,
    /// Modules on a side of the QR code, and its drawing.
    pub side: usize,
    pub path: String,
}

/// Somewhere where the person is signed in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub handle: String,
    /// "Firefox on Windows"
    pub name: String,
    /// Something one carries in a pocket.
    pub pocket: bool,
    pub address: String,
    pub created_at: Millis,
    pub last_seen_at: Millis,
    /// The one that asks.
    pub current: bool,
}

/// Also for a member who has to set up a second factor before anything else.
#[server(prefix = "/fn", endpoint = "security", input = Json, output = Json)]
pub async fn load_security(workspace: Slug) -> Result<SecurityScreen, Fault> {
    native::screen(&workspace).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use domain::id::UserId;
    use http::request::Parts;
    use leptos::server_fn::axum::register_explicit;
    use services::{
        Ctx, Error, Services,
        accounts::{self, Account, CurrentSession, SignedIn, totp},
    };

    use super::*;
    use crate::{
        flash::{Done, Flash},
        frame::server::native::{frame, services},
        security::{Kept, agent::device},
    };

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadSecurity>();
    }

    /// What of the request concerns this page.
    #[derive(Default)]
    struct Asked {
        user: Option<UserId>,
        current: Option<CurrentSession>,
        kept: Kept,
        flash: Flash,
        done: Option<Done>,
    }

    fn asked() -> Asked {
        with_context::<Parts, _>(|parts| {
            let all = &parts.extensions;
            Asked {
                user: all.get::<SignedIn>().map(|who| who.user),
                current: all.get().cloned(),
                kept: all.get().cloned().unwrap_or_default(),
                flash: all.get().cloned().unwrap_or_default(),
                done: all.get().cloned(),
            }
        })
        .unwrap_or_default()
    }

    pub async fn screen(workspace: &Slug) -> Result<SecurityScreen, Fault> {
        let services = services()?;
        let Asked { user, current, kept, flash, done } = asked();
        let user = user.ok_or(Error::SignedOut)?;
        let ctx: Ctx = services.ctx_for_security(user, workspace).await?;
        let frame = frame(&ctx).await?;
        let Account { email, password_changed_at } = accounts::account(&services, user).await?;
        let totp::Status { since, last_used_at, codes_left, demanded_by, .. } = totp::status(&services, user).await?;
        let setup = match &kept.setup {
            Some(sealed) => totp::show(&services, user, sealed).await?,
            None => None,
        };
        let codes = match &kept.codes {
            Some(sealed) => totp::RecoveryCodes::open(&services, user, sealed).await,
            None => None,
        };
        Ok(SecurityScreen {
            frame,
            email,
            password_changed_at,
            done: done.map(|Done(said)| said),
            error: flash.error,
            factor: Factor { since, last_used_at, codes_left, demanded_by },
            setup: setup.map(|shown| Setup { secret: shown.secret, side: shown.qr.side, path: shown.qr.path }),
            codes: codes.map(|codes| codes.iter().collect()).unwrap_or_default(),
            devices: devices(&services, user, current).await?,
        })
    }

    async fn devices(services: &Services, user: UserId, current: Option<CurrentSession>) -> Result<Vec<Device>, Fault> {
        let current = current.map(|CurrentSession(handle)| handle);
        let mut devices: Vec<Device> = accounts::devices(services, user)
            .await?
            .into_iter()
            .map(|one| {
                let (name, pocket) = device(&one.agent);
                let current = current.as_ref() == Some(&one.handle);
                let accounts::Device { handle, address, created_at, last_seen_at, .. } = one;
                Device { handle, name, pocket, address, created_at, last_seen_at, current }
            })
            .collect();
        // This one first; the others stay in their order.
        devices.sort_by_key(|device| !device.current);
        Ok(devices)
    }
}
