use crate::{
    Ctx, Result, Services,
    db::{Tx, dialect},
    sql,
};
use domain::{
    audit::{ActorView, By, Cursor, EntryView, Filter, ResourceView},
    id::{AuditId, MemberId, TokenId},
    inbox::Page,
    permission::Permission,
    text::storable,
    time::Millis,
};
use serde_json::Value;
use uuid::Uuid;

/// The page is cut before names are looked up.
const PAGE: &str = "SELECT e.at, e.id, e.position, e.actor_kind, e.member_id, e.token_id, e.action, e.resource_kind,
    e.resource_id, e.was, e.became, e.about, e.address, e.agent, e.erased_at, e.mac,
    u.name AS member_name, t.name AS token_name,
    COALESCE(ru.name, rc.profile_name, rk.profile_name, rt.name, rr.name, rn.name) AS resource_name
    FROM (SELECT * FROM audit_entries a WHERE a.workspace_id = $1 AND (a.at, a.id) < ($2, $3) AND a.at >= $4
        AND ($5 = '' OR a.actor_kind = $5)
        AND (NOT $6 OR a.member_id = $7) AND (NOT $8 OR a.token_id = $9)
        AND ($10 = '' OR a.action = $10) AND a.action LIKE $11
        AND ($12 = '' OR a.resource_kind = $12) AND (NOT $13 OR a.resource_id = $14)
        AND ($15 = '' OR lower(COALESCE(a.about, '') || ' ' || COALESCE(a.was, '') || ' ' || COALESCE(a.became, '')
            || ' ' || COALESCE(a.address, '')) LIKE lower($15) ESCAPE '!')
        AND ($17 = '' OR a.address = $17)
        ORDER BY a.at DESC, a.id DESC LIMIT $16) e
    LEFT JOIN members m ON m.workspace_id = e.workspace_id AND m.id = e.member_id
    LEFT JOIN users u ON u.id = m.user_id
    LEFT JOIN api_tokens t ON t.workspace_id = e.workspace_id AND t.id = e.token_id
    LEFT JOIN members rm ON e.resource_kind = 'member' AND rm.workspace_id = e.workspace_id AND rm.id = e.resource_id
    LEFT JOIN users ru ON ru.id = rm.user_id
    LEFT JOIN contacts rc ON e.resource_kind = 'contact' AND rc.workspace_id = e.workspace_id AND rc.id = e.resource_id
    LEFT JOIN conversations rv
        ON e.resource_kind = 'conversation' AND rv.workspace_id = e.workspace_id AND rv.id = e.resource_id
    LEFT JOIN contacts rk ON rk.workspace_id = e.workspace_id AND rk.id = rv.contact_id
    LEFT JOIN api_tokens rt ON e.resource_kind = 'token' AND rt.workspace_id = e.workspace_id AND rt.id = e.resource_id
    LEFT JOIN roles rr ON e.resource_kind = 'role' AND rr.workspace_id = e.workspace_id AND rr.id = e.resource_id
    LEFT JOIN numbers rn ON e.resource_kind = 'number' AND rn.workspace_id = e.workspace_id AND rn.id = e.resource_id
    ORDER BY e.at DESC, e.id DESC";

#[derive(sqlx::FromRow)]
struct Record {
    at: Millis,
    id: Uuid,
    position: Option<i64>,
    member_id: Option<Uuid>,
    token_id: Option<Uuid>,
    action: String,
    resource_kind: Option<String>,
    resource_id: Option<Uuid>,
    was: Option<String>,
    became: Option<String>,
    about: Option<String>,
    address: Option<String>,
    agent: Option<String>,
    erased_at: Option<Millis>,
    mac: Option<Vec<u8>>,
    member_name: Option<String>,
    token_name: Option<String>,
    resource_name: Option<String>,
}

/// Entries of the workspace, the newest first, at most `limit`, behind the one given.
///
/// # Errors
/// `Forbidden` without `audit.view`.
pub async fn list(ctx: &Ctx, filter: &Filter, before: Option<Cursor>, limit: usize) -> Result<Page<EntryView>> {
    ctx.demand_all(Permission::AuditView)?;
    page(&ctx.services, ctx.ws(), filter, before, limit).await
}

/// The same for whoever may already ask.
pub(super) async fn page(
    services: &Services,
    workspace: Uuid,
    filter: &Filter,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Page<EntryView>> {
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let (at, id) = start(filter, before);
    let (kind, member, token) = match filter.actor {
        None => ("", None, None),
        Some(By::Member(id)) => ("", Some(id.0), None),
        Some(By::Token(id)) => ("", None, Some(id.0)),
        Some(By::System) => ("system", None, None),
    };
    let action = filter.action.map_or("", |action| action.as_str());
    let group = filter.group.map_or("%".to_owned(), |group| format!("{group}.%"));
    let text = filter.text.as_deref().map(pattern).unwrap_or_default();
    let address = filter.address.map(|address| address.to_canonical().to_string()).unwrap_or_default();
    let mut tx = services.db().snapshot().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::in_order(tx).await?;
    }
    let mut rows: Vec<Record> = sql!(
        all Record,
        tx.conn(),
        PAGE,
        workspace,
        at,
        id,
        filter.from.unwrap_or(Millis::MIN),
        kind,
        member.is_some(),
        member.unwrap_or_default(),
        token.is_some(),
        token.unwrap_or_default(),
        action,
        group.as_str(),
        storable(filter.resource_kind.as_deref().unwrap_or_default()),
        filter.resource.is_some(),
        filter.resource.unwrap_or_default(),
        text.as_str(),
        ask,
        address.as_str()
    )?;
    tx.commit().await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(Page { items: rows.into_iter().map(EntryView::from).collect(), more })
}

/// Behind which moment and id to begin: the page before, or the end of the time that is asked for, whichever is older.
fn start(filter: &Filter, before: Option<Cursor>) -> (Millis, Uuid) {
    let before = before.map_or((Millis::MAX, Uuid::max()), |cursor| (cursor.at, cursor.id.0));
    filter.to.map_or(before, |to| before.min((to, Uuid::nil())))
}

/// Finds the text anywhere; nothing when there is none.
fn pattern(text: &str) -> String {
    let text = storable(text.trim());
    if text.is_empty() {
        return text;
    }
    let escaped: String = text.chars().flat_map(|c| "!%_".contains(c).then_some('!').into_iter().chain([c])).collect();
    format!("%{escaped}%")
}

impl From<Record> for EntryView {
    fn from(record: Record) -> Self {
        // What was tampered with is shown as it stands there.
        let json = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
        let name = match record.member_id {
            Some(_) => record.member_name.unwrap_or_else(|| "Somebody unknown".to_owned()),
            None => "System".to_owned(),
        };
        let (token_name, resource_name) = (record.token_name, record.resource_name);
        let resource = record.resource_kind.zip(record.resource_id);
        Self {
            id: AuditId(record.id),
            at: record.at,
            position: record.position,
            actor: ActorView {
                member: record.member_id.map(MemberId),
                token: record.token_id.map(TokenId),
                name,
                token_name,
            },
            action: record.action,
            resource: resource.map(|(kind, id)| ResourceView { kind, id, name: resource_name }),
            before: record.was.map(json),
            after: record.became.map(json),
            about: record.about,
            address: record.address,
            agent: record.agent,
            erased_at: record.erased_at,
            mac: record.mac.map(hex::encode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_searched_text_is_taken_as_it_is() {
        assert_eq!(pattern("  "), "");
        assert_eq!(pattern("a\0b"), "%ab%");
        assert_eq!(pattern(" 5 % of_all! "), "%5 !% of!_all!!%");
    }
}
