use super::{Step, twins};
use crate::{
    clock::new_id,
    db::{Tx, dialect},
};
use domain::{meta::webhook::Sender, time::Millis};
use std::collections::HashMap;
use uuid::Uuid;

/// A contact, as far as ingest is concerned.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contact {
    pub id: Uuid,
    pub wa_id: Option<String>,
    pub meta_user_id: Option<String>,
    pub profile_name: String,
    pub username: Option<String>,
    /// A colleague named them: what they call themselves is not taken over.
    pub named: bool,
    pub assignee_id: Option<Uuid>,
    pub opted_out_at: Option<Millis>,
}

/// The contacts that wrote, by either of their ids.
#[derive(Default)]
pub struct People {
    contacts: Vec<Contact>,
    by_wa_id: HashMap<String, usize>,
    by_user_id: HashMap<String, usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    New,
    Updated,
}

impl People {
    /// Finds or makes the contact of every sender and returns, in the same order, where each stands in [`People::get`].
    pub async fn resolve(step: &mut Step<'_>, senders: &[&Sender]) -> sqlx::Result<(Self, Vec<usize>)> {
        let mut people = Self::load(step, senders.iter().copied()).await?;
        let places = people.settle(step, senders, &[]).await?;
        Ok((people, places))
    }

    /// Makes whoever is not known and takes over what is told; the place of every sender, in their order. `moves`: WhatsApp says of
    /// some of them, by their place in `senders`, which ids they have from then on.
    pub async fn settle(
        &mut self,
        step: &mut Step<'_>,
        senders: &[&Sender],
        moves: &[(usize, &Sender)],
    ) -> sqlx::Result<Vec<usize>> {
        let mut changes = vec![Change::None; self.contacts.len()];
        let mut places = Vec::with_capacity(senders.len());
        let mut met = Vec::new();
        for (nth, sender) in senders.iter().enumerate() {
            let place = self.place(sender, &mut changes);
            places.push(place);
            for (_, new) in moves.iter().filter(|(of, _)| *of == nth) {
                met.extend(self.move_on(place, new, &mut changes).map(|other| (place, other, *new)));
                step.renamed.push(self.get(place).id);
            }
        }
        self.save(step, &changes).await?;
        twins::note(step, self, senders).await?;
        for (place, other, new) in met {
            twins::propose(step, self.get(place), self.get(other), new).await?;
        }
        Ok(places)
    }

    /// Whether somebody has one of the sender's ids.
    pub fn knows(&self, sender: &Sender) -> bool {
        let has = |by: &HashMap<String, usize>, id: &Option<String>| id.as_ref().is_some_and(|id| by.contains_key(id));
        has(&self.by_user_id, &sender.user_id) || has(&self.by_wa_id, &sender.wa_id)
    }

    /// Gives a contact the ids that they have from now on. One that another contact holds stays there: that one is returned.
    fn move_on(&mut self, place: usize, new: &Sender, changes: &mut [Change]) -> Option<usize> {
        let held = |by: &HashMap<String, usize>, id: &Option<String>| {
            id.as_ref().and_then(|id| by.get(id)).copied().filter(|other| *other != place)
        };
        if let Some(other) = held(&self.by_wa_id, &new.wa_id).or_else(|| held(&self.by_user_id, &new.user_id)) {
            return Some(other);
        }
        let contact = &mut self.contacts[place];
        if let Some(id) = new.wa_id.as_ref().filter(|id| contact.wa_id.as_ref() != Some(id)) {
            // Whoever writes from the old number next is somebody else.
            contact.wa_id.replace(id.clone()).map(|old| self.by_wa_id.remove(&old));
            self.by_wa_id.insert(id.clone(), place);
        }
        if let Some(id) = new.user_id.as_ref().filter(|id| contact.meta_user_id.as_ref() != Some(id)) {
            contact.meta_user_id.replace(id.clone()).map(|old| self.by_user_id.remove(&old));
            self.by_user_id.insert(id.clone(), place);
        }
        if changes[place] == Change::None {
            changes[place] = Change::Updated;
        }
        None
    }

    pub fn get(&self, place: usize) -> &Contact {
        &self.contacts[place]
    }

