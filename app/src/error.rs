//! What a server function answers when it cannot do what it was asked.

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::json::Text;

/// Travels as JSON. Its text is shown to the person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Nobody is signed in, or not any more.
    #[error("Your session has ended. Sign in to continue.")]
    SignedOut,
    /// What was asked for cannot be done as asked.
    #[error(transparent)]
    Domain(#[from] domain::Error),
    /// Somebody else was faster, or another service said no.
    #[error("{0}")]
    Conflict(String),
    /// A limit of the workspace or the number is used up.
    #[error("{0}")]
    Limited(domain::limits::Limited),
    /// Too busy for now, or the database cannot be reached.
    #[error("Parlance is busy at the moment. Try again in a few seconds.")]
    Busy,
    /// A fault of ours; the id names the line in the log.
    #[error("The server could not do this. Nothing was lost. If it stays, report this id: {0}")]
    Unavailable(String),
    /// The page asks in a way that this server does not understand: it is older, or newer.
    #[error("This page is out of date. Reload it.")]
    Outdated,
    /// Made by the browser: no answer came.
    #[error("The server did not answer. Check the connection.")]
    Offline,
}

impl FromServerFnError for Fault {
    type Encoder = Text;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        #[cfg(feature = "ssr")]
        if let Some(fault) = server::misunderstood(&error) {
            return fault;
        }
        match error {
            // Also an answer that is not ours: a proxy's page while the server restarts.
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => {
                Fault::Offline
            }
            other => Fault::Conflict(other.to_string()),
        }
    }
}

#[cfg(feature = "ssr")]
mod server {
    use super::Fault;
    use http::StatusCode;
    use leptos::{prelude::use_context, server_fn::error::ServerFnErrorErr};
    use services::Error;

    /// What the server could not read in a request. There is always an answer here, so it is never [`Fault::Offline`].
    pub fn misunderstood(error: &ServerFnErrorErr) -> Option<Fault> {
        let unreadable = matches!(
            error,
            ServerFnErrorErr::Args(_)
                | ServerFnErrorErr::MissingArg(_)
                | ServerFnErrorErr::Deserialization(_)
                | ServerFnErrorErr::Request(_)
        );
        let fault = if unreadable {
            Fault::Outdated
        } else if let ServerFnErrorErr::Response(why) = error {
            return Some(Error::Internal(why.clone()).into());
        } else {
            return None;
        };
        fault.answer();
        Some(fault)
    }

    impl From<Error> for Fault {
        /// Logs what is our fault and sets the status of the answer.
        fn from(error: Error) -> Self {
            let fault = match error {
                Error::SignedOut => Fault::SignedOut,
                Error::Domain(wrong) => Fault::Domain(wrong),
                Error::Limited(limited) => Fault::Limited(limited),
                Error::Conflict(why) | Error::Gone(why) | Error::Upstream(why) => Fault::Conflict(why),
                Error::Unavailable => Fault::Busy,
                Error::Internal(why) => {
                    let id = uuid::Uuid::now_v7().to_string();
                    tracing::error!(why, id, "a page failed");
                    Fault::Unavailable(id)
                }
            };
            fault.answer();
            fault
        }
    }

    impl Fault {
        /// The status that says the same to machines.
        pub fn status(&self) -> StatusCode {
            match self {
                Fault::SignedOut => StatusCode::UNAUTHORIZED,
                Fault::Domain(domain::Error::NotFound) => StatusCode::NOT_FOUND,
                Fault::Domain(
                    domain::Error::Forbidden { .. } | domain::Error::SecondFactor | domain::Error::OptedOut,
                ) => StatusCode::FORBIDDEN,
                Fault::Domain(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Fault::Limited(_) => StatusCode::TOO_MANY_REQUESTS,
                Fault::Outdated => StatusCode::BAD_REQUEST,
                Fault::Conflict(_) => StatusCode::CONFLICT,
                Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
                Fault::Unavailable(_) | Fault::Offline => StatusCode::INTERNAL_SERVER_ERROR,
            }
        }

        fn answer(&self) {
            if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
                response.set_status(self.status());
            }
        }
    }
}
