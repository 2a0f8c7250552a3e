use super::file::{CHUNK, Place, Reader, Utf8};
use crate::{Ctx, Error, Result, clock::new_id, contacts::fields, sql};
use domain::{
    Error as Wrong,
    id::ImportId,
    import::{COLUMNS, FILE_LIMIT, Plan, delimiter, propose},
    permission::Permission,
    text::{file_name, storable},
};
use serde_json::json;

/// Files of a workspace that wait for somebody to start or to cancel them.
const WAITING: i64 = 10;
/// Of which the signs between columns are counted.
const HEAD: usize = 64 << 10;

const COUNT: &str = "SELECT COUNT(*) FROM imports WHERE workspace_id = $1 AND state IN ('uploading', 'draft')";
const BEGIN: &str = "INSERT INTO imports (workspace_id, id, member_id, file_name, size, state, delimiter, header, plan,
    at_byte, at_line, created_at) VALUES ($1, $2, $3, $4, 0, 'uploading', ',', '[]', '{}', 0, 1, $5)";
const PUT: &str = "INSERT INTO import_chunks (workspace_id, import_id, nth, bytes) VALUES ($1, $2, $3, $4)";
const FINISH: &str =
    "UPDATE imports SET state = 'draft', size = $3, delimiter = $4, header = $5, plan = $6, at_byte = $7,
    at_line = $8 WHERE workspace_id = $1 AND id = $2 AND state = 'uploading'";
const NO_CHUNKS: &str = "DELETE FROM import_chunks WHERE workspace_id = $1 AND import_id = $2";
const NO_IMPORT: &str = "DELETE FROM imports WHERE workspace_id = $1 AND id = $2";

/// A file that comes in piece by piece. One that is neither finished nor given up is removed a week later.
pub struct Upload {
    ctx: Ctx,
    id: ImportId,
    /// Less than a chunk.
    rest: Vec<u8>,
    chunks: i64,
    size: i64,
    head: Vec<u8>,
    utf8: Utf8,
}

impl Upload {
    /// # Errors
    /// `Forbidden` without `contacts.import`; `Conflict` when too many files wait already.
    pub async fn begin(ctx: &Ctx, name: &str) -> Result<Self> {
        ctx.demand_all(Permission::ContactsImport)?;
        let name = file_name(name).unwrap_or_else(|| "contacts.csv".to_owned());
        let id = ImportId(new_id());
        let mut tx = ctx.begin().await?;
        let waiting: i64 = sql!(scalar i64, tx.conn(), COUNT, ctx.ws())?;
        if waiting >= WAITING {
            let text = format!("{WAITING} files wait to be imported. Start or cancel one of them first.");
            return Err(Error::Conflict(text));
        }
        sql!(exec tx.conn(), BEGIN, ctx.ws(), id.0, ctx.me().id.0, &name, ctx.now())?;
        tx.commit().await?;
        let (rest, head) = (Vec::with_capacity(CHUNK), Vec::new());
        Ok(Self { ctx: ctx.clone(), id, rest, chunks: 0, size: 0, head, utf8: Utf8::default() })
    }

    /// Takes the next bytes, of any length.
    ///
    /// # Errors
    /// `Invalid` when the file is too large, or is no text in UTF-8.
    pub async fn put(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.rest.len()));
            bytes = later;
            self.size += i64::try_from(now.len()).unwrap_or(i64::MAX);
            if self.size > FILE_LIMIT {
                let limit = FILE_LIMIT >> 20;
                return Err(wrong(format!("the file is larger than {limit} MB: import it in parts")));
            }
            self.head.extend_from_slice(&now[..now.len().min(HEAD - self.head.len())]);
            self.utf8.feed(now).map_err(wrong)?;
            self.rest.extend_from_slice(now);
            if self.rest.len() == CHUNK {
                self.keep().await?;
            }
        }
        Ok(())
    }

    async fn keep(&mut self) -> Result<()> {
        let mut tx = self.ctx.begin().await?;
        sql!(exec tx.conn(), PUT, self.ctx.ws(), self.id.0, self.chunks, self.rest.as_slice())?;
        tx.commit().await?;
        self.rest.clear();
        self.chunks += 1;
        Ok(())
    }

    /// The file is whole: reads its first line.
    ///
    /// # Errors
    /// `Invalid` when it is empty, cut off or without columns; then it is gone.
    pub async fn finish(mut self) -> Result<ImportId> {
        self.utf8.end().map_err(wrong)?;
        if self.size == 0 {
            return Err(wrong("the file is empty".to_owned()));
        }
        if !self.rest.is_empty() {
            self.keep().await?;
        }
        // A mark at the beginning is no part of the first name.
        let mark = if self.head.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        let first: Vec<u8> = self
            .head
            .iter()
            .skip(mark)
            .copied()
            .skip_while(|b| matches!(b, b'\r' | b'\n'))
            .take_while(|b| *b != b'\n')
            .collect();
        let delimiter = delimiter(&String::from_utf8_lossy(&first));
        let ws = self.ctx.ws();
        let start = Place { byte: i64::try_from(mark).unwrap_or(0), line: 1 };
        let mut read = self.ctx.read().await?;
        let mut reader = Reader::new(ws, self.id, delimiter, start);
        let header = reader.next(read.conn()).await?.and_then(|record| record.cells.ok());
        let header: Vec<String> =
            header.unwrap_or_default().iter().map(|name| domain::text::preview(&storable(name), 100)).collect();
        if header.iter().all(String::is_empty) {
            return Err(wrong("the file's first line does not name the columns".to_owned()));
        }
        if header.len() > COLUMNS {
            return Err(wrong(format!("the file has more than {COLUMNS} columns")));
        }
        let known = fields::all(read.conn(), ws).await?;
        drop(read);
        let plan = Plan { targets: propose(&header, &known), ..Plan::default() };
        let place = reader.place();
        let (plan, header) = (json!(plan).to_string(), json!(header).to_string());
        let mut tx = self.ctx.begin().await?;
        sql!(exec tx.conn(), FINISH, ws, self.id.0, self.size, delimiter.to_string(), &header, &plan, place.byte,
            place.line)?;
        tx.commit().await?;
        Ok(self.id)
    }

    /// What came so far is removed.
    ///
    /// # Errors
    /// When the database fails; then it goes by itself later.
    pub async fn give_up(ctx: &Ctx, id: ImportId) -> Result<()> {
        let mut tx = ctx.begin().await?;
        sql!(exec tx.conn(), NO_CHUNKS, ctx.ws(), id.0)?;
        sql!(exec tx.conn(), NO_IMPORT, ctx.ws(), id.0)?;
        tx.commit().await?;
        Ok(())
    }

    pub const fn id(&self) -> ImportId {
        self.id
    }
}

fn wrong(problem: String) -> Error {
    Wrong::invalid("file", problem).into()
}
