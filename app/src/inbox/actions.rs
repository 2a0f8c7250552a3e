//! What the person asks for besides writing.

use domain::conversation::Until;
use domain::id::{ConversationId, MemberId, MessageId};
use domain::{
    inbox::{Change, Row},
    permission::Permission,
};
use leptos::{prelude::*, task::spawn_local};

use super::{screen::Screen, server};
use crate::error::Fault;

impl Screen {
    pub fn close(&self, conversation: ConversationId) {
        let screen = *self;
        let (since, before) = (screen.ask(), screen.known(conversation));
        spawn_local(async move {
            let answer = server::close(screen.slug(), conversation).await;
            screen.offer_undo_of(before, Change::Close, &answer);
            screen.done(since, answer);
        });
    }

    pub fn reopen(&self, conversation: ConversationId) {
        let screen = *self;
        let since = screen.ask();
        spawn_local(async move {
            screen.done(since, server::reopen(screen.slug(), conversation).await);
        });
    }

    pub fn assign(&self, conversation: ConversationId, member: Option<MemberId>) {
        let screen = *self;
        let (since, before) = (screen.ask(), screen.known(conversation));
        spawn_local(async move {
            let answer = server::assign(screen.slug(), conversation, member).await;
            let facts = screen.facts();
            let sight = facts.access.sight(Permission::ConversationsView, facts.me.id);
            // Who sees only what is their own loses sight of it.
            let lost = answer.as_ref().ok().filter(|row| !sight.reaches(row.assignee));
            if let Some(row) = lost {
                screen.handed_over(row);
            } else {
                screen.offer_undo_of(before, Change::Assign { to: member }, &answer);
            }
            screen.done(since, answer);
        });
    }

    pub fn send_again(&self, conversation: ConversationId, message: MessageId) {
        let screen = *self;
        if screen.sent_again.with_untracked(|sent| sent.contains(&message)) {
            return;
        }
        screen.sent_again.update(|sent| sent.push(message));
        spawn_local(async move {
            match server::send_again(screen.slug(), message).await {
                Ok(message) => {
                    screen.problem.set(None);
                    screen.put_message(conversation, message);
                }
                Err(fault) => {
                    screen.sent_again.update(|sent| sent.retain(|sent| *sent != message));
                    screen.fail(fault);
                }
            }
        });
    }

    pub fn snooze(&self, conversation: ConversationId, until: Until) {
        let screen = *self;
        let since = screen.ask();
        spawn_local(async move {
            screen.done(since, server::snooze(screen.slug(), conversation, until).await);
        });
    }

    pub fn wake(&self, conversation: ConversationId) {
        let screen = *self;
        let since = screen.ask();
        spawn_local(async move {
            screen.done(since, server::wake(screen.slug(), conversation).await);
        });
    }

    pub fn mark_unread(&self, conversation: ConversationId) {
        let screen = *self;
        let since = screen.ask();
        spawn_local(async move {
            screen.done(since, server::mark_unread(screen.slug(), conversation).await);
        });
    }

    /// The conversation is before the member's eyes.
    pub fn mark_read(&self, conversation: ConversationId) {
        let screen = *self;
        let since = screen.ask();
        spawn_local(async move {
            // Nobody asked for it, so nobody is told when it fails; the next look tries again.
            if let Ok(row) = server::mark_read(screen.slug(), conversation).await {
                screen.put_row(row, since);
            }
            screen.fetching(-1);
        });
    }

    pub(super) fn slug(&self) -> domain::workspace::Slug {
        self.facts().workspace.slug.clone()
    }

    /// Keeps the events that come until the answer does, and says behind which one.
    pub(super) fn ask(&self) -> i64 {
        self.fetching(1);
        self.model.with_value(|model| model.seq)
    }

    fn done(&self, since: i64, answer: Result<Row, Fault>) {
        match answer {
            Ok(row) => {
                self.problem.set(None);
                self.put_row(row, since);
            }
            Err(fault) => self.fail(fault),
        }
        self.fetching(-1);
    }

    /// Says what went wrong.
    pub fn fail(&self, fault: Fault) {
        self.signed_out(&fault);
        self.again.set(false);
        self.problem.set(Some(fault.to_string()));
    }

    /// Says that something could not be fetched, and offers to fetch it again.
    pub(super) fn not_fetched(&self, fault: Fault) {
        self.fail(fault);
        self.again.set(true);
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
