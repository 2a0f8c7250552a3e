use super::{
    browse::{Turn, page},
    fields, find,
};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
};
use domain::{
    audit::Action,
    contact::{Contact, Search},
    field::Field,
    id::ContactId,
    permission::{Permission, Sight},
};
use futures::{Stream, TryStreamExt, stream};
use serde_json::{Value, json};

/// Contacts that are in memory at a time.
const AT_ONCE: usize = 500;
/// Contacts that can be chosen for one file.
const CHOSEN: usize = 500;

/// The contacts that are looked for, in the order of the list, a page at a time: any number of them takes the same memory. With
/// the custom fields that there are. That it was asked for is audited.
///
/// # Errors
/// `Forbidden` without `contacts.export`. The stream ends with an error when the database fails or the permission is lost.
pub async fn export(
    ctx: &Ctx,
    search: Search,
) -> Result<(Vec<Field>, impl Stream<Item = Result<Contact>> + Send + use<>)> {
    let asked = json!({ "search": search.text, "opted_out": search.opted_out, "label": search.label });
    let fields = begin(ctx, asked).await?;
    let start = Some(Turn::First);
    let pages = stream::try_unfold((ctx.clone(), search, start), |(ctx, search, next)| async move {
        let Some(turn) = next else { return Ok(None) };
        // A file that takes long stops where the permission does.
        ctx.again().await?.demand_all(Permission::ContactsExport)?;
        let slice = {
            let mut read = ctx.read().await?;
            let sights = [Sight::All, ctx.sight(Permission::ConversationsView)];
            page(read.conn(), ctx.ws(), sights, &search, turn, AT_ONCE).await?
        };
        let next = slice.items.last().filter(|_| slice.after).map(|last| Turn::After(last.id));
        Ok::<_, crate::Error>(Some((slice.items, (ctx, search, next))))
    });
    Ok((fields, pages.map_ok(|items| stream::iter(items.into_iter().map(Ok))).try_flatten()))
}

/// The contacts that were chosen, in that order. Whoever is gone, or not the member's to see, is left out.
///
/// # Errors
/// `Forbidden` without `contacts.export`; `Invalid` for none, or too many.
pub async fn export_chosen(ctx: &Ctx, ids: &[ContactId]) -> Result<(Vec<Field>, Vec<Contact>)> {
    ctx.demand_all(Permission::ContactsExport)?;
    if !(1..=CHOSEN).contains(&ids.len()) {
        return Err(domain::Error::invalid("ids", format!("choose 1 to {CHOSEN} contacts at a time")).into());
    }
    let fields = begin(ctx, json!({ "chosen": ids.len() })).await?;
    let mut contacts = Vec::with_capacity(ids.len());
    let mut read = ctx.read().await?;
    for id in ids {
        match find(ctx, read.conn(), *id).await {
            Ok(contact) => contacts.push(contact),
            Err(Error::Domain(domain::Error::NotFound)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((fields, contacts))
}

/// Notes that it was asked for; the custom fields that there are.
async fn begin(ctx: &Ctx, asked: Value) -> Result<Vec<Field>> {
    ctx.demand_all(Permission::ContactsExport)?;
    let mut tx = ctx.begin().await?;
    let fields = fields::all(tx.conn(), ctx.ws()).await?;
    let entry = Entry::new(Action::ContactsExported).on("workspace", ctx.ws()).change(Value::Null, asked);
    audit::record(&mut tx, ctx, entry).await?;
    tx.commit().await?;
    Ok(fields)
}
