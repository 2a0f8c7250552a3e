use super::{NewMessage, Step};
use crate::{
    Result,
    db::{Tx, dialect},
};
use domain::{
    content::{Content, QUOTE_LIMIT, Quote},
    message::{Direction, Kind},
    text::preview,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A message that another one answers.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Quoted {
    pub number_id: Uuid,
    pub wamid: String,
    pub id: Uuid,
    pub direction: String,
    pub kind: String,
    pub body: String,
    pub payload: Option<String>,
}

impl From<Quoted> for Quote {
    fn from(quoted: Quoted) -> Self {
        let kind = Kind::parse(&quoted.kind);
        let content = Content::parse(kind, quoted.payload.as_deref());
        snapshot(
            quoted.wamid,
            quoted.id,
            Direction::parse(&quoted.direction),
            kind,
            &content.preview(kind, &quoted.body),
        )
    }
}

fn snapshot(wamid: String, id: Uuid, direction: Direction, kind: Kind, line: &str) -> Quote {
    let text = preview(line, QUOTE_LIMIT);
    Quote { wamid, message: Some(id.into()), direction: Some(direction), kind: Some(kind), text }
}

/// Number and wamid.
type Name<'a> = (Uuid, &'a str);

/// Messages of the database by number and wamid.
pub(super) async fn find(step: &mut Step<'_>, wanted: &[Name<'_>]) -> Result<HashMap<(Uuid, String), Quote>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Quoted> = match &mut *step.tx {
        Tx::Sqlite(tx) => dialect::sqlite_marks::quoted(tx, step.workspace, wanted).await?,
        Tx::Postgres(tx) => dialect::postgres_marks::quoted(tx, step.workspace, wanted).await?,
    };
    Ok(found.into_iter().map(|quoted| ((quoted.number_id, quoted.wamid.clone()), quoted.into())).collect())
}

/// Gives new messages what they answer: one that is there, or comes along. Of any other one Meta's id alone is known; it fills in
/// its answers when it comes.
pub(super) async fn fill<K>(step: &mut Step<'_>, rows: &mut [(K, NewMessage<'_>)]) -> Result<()> {
    let named = |(_, new): &(K, NewMessage<'_>)| Some((new.number, new.inbound.quoted.clone()?));
    let wanted: Vec<(Uuid, String)> = rows.iter().filter_map(named).collect();
    let names: Vec<Name<'_>> = wanted.iter().map(|(number, wamid)| (*number, wamid.as_str())).collect();
    let mut known = find(step, &names).await?;
    for (_, new) in rows.iter() {
        let name = (new.number, new.inbound.wamid.clone());
        if wanted.contains(&name) && !known.contains_key(&name) {
            let (inbound, wamid) = (new.inbound, name.1.clone());
            let line = inbound.content.preview(inbound.kind, &inbound.text);
            known.insert(name, snapshot(wamid, new.id, inbound.direction, inbound.kind, &line));
        }
    }
    for (_, new) in rows.iter_mut() {
        if let Some(wamid) = &new.inbound.quoted {
            let found = known.get(&(new.number, wamid.clone())).cloned();
            new.extras.quote = Some(found.unwrap_or_else(|| Quote::unknown(wamid)));
        }
    }
    Ok(())
}
