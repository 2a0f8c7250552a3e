use super::{
    Manifest, Trouble,
    listing::{self, Listed},
    media::is_free,
    postgres,
    read::{Piece, Places, unpack, verify},
    settle, sqlite,
    take::{private_folder, sync_folder},
    trouble::at,
};
use crate::{
    Options, Services,
    clock::new_id,
    db::{Db, Engine, Tx, dialect, journal_file, journal_migrations, migrations, sqlite_file},
    media::Store,
    vault::{self, Vault},
};
use domain::time::Millis;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};
use tokio::sync::mpsc;

/// What is restored, and where to.
pub struct Restore<'a> {
    pub file: &'a Path,
    /// An empty PostgreSQL database, or a SQLite file that is not there yet.
    pub url: &'a str,
    /// The folder of media; not there yet, or empty.
    pub media: &'a Path,
    /// The bucket where the installation keeps its files instead.
    pub bucket: Option<&'a Store>,
    pub options: Options,
    /// Nothing was sent after the backup was made: what waited then goes on waiting, and is sent.
    pub nothing_sent_since: bool,
    /// The master key is lost: restored all the same, although no secret will open.
    pub without_key: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Restored {
    pub manifest: Manifest,
    /// Messages that may have gone out since, and wait for a person.
    pub held: u64,
    /// Secrets there are, and those that do not open.
    pub secrets: (u64, usize),
    /// Files that stayed in a bucket.
    pub listed: Listed,
    /// Bytes of the backup.
    pub bytes: u64,
}

/// Makes an installation from a backup. Everything is checked before anything is touched, and nothing is there before
/// all of it is: SQLite's files get their names at the end, PostgreSQL's tables are filled in one transaction.
/// Afterwards the database is up to date, everybody is signed out, and what waited to be sent is held for a person
/// (docs/adr/0012).
///
/// # Errors
/// [`Trouble`]. What was begun is taken back.
pub async fn restore(wanted: Restore<'_>) -> Result<Restored, Trouble> {
    let here = Engine::of(wanted.url)?;
    let into = match here {
        Engine::Sqlite => Some(free_files(wanted.url)?),
        Engine::Postgres => None,
    };
    let (file, manifest) = verify(wanted.file).await?;
    if manifest.engine != here {
        return Err(Trouble::OtherEngine { made: manifest.engine, here });
    }
    not_newer(&manifest)?;
    if !wanted.without_key {
        keys_are_here(&manifest, &wanted.options.vault)?;
    }
    if let (1.., Some(bucket)) = (manifest.files(), wanted.bucket) {
        return Err(Trouble::NotEmpty(format!(
            "The backup brings {} files of its own, and MEDIA_S3_BUCKET says that files are kept in {}. Restore without \
             that setting, into a folder, copy the folder into the bucket, and set it again (docs/OPERATIONS.md).",
            manifest.files(),
            bucket.place()
        )));
    }
    if manifest.files() > 0 && !is_free(wanted.media)? {
        return Err(Trouble::NotEmpty(format!(
            "{} holds files already, and the backup brings media of its own. Move it away first.",
            wanted.media.display()
        )));
    }
    let media = match manifest.files() {
        0 => None,
        _ => Some(Landing::new(within(wanted.media))?),
    };
    let bucket = wanted.bucket;
    let again = file.try_clone().map_err(at(wanted.file))?;
    let bytes = file.metadata().map_err(at(wanted.file))?.len();
    let done = match into {
        Some(files) => to_sqlite(file, &manifest, wanted, media.as_ref(), files).await,
        None => to_postgres(file, &manifest, wanted, media.as_ref()).await,
    };
    let (held, secrets) = done?;
    let listed = match (manifest.listed(), &manifest.bucket, bucket) {
        ((0, _), ..) => Listed::None,
        (_, _, Some(store)) => listing::look_for(again, store).await?,
        (_, named, None) => {
            let bucket = named.as_deref().unwrap_or("a bucket");
            Listed::Unchecked(format!("they lie in {bucket}, and MEDIA_S3_BUCKET is not set"))
        }
    };
    Ok(Restored { manifest, held, secrets, listed, bytes })
}

