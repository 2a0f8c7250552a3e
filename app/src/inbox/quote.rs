//! The message that the next one answers.

use domain::{
    content::{QUOTE_LIMIT, Quote},
    id::{ConversationId, MessageId},
    inbox::MessageView,
    message::{Direction, Status},
    text::preview,
};
use leptos::prelude::*;

use super::screen::Screen;
use crate::ui::icon;

/// Whether Meta knows it, so that it can be answered.
pub fn can_be_answered(message: &MessageView) -> bool {
    let known = match message.direction {
        Direction::In => true,
        Direction::Out => message.status.rank() >= Status::Accepted.rank() && message.status != Status::Failed,
    };
    known && message.extras.revoked_at.is_none()
}

impl Screen {
    /// The next message answers this one.
    pub fn answer(&self, message: &MessageView) {
        let Some(conversation) = self.open.with_untracked(|open| open.as_ref().map(|row| row.id)) else { return };
        let line = message.content.preview(message.kind, &message.text);
        let quote = Quote {
            wamid: String::new(),
            message: Some(message.id),
            direction: Some(message.direction),
            kind: Some(message.kind),
            text: preview(&line, QUOTE_LIMIT),
        };
        self.quoting.set(Some((conversation, quote)));
        super::composer::focus("reply");
    }

    /// What the next message of a conversation answers.
    pub fn quote_of(&self, conversation: ConversationId) -> Option<MessageId> {
        self.quoting.with_untracked(|quoting| {
            quoting.as_ref().filter(|(of, _)| *of == conversation).and_then(|(_, quote)| quote.message)
        })
    }

    /// The same, and the one after it answers nothing.
    pub fn take_quote(&self, conversation: ConversationId) -> Option<MessageId> {
        self.take_whole_quote(conversation)?.message
    }

    pub(super) fn take_whole_quote(&self, conversation: ConversationId) -> Option<Quote> {
        let taken = self.quoting.get_untracked().filter(|(of, _)| *of == conversation);
        if taken.is_some() {
            self.quoting.set(None);
        }
        taken.map(|(_, quote)| quote)
    }
}

/// Above the composer: what is answered, and a way out.
pub fn quoting_view(screen: Screen, conversation: ConversationId) -> AnyView {
    let quoted = move || screen.quoting.get().filter(|(of, _)| *of == conversation).map(|(_, quote)| quote);
    let line = move |Quote { direction, text, .. }: Quote| {
        view! {
            <div class="quoting">
                <div class="quote">
                    <b>{if direction == Some(Direction::Out) { "Answering us" } else { "Answering the customer" }}</b>
                    <span dir="auto">{text}</span>
                </div>
                <button
                    class="btn ghost square sm"
                    type="button"
                    aria-label="Answer no message"
                    on:click=move |_| {
                        screen.quoting.set(None);
                        // The button goes, and the focus would go with it.
                        super::composer::focus("reply");
                    }
                >
                    {icon("x", "sm")}
                </button>
            </div>
        }
    };
    view! { {move || quoted().map(line)} }.into_any()
}
