//! What the person asks for besides writing.

use domain::id::{ConversationId, MemberId, MessageId};
use domain::inbox::Row;
use leptos::{prelude::*, task::spawn_local};

use super::{screen::Screen, server};
use crate::error::Fault;

impl Screen {
    pub fn close(&self, conversation: ConversationId) {
        let screen = *self;
        spawn_local(async move {
            screen.done(server::close(screen.slug(), conversation).await);
        });
    }

    pub fn reopen(&self, conversation: ConversationId) {
        let screen = *self;
        spawn_local(async move {
            screen.done(server::reopen(screen.slug(), conversation).await);
        });
    }

    pub fn assign(&self, conversation: ConversationId, member: Option<MemberId>) {
        let screen = *self;
        spawn_local(async move {
            screen.done(server::assign(screen.slug(), conversation, member).await);
        });
    }

    pub fn send_again(&self, conversation: ConversationId, message: MessageId) {
        let screen = *self;
        spawn_local(async move {
            match server::send_again(screen.slug(), message).await {
                Ok(message) => {
                    screen.problem.set(None);
                    screen.put_message(conversation, message);
                }
                Err(fault) => screen.fail(fault),
            }
        });
    }

    /// The conversation is before the member's eyes.
    pub fn mark_read(&self, conversation: ConversationId) {
        let screen = *self;
        spawn_local(async move {
            // Nobody asked for it, so nobody is told when it fails; the next look tries again.
            if let Ok(row) = server::mark_read(screen.slug(), conversation).await {
                screen.put_row(row);
            }
        });
    }

    pub(super) fn slug(&self) -> domain::workspace::Slug {
        self.facts().workspace.slug.clone()
    }

    fn done(&self, answer: Result<Row, Fault>) {
        match answer {
            Ok(row) => {
                self.problem.set(None);
                self.put_row(row);
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Says what went wrong.
    pub fn fail(&self, fault: Fault) {
        self.signed_out(&fault);
        self.problem.set(Some(fault.to_string()));
    }

    /// To the sign-in page, and back here afterwards.
    pub fn signed_out(&self, fault: &Fault) {
        #[cfg(feature = "hydrate")]
        if *fault == Fault::SignedOut {
            let location = window().location();
            let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            let next = String::from(js_sys::encode_uri_component(&here));
            // Should that fail, the text on the screen says the same.
            let _ = location.assign(&format!("/login?next={next}"));
        }
        let _ = fault;
    }
}
