use super::{
    draft::refused,
    file::{Place, Reader},
    list::record,
};
use crate::{Ctx, Result, contacts::fields};
use domain::{
    Error as Wrong,
    id::ImportId,
    import::{Checked, Mark, PREVIEW, Plan, STRETCH, read},
    permission::Permission,
};

/// Reads the next [`STRETCH`] lines of a draft, from its beginning or from where the stretch before ended: how many
/// there are, and which cannot be taken. Nothing is written, and nothing is kept of them but the first few that are
/// refused.
///
/// # Errors
/// `Forbidden` without `contacts.import`; `NotFound`; `Invalid` says what is wrong with the plan, or that the file has
/// no such place.
pub async fn check(ctx: &Ctx, id: ImportId, plan: &Plan, from: Option<Mark>) -> Result<Checked> {
    ctx.demand_all(Permission::ContactsImport)?;
    let mut conn = ctx.read().await?;
    let draft = record(conn.conn(), ctx.ws(), id).await?;
    let fields = fields::all(conn.conn(), ctx.ws()).await?;
    let columns = serde_json::from_str::<Vec<String>>(&draft.header).unwrap_or_default().len();
    let plan = plan.checked(columns, &fields)?;
    let mut checked = Checked::default();
    if draft.state != "draft" {
        return Ok(checked);
    }
    let Mark { byte, line } = from.unwrap_or(Mark { byte: draft.at_byte, line: draft.at_line });
    if !(draft.at_byte..=draft.size).contains(&byte) || line < draft.at_line {
        return Err(Wrong::invalid("from", "the file has no such place").into());
    }
    let mut reader = Reader::new(ctx.ws(), id, draft.delimiter(), Place { byte, line });
    while checked.lines < STRETCH {
        let Some(record) = reader.next(conn.conn()).await? else { return Ok(checked) };
        checked.lines += 1;
        let cells: Vec<&str> = record.cells.as_deref().unwrap_or_default().iter().map(String::as_str).collect();
        let why = match record.cells {
            Err(why) => why.to_owned(),
            Ok(_) => match read(&cells, &plan, &fields) {
                Err(why) => why,
                Ok(_) => continue,
            },
        };
        checked.refused += 1;
        if checked.first.len() < PREVIEW {
            checked.first.push(refused(record.line, why, &cells, &plan));
        }
    }
    let Place { byte, line } = reader.place();
    checked.next = Some(Mark { byte, line });
    Ok(checked)
}
