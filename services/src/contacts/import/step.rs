use super::{
    BATCH,
    file::{Place, Reader, Record as Read},
    known::{Known, before, known},
    list::{Record, record},
    run::LEASE,
};
use crate::{
    Ctx, Result, Services,
    audit::{self, Entry},
    clock::new_id,
    consent::{self, Decision, Desk},
    contacts::{edit::renamed, fields},
    db::{Tx, dialect},
    live, sql,
};
use domain::{
    audit::Action,
    contact::name_key,
    field::Field,
    id::{ImportId, MemberId},
    import::{Decided, Import, Line, Outcome, decide, read},
    inbox::Event,
    opt_out::{Source, What},
    permission::{Permission, Sight},
};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

const INSERT: &str = "INSERT INTO contacts (workspace_id, id, wa_id, profile_name, name_key, named, fields, note,
    assignee_id, created_at, updated_at, import_id, import_line)
    VALUES ($1, $2, $3, $4, $5, $4 <> '', $6, $7, $8, $9, $9, $10, $11)";
const UPDATE: &str = "UPDATE contacts SET profile_name = $3, name_key = $4, named = named OR $5,
    named_at = CASE WHEN $5 THEN NULL ELSE named_at END, fields = $6, note = $7,
    updated_at = $8 WHERE workspace_id = $1 AND id = $2";
const MARK: &str = "UPDATE contacts SET import_id = $3, import_line = $4 WHERE workspace_id = $1 AND id = $2";
const REPORT: &str = "INSERT INTO import_reports (workspace_id, import_id, nth, lines) VALUES ($1, $2, $3, $4)";
// Not one that was cancelled in this moment, or that another worker went on with.
const MOVE_ON: &str = "UPDATE imports SET at_byte = $3, at_line = $4, pieces = pieces + $5, added = $6, updated = $7,
    unchanged = $8, skipped = $9, refused = $10, state = $11, ended_at = $12, lease_until = $13
    WHERE workspace_id = $1 AND id = $2 AND state = 'running' AND at_byte = $14";
const FAIL: &str = "UPDATE imports SET state = 'failed', problem = $3, ended_at = $4
    WHERE workspace_id = $1 AND id = $2 AND state = 'running'";
// Behind those that wait longer.
const LEAVE: &str = "UPDATE imports SET lease_until = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'running'";

/// Whether there is more to do.
pub(super) enum Went {
    On,
    Over,
}

/// What a batch writes with.
struct Batch<'a> {
    ctx: &'a Ctx,
    import: ImportId,
    tx: &'a mut Tx,
    events: Vec<Event>,
}

/// Writes the next lines, all or none of them. `held` reads on where the batch before ended.
pub(super) async fn step(ctx: &Ctx, id: ImportId, held: &mut Option<Reader>) -> Result<Went> {
    ctx.demand_all(Permission::ContactsImport)?;
    let (ws, now) = (ctx.ws(), ctx.now());
    let (start, lines, reader) = {
        let mut conn = ctx.read().await?;
        let start = record(conn.conn(), ws, id).await?;
        let place = Place { byte: start.at_byte, line: start.at_line };
        // Another worker may have gone on meanwhile.
        let mut reader = match held.take() {
            Some(reader) if reader.place() == place => reader,
            _ => Reader::new(ws, id, start.delimiter(), place),
        };
        let mut lines = Vec::with_capacity(BATCH);
        while lines.len() < BATCH {
            let Some(line) = reader.next(conn.conn()).await? else { break };
            lines.push(line);
        }
        (start, lines, reader)
    };
    let end = reader.place();
    if start.state != "running" {
        return Ok(Went::Over);
    }
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ws).await?;
    }
    let last = lines.len() < BATCH;
    let mut counts = start.counts();
    let mut batch = Batch { ctx, import: id, tx: &mut tx, events: Vec::new() };
    let report = batch.write(&start, lines).await?;
    let events = batch.events;
    report.iter().for_each(|(_, outcome, _)| counts.count(*outcome));
    let piece = i64::from(!report.is_empty());
    if piece > 0 {
        sql!(exec tx.conn(), REPORT, ws, id.0, start.pieces, json!(report).to_string())?;
    }
    let (state, ended_at) = if last { ("done", Some(now)) } else { ("running", None) };
    let moved = sql!(exec tx.conn(), MOVE_ON, ws, id.0, end.byte, end.line, piece, counts.added, counts.updated,
        counts.unchanged, counts.skipped, counts.refused, state, ended_at, now + LEASE, start.at_byte)?;
    if moved == 0 {
        return Ok(Went::Over);
    }
    if last {
        ended(ctx, &mut tx, id).await?;
    }
    let seq = live::record(&mut tx, ws, &events, now).await?;
    tx.commit().await?;
    ctx.services().bus().publish(ws, seq);
    *held = Some(reader);
    Ok(if last { Went::Over } else { Went::On })
}

