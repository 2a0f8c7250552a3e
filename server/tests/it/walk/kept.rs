//! What a workspace keeps besides its conversations: invitations, labels, quick replies, notes.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::{
    id::{ConversationId, InvitationId, LabelId, NoteId, QuickReplyId},
    role::{Role, RoleRef},
};
use services::{Ctx, conversations, team};

pub async fn note(owner: &Ctx, conversation: ConversationId) -> NoteId {
    conversations::note(owner, conversation, NoteId(services::clock::new_id()), "For us").await.unwrap().id
}

pub async fn label(owner: &Ctx) -> LabelId {
    let name = format!("Label {}", next());
    services::labels::create(owner, &name, domain::label::Colour::Blue).await.unwrap().id
}

pub async fn quick_reply(owner: &Ctx) -> QuickReplyId {
    let shortcut = format!("reply-{}", next());
    let draft = domain::quick::Draft { shortcut, title: "Hello".to_owned(), body: "Hi".to_owned() };
    services::quick::create(owner, &draft).await.unwrap().id
}

fn next() -> u32 {
    static N: AtomicU32 = AtomicU32::new(0);
    N.fetch_add(1, Ordering::Relaxed)
}

pub async fn invitation(owner: &Ctx) -> InvitationId {
    let email = format!("invited{}@kaveri.example", next());
    team::invitations::create(owner, &email, RoleRef::BuiltIn(Role::Viewer)).await.unwrap().id
}