    pub fn with_id(&self, id: Uuid) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.id == id)
    }

    /// Whoever holds one of the sender's ids: two contacts, where nobody has merged them.
    pub fn holders(&self, sender: &Sender) -> Vec<Uuid> {
        let by_user_id = sender.user_id.as_ref().and_then(|id| self.by_user_id.get(id));
        let by_wa_id = sender.wa_id.as_ref().and_then(|id| self.by_wa_id.get(id));
        let mut holders: Vec<Uuid> = by_user_id.into_iter().chain(by_wa_id).map(|place| self.get(*place).id).collect();
        holders.dedup();
        holders
    }

    /// Those of them that are known.
    pub async fn load(step: &mut Step<'_>, senders: impl Iterator<Item = &Sender> + Clone) -> sqlx::Result<Self> {
        let mut wa_ids: Vec<&str> = senders.clone().filter_map(|s| s.wa_id.as_deref()).collect();
        let mut user_ids: Vec<&str> = senders.filter_map(|s| s.user_id.as_deref()).collect();
        for ids in [&mut wa_ids, &mut user_ids] {
            ids.sort_unstable();
            ids.dedup();
        }
        let found = match &mut *step.tx {
            Tx::Sqlite(tx) => dialect::sqlite::contacts(tx, step.workspace, &wa_ids, &user_ids).await?,
            Tx::Postgres(tx) => dialect::postgres::contacts(tx, step.workspace, &wa_ids, &user_ids).await?,
        };
        let mut people = Self::default();
        for contact in found {
            if people.contacts.iter().all(|known| known.id != contact.id) {
                people.push(contact);
            }
        }
        Ok(people)
    }

    fn push(&mut self, contact: Contact) -> usize {
        let place = self.contacts.len();
        if let Some(id) = &contact.wa_id {
            self.by_wa_id.insert(id.clone(), place);
        }
        if let Some(id) = &contact.meta_user_id {
            self.by_user_id.insert(id.clone(), place);
        }
        self.contacts.push(contact);
        place
    }

    /// Meta's user id decides before the phone number: it is the one that every message has.
    fn place(&mut self, sender: &Sender, changes: &mut Vec<Change>) -> usize {
        let known = sender
            .user_id
            .as_ref()
            .and_then(|id| self.by_user_id.get(id))
            .or_else(|| sender.wa_id.as_ref().and_then(|id| self.by_wa_id.get(id)));
        let Some(&place) = known else {
            changes.push(Change::New);
            return self.push(Contact {
                id: new_id(),
                wa_id: sender.wa_id.clone(),
                meta_user_id: sender.user_id.clone(),
                profile_name: sender.profile_name.clone().unwrap_or_default(),
                username: sender.username.clone(),
                named: false,
                assignee_id: None,
                opted_out_at: None,
            });
        };
        if self.learn(place, sender) && changes[place] == Change::None {
            changes[place] = Change::Updated;
        }
        place
    }

    /// Takes over what a message tells about a known contact: a new name, a number, a user id that Meta made anew after a
    /// change of number. An id that another contact holds stays there; merging two contacts is a person's decision.
    fn learn(&mut self, place: usize, sender: &Sender) -> bool {
        let contact = &mut self.contacts[place];
        let mut learnt = false;
        if let Some(name) = &sender.profile_name
            && *name != contact.profile_name
            && !contact.named
        {
            contact.profile_name.clone_from(name);
            learnt = true;
        }
        if sender.username.is_some() && sender.username != contact.username {
            contact.username.clone_from(&sender.username);
            learnt = true;
        }
        if let Some(id) = &sender.wa_id
            && contact.wa_id.as_ref() != Some(id)
            && !self.by_wa_id.contains_key(id)
        {
            contact.wa_id = Some(id.clone());
            self.by_wa_id.insert(id.clone(), place);
            learnt = true;
        }
        if let Some(id) = &sender.user_id
            && contact.meta_user_id.as_ref() != Some(id)
            && !self.by_user_id.contains_key(id)
        {
            contact.meta_user_id = Some(id.clone());
            self.by_user_id.insert(id.clone(), place);
            learnt = true;
        }
        learnt
    }

    async fn save(&self, step: &mut Step<'_>, changes: &[Change]) -> sqlx::Result<()> {
        let of = |wanted: Change| -> Vec<&Contact> {
            self.contacts.iter().zip(changes).filter(|(_, change)| **change == wanted).map(|(c, _)| c).collect()
        };
        let (new, updated) = (of(Change::New), of(Change::Updated));
        let (workspace, now): (Uuid, Millis) = (step.workspace, step.now);
        match &mut *step.tx {
            Tx::Sqlite(tx) => {
                dialect::sqlite::insert_contacts(tx, workspace, &new, now).await?;
                dialect::sqlite::update_contacts(tx, workspace, &updated, now).await
            }
            Tx::Postgres(tx) => {
                dialect::postgres::insert_contacts(tx, workspace, &new, now).await?;
                dialect::postgres::update_contacts(tx, workspace, &updated, now).await
            }
        }
    }
}