async fn ended(ctx: &Ctx, tx: &mut Tx, id: ImportId) -> Result<()> {
    let after = Import::from(record(tx.conn(), ctx.ws(), id).await?);
    let entry = Entry::new(Action::ContactsImported).on("import", id.0).change(
        json!({ "state": "running" }),
        json!({ "file": after.file_name, "state": after.state, "counts": after.counts }),
    );
    audit::record(tx, ctx, entry).await
}

/// Ends an import that cannot go on, and says why.
pub(super) async fn fail(services: &Services, ws: Uuid, id: ImportId, why: &str) -> Result<()> {
    let mut tx = services.db().begin().await?;
    sql!(exec tx.conn(), FAIL, ws, id.0, why, services.clock().now())?;
    tx.commit().await?;
    Ok(())
}

/// Whoever comes next may go on at once.
pub(super) async fn leave(ctx: &Ctx, id: ImportId) -> Result<()> {
    let mut tx = ctx.begin().await?;
    sql!(exec tx.conn(), LEAVE, ctx.ws(), id.0, ctx.now())?;
    tx.commit().await?;
    Ok(())
}

/// A line that can be taken, and what is to be done.
struct Taken {
    nth: usize,
    line: Line,
    contact: Option<Known>,
    decided: Decided,
}

/// A contact that a line brings.
pub struct New {
    pub id: Uuid,
    /// Digits.
    pub phone: String,
    pub name: String,
    pub key: String,
    /// As the column has them.
    pub values: String,
    pub note: String,
    pub line: i64,
}

impl New {
    fn of(taken: &Taken, line: i64) -> Self {
        let decided = &taken.decided;
        let name = decided.name.clone().unwrap_or_default();
        Self {
            id: new_id(),
            phone: taken.line.phone.clone(),
            key: name_key(&name),
            name,
            values: fields::stored(&decided.values.clone().unwrap_or_default()),
            note: decided.note.clone().unwrap_or_default(),
            line,
        }
    }
}

