use super::park::Parks;
use crate::{conversations::row::RowRecord, ingest::Target};
use domain::{
    message::{Kind, Status, Template},
    meta::send::{Recipient, request},
    template::Category,
    time::Millis,
    window::{self, Window},
};
use serde_json::Value;
use uuid::Uuid;

/// An outbound message with everything that decides about it.
#[derive(Debug, sqlx::FromRow)]
pub struct Candidate {
    #[sqlx(flatten)]
    pub target: Target,
    pub contact_id: Uuid,
    /// The outbox's side; nothing once it is settled.
    pub due_at: Option<Millis>,
    pub stalled_at: Option<Millis>,
    pub leased_by: Option<String>,
    pub lease_until: Option<Millis>,
    pub bulk: Option<bool>,
    pub marketing: Option<bool>,
    pub despite_opt_out: Option<bool>,
    /// The UTC day among whose messages of its number it is counted.
    pub counted_day: Option<i64>,
    pub opted_out_at: Option<Millis>,
    pub opt_out_scope: String,
    pub unconfirmed_rule: String,
    /// New numbers of its workspace have a limit by day.
    pub warm_up: bool,
    /// Tries so far, of any outcome.
    pub attempts: i64,
    /// Tries whose answer was lost.
    pub lost: i64,
    /// Tries that Meta refused for the moment, in spite of which it may have taken the message.
    pub refused: i64,
    /// Its words went out as a new message.
    pub sent_again: bool,
    /// Refusals for writing to this customer too often.
    pub pair_refusals: i64,
    /// Earlier messages of its conversation in the outbox.
    pub earlier: i64,
}

/// What is done about a message whose turn it is.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It goes out: the body of its request.
    Go(Value),
    /// It will never go out, in words.
    Fail(&'static str),
    /// The contact wants nothing.
    Cancel,
    /// Meta refused it, may have taken it all the same, and its reports are not all read yet.
    Unheard,
    /// Stands still with what it is made of, or whom it goes to.
    Parked,
    /// The process that was sending it is gone.
    Interrupted,
    /// Meta did not confirm it in time.
    GivenUp,
    /// Nothing is left to do.
    Settled,
    /// Not its turn: somebody else has it, or its number stands still.
    Leave,
}

pub(super) const OPTED_OUT: &str = "The contact opted out before this was sent.";
const CLOSED: &str = "The 24 hours after the customer's last message ended before this was sent. Nothing was sent.";
const NO_NUMBER: &str = "The business number is no longer connected. Connect it again, then send again.";
const NO_ADDRESS: &str = "This contact has no address that WhatsApp could send to.";
const UNREADABLE: &str = "What this message is made of cannot be read any more. Write it anew.";

impl Candidate {
    pub fn id(&self) -> Uuid {
        self.target.message.id
    }

    pub fn status(&self) -> Status {
        Status::parse(&self.target.message.status)
    }

    pub fn kind(&self) -> Kind {
        Kind::parse(&self.target.message.kind)
    }

    /// Checks once more what may have changed since it was queued.
    pub(super) fn judge(
        &self,
        row: &RowRecord,
        number_active: bool,
        heard: bool,
        parks: &Parks,
        now: Millis,
    ) -> Verdict {
        let (Some(due_at), Some(lease_until)) = (self.due_at, self.lease_until) else { return Verdict::Settled };
        match self.status() {
            _ if lease_until > now => return Verdict::Leave,
            Status::Sending => return Verdict::Interrupted,
            _ if due_at > now => return Verdict::Leave,
            Status::Unconfirmed => return if heard { Verdict::GivenUp } else { Verdict::Leave },
            Status::Queued | Status::RetryQueued => {}
            _ => return Verdict::Settled,
        }
        if self.refuses() {
            return Verdict::Cancel;
        }
        if !number_active {
            return Verdict::Fail(NO_NUMBER);
        }
        if parks.stop(self.target.number_id) {
            return Verdict::Leave;
        }
        if self.kind() != Kind::Template && window::at(row.window_expires_at, now) == Window::Closed {
            return Verdict::Fail(CLOSED);
        }
        let Some(to) = recipient(row) else { return Verdict::Fail(NO_ADDRESS) };
        if parks.hold(self, row) {
            return Verdict::Parked;
        }
        if !heard && self.refused > 0 {
            return Verdict::Unheard;
        }
        let m = &self.target.message;
        request(self.kind(), &m.body, m.payload.as_deref(), m.quoted_wamid.as_deref(), &to, &m.id.to_string())
            .map_or(Verdict::Fail(UNREADABLE), Verdict::Go)
    }

    /// Whether it is made from a template of the marketing category.
    pub fn marketing_template(&self) -> bool {
        let payload = self.target.message.payload.as_deref();
        let template = payload.and_then(|payload| serde_json::from_str::<Template>(payload).ok());
        template.is_some_and(|template| Category::parse(&template.category).is_marketing())
    }

    /// Whether the contact's opt-out forbids it.
    fn refuses(&self) -> bool {
        let all = self.opt_out_scope != "marketing";
        self.opted_out_at.is_some() && self.despite_opt_out != Some(true) && (all || self.marketing == Some(true))
    }
}

fn recipient(row: &RowRecord) -> Option<Recipient> {
    let phone = row.wa_id.as_ref().map(|digits| Recipient::To(format!("+{digits}")));
    phone.or_else(|| row.meta_user_id.clone().map(Recipient::Recipient))
}
