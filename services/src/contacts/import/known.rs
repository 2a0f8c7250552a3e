use crate::{
    Ctx, Result,
    contacts::fields,
    db::{Conn, dialect},
    sql,
};
use domain::{
    id::{ImportId, MemberId},
    import::Before,
    permission::Permission,
    time::Millis,
};
use std::collections::HashMap;
use uuid::Uuid;

const BY_PHONE: &str = "SELECT id, wa_id, profile_name, note, fields, opted_out_at, assignee_id, import_id, import_line
    FROM contacts WHERE workspace_id = $1 AND wa_id = $2";

/// A contact who has the number of a line.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    pub id: Uuid,
    pub wa_id: String,
    pub profile_name: String,
    pub note: String,
    pub fields: String,
    pub opted_out_at: Option<Millis>,
    pub assignee_id: Option<Uuid>,
    pub import_id: Option<Uuid>,
    pub import_line: Option<i64>,
}

/// Contacts by number.
pub(super) async fn known(mut conn: Conn<'_>, ws: Uuid, phones: &[&str]) -> Result<HashMap<String, Known>> {
    let mut found = HashMap::with_capacity(phones.len());
    if let Conn::Postgres(c) = &mut conn {
        let all = dialect::postgres_contacts::by_phones(c, ws, phones).await?;
        found.extend(all.into_iter().map(|contact| (contact.wa_id.clone(), contact)));
        return Ok(found);
    }
    for phone in phones {
        let one: Option<Known> = sql!(opt Known, conn.again(), BY_PHONE, ws, *phone)?;
        found.extend(one.map(|contact| (contact.wa_id.clone(), contact)));
    }
    Ok(found)
}

/// What the rules need to know of them.
pub(super) fn before(ctx: &Ctx, contact: &Known, import: ImportId) -> Before {
    let assignee = contact.assignee_id.map(MemberId);
    let reaches = |permission| ctx.sight(permission).reaches(assignee);
    Before {
        name: contact.profile_name.clone(),
        note: contact.note.clone(),
        values: fields::parse(&contact.fields),
        opted_out: contact.opted_out_at.is_some(),
        editable: reaches(Permission::ContactsRead) && reaches(Permission::ContactsUpdate),
        line: contact.import_line.filter(|_| contact.import_id == Some(import.0)),
    }
}
