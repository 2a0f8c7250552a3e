use crate::{Result, db::Conn, sql};
use csv_core::{ReadRecordResult, ReaderBuilder};
use domain::{id::ImportId, import::LINE_LIMIT};
use uuid::Uuid;

/// Bytes of a piece of a file; the last one is shorter.
pub const CHUNK: usize = 256 << 10;
/// Cells of a line that are looked at.
const CELLS: usize = 1_000;

const PIECE: &str = "SELECT bytes FROM import_chunks WHERE workspace_id = $1 AND import_id = $2 AND nth = $3";

/// Where in a file: before this byte, in this line as an editor counts from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub byte: i64,
    pub line: i64,
}

/// A line of the file.
#[derive(Debug)]
pub(super) struct Record {
    /// Where it begins.
    pub line: i64,
    /// Or why it cannot be read.
    pub cells: Result<Vec<String>, &'static str>,
}

const TOO_LONG: &str = "It is too long. Is there a quote mark before it that is not closed?";

/// Reads line by line, with one piece of the file in memory.
pub(super) struct Reader {
    ws: Uuid,
    import: ImportId,
    delimiter: u8,
    place: Place,
    chunk: Option<(i64, Vec<u8>)>,
}

impl Reader {
    pub fn new(ws: Uuid, import: ImportId, delimiter: char, place: Place) -> Self {
        let delimiter = u8::try_from(delimiter).unwrap_or(b',');
        Self { ws, import, delimiter, place, chunk: None }
    }

    /// Where the next line is looked for.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// The next line that is not empty; nothing at the end of the file.
    pub async fn next(&mut self, mut conn: Conn<'_>) -> Result<Option<Record>> {
        while let Some(byte) = self.rest(conn.again()).await?.first().copied() {
            if !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.pass(&[byte]);
        }
        let line = self.place.line;
        let mut core = ReaderBuilder::new().delimiter(self.delimiter).build();
        let (mut out, mut ends) = (vec![0; 1 << 10], vec![0; 64]);
        let (mut filled, mut count, mut too_long) = (0, 0, false);
        loop {
            let input = self.rest(conn.again()).await?;
            let (result, read, written, ended) = core.read_record(input, &mut out[filled..], &mut ends[count..]);
            let passed = input[..read].to_vec();
            self.pass(&passed);
            filled += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                // What is too long is read to its end, and not kept.
                ReadRecordResult::OutputFull if out.len() >= LINE_LIMIT => (filled, too_long) = (0, true),
                ReadRecordResult::OutputFull => out.resize(out.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if ends.len() >= CELLS => (count, too_long) = (0, true),
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                ReadRecordResult::Record if too_long => return Ok(Some(Record { line, cells: Err(TOO_LONG) })),
                ReadRecordResult::Record => {
                    return Ok(Some(Record { line, cells: Ok(cells(&out[..filled], &ends[..count])) }));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// What is there of the file from here on, as far as its piece goes; empty at the end.
    async fn rest(&mut self, conn: Conn<'_>) -> Result<&[u8]> {
        let size = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let (nth, from) = (self.place.byte / size, usize::try_from(self.place.byte % size).unwrap_or(0));
        if self.chunk.as_ref().is_none_or(|(there, _)| *there != nth) {
            let bytes: Option<Vec<u8>> = sql!(scalar_opt Vec<u8>, conn, PIECE, self.ws, self.import.0, nth)?;
            self.chunk = Some((nth, bytes.unwrap_or_default()));
        }
        Ok(self.chunk.as_ref().and_then(|(_, bytes)| bytes.get(from..)).unwrap_or_default())
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.place.byte += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.place.line += i64::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(i64::MAX);
    }
}

/// The file was found to be UTF-8 as it came in.
fn cells(text: &[u8], ends: &[usize]) -> Vec<String> {
    let mut from = 0;
    ends.iter()
        .map(|end| {
            let cell = String::from_utf8_lossy(text.get(from..*end).unwrap_or_default()).into_owned();
            from = *end;
            cell
        })
        .collect()
}

/// Whether what comes in pieces is UTF-8.
#[derive(Default)]
pub(super) struct Utf8 {
    /// The beginning of a letter that goes on in the next piece.
    open: Vec<u8>,
    line: usize,
    begun: bool,
}

impl Utf8 {
    /// # Errors
    /// What is wrong, and what to do.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), String> {
        if !self.begun && (bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])) {
            return Err("it is UTF-16. Save it as “CSV UTF-8”, and choose it again".to_owned());
        }
        self.begun |= !bytes.is_empty();
        let mut joined = std::mem::take(&mut self.open);
        joined.extend_from_slice(bytes);
        match std::str::from_utf8(&joined) {
            Err(error) if error.error_len().is_some() => {
                let before = &joined[..error.valid_up_to()];
                let line = self.line + 1 + before.iter().filter(|byte| **byte == b'\n').count();
                Err(format!("line {line} is not UTF-8. Save the file as “CSV UTF-8”, and choose it again"))
            }
            Err(error) => {
                self.open = joined.split_off(error.valid_up_to());
                self.line += joined.iter().filter(|byte| **byte == b'\n').count();
                Ok(())
            }
            Ok(_) => {
                self.line += joined.iter().filter(|byte| **byte == b'\n').count();
                Ok(())
            }
        }
    }

    /// # Errors
    /// When the file ends within a letter.
    pub fn end(&self) -> Result<(), String> {
        if self.open.is_empty() { Ok(()) } else { Err("it ends in the middle of a letter: it is cut off".to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_may_lie_on_the_border_of_two_pieces() {
        let text = "a\né\n😀".as_bytes();
        for cut in 0..text.len() {
            let mut check = Utf8::default();
            check.feed(&text[..cut]).unwrap();
            check.feed(&text[cut..]).unwrap();
            check.end().unwrap();
        }
        let mut check = Utf8::default();
        check.feed(b"a\nb\n").unwrap();
        assert!(check.feed(b"c\nMa\xf1ana").unwrap_err().contains("line 4 "));
        let mut check = Utf8::default();
        check.feed(&[b'a', 0xc3]).unwrap();
        assert!(check.end().is_err());
        assert!(Utf8::default().feed(&[0xff, 0xfe, b'a', 0]).unwrap_err().contains("UTF-16"));
    }
}
