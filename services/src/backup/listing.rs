//! Files that stay in a bucket: listed by a backup, looked for by a restore.

use super::{
    PIECE, Trouble,
    archive::{Archive, Order},
    read,
};
use crate::media::Store;
use futures::TryStreamExt;
use std::{collections::BTreeMap, fs::File};
use tokio::sync::mpsc;

/// Names of missing files that are told.
const NAMED: usize = 5;

/// What became of the files that a backup lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// It lists none.
    None,
    /// All were looked for; those that are not there as they were, and the names of the first.
    Checked { missing: u64, first: Vec<String> },
    /// They could not be looked for, and why.
    Unchecked(String),
}

/// Puts the list of a bucket's files into the archive, a line each: its bytes and its name.
pub(super) async fn put(store: &Store, archive: &mut Archive) -> Result<(), Trouble> {
    archive.put(Order::Listing).await?;
    let (mut piece, mut files, mut bytes) = (Vec::with_capacity(PIECE), 0, 0);
    let mut all = store.list();
    while let Some((name, size)) = all.try_next().await.map_err(crate::Error::from)? {
        files += 1;
        bytes += size;
        piece.extend_from_slice(format!("{size}\t{name}\n").as_bytes());
        if piece.len() >= PIECE {
            archive.put(Order::Piece(std::mem::replace(&mut piece, Vec::with_capacity(PIECE)))).await?;
        }
    }
    if !piece.is_empty() {
        archive.put(Order::Piece(piece)).await?;
    }
    let counts = [("files", files), ("bytes", bytes)].map(|(what, count)| (what.to_owned(), count));
    archive.put(Order::Counts(BTreeMap::from(counts))).await
}

/// Looks for what an archive lists. Both lists are by name, so that one step goes through them; what is not met there is
/// asked for by itself, since not every store keeps the order.
pub(super) async fn look_for(file: File, store: &Store) -> Result<Listed, Trouble> {
    let (lines, mut given) = mpsc::channel(2);
    let reading = tokio::task::spawn_blocking(move || {
        if let Err(trouble) = read::listing(&file, &lines) {
            let _ = lines.blocking_send(Err(trouble));
        }
    });
    let (mut missing, mut first) = (0, Vec::new());
    let mut there = store.list();
    let unchecked = |error: crate::media::StoreError| Ok(Listed::Unchecked(error.to_string()));
    let mut next = match there.try_next().await {
        Ok(next) => next,
        Err(error) => return unchecked(error),
    };
    while let Some(listed) = given.recv().await {
        for (name, size) in listed? {
            while next.as_ref().is_some_and(|(met, _)| *met < name) {
                next = match there.try_next().await {
                    Ok(next) => next,
                    Err(error) => return unchecked(error),
                };
            }
            if next.as_ref().is_some_and(|(met, bytes)| *met == name && *bytes == size) {
                continue;
            }
            match store.size_of(&name).await {
                Ok(found) if found == Some(size) => {}
                Ok(_) => {
                    missing += 1;
                    if first.len() < NAMED {
                        first.push(name);
                    }
                }
                Err(error) => return unchecked(error),
            }
        }
    }
    reading.await.map_err(|_| Trouble::Interrupted)?;
    Ok(Listed::Checked { missing, first })
}

/// The lines of a piece; what is left of the last goes before the next.
pub(super) fn lines(rest: &mut Vec<u8>, piece: &[u8]) -> Option<Vec<(String, u64)>> {
    rest.extend_from_slice(piece);
    let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text: Vec<u8> = rest.drain(..whole).collect();
    let line = |line: &str| {
        let (size, name) = line.split_once('\t')?;
        Some((name.to_owned(), size.parse().ok()?))
    };
    std::str::from_utf8(&text).ok()?.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_across_pieces() {
        let mut rest = Vec::new();
        let one = |name: &str, size| (name.to_owned(), size);
        assert_eq!(lines(&mut rest, b"12\ta/b\n3\tc"), Some(vec![one("a/b", 12)]));
        assert_eq!(lines(&mut rest, b"/d\n4\te\n"), Some(vec![one("c/d", 3), one("e", 4)]));
        assert!(rest.is_empty());
        assert_eq!(lines(&mut rest, b"no number\n"), None);
    }
}
