//! What was seen of it all, against the rules.

use super::System;
use crate::{
    graph::{Answer, Seen},
    sending::model::{
        check::faults,
        history::{Answered, Message, Noted, Request, Try},
    },
};
use domain::{
    id::{ConversationId, MessageId},
    message::Status,
    time::Millis,
};
use services::sql;
use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

const ROWS: &str = "SELECT id, conversation_id, at, status, error_text, author_id FROM messages
    WHERE direction = 'out' ORDER BY at, id";
const TRIES: &str =
    "SELECT message_id, started_at, ended_at, outcome, code FROM send_attempts ORDER BY message_id, nth";

impl System {
    pub async fn check(mut self) {
        let customers: HashMap<ConversationId, usize> = self.scene.conversations.iter().copied().zip(0..).collect();
        let mut tries: HashMap<Uuid, Vec<Try>> = HashMap::new();
        let mut read = self.scene.services.db().read().await.unwrap();
        for (id, started, ended, outcome, code) in
            sql!(all(Uuid, Millis, Millis, String, Option<i64>), read.conn(), TRIES).unwrap()
        {
            let noted = match (outcome.as_str(), code) {
                ("lost", _) => Noted::Lost,
                ("not_taken", None) => Noted::Unreached,
                ("not_taken", Some(131_056)) => Noted::Pair,
                ("refused", _) => Noted::Refused,
                _ => Noted::Other,
            };
            tries.entry(id).or_default().push(Try { started, ended, noted });
        }
        let rows = sql!(all(Uuid, Uuid, Millis, String, Option<String>, Option<Uuid>), read.conn(), ROWS).unwrap();
        let messages = rows.into_iter().map(|(id, conversation, at, status, error, author)| {
            let (written, waits) = self.written.get(&MessageId(id)).copied().unwrap_or((at, false));
            Message {
                id: MessageId(id),
                customer: customers[&ConversationId(conversation)],
                written,
                waits: waits || author.is_none(),
                own: author.is_none(),
                status: Status::parse(&status),
                error,
                tries: tries.remove(&id).unwrap_or_default(),
            }
        });
        self.history.messages = messages.collect();
        self.history.requests = self.scene.graph.seen().iter().map(|seen| self.request(seen)).collect();
        let faults = faults(&self.history);
        assert!(faults.is_empty(), "{} faults: {:#?}", faults.len(), &faults[..faults.len().min(5)]);
    }

    fn request(&self, seen: &Seen) -> Request {
        let watch = seen.at - self.start;
        let leapt = self.leaps.iter().filter(|(at, _)| self.hands && *at <= seen.at).map(|(_, by)| by).sum::<Millis>();
        let answer = match seen.answer {
            Answer::Accept | Answer::AcceptAs(_) | Answer::Held | Answer::Slow(_) => Answered::Accepted,
            Answer::RefuseTaken(..) | Answer::Refuse(500, _) => Answered::Refused,
            Answer::Refuse(_, 131_056) => Answered::Pair,
            Answer::Refuse(_, 190) => Answered::Token,
            Answer::Refuse(_, 131_026) => Answered::Permanent,
            Answer::Refuse(..) | Answer::RefuseHeld(..) | Answer::Busy(..) => Answered::Throttled,
            Answer::Break(_) | Answer::Garbage => Answered::Lost,
        };
        Request {
            message: seen.message.parse().unwrap(),
            at: watch + Duration::from_millis(u64::try_from(leapt).unwrap()),
            watch,
            clock: seen.clock,
            answer,
            taken: seen.taken,
        }
    }
}