impl Batch<'_> {
    async fn write(&mut self, import: &Record, records: Vec<Read>) -> Result<Vec<(i64, Outcome, String)>> {
        let plan = import.plan();
        let fields = fields::all(self.tx.conn(), self.ctx.ws()).await?;
        let numbers: Vec<i64> = records.iter().map(|record| record.line).collect();
        let read: Vec<Result<Line, String>> = records.into_iter().map(|record| line(record, import, &fields)).collect();
        let phones: Vec<&str> = read.iter().flatten().map(|line| line.phone.as_str()).collect();
        let there = known(self.tx.conn(), self.ctx.ws(), &phones).await?;
        let mut seen: HashMap<String, i64> = HashMap::with_capacity(read.len());
        let mut report = Vec::with_capacity(read.len());
        let mut taken = Vec::with_capacity(read.len());
        for (nth, (line, number)) in read.into_iter().zip(&numbers).enumerate() {
            let line = match line {
                Ok(line) => line,
                Err(why) => {
                    report.push((*number, Outcome::Refused, why));
                    continue;
                }
            };
            let contact = there.get(&line.phone);
            let mut known = contact.map(|contact| before(self.ctx, contact, self.import));
            if let Some(first) = seen.get(&line.phone) {
                known = Some(domain::import::Before { line: Some(*first), ..known.unwrap_or_default() });
            }
            let decided = decide(&line, known.as_ref(), &plan);
            seen.entry(line.phone.clone()).or_insert(*number);
            report.push((*number, decided.outcome, decided.why.clone()));
            if matches!(decided.outcome, Outcome::Added | Outcome::Updated | Outcome::Unchanged) {
                taken.push(Taken { nth, line, contact: contact.cloned(), decided });
            }
        }
        // In one order with everybody else: contacts, then their conversations.
        let touched: Vec<Uuid> =
            taken.iter().filter_map(|taken| taken.contact.as_ref()).map(|contact| contact.id).collect();
        consent::lock(self.tx, self.ctx.ws(), &touched).await?;
        let (new, old): (Vec<Taken>, Vec<Taken>) = taken.into_iter().partition(|taken| taken.contact.is_none());
        let line_of = |taken: &Taken| numbers.get(taken.nth).copied().unwrap_or_default();
        let added: Vec<New> = new.iter().map(|taken| New::of(taken, line_of(taken))).collect();
        self.add(&added).await?;
        for (taken, added) in new.iter().zip(&added) {
            if let Some(opts_in) = taken.decided.consent {
                self.consent(added.id, opts_in, added.line, import, &plan.proof).await?;
            }
        }
        for taken in &old {
            let Some(contact) = &taken.contact else { continue };
            self.change(&taken.decided, contact, line_of(taken)).await?;
            if let Some(opts_in) = taken.decided.consent {
                self.consent(contact.id, opts_in, line_of(taken), import, &plan.proof).await?;
            }
        }
        Ok(report)
    }

    async fn add(&mut self, new: &[New]) -> Result<()> {
        let (ctx, now) = (self.ctx, self.ctx.now());
        // As for one that is added by hand.
        let assignee = match ctx.sight(Permission::ContactsRead) {
            Sight::Own { me: MemberId(me), .. } => Some(me),
            Sight::All | Sight::Nothing => None,
        };
        if let Tx::Postgres(tx) = &mut *self.tx {
            dialect::postgres_contacts::insert(tx, ctx.ws(), (self.import, assignee), new, now).await?;
            return Ok(());
        }
        for one in new {
            sql!(exec self.tx.conn(), INSERT, ctx.ws(), one.id, &one.phone, &one.name, &one.key, &one.values, &one.note,
                assignee, now, self.import.0, one.line)?;
        }
        Ok(())
    }

    async fn change(&mut self, decided: &Decided, contact: &Known, number: i64) -> Result<()> {
        let (ws, id) = (self.ctx.ws(), contact.id);
        if decided.name.is_some() || decided.note.is_some() || decided.values.is_some() {
            let name = decided.name.as_ref().unwrap_or(&contact.profile_name);
            let note = decided.note.as_ref().unwrap_or(&contact.note);
            let values = decided.values.as_ref().map_or_else(|| contact.fields.clone(), fields::stored);
            sql!(exec self.tx.conn(), UPDATE, ws, id, name, name_key(name), decided.name.is_some(), &values, note,
                self.ctx.now())?;
        }
        // A later line with the same number is a double of this one.
        sql!(exec self.tx.conn(), MARK, ws, id, self.import.0, number)?;
        if decided.name.is_some() {
            let shown = renamed(self.tx, ws, id).await?;
            self.events.extend(shown);
        }
        Ok(())
    }

    async fn consent(&mut self, contact: Uuid, opts_in: bool, number: i64, import: &Record, proof: &str) -> Result<()> {
        let ctx = self.ctx;
        ctx.demand_all(Permission::ContactsConsent)?;
        let place = format!("{}, line {number}", import.file_name);
        let settings = consent::load(self.tx.conn(), ctx.ws()).await?;
        let decision = Decision {
            contact,
            what: if opts_in { What::OptedIn } else { What::OptedOut },
            source: Source::Import,
            at: None,
            proof: None,
            message: None,
            said: Some(if proof.is_empty() { place } else { format!("{proof} ({place})") }),
            answer_in: None,
        };
        let mut desk = Desk {
            services: ctx.services(),
            tx: &mut *self.tx,
            workspace: ctx.workspace().id,
            actor: ctx.actor(),
            origin: ctx.origin(),
            now: ctx.now(),
            events: &mut self.events,
            // Nobody is answered who said it elsewhere.
            confirmations: &mut Vec::new(),
        };
        consent::decide(&mut desk, &settings, decision).await?;
        Ok(())
    }
}

fn line(record: Read, import: &Record, fields: &[Field]) -> Result<Line, String> {
    let cells = record.cells.map_err(str::to_owned)?;
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    read(&cells, &import.plan(), fields)
}
