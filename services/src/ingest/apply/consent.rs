//! What a batch says about who wants to hear from us: words and buttons, WhatsApp's own setting, Meta's refusals.

use super::{Item, Step, contacts::People};
use crate::{
    Actor, Origin, Result,
    consent::{self, Decision, Desk},
    sql,
};
use domain::{
    message::{Direction, Status},
    meta::{
        codes::STOPPED_MARKETING,
        webhook::{Inbound, Preference, Sender, preferences},
    },
    opt_out::{Intent, Settings, Source, What, heard},
};
use uuid::Uuid;

// A status that settled a lost answer has written the wamid by now.
const REFUSED: &str = "SELECT m.id, v.contact_id FROM messages m
    JOIN conversations v ON v.workspace_id = m.workspace_id AND v.id = m.conversation_id
    WHERE m.workspace_id = $1 AND m.number_id = $2 AND m.wamid = $3 AND m.direction = 'out'";

/// Messages of the batch that opt out or in, and the settings that say so.
#[derive(Default)]
pub(super) struct Heard {
    settings: Settings,
    said: Vec<Said>,
}

struct Said {
    /// The message's place in the batch.
    nth: usize,
    what: What,
    source: Source,
    words: String,
    /// Whom it is about, if not only whoever wrote: see [`about`].
    about: Vec<Uuid>,
}

/// An opt-out counts for every contact that holds one of the sender's ids: whichever of them is written to, it is the same
/// person who reads it.
fn about(people: &People, sender: &Sender, what: What) -> Vec<Uuid> {
    if what == What::OptedOut { people.holders(sender) } else { Vec::new() }
}

impl Heard {
    /// Reads the batch's messages. The contacts of those that mean something are kept from other writers, before anything else
    /// is locked.
    pub async fn listen(step: &mut Step<'_>, messages: &[&Inbound], people: &People) -> Result<Self> {
        let settings = consent::load(step.tx.conn(), step.workspace).await?;
        let read = |(nth, message): (usize, &&Inbound)| {
            // What we wrote, what is long past, and what is said to a group asks us for nothing.
            let speaks = message.direction == Direction::In && message.origin == domain::message::Origin::Api;
            if !speaks || message.extras.group.is_some() {
                return None;
            }
            let (intent, source, words) = heard(message, &settings.words)?;
            let what = match intent {
                Intent::Stop => What::OptedOut,
                Intent::Start => What::OptedIn,
            };
            Some(Said { nth, what, source, words, about: about(people, &message.sender, what) })
        };
        let said: Vec<Said> = messages.iter().enumerate().filter_map(read).collect();
        let heard = said.iter().filter_map(|said| messages.get(said.nth));
        let concerned: Vec<Uuid> = heard.flat_map(|message| people.holders(&message.sender)).collect();
        consent::lock(step.tx, step.workspace, &concerned).await?;
        Ok(Self { settings, said })
    }

    /// Gives the messages their effect. `stored` tells of a message's place its id and conversation, and its contact, if it was
    /// not known before.
    pub async fn act(
        self,
        step: &mut Step<'_>,
        messages: &[&Inbound],
        stored: impl Fn(usize) -> Option<Stored>,
    ) -> Result<()> {
        for Said { nth, what, source, words, about } in self.said {
            let (Some(new), Some(message)) = (stored(nth), messages.get(nth)) else { continue };
            let decision = Decision {
                contact: new.contact,
                what,
                source,
                at: Some(message.at),
                proof: Some(message.wamid.clone()),
                message: Some(new.message),
                said: Some(words),
                answer_in: Some(new.conversation),
            };
            let also = about.into_iter().filter(|contact| *contact != new.contact);
            // They wrote in one conversation, and are answered there alone.
            let others: Vec<_> =
                also.map(|contact| Decision { contact, answer_in: None, ..decision.clone() }).collect();
            for decision in std::iter::once(decision).chain(others) {
                decide(step, &self.settings, decision).await?;
            }
        }
        Ok(())
    }
}

/// Where a new message went.
#[derive(Clone, Copy)]
pub(super) struct Stored {
    pub message: Uuid,
    pub conversation: Uuid,
    pub contact: Uuid,
}

/// WhatsApp's own setting, and Meta's refusals for it.
pub(super) async fn store(step: &mut Step<'_>, items: &[&Item<'_>]) -> Result<()> {
    let wishes: Vec<Preference> = items
        .iter()
        .flat_map(|item| item.others.iter().map(move |other| (item, other)))
        .filter(|(_, other)| other.what == "user_preferences")
        .flat_map(|(item, other)| preferences(&other.raw, item.received_at, &item.key))
        .collect();
    let mut refused = Vec::new();
    for item in items {
        let Some(number) = &item.number else { continue };
        for update in item.statuses.iter().filter(|update| update.status == Status::Failed) {
            if update.error.as_ref().is_some_and(|(code, _)| *code == STOPPED_MARKETING) {
                refused.push((number.brief.id.0, update));
            }
        }
    }
    if wishes.is_empty() && refused.is_empty() {
        return Ok(());
    }
    let mut decisions = Vec::with_capacity(wishes.len() + refused.len());
    let senders: Vec<_> = wishes.iter().map(|wish| &wish.sender).collect();
    let (people, places) = People::resolve(step, &senders).await?;
    for (wish, place) in wishes.iter().zip(places) {
        let mut concerned = about(&people, &wish.sender, wish.what);
        if concerned.is_empty() {
            concerned.push(people.get(place).id);
        }
        decisions.extend(concerned.into_iter().map(|contact| Decision {
            contact,
            what: wish.what,
            source: Source::Meta,
            at: Some(wish.at),
            proof: Some(wish.proof.clone()),
            message: None,
            said: Some(wish.detail.clone()),
            answer_in: None,
        }));
    }
    for (number, update) in refused {
        let found: Option<(Uuid, Uuid)> =
            sql!(opt(Uuid, Uuid), step.tx.conn(), REFUSED, step.workspace, number, &update.wamid)?;
        let Some((message, contact)) = found else { continue };
        decisions.push(consent::refused(contact, message, update.at));
    }
    let contacts: Vec<Uuid> = decisions.iter().map(|decision| decision.contact).collect();
    consent::lock(step.tx, step.workspace, &contacts).await?;
    let settings = consent::load(step.tx.conn(), step.workspace).await?;
    for decision in decisions {
        decide(step, &settings, decision).await?;
    }
    Ok(())
}

async fn decide(step: &mut Step<'_>, settings: &Settings, decision: Decision) -> Result<()> {
    let mut desk = Desk {
        services: step.services,
        tx: step.tx,
        workspace: step.workspace.into(),
        actor: Actor::System,
        origin: &Origin::default(),
        now: step.now,
        events: step.events,
        confirmations: &mut step.confirmations,
    };
    consent::decide(&mut desk, settings, decision).await?;
    Ok(())
}