/// Where the two files go.
struct Files {
    main: PathBuf,
    journal: PathBuf,
}

fn free_files(url: &str) -> Result<Files, Trouble> {
    let main = sqlite_file(url)?;
    let journal = journal_file(&main);
    let ending = |file: &Path, ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    for file in [&main, &journal] {
        for one in [file.clone(), ending(file, "-wal"), ending(file, "-shm")] {
            if one.exists() {
                return Err(Trouble::NotEmpty(format!(
                    "{} exists: a backup is restored into an empty folder only. Stop the server and move the old files \
                     away, or set DATABASE_URL to another place.",
                    one.display()
                )));
            }
        }
    }
    Ok(Files { main, journal })
}

fn not_newer(manifest: &Manifest) -> Result<(), Trouble> {
    let (known, journal) = (migrations(manifest.engine), journal_migrations());
    let newer = manifest.migrations.iter().any(|version| !known.contains(version))
        || manifest.journal_migrations.iter().any(|version| !journal.contains(version));
    if newer { Err(Trouble::Newer(manifest.version.clone())) } else { Ok(()) }
}

fn keys_are_here(manifest: &Manifest, vault: &Vault) -> Result<(), Trouble> {
    let here: Vec<String> = vault.keys().iter().map(|key| key.id().to_string()).collect();
    let missing: Vec<&String> = manifest.keys.keys().filter(|id| !here.contains(id)).collect();
    let Some(id) = missing.first() else { return Ok(()) };
    let secrets: u64 = missing.iter().filter_map(|id| manifest.keys.get(*id)).sum();
    Err(Trouble::Keys(format!(
        "{secrets} secrets in this backup are sealed under the master key {id}, which is not configured \
         (TOKEN_MASTER_KEY is {}). Nothing was touched. Set TOKEN_MASTER_KEY, or TOKEN_MASTER_KEYS_OLD, to the key of the \
         installation that was backed up. If it is lost, --without-key restores the rest: numbers must then be connected \
         again, and second factors set up again.",
        here.first().map_or("none", String::as_str)
    )))
}

/// A folder that is filled first; its content gets its place, or goes, at the end.
struct Landing {
    at: PathBuf,
    /// The folder around it, where there was none.
    made: Option<PathBuf>,
}

impl Landing {
    fn new(at: PathBuf) -> Result<Self, Trouble> {
        let made = at.parent().filter(|around| !around.exists()).map(Path::to_path_buf);
        private_folder(&at)?;
        Ok(Self { at, made })
    }

    /// One by one, since the folder around it may be a disk of its own.
    fn spread(&self) -> Result<(), Trouble> {
        let Some(around) = self.at.parent() else { return Ok(()) };
        for entry in fs::read_dir(&self.at).map_err(at(&self.at))? {
            let entry = entry.map_err(at(&self.at))?;
            let place = around.join(entry.file_name());
            fs::rename(entry.path(), &place).map_err(at(&place))?;
        }
        sync_folder(&self.at);
        Ok(())
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        // What stays behind is named as unfinished and in nobody's way. A folder that holds something is not removed.
        let _ = fs::remove_dir_all(&self.at);
        if let Some(made) = &self.made {
            let _ = fs::remove_dir(made);
        }
    }
}

/// A name of its own in a folder: what is complete is renamed, which needs the same file system.
fn within(folder: &Path) -> PathBuf {
    folder.join(format!(".restoring-{}", new_id().simple()))
}

type Done = (u64, (u64, usize));

