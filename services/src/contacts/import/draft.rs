use super::{
    file::{Place, Reader},
    known::{before, known},
    list::record,
};
use crate::{Ctx, Result, contacts::fields};
use domain::{
    field::Field,
    id::ImportId,
    import::{Before, Decided, Import, Outcome, PREVIEW, Plan, Previewed, Target, decide, number, read},
    permission::Permission,
};
use std::collections::HashMap;

/// Lines that are shown beside the names of the columns.
const SAMPLES: usize = 3;

/// An import before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub import: Import,
    /// Where a column may go.
    pub fields: Vec<Field>,
    /// The cells of the first lines.
    pub samples: Vec<Vec<String>>,
}

/// What a file holds, for choosing where it goes.
///
/// # Errors
/// `Forbidden` without `contacts.import`; `NotFound`.
pub async fn draft(ctx: &Ctx, id: ImportId) -> Result<Draft> {
    ctx.demand_all(Permission::ContactsImport)?;
    let mut conn = ctx.read().await?;
    let record = record(conn.conn(), ctx.ws(), id).await?;
    let fields = fields::all(conn.conn(), ctx.ws()).await?;
    let mut samples = Vec::new();
    if record.state == "draft" {
        let start = Place { byte: record.at_byte, line: record.at_line };
        let mut reader = Reader::new(ctx.ws(), id, record.delimiter(), start);
        while samples.len() < SAMPLES {
            let Some(line) = reader.next(conn.conn()).await? else { break };
            let cells = line.cells.unwrap_or_default();
            samples.push(cells.iter().map(|cell| domain::text::preview(&domain::text::storable(cell), 60)).collect());
        }
    }
    Ok(Draft { import: record.into(), fields, samples })
}

/// What would become of the first lines, if it were started so. Nothing is written.
///
/// # Errors
/// `Forbidden` without `contacts.import`; `NotFound`; `Invalid` says what is wrong with the plan.
pub async fn preview(ctx: &Ctx, id: ImportId, plan: &Plan) -> Result<Vec<Previewed>> {
    ctx.demand_all(Permission::ContactsImport)?;
    let mut conn = ctx.read().await?;
    let draft = record(conn.conn(), ctx.ws(), id).await?;
    let fields = fields::all(conn.conn(), ctx.ws()).await?;
    let columns = serde_json::from_str::<Vec<String>>(&draft.header).unwrap_or_default().len();
    let plan = plan.checked(columns, &fields)?;
    if draft.state != "draft" {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(ctx.ws(), id, draft.delimiter(), Place { byte: draft.at_byte, line: draft.at_line });
    let mut shown: Vec<Previewed> = Vec::with_capacity(PREVIEW);
    let mut seen: HashMap<String, i64> = HashMap::new();
    while shown.len() < PREVIEW {
        let Some(record) = reader.next(conn.conn()).await? else { break };
        let cells: Vec<&str> = record.cells.as_deref().unwrap_or_default().iter().map(String::as_str).collect();
        let line = match record.cells {
            Err(why) => Err(why.to_owned()),
            Ok(_) => read(&cells, &plan, &fields),
        };
        let line = match line {
            Ok(line) => line,
            Err(why) => {
                shown.push(refused(record.line, why, &cells, &plan));
                continue;
            }
        };
        let there = known(conn.conn(), ctx.ws(), &[line.phone.as_str()]).await?;
        let there = there.get(&line.phone).map(|contact| before(ctx, contact, id));
        let there = match seen.get(&line.phone) {
            Some(nth) => Some(Before { line: Some(*nth), ..there.unwrap_or_default() }),
            None => there,
        };
        let Decided { outcome, why, .. } = decide(&line, there.as_ref(), &plan);
        let phone = format!("+{}", line.phone);
        seen.entry(line.phone).or_insert(record.line);
        shown.push(Previewed { line: record.line, outcome, why, name: line.name.unwrap_or_default(), phone });
    }
    Ok(shown)
}

/// A line that cannot be taken, with what stands where its number should.
pub(super) fn refused(line: i64, why: String, cells: &[&str], plan: &Plan) -> Previewed {
    let cell = plan.targets.iter().zip(cells).find(|(target, _)| **target == Target::Phone);
    let written = cell.map(|(_, cell)| domain::text::preview(cell, 40)).unwrap_or_default();
    let phone = number(&written, &plan.calling_code).map_or(written, |digits| format!("+{digits}"));
    Previewed { line, outcome: Outcome::Refused, why, name: String::new(), phone }
}
