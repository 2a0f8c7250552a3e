//! What the browser asks of the server.

use domain::{
    dead::{Counts, Detail, Done, Letter},
    id::NumberId,
    time::Millis,
    workspace::Slug,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Asked;
use crate::{error::Fault, frame::Frame, json::Json};

/// The whole screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadScreen {
    pub frame: Frame,
    pub asked: Asked,
    pub opened: Option<Detail>,
    /// One was asked for that is not there.
    pub missing: bool,
    pub figures: Figures,
}

/// What changes by itself while somebody looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The latest first.
    pub letters: Vec<Letter>,
    /// Where the next page begins, if there is one.
    pub older: Option<String>,
    pub counts: Counts,
    pub queues: Vec<QueueCard>,
}

/// Before the name of a number, where it is a queue.
pub const TO_SEND: &str = "To send · ";

/// How a queue is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCard {
    pub name: String,
    pub depth: i64,
    pub in_flight: i64,
    pub oldest: Option<Millis>,
    /// In the last minute, by the process that answered.
    pub done: u64,
    pub failed: u64,
    /// It stands still until somebody lets it go on.
    pub parked: bool,
    /// The business number that sends from it.
    pub number: Option<NumberId>,
    /// Somebody paused it.
    pub paused: bool,
}

/// The screen for an address.
#[server(prefix = "/fn", endpoint = "dead-letters", input = Json, output = Json)]
pub async fn load_dead(workspace: Slug, asked: Asked) -> Result<DeadScreen, Fault> {
    native::screen(workspace, asked).await
}

/// What has changed meanwhile, for the same address.
#[server(prefix = "/fn", endpoint = "dead-letters/figures", input = Json, output = Json)]
pub async fn load_figures(workspace: Slug, asked: Asked) -> Result<Figures, Fault> {
    native::figures(workspace, asked).await
}

/// Retries one: with other words, or knowing that it may arrive twice.
#[server(prefix = "/fn", endpoint = "dead-letters/retry", input = Json, output = Json)]
pub async fn retry_letter(workspace: Slug, letter: Uuid, text: Option<String>, twice: bool) -> Result<(), Fault> {
    native::retry(workspace, letter, text, twice).await
}

/// Retries several.
#[server(prefix = "/fn", endpoint = "dead-letters/retry-many", input = Json, output = Json)]
pub async fn retry_letters(workspace: Slug, letters: Vec<Uuid>) -> Result<Done, Fault> {
    native::retry_many(workspace, letters).await
}

/// Discards several.
#[server(prefix = "/fn", endpoint = "dead-letters/discard-many", input = Json, output = Json)]
pub async fn discard_letters(workspace: Slug, letters: Vec<Uuid>) -> Result<Done, Fault> {
    native::discard_many(workspace, letters).await
}

/// Lets a number send nothing until somebody resumes it.
#[server(prefix = "/fn", endpoint = "queues/pause", input = Json, output = Json)]
pub async fn pause_number(workspace: Slug, number: NumberId) -> Result<(), Fault> {
    native::pause(workspace, number).await
}

/// Lets it send again.
#[server(prefix = "/fn", endpoint = "queues/resume", input = Json, output = Json)]
pub async fn resume_number(workspace: Slug, number: NumberId) -> Result<(), Fault> {
    native::resume(workspace, number).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use leptos::server_fn::axum::register_explicit;
    use services::{
        Ctx, Error,
        dead::{self, Retry},
        queues::{self, Beside, Depth, Lane},
        send,
    };

    use super::*;
    use crate::frame::server::native as frame;

    /// Dead letters of a page.
    const PAGE: usize = 50;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadDead>();
        register_explicit::<LoadFigures>();
        register_explicit::<RetryLetter>();
        register_explicit::<RetryLetters>();
        register_explicit::<DiscardLetters>();
        register_explicit::<PauseNumber>();
        register_explicit::<ResumeNumber>();
    }

    pub async fn screen(workspace: Slug, asked: Asked) -> Result<DeadScreen, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        let figures = read_figures(&ctx, &asked).await?;
        let opened = match asked.opened() {
            None => None,
            Some(id) => match dead::get(&ctx, id).await {
                Ok(found) => Some(found),
                Err(Error::Domain(domain::Error::NotFound)) => None,
                Err(error) => return Err(error.into()),
            },
        };
        let missing = opened.is_none() && !asked.letter.is_empty();
        Ok(DeadScreen { frame: frame::frame(&ctx).await?, asked, opened, missing, figures })
    }

    pub async fn figures(workspace: Slug, asked: Asked) -> Result<Figures, Fault> {
        read_figures(&frame::ctx(&workspace).await?, &asked).await
    }

    async fn read_figures(ctx: &Ctx, asked: &Asked) -> Result<Figures, Fault> {
        let page = dead::list(ctx, &asked.filter(), asked.place(), PAGE).await?;
        let status = queues::status(ctx).await?;
        let paused = send::paused(ctx).await?;
        let Beside { media, pushes, receipts, templates, search } = status.beside;
        let mut queues = vec![card("Inbound webhooks".to_owned(), status.ingest)];
        queues.extend(status.lanes.into_iter().map(|lane| number_card(lane, &paused)));
        let others = [
            ("Files to fetch", media),
            ("Read receipts and typing", receipts),
            ("Push notifications", pushes),
            ("Lists of templates", templates),
            ("Search index", search),
            ("Mail", status.mails),
        ];
        queues.extend(others.map(|(name, queue)| card(name.to_owned(), queue)));
        Ok(Figures {
            older: page.items.last().filter(|_| page.more).map(|last| last.place().to_string()),
            letters: page.items,
            counts: dead::counts(ctx).await?,
            queues,
        })
    }

    fn card(name: String, queue: Depth) -> QueueCard {
        let Depth { depth, in_flight, oldest, flow } = queue;
        let (done, failed) = (flow.minute.done, flow.minute.failed);
        QueueCard { name, depth, in_flight, oldest, done, failed, parked: false, number: None, paused: false }
    }

    fn number_card(lane: Lane, paused: &[NumberId]) -> QueueCard {
        let Lane { id, name, queue, parked, .. } = lane;
        let paused = paused.contains(&id);
        QueueCard { parked, number: Some(id), paused, ..card(format!("{TO_SEND}{name}"), queue) }
    }

    pub async fn pause(workspace: Slug, number: NumberId) -> Result<(), Fault> {
        Ok(send::pause(&frame::ctx(&workspace).await?, number).await?)
    }

    pub async fn resume(workspace: Slug, number: NumberId) -> Result<(), Fault> {
        Ok(send::resume_number(&frame::ctx(&workspace).await?, number).await?)
    }

    pub async fn retry(workspace: Slug, letter: Uuid, text: Option<String>, twice: bool) -> Result<(), Fault> {
        let ctx = frame::ctx(&workspace).await?;
        let how = if twice { Retry::MayArriveTwice } else { Retry::Once };
        match text {
            Some(text) => dead::retry_with_edit(&ctx, letter, &text, how).await?,
            None => dead::retry(&ctx, letter, how).await?,
        }
        Ok(())
    }

    pub async fn retry_many(workspace: Slug, letters: Vec<Uuid>) -> Result<Done, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        Ok(dead::retry_many(&ctx, &letters).await?)
    }

    pub async fn discard_many(workspace: Slug, letters: Vec<Uuid>) -> Result<Done, Fault> {
        let ctx = frame::ctx(&workspace).await?;
        Ok(dead::discard_many(&ctx, &letters).await?)
    }
}
