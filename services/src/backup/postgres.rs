//! Every table of a PostgreSQL database, out and in.

use super::{
    Manifest, PIECE, TABLES, Trouble,
    archive::{Archive, Order},
    read::Piece,
};
use crate::db::{
    dialect::postgres_copy::{self as copy_of, Table},
    migrate_postgres,
};
use futures::TryStreamExt;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Puts every table into the archive, all as they were at one moment.
pub(super) async fn copy(pool: &PgPool, archive: &mut Archive, manifest: &mut Manifest) -> Result<(), Trouble> {
    let mut tx = pool.begin_with(SNAPSHOT).await?;
    copy_of::take_time(&mut tx).await?;
    manifest.migrations = copy_of::applied(&mut tx).await?.ok_or(Trouble::NotParlance)?;
    for table in copy_of::tables(&mut tx).await? {
        let Table { name, columns } = table.clone();
        archive.put(Order::Table { name, columns }).await?;
        let (mut piece, mut rows) = (Vec::with_capacity(PIECE), 0);
        let mut out = copy_of::copy_out(&mut tx, &table).await?;
        while let Some(data) = out.try_next().await? {
            // Line ends within a value are written \n.
            rows += data.iter().filter(|byte| **byte == b'\n').count() as u64;
            piece.extend_from_slice(&data);
            if piece.len() >= PIECE {
                archive.put(Order::Piece(std::mem::replace(&mut piece, Vec::with_capacity(PIECE)))).await?;
            }
        }
        drop(out);
        if !piece.is_empty() {
            archive.put(Order::Piece(piece)).await?;
        }
        archive.put(Order::Rows(rows)).await?;
    }
    // They move on outside of every snapshot: asked at the end they are ahead of all that was read.
    manifest.sequences = copy_of::sequences(&mut tx).await?.into_iter().collect();
    Ok(tx.rollback().await?)
}

/// Brings an empty database to where the backup was made, and its tables into it, in the caller's transaction; then
/// brings it up to date.
pub(super) async fn fill(
    tx: &mut PgConnection,
    manifest: &Manifest,
    mut pieces: mpsc::Receiver<Result<Piece, Trouble>>,
) -> Result<(), Trouble> {
    copy_of::take_time(tx).await?;
    make_ready(tx, manifest).await?;
    let here = copy_of::tables(tx).await?;
    copy_of::make_room(tx, &here).await?;
    let mut next = pieces.recv().await.transpose()?;
    for part in manifest.parts.iter().filter(|part| part.name.starts_with(TABLES)) {
        let name = part.name[TABLES.len()..].to_owned();
        let table = Table { name, columns: part.columns.clone() };
        let mut into = copy_of::copy_in(tx, &table).await?;
        while let Some(piece) = next.take_if(|piece| piece.part == part.name) {
            into.send(piece.data).await?;
            next = pieces.recv().await.transpose()?;
        }
        let rows = into.finish().await?;
        if part.counts.get(&table.name) != Some(&rows) {
            return Err(Trouble::Damaged(format!("{} has another number of rows than it says", part.name)));
        }
    }
    if let Some(piece) = next {
        return Err(Trouble::Damaged(format!("{} is not expected there", piece.part)));
    }
    for (name, value) in &manifest.sequences {
        copy_of::set_sequence(tx, name, *value).await?;
    }
    copy_of::finish(tx, &here).await?;
    migrate_postgres(tx, None).await?;
    Ok(())
}

async fn make_ready(tx: &mut PgConnection, manifest: &Manifest) -> Result<(), Trouble> {
    let what_to_do = "Make a new, empty one (`createdb`) and set DATABASE_URL to it.";
    match copy_of::applied(tx).await? {
        None if copy_of::tables(tx).await?.is_empty() => {}
        None => {
            return Err(Trouble::NotEmpty(format!("The database holds tables that are not Parlance's. {what_to_do}")));
        }
        Some(_) if copy_of::holds_something(tx).await? => {
            return Err(Trouble::NotEmpty(format!(
                "The database is in use: a backup is restored into an empty one only. {what_to_do}"
            )));
        }
        Some(applied) if applied.iter().any(|version| !manifest.migrations.contains(version)) => {
            return Err(Trouble::NotEmpty(format!(
                "The database was migrated further than the backup, which is of an older version. {what_to_do}"
            )));
        }
        Some(_) => {}
    }
    migrate_postgres(tx, manifest.migrations.iter().max().copied()).await?;
    Ok(())
}
