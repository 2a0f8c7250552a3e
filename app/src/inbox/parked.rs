//! What stands still of what the workspace has to send: said at the top, with what helps.

use domain::{id::NumberId, inbox::MessageView, message::Status, permission::Permission, workspace::Slug};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::screen::Screen;
use crate::{error::Fault, json::Json, ui::icon};

/// Something that stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkLine {
    pub number: NumberId,
    /// As the workspace calls the number.
    pub name: String,
    pub scope: Scope,
    /// The template, the country's calling code; of a whole number what stops it.
    pub what: String,
    /// Somebody paused it by hand.
    pub paused: bool,
    /// In words.
    pub reason: String,
}

/// How much stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Token,
    Number,
    Template,
    Country,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Scope::Token => "token",
            Scope::Number => "number",
            Scope::Template => "template",
            Scope::Country => "country",
        }
    }
}

/// All that stands still.
#[server(prefix = "/fn", endpoint = "parks", input = Json, output = Json)]
pub async fn load_parks(workspace: Slug) -> Result<Vec<ParkLine>, Fault> {
    Ok(native::parks(&native::ctx(&workspace).await?).await?)
}

/// Lets go on what stands still, unless a colleague was faster.
#[server(prefix = "/fn", endpoint = "resume", input = Json, output = Json)]
pub async fn resume(workspace: Slug, number: NumberId, scope: String, what: String) -> Result<Vec<ParkLine>, Fault> {
    let ctx = native::ctx(&workspace).await?;
    match services::send::resume(&ctx, number, services::send::Scope::parse(&scope)?, &what).await {
        Ok(()) | Err(services::Error::Domain(domain::Error::NotFound)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(native::parks(&ctx).await?)
}

#[cfg(feature = "ssr")]
pub(super) mod native {
    use leptos::server_fn::axum::register_explicit;
    use services::{Ctx, Error, send};

    use super::*;
    pub use crate::frame::server::native::ctx;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadParks>();
        register_explicit::<Resume>();
    }

    /// Nothing for whoever may not see how the numbers are.
    pub async fn parks(ctx: &Ctx) -> services::Result<Vec<ParkLine>> {
        let parks = match send::parks(ctx).await {
            Err(Error::Domain(domain::Error::Forbidden { .. })) => Vec::new(),
            parks => parks?,
        };
        let scope = |scope| match scope {
            send::Scope::Token => Scope::Token,
            send::Scope::Number => Scope::Number,
            send::Scope::Template => Scope::Template,
            send::Scope::Country => Scope::Country,
        };
        let line = |park: send::Park| ParkLine {
            number: park.number,
            name: park.name,
            scope: scope(park.scope),
            paused: park.scope == send::Scope::Number && park.what == send::PAUSED,
            what: park.what,
            reason: park.reason,
        };
        Ok(parks.into_iter().map(line).collect())
    }
}

impl Screen {
    /// A message that came back into the queue may have met something that stands still; one that went out shows that it goes
    /// on again.
    pub(super) fn notice_parks(&self, message: &MessageView) {
        let parked = !self.parks.with_untracked(Vec::is_empty);
        let telling = match message.status {
            Status::Queued => message.error.is_some() || message.next_try.is_some() || message.tries == 0,
            Status::Accepted | Status::Sent => parked,
            _ => false,
        };
        if telling && !self.parks_asked.get_value() {
            self.parks_asked.set_value(true);
            let screen = *self;
            // Whatever else comes within the second is asked for with it.
            set_timeout(move || screen.fetch_parks(), std::time::Duration::from_secs(1));
        }
    }

    fn fetch_parks(&self) {
        let screen = *self;
        spawn_local(async move {
            screen.parks_asked.set_value(false);
            // Nobody asked for it, so nobody is told when it fails.
            if let Ok(parks) = load_parks(screen.slug()).await {
                super::sync::put(screen.parks, parks);
            }
        });
    }

    fn resume(&self, line: &ParkLine) {
        let ParkLine { number, scope, what, .. } = line.clone();
        let screen = *self;
        spawn_local(async move {
            match resume(screen.slug(), number, scope.as_str().to_owned(), what).await {
                Ok(parks) => super::sync::put(screen.parks, parks),
                Err(fault) => {
                    screen.fail(fault);
                    screen.fetch_parks();
                }
            }
        });
    }
}

/// One line for each.
pub fn parked_view(screen: Screen) -> AnyView {
    let may = screen.may(Permission::OperationsManage, None);
    let lines = move || screen.parks.get().into_iter().map(|line| line_view(screen, line, may)).collect_view();
    view! { {lines} }.into_any()
}

fn line_view(screen: Screen, line: ParkLine, may: bool) -> AnyView {
    let paused = line.paused;
    let title = match line.scope {
        Scope::Number if paused => format!("{} is paused and sends nothing. ", line.name),
        Scope::Token | Scope::Number => format!("{} sends nothing for now. ", line.name),
        Scope::Template => format!("{} does not send the template {} for now. ", line.name, line.what),
        Scope::Country => format!("{} sends nothing to +{} for now. ", line.name, line.what),
    };
    let (helps, word) = match line.scope {
        Scope::Token => {
            ("Replies wait in their order and go out once the number is connected with a new token.", "Try again")
        }
        Scope::Number if paused => ("Replies wait in their order until somebody resumes it.", "Resume"),
        _ => ("Replies wait in their order. Once this is settled, resume.", "Resume"),
    };
    let reason = line.reason.clone();
    let button = may.then(|| {
        view! {
            <button class="btn sm script" type="button" on:click=move |_| screen.resume(&line)>
                {icon("refresh", "xs")}
                {word}
            </button>
        }
    });
    view! {
        <div class=if paused { "banner warn edge" } else { "banner bad edge" } role="status">
            {icon(if paused { "pause" } else { "alert" }, "")}
            <p><b>{title}</b>{reason}" "{helps}</p>
            {button}
        </div>
    }
    .into_any()
}