async fn to_sqlite(
    file: File,
    manifest: &Manifest,
    wanted: Restore<'_>,
    media: Option<&Landing>,
    files: Files,
) -> Result<Done, Trouble> {
    let folder = files.main.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let landing = Landing::new(within(folder))?;
    let database = landing.at.join("restored.db");
    let journal = journal_file(&database);
    let places =
        Places { database: Some((database.clone(), journal.clone())), media: media.map(|media| media.at.clone()) };
    let (pieces, _) = mpsc::channel(1);
    let unpacked = tokio::task::spawn_blocking(move || unpack(&file, &places, &pieces));
    unpacked.await.map_err(|_| Trouble::Interrupted)??;
    for one in [&database, &journal] {
        let mut conn = sqlite::look_into(one).await?;
        if let Some(said) = dialect::sqlite_copy::problem(&mut conn).await? {
            return Err(Trouble::Damaged(said));
        }
    }
    let url = format!("sqlite://{}", percent_encoded(&database));
    let services = Services::new(Db::open(&url).await?, wanted.options);
    let now = services.clock().now();
    let done = async {
        settle::reconcile(&services, now).await?;
        let mut tx = services.db().begin().await?;
        let held = settle::settle(&services, &mut tx, manifest, wanted.nothing_sent_since, now).await?;
        tx.commit().await?;
        Ok::<_, Trouble>((held, opened(&services).await?))
    };
    let done = done.await;
    // Folds the write-ahead logs into the files.
    services.close().await;
    let done = done?;
    media.map_or(Ok(()), Landing::spread)?;
    // The database last: while it is missing, nothing has been restored.
    for (from, to) in [(journal, &files.journal), (database, &files.main)] {
        fs::rename(&from, to).map_err(at(to))?;
        sync_folder(to);
    }
    Ok(done)
}

async fn to_postgres(
    file: File,
    manifest: &Manifest,
    wanted: Restore<'_>,
    media: Option<&Landing>,
) -> Result<Done, Trouble> {
    let services = Services::new(Db::open_as_it_is(wanted.url).await?, wanted.options);
    let now = services.clock().now();
    let done = async {
        let (tx, held) = filled(&services, file, manifest, media, wanted.nothing_sent_since, now).await?;
        // Before the commit: rows that name media must find them.
        media.map_or(Ok(()), Landing::spread)?;
        tx.commit().await?;
        if let Tx::Postgres(mut conn) = services.db().begin().await? {
            dialect::postgres_copy::take_time(&mut conn).await?;
            dialect::postgres_copy::analyze(&mut conn).await?;
            Tx::Postgres(conn).commit().await?;
        }
        Ok::<_, Trouble>((held, opened(&services).await?))
    };
    let done = done.await;
    services.close().await;
    done
}

/// The open transaction with everything in it.
async fn filled(
    services: &Services,
    file: File,
    manifest: &Manifest,
    media: Option<&Landing>,
    nothing_sent_since: bool,
    now: Millis,
) -> Result<(Tx, u64), Trouble> {
    let mut tx = services.db().begin().await?;
    let (pieces, given) = mpsc::channel::<Result<Piece, Trouble>>(2);
    let places = Places { database: None, media: media.map(|media| media.at.clone()) };
    let unpacking = tokio::task::spawn_blocking(move || {
        if let Err(trouble) = unpack(&file, &places, &pieces) {
            let _ = pieces.blocking_send(Err(trouble));
        }
    });
    if let Tx::Postgres(conn) = &mut tx {
        postgres::fill(conn, manifest, given).await?;
    }
    unpacking.await.map_err(|_| Trouble::Interrupted)?;
    let held = settle::settle(services, &mut tx, manifest, nothing_sent_since, now).await?;
    Ok((tx, held))
}

/// How many secrets there are, and how many do not open.
async fn opened(services: &Services) -> Result<(u64, usize), Trouble> {
    let (all, unreadable) = vault::unreadable(services).await?;
    Ok((all, unreadable.len()))
}

fn percent_encoded(path: &Path) -> String {
    percent_encoding::utf8_percent_encode(&path.to_string_lossy(), percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2F", "/")
}
