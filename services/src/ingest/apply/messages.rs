use super::{
    Item, Step,
    assign::Dealer,
    consent::{Heard, Stored},
    contacts::People,
    effect, elsewhere, files, quotes,
    threads::{Threads, key},
};
use crate::{
    Result,
    clock::new_id,
    db::{Tx, dialect},
    ingest::route::Number,
    media::{self, Wanted},
};
use domain::{
    content::{Content, Extras, MediaBrief},
    id::MediaId,
    inbox::{Event, MessageView},
    message::{Kind, Origin, Times},
    meta::webhook::{Inbound, PLACEHOLDER, Sender, moved},
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

/// Number and wamid.
type Name<'a> = (Uuid, &'a str);

/// Stores the messages of the batch, each once, with their contacts and conversations. Returns number and wamid of
/// those that are new.
pub(super) async fn store<'a>(step: &mut Step<'_>, items: &[&Item<'a>]) -> Result<Vec<Name<'a>>> {
    let mut seen = HashSet::new();
    let mut inbound: Vec<(&Arc<Number>, &'a Inbound)> = items
        .iter()
        .filter_map(|item| item.number.as_ref().map(|number| (number, item.messages)))
        .flat_map(|(number, messages)| messages.iter().map(move |message| (number, message)))
        .filter(|(number, message)| seen.insert((number.brief.id.0, message.wamid.as_str())))
        .collect();
    if inbound.is_empty() {
        return Ok(Vec::new());
    }
    let mut moves: Vec<(Name<'_>, Sender)> = inbound.iter().filter_map(|of| Some((name(of), moved(of.1)?))).collect();
    let senders = inbound.iter().map(|(_, message)| &message.sender);
    let mut people = People::load(step, senders.chain(moves.iter().map(|(_, new)| new))).await?;
    // A repeated message makes nobody of a number that its customer no longer has.
    let strangers = |of: &&(&Arc<Number>, &Inbound)| !moves.is_empty() || !people.knows(&of.1.sender);
    let strangers: HashSet<Name<'_>> = inbound.iter().filter(strangers).map(name).collect();
    let repeated = known(step, &strangers.iter().copied().collect::<Vec<_>>()).await?;
    let new = |name: &Name<'_>| !repeated.contains(&(name.0, name.1.to_owned()));
    inbound.retain(|of| new(&name(of)));
    moves.retain(|(name, _)| new(name));
    let senders: Vec<_> = inbound.iter().map(|(_, message)| &message.sender).collect();
    let moves: Vec<(usize, &Sender)> =
        moves.iter().filter_map(|(of, new)| Some((inbound.iter().position(|one| name(one) == *of)?, new))).collect();
    let places = people.settle(step, &senders, &moves).await?;
    let pairs: Vec<_> = inbound.iter().zip(&places).map(|((number, _), place)| (*number, people.get(*place))).collect();
    let messages: Vec<&Inbound> = inbound.iter().map(|(_, message)| *message).collect();
    let contacts: Vec<Uuid> = pairs.iter().map(|(_, contact)| contact.id).collect();
    let heard = Heard::listen(step, &messages, &people).await?;
    let mut threads = Threads::load(step, &pairs).await?;

    // A repeated message must neither open a conversation that was closed since nor bring one into sight.
    // Strangers' were looked up above.
    let homeless: Vec<Name<'_>> = pairs
        .iter()
        .zip(&inbound)
        .filter(|(pair, _)| threads.get_mut(key(**pair)).is_none_or(|thread| thread.unheard()))
        .map(|(_, of)| name(of))
        .filter(|of| !strangers.contains(of))
        .collect();
    let known = known(step, &homeless).await?;

    let mut dealer = Dealer::default();
    let mut rows = Vec::with_capacity(inbound.len());
    // The place of each row's message in the batch.
    let mut from = Vec::with_capacity(inbound.len());
    let mut opened = HashSet::new();
    for (nth, (pair, (number, message))) in pairs.iter().zip(&inbound).enumerate() {
        let (key, number_id) = (key(*pair), number.brief.id.0);
        let old = message.origin == Origin::History;
        let heard = threads.get_mut(key).map(|thread| old || !thread.unheard());
        if heard != Some(true) {
            if known.contains(&(number_id, message.wamid.clone())) {
                continue;
            }
            if old {
                threads.shelve(*pair);
            } else {
                let assignee = dealer.assignee(step, pair.1).await?;
                if threads.has(key) {
                    threads.rouse(key, assignee);
                } else {
                    threads.open(*pair, assignee);
                    opened.insert(key);
                }
            }
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

    let (ours, elsewhere): (Vec<&NewMessage<'_>>, Vec<_>) =
        rows.iter().map(|(_, row)| row).partition(|row| row.inbound.origin == Origin::Api);
    let mut inserted: HashSet<Uuid> = match &mut *step.tx {
        Tx::Sqlite(tx) => dialect::sqlite::insert_messages(tx, step.workspace, &ours).await?,
        Tx::Postgres(tx) => dialect::postgres::insert_messages(tx, step.workspace, &ours).await?,
    };
    inserted.extend(elsewhere::insert(step, &elsewhere).await?);
    let new = |row: &&NewMessage<'_>| inserted.contains(&row.id);
    let files: Vec<Wanted<'_>> = rows.iter().map(|(_, row)| row).filter(new).filter_map(wanted).collect();
    media::want(step.tx.conn(), step.workspace, &files, step.now).await?;
    for (key, row) in rows.iter().filter(|(_, row)| inserted.contains(&row.id)) {
        let Some(thread) = threads.get_mut(*key) else { continue };
        thread.touched = true;
        let unread = thread.row.unread > 0;
        let woken = effect::take(step, thread, row).await?;
        let (row, message) = (thread.row.clone(), view(row));
        // What is long past is no news: nobody is told that somebody wrote.
        step.events.push(if message.origin == Origin::History {
            Event::MessageChanged { row, message }
        } else {
            Event::Message { row, message, opened: opened.remove(key) || woken, unread }
        });
    }
    threads.save(step).await?;
    let stored = |nth: usize| {
        let (_, row) = rows.get(from.iter().position(|place| *place == nth)?)?;
        let contact = *contacts.get(nth)?;
        inserted.contains(&row.id).then_some(Stored { message: row.id, conversation: row.conversation, contact })
    };
    heard.act(step, &messages, stored).await?;
    let elsewhere: Vec<&NewMessage<'_>> = elsewhere.into_iter().filter(new).collect();
    elsewhere::catch_up(step, &elsewhere).await?;
    let empty = |row: &&&NewMessage<'_>| row.inbound.kind == Kind::Unsupported && row.inbound.text == PLACEHOLDER;
    let placeholders: Vec<Name<'_>> =
        elsewhere.iter().filter(empty).map(|row| (row.number, row.inbound.wamid.as_str())).collect();
    files::catch_up(step, &placeholders).await?;
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

fn name<'a>((number, message): &(&Arc<Number>, &'a Inbound)) -> Name<'a> {
    (number.brief.id.0, message.wamid.as_str())
}

/// Which of these messages are stored already.
async fn known(step: &mut Step<'_>, names: &[Name<'_>]) -> Result<HashSet<(Uuid, String)>> {
    if names.is_empty() {
        return Ok(HashSet::new());
    }
    Ok(match &mut *step.tx {
        Tx::Sqlite(tx) => dialect::sqlite::known_wamids(tx, step.workspace, names).await?,
        Tx::Postgres(tx) => dialect::postgres::known_wamids(tx, step.workspace, names).await?,
    })
}

fn view(new: &NewMessage<'_>) -> MessageView {
    MessageView {
        id: new.id.into(),
        direction: new.inbound.direction,
        kind: new.inbound.kind,
        text: new.inbound.text.clone(),
        at: new.inbound.at,
        status: new.inbound.status,
        times: Times { sent: elsewhere::sent_at(new), ..Times::default() },
        error: elsewhere::error(new).map(str::to_owned),
        author: None,
        tries: 0,
        next_try: None,
        overtaken: false,
        template: None,
        content: new.content.clone(),
        extras: new.extras.clone(),
        origin: new.inbound.origin,
    }
}
