//! A workspace in which things happen.

use super::screen;
use crate::meta::{message_body, put, quiet, status_body, text};
use domain::{
    conversation::{Until, View},
    id::{ConversationId, MessageId},
    label::Colour,
};
use proptest::prelude::*;
use serde_json::json;
use services::{Ctx, Services, clock::new_id, conversations, labels};

/// One thing that happens in a workspace.
#[derive(Clone, Debug)]
pub enum Step {
    Customer(u8),
    Status(u8, &'static str),
    Reply(u8),
    Note(u8),
    ChangeNote(bool),
    Assign(u8, Option<bool>),
    Close(u8),
    Reopen(u8),
    Read(u8),
    Unread(u8),
    Snooze(u8),
    Wake(u8),
    Label(u8, u8, bool),
    Rename(u8),
}

pub fn step() -> impl Strategy<Value = Step> {
    let who = 0..4_u8;
    prop_oneof![
        4 => who.clone().prop_map(Step::Customer),
        2 => (who.clone(), prop_oneof![Just("sent"), Just("delivered"), Just("read"), Just("failed")])
            .prop_map(|(who, word)| Step::Status(who, word)),
        3 => who.clone().prop_map(Step::Reply),
        2 => who.clone().prop_map(Step::Note),
        1 => any::<bool>().prop_map(Step::ChangeNote),
        3 => (who.clone(), any::<Option<bool>>()).prop_map(|(who, to)| Step::Assign(who, to)),
        1 => who.clone().prop_map(Step::Close),
        1 => who.clone().prop_map(Step::Reopen),
        1 => who.clone().prop_map(Step::Read),
        1 => who.clone().prop_map(Step::Unread),
        2 => who.clone().prop_map(Step::Snooze),
        1 => who.clone().prop_map(Step::Wake),
        3 => (who, 0..2_u8, any::<bool>()).prop_map(|(who, label, on)| Step::Label(who, label, on)),
        1 => (0..2_u8).prop_map(Step::Rename),
    ]
}

pub struct World {
    pub services: Services,
    pub owner: Ctx,
    pub agents: [Ctx; 2],
    pub labels: Vec<domain::id::LabelId>,
    pub notes: Vec<domain::id::NoteId>,
    pub replies: Vec<(u8, MessageId)>,
    pub sent: u32,
}

impl World {
    /// The newest conversation with a customer, if there is one.
    pub async fn conversation(&self, who: u8) -> Option<ConversationId> {
        let phone = format!("+491510000000{who}");
        for view in [View::All, View::Snoozed, View::Closed] {
            let rows = screen(&self.owner, view, None).await.rows;
            if let Some(row) = rows.into_iter().find(|row| row.contact.phone.as_deref() == Some(&phone)) {
                return Some(row.id);
            }
        }
        None
    }

    pub async fn run(&mut self, step: &Step) {
        self.sent += 1;
        match step {
            Step::Customer(who) => {
                let message = text(&format!("491510000000{who}"), &format!("wamid.{}", self.sent), "hello");
                put(&self.services, message_body(message)).await;
            }
            Step::Status(who, word) => {
                let Some((_, id)) = self.replies.iter().rev().find(|(w, _)| w == who) else { return };
                let status = json!({"id": format!("wamid.out.{id}"), "status": word, "biz_opaque_callback_data": id.to_string(),
                    "timestamp": crate::meta::stamp(0), "nth": self.sent});
                put(&self.services, status_body(status)).await;
            }
            Step::ChangeNote(remove) => match self.notes.last().copied() {
                Some(id) if *remove => {
                    conversations::remove_note(&self.owner, id).await.unwrap();
                    self.notes.pop();
                }
                Some(id) => {
                    let words = format!("for us {}", self.sent);
                    conversations::change_note(&self.owner, id, &words, &[]).await.unwrap();
                }
                None => {}
            },
            Step::Rename(which) => {
                let (name, id) = (format!("Label {}", self.sent), self.labels[usize::from(*which)]);
                labels::change(&self.owner, id, &name, Colour::Red).await.unwrap();
            }
            step => self.act(step).await,
        }
        quiet(&self.services).await;
    }

    async fn act(&mut self, step: &Step) {
        let (Step::Reply(who)
        | Step::Note(who)
        | Step::Assign(who, _)
        | Step::Close(who)
        | Step::Reopen(who)
        | Step::Read(who)
        | Step::Unread(who)
        | Step::Snooze(who)
        | Step::Label(who, ..)
        | Step::Wake(who)) = step
        else {
            return;
        };
        let Some(id) = self.conversation(*who).await else { return };
        // Refusals are part of it: a closed conversation takes no reply.
        match step {
            Step::Reply(_) => {
                let key = MessageId(new_id());
                if conversations::reply(&self.owner, id, key, "answer").await.is_ok() {
                    self.replies.push((*who, key));
                }
            }
            Step::Assign(_, to) => {
                let to = to.map(|second| self.agents[usize::from(second)].me().id);
                conversations::assign(&self.owner, id, to).await.unwrap();
            }
            Step::Note(_) => {
                let key = new_id().into();
                conversations::note(&self.owner, id, key, "for us").await.unwrap();
                self.notes.push(key);
            }
            Step::Unread(_) => drop(conversations::mark_unread(&self.owner, id).await.unwrap()),
            Step::Snooze(_) => drop(conversations::snooze(&self.owner, id, Until::Customer).await),
            Step::Label(_, which, on) => {
                let label = self.labels[usize::from(*which)];
                conversations::label(&self.owner, id, label, *on).await.unwrap();
            }
            Step::Wake(_) => drop(conversations::wake(&self.owner, id).await.unwrap()),
            Step::Close(_) => drop(conversations::close(&self.owner, id).await),
            Step::Reopen(_) => drop(conversations::reopen(&self.owner, id).await),
            _ => drop(conversations::mark_read(&self.owner, id).await),
        }
    }
}
