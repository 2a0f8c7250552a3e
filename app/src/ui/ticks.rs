use domain::message::Status;
use leptos::prelude::*;

use super::icon;

/// How a status looks and reads. Colour is never alone: the drawing and the word differ as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    pub icon: &'static str,
    pub word: &'static str,
    /// A class for the colour.
    pub tone: &'static str,
}

/// `None` for a customer's message.
pub const fn glyph(status: Status) -> Option<Glyph> {
    let (icon, word, tone) = match status {
        Status::Received => return None,
        Status::Queued => ("clock", "Queued", ""),
        Status::Sending => ("clock", "Sending", ""),
        Status::RetryQueued => ("clock", "Waits for another try", ""),
        Status::Accepted => ("check", "Accepted", ""),
        Status::Sent => ("check", "Sent", ""),
        Status::Delivered => ("checks", "Delivered", ""),
        Status::Read => ("checks", "Read", "read"),
        Status::Unconfirmed => ("unknown", "Not confirmed", "warn"),
        Status::Failed | Status::Dead => ("alert", "Not delivered", "bad"),
        Status::Cancelled => ("x", "Withdrawn", ""),
    };
    Some(Glyph { icon, word, tone })
}

/// The drawing and, for those who do not see it, the word.
pub fn tick(status: Status, after: &'static str) -> Option<AnyView> {
    let Glyph { icon: name, word, tone } = glyph(status)?;
    Some(
        view! {
            <span class=format!("tick {tone}")>{icon(name, "xs")}<span class="sr">{word}{after}</span></span>
        }
        .into_any(),
    )
}
