//! The record of what went out: what a customer's phone would have received.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// One message Graph accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The id given to it.
    pub wamid: String,
    /// The business number it came from.
    pub phone_number_id: String,
    /// `to` or `recipient`, as the request had it.
    pub to: String,
    /// Message type: `text`, `template`, ...
    pub kind: String,
    /// The body of a text message, else a line that describes it.
    pub text: String,
    /// The sender's own key, echoed in every status.
    pub biz_opaque_callback_data: Option<String>,
    /// When the request arrived, in Unix milliseconds.
    pub at: i64,
}

/// Accepted sends in memory and, where a file is given, on disk before the answer leaves.
pub(crate) struct Ledger {
    pub sends: Vec<Sent>,
    file: Option<File>,
}

impl Ledger {
    /// Opens the file if one is given and takes over what it already holds.
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self { sends: Vec::new(), file: None });
        };
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        let mut held = String::new();
        file.read_to_string(&mut held)?;
        // A torn last line belongs to a send that was never answered; the next one must not
        // be glued to it.
        if !held.is_empty() && !held.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        let sends = held.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Ok(Self { sends, file: Some(file) })
    }

    /// Records a send; an error means that it must not be answered as accepted.
    pub fn append(&mut self, sent: Sent) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            let mut line = serde_json::to_vec(&sent)?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        self.sends.push(sent);
        Ok(())
    }
}
