use super::server::{self, Snapshot};
use crate::{error::Fault, flash::Flash};
use domain::{
    conversation::View,
    id::{ConversationId, MemberId, MessageId},
    inbox::{InboxView, Live, MessageView, Row, Thread, apply},
    message::{Direction, Kind, Status, Times},
    workspace::{MemberBrief, Slug, WorkspaceBrief},
};
use leptos::prelude::*;
use std::sync::Arc;

/// A message that the server has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    pub conversation: ConversationId,
    pub message: MessageView,
    /// Why it did not get through; it can be sent again under the same key.
    pub problem: Option<String>,
}

/// The state of one inbox screen. Copying it copies handles.
#[derive(Clone, Copy)]
pub struct Inbox {
    pub view: RwSignal<InboxView>,
    pub locals: RwSignal<Vec<Local>>,
    pub fixed: StoredValue<Arc<Fixed>>,
    /// The stream of events is broken.
    pub offline: RwSignal<bool>,
    /// What could not be done, until it is dismissed.
    pub problem: RwSignal<Option<String>>,
    /// The conversation that was asked for is not there.
    pub lost: RwSignal<bool>,
    /// The open conversation is being fetched.
    pub loading: RwSignal<bool>,
    /// The browser has taken over.
    pub live: RwSignal<bool>,
    pub flash: StoredValue<Flash>,
}

/// What does not change while the page is open.
pub struct Fixed {
    pub workspace: WorkspaceBrief,
    pub workspaces: Vec<WorkspaceBrief>,
    pub me: MemberBrief,
    pub members: Vec<MemberBrief>,
    pub demo: bool,
}

impl Inbox {
    pub fn new(snapshot: Snapshot) -> Self {
        let Snapshot { workspace, workspaces, me, members, inbox, flash, demo, lost, .. } = snapshot;
        Self {
            view: RwSignal::new(inbox),
            locals: RwSignal::new(Vec::new()),
            fixed: StoredValue::new(Arc::new(Fixed { workspace, workspaces, me, members, demo })),
            offline: RwSignal::new(false),
            problem: RwSignal::new(None),
            lost: RwSignal::new(lost),
            loading: RwSignal::new(false),
            live: RwSignal::new(false),
            flash: StoredValue::new(flash),
        }
    }

    pub fn fixed(&self) -> Arc<Fixed> {
        self.fixed.get_value()
    }

    pub fn slug(&self) -> Slug {
        self.fixed().workspace.slug.clone()
    }

    pub fn me(&self) -> MemberId {
        self.fixed().me.id
    }

    pub fn can_reply(&self) -> bool {
        self.fixed().me.role.can_reply()
    }

    pub fn member_name(&self, id: MemberId) -> String {
        let fixed = self.fixed();
        fixed.members.iter().find(|member| member.id == id).map_or("A former member".to_owned(), |m| m.name.clone())
    }

    /// `/w/{slug}/inbox/{conversation}?view=…`
    pub fn href(&self, conversation: Option<ConversationId>, view: View) -> String {
        let mut href = format!("/w/{}/inbox", self.slug());
        if let Some(id) = conversation {
            href.push('/');
            href.push_str(&id.to_string());
        }
        if view != View::home(self.fixed().me.role) {
            href.push_str("?view=");
            href.push_str(view.as_str());
        }
        href
    }

    /// The open conversation's row.
    pub fn open_row(&self) -> Memo<Option<Row>> {
        let view = self.view;
        Memo::new(move |_| view.read().thread.as_ref().map(|thread| thread.row.clone()))
    }

    pub fn open_id(&self) -> Memo<Option<ConversationId>> {
        let view = self.view;
        Memo::new(move |_| view.read().thread.as_ref().map(|thread| thread.row.id))
    }

    /// Adds one event.
    pub fn add(&self, live: &Live) -> domain::inbox::Effect {
        let mut effect = domain::inbox::Effect::Nothing;
        self.view.update(|view| effect = apply(view, live));
        self.settle();
        effect
    }

