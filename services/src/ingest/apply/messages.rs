use super::{
    Item, Step,
    assign::Dealer,
    consent::{Heard, Stored},
    contacts::People,
    quotes,
    threads::{Threads, key},
};
use crate::{
    Result,
    clock::new_id,
    conversations::PREVIEW_LIMIT,
    db::{Tx, dialect},
    ingest::route::Number,
    media::{self, Wanted},
};
use domain::{
    content::{Content, Extras, MediaBrief},
    conversation::State,
    id::MediaId,
    inbox::{Event, MessageView, Preview},
    message::{Direction, Kind, Origin, Status, Times},
    meta::webhook::Inbound,
    text::preview,
    time::Millis,
    window,
};
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;

/// A message row about to be written.
pub struct NewMessage<'a> {
    pub id: Uuid,
    pub conversation: Uuid,
    pub number: Uuid,
    pub inbound: &'a Inbound,
    /// What it holds besides its words.
    pub content: Content,
    /// The same, as it is stored.
    pub payload: Option<String>,
    pub extras: Extras,
}

/// Stores the customers' messages of the batch, each once, with their contacts and conversations. Returns number and wamid of
/// those that are new.
pub(super) async fn store<'a>(step: &mut Step<'_>, items: &[&Item<'a>]) -> Result<Vec<(Uuid, &'a str)>> {
    let inbound: Vec<(&Arc<Number>, &'a Inbound)> = items
        .iter()
        .filter_map(|item| item.number.as_ref().map(|number| (number, item.messages)))
        .flat_map(|(number, messages)| messages.iter().map(move |message| (number, message)))
        .collect();
    if inbound.is_empty() {
        return Ok(Vec::new());
    }
    let senders: Vec<_> = inbound.iter().map(|(_, message)| &message.sender).collect();
    let (people, places) = People::resolve(step, &senders).await?;
    let pairs: Vec<_> = inbound.iter().zip(&places).map(|((number, _), place)| (*number, people.get(*place))).collect();
    let messages: Vec<&Inbound> = inbound.iter().map(|(_, message)| *message).collect();
    let contacts: Vec<Uuid> = pairs.iter().map(|(_, contact)| contact.id).collect();
    let heard = Heard::listen(step, &messages, &people).await?;
    let mut threads = Threads::load(step, &pairs).await?;

    // A repeated message must not open a conversation that was closed since.
    let homeless: Vec<(Uuid, &str)> = pairs
        .iter()
        .zip(&inbound)
        .filter(|(pair, _)| !threads.has(key(**pair)))
        .map(|((number, _), (_, message))| (number.brief.id.0, message.wamid.as_str()))
        .collect();
    let known: HashSet<(Uuid, String)> = if homeless.is_empty() {
        HashSet::new()
    } else {
        match &mut *step.tx {
            Tx::Sqlite(tx) => dialect::sqlite::known_wamids(tx, step.workspace, &homeless).await?,
            Tx::Postgres(tx) => dialect::postgres::known_wamids(tx, step.workspace, &homeless).await?,
        }
    };

    let mut dealer = Dealer::default();
    let mut rows = Vec::with_capacity(inbound.len());
    // The place of each row's message in the batch.
    let mut from = Vec::with_capacity(inbound.len());
    let mut opened = HashSet::new();
    for (nth, (pair, (number, message))) in pairs.iter().zip(&inbound).enumerate() {
        let (key, number_id) = (key(*pair), number.brief.id.0);
        if !threads.has(key) {
            if known.contains(&(number_id, message.wamid.clone())) {
                continue;
            }
            let assignee = dealer.assignee(step, pair.1).await?;
            threads.open(*pair, assignee);
            opened.insert(key);
        }
        if let Some(thread) = threads.get_mut(key) {
            let conversation = thread.row.id.0;
            let (content, extras) = held(message);
            let payload = content.stored();
            let id = new_id();
            let new = NewMessage { id, conversation, number: number_id, inbound: message, content, payload, extras };
            rows.push((key, new));
            from.push(nth);
        }
    }
    dealer.save(step).await?;
    quotes::fill(step, &mut rows).await?;

    let to_insert: Vec<&NewMessage<'_>> = rows.iter().map(|(_, row)| row).collect();
    let inserted: HashSet<Uuid> = match &mut *step.tx {
        Tx::Sqlite(tx) => dialect::sqlite::insert_messages(tx, step.workspace, &to_insert).await?,
        Tx::Postgres(tx) => dialect::postgres::insert_messages(tx, step.workspace, &to_insert).await?,
    };
    let now = step.now;
    let files: Vec<Wanted<'_>> =
        to_insert.iter().filter(|row| inserted.contains(&row.id)).filter_map(|row| wanted(row)).collect();
    media::want(step.tx.conn(), step.workspace, &files, now).await?;
    for (key, row) in rows.iter().filter(|(_, row)| inserted.contains(&row.id)) {
        let Some(thread) = threads.get_mut(*key) else { continue };
        thread.touched = true;
        let woken = receive(thread, row, now);
        let message = view(row);
        let opened = opened.remove(key) || woken;
        step.events.push(Event::Message { row: thread.row.clone(), message, opened });
    }
    threads.save(step).await?;
    let stored = |nth: usize| {
        let (_, row) = rows.get(from.iter().position(|place| *place == nth)?)?;
        let contact = *contacts.get(nth)?;
        inserted.contains(&row.id).then_some(Stored { message: row.id, conversation: row.conversation, contact })
    };
    heard.act(step, &messages, stored).await?;
    let new = rows.iter().filter(|(_, row)| inserted.contains(&row.id));
    Ok(new.map(|(_, row)| (row.number, row.inbound.wamid.as_str())).collect())
}

/// What a message holds and tells of itself; a file gets its id, and is to be fetched.
fn held(message: &Inbound) -> (Content, Extras) {
    let (mut content, mut extras) = (message.content.clone(), message.extras.clone());
    if let (Content::Media(file), Some(meta)) = (&mut content, &message.media) {
        let id = MediaId(new_id());
        file.media = Some(id);
        extras.media = Some(MediaBrief::wanted(id, meta.mime.clone()));
    }
    (content, extras)
}

fn wanted<'a>(new: &'a NewMessage<'_>) -> Option<Wanted<'a>> {
    let Content::Media(file) = &new.content else { return None };
    let (id, meta) = (file.media?, new.inbound.media.as_ref()?);
    Some(Wanted { id, number: new.number, message: new.id, meta, name: file.name.as_deref() })
}

/// What a customer's message does to its conversation; true when it brings it back into sight.
fn receive(thread: &mut super::threads::Thread, new: &NewMessage<'_>, now: Millis) -> bool {
    let (row, message) = (&mut thread.row, new.inbound);
    row.unread += 1;
    // What WhatsApp says about a customer is nothing that they wrote. A clock that runs ahead of ours does not lengthen the
    // window.
    if message.kind != Kind::System {
        row.window_expires_at = row.window_expires_at.max(Some(window::expires_after(message.at.min(now))));
    }
    // An older message that comes late does not replace what was said since.
    if message.at >= row.last_message_at {
        row.last_message_at = message.at;
        row.preview = Some(Preview {
            direction: Direction::In,
            kind: message.kind,
            status: Status::Received,
            text: preview(&message.content.preview(message.kind, &message.text), PREVIEW_LIMIT),
        });
        thread.preview_message = Some(new.id);
    }
    let woken = row.state == State::Snoozed;
    (row.state, row.snoozed_until) = (State::Open, None);
    woken
}

fn view(new: &NewMessage<'_>) -> MessageView {
    MessageView {
        id: new.id.into(),
        direction: Direction::In,
        kind: new.inbound.kind,
        text: new.inbound.text.clone(),
        at: new.inbound.at,
        status: Status::Received,
        times: Times::default(),
        error: None,
        author: None,
        tries: 0,
        next_try: None,
        overtaken: false,
        template: None,
        content: new.content.clone(),
        extras: new.extras.clone(),
        origin: Origin::Api,
    }
}
