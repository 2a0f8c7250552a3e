use super::{
    delivery, list,
    mask::{HIDDEN, mask},
    owner,
    row::Record,
};
use crate::{Ctx, Result, ingest::Routes, sql};
use domain::{
    dead::{Attempt, Detail},
    message::Kind,
    meta::send::{Recipient, request},
    permission::Permission,
    time::Millis,
};
use serde_json::Value;
use uuid::Uuid;

const ATTEMPTS: &str = "SELECT nth, started_at, ended_at, http, code, said FROM send_attempts
    WHERE workspace_id = $1 AND message_id = $2 ORDER BY nth";
const TRIES: &str = "SELECT nth, at AS started_at, at AS ended_at, CAST(NULL AS BIGINT) AS http,
    CAST(NULL AS BIGINT) AS code, said FROM delivery_tries WHERE workspace_id = $1 AND delivery_id = $2 ORDER BY nth";
const MESSAGE: &str = "SELECT m.kind, m.body, m.payload, c.wa_id, c.meta_user_id FROM messages m
    JOIN conversations v ON v.id = m.conversation_id JOIN contacts c ON c.id = v.contact_id
    WHERE m.workspace_id = $1 AND m.id = $2";
/// Of a payload so many characters are shown.
const SHOWN: usize = 20_000;

#[derive(sqlx::FromRow)]
struct Try {
    nth: i64,
    started_at: Millis,
    ended_at: Millis,
    http: Option<i64>,
    code: Option<i64>,
    said: String,
}

type Message = (String, String, Option<String>, Option<String>, Option<String>);

/// All that is known of one. What a message says is for those who may read it, and to whom, for those who see the contact; what
/// Meta delivered, for those who may read the messages of everybody and see all contacts.
///
/// # Errors
/// `NotFound`; `Forbidden` without `operations.view`.
pub async fn get(ctx: &Ctx, id: Uuid) -> Result<Detail> {
    ctx.demand(Permission::OperationsView)?;
    let found = list::find(ctx, id).await?;
    let (behind, reads) = (found.delivery(), found.readable(ctx));
    let named = matches!(&found, Record::Send(record) if record.names(ctx));
    let letter = found.seen(ctx);
    let mut read = ctx.read().await?;
    let attempts = match behind {
        Some(delivery) => sql!(all Try, read.conn(), TRIES, ctx.ws(), delivery)?,
        None => sql!(all Try, read.conn(), ATTEMPTS, ctx.ws(), id)?,
    };
    let (mut text, mut payload) = (None, None);
    match behind {
        _ if !reads => {}
        Some(delivery) => {
            let routes = Routes::load(read.conn()).await?;
            drop(read);
            let body = delivery::body(ctx.services(), delivery).await?;
            payload = body.and_then(|body| owner::own_part(&body, ctx.ws(), &routes));
        }
        None => {
            let message: Option<Message> = sql!(
                opt(String, String, Option<String>, Option<String>, Option<String>),
                read.conn(),
                MESSAGE,
                ctx.ws(),
                id
            )?;
            if let Some((kind, body, made_of, phone, user)) = message {
                let shown = |address: String| if named { address } else { HIDDEN.to_owned() };
                let to = phone.map(|digits| Recipient::To(shown(format!("+{digits}"))));
                let to = to.or_else(|| user.map(|user| Recipient::Recipient(shown(user))));
                let message = id.to_string();
                payload = to.and_then(|to| request(Kind::parse(&kind), &body, made_of.as_deref(), None, &to, &message));
                text = Some(body);
            }
        }
    }
    let attempts = attempts.into_iter().map(Attempt::from).collect();
    Ok(Detail { letter, attempts, text, payload: payload.map(shown) })
}

fn shown(mut payload: Value) -> String {
    mask(&mut payload);
    let text = serde_json::to_string_pretty(&payload).unwrap_or_default();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}\n…", &text[..end]),
        None => text,
    }
}

impl From<Try> for Attempt {
    fn from(record: Try) -> Self {
        let Try { nth, started_at, ended_at, http, code, said } = record;
        Self { nth, started_at, ended_at, http, code, said }
    }
}