    /// Puts a row that an action returned; its event comes too and changes nothing then.
    pub fn put_row(&self, row: Row) {
        self.view.update(|view| {
            if let Some(known) = view.rows.iter_mut().find(|known| known.id == row.id) {
                known.clone_from(&row);
            }
            if let Some(thread) = view.thread.as_mut().filter(|thread| thread.row.id == row.id) {
                thread.row = row;
            }
        });
    }

    /// Puts a message that an action returned, unless its event was faster.
    pub fn put_message(&self, conversation: ConversationId, message: MessageView) {
        self.view.update(|view| {
            let Some(thread) = view.thread.as_mut().filter(|thread| thread.row.id == conversation) else { return };
            if thread.messages.iter().all(|known| known.id != message.id) {
                let place = thread.messages.partition_point(|known| known.sort_key() < message.sort_key());
                thread.messages.insert(place, message);
            }
        });
        self.settle();
    }

    /// Forgets local messages that the server shows by now.
    fn settle(&self) {
        let view = self.view.read_untracked();
        let Some(thread) = &view.thread else { return };
        let shown = |local: &Local| thread.messages.iter().any(|message| message.id == local.message.id);
        if self.locals.read_untracked().iter().any(shown) {
            self.locals.update(|locals| locals.retain(|local| !shown(local)));
        }
    }

    pub fn open(&self, thread: Thread) {
        self.view.update(|view| view.thread = Some(thread));
        self.settle();
    }

    /// Shows why something could not be done; who is signed out is sent to the sign-in page.
    pub fn fail(&self, fault: &Fault) {
        if *fault == Fault::SignedOut {
            leave_for_login();
        } else {
            self.problem.set(Some(fault.to_string()));
        }
    }

    /// Shows an answer at once and sends it under a key of its own.
    pub fn send(&self, conversation: ConversationId, text: String) {
        let message = MessageView {
            id: MessageId(uuid::Uuid::now_v7()),
            direction: Direction::Out,
            kind: Kind::Text,
            text,
            at: expect_context::<crate::ui::Now>().at.get_untracked(),
            status: Status::Queued,
            times: Times::default(),
            error: None,
            author: Some(self.me()),
        };
        self.locals.update(|locals| locals.push(Local { conversation, message: message.clone(), problem: None }));
        self.transmit(conversation, message);
    }

    /// Sends a local message once more: the same key, so that it can never go out twice.
    pub fn retry(&self, id: MessageId) {
        let local = self.locals.read_untracked().iter().find(|local| local.message.id == id).cloned();
        if let Some(local) = local {
            self.mark(id, None);
            self.transmit(local.conversation, local.message);
        }
    }

    pub fn discard(&self, id: MessageId) {
        self.locals.update(|locals| locals.retain(|local| local.message.id != id));
    }

    fn mark(&self, id: MessageId, problem: Option<String>) {
        self.locals.update(|locals| {
            if let Some(local) = locals.iter_mut().find(|local| local.message.id == id) {
                local.problem = problem;
            }
        });
    }

    fn transmit(&self, conversation: ConversationId, message: MessageView) {
        let (state, slug) = (*self, self.slug());
        leptos::task::spawn_local(async move {
            match server::reply(slug, conversation, message.id, message.text.clone()).await {
                Ok(stored) => {
                    state.put_message(conversation, stored);
                    state.discard(message.id);
                }
                Err(Fault::SignedOut) => leave_for_login(),
                Err(fault) => state.mark(message.id, Some(fault.to_string())),
            }
        });
    }
}

/// To the sign-in page and back here afterwards.
pub fn leave_for_login() {
    #[cfg(feature = "hydrate")]
    if let Some(window) = web_sys::window() {
        let location = window.location();
        let here = location.pathname().unwrap_or_default();
        let _ = location.set_href(&format!("/login?next={here}"));
    }
}
