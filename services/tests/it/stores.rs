//! What every store of files does alike: a folder, and a bucket at a stand-in for S3.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{Moto, START, connect, eventually, vault, workspace},
};
use bytes::Bytes;
use domain::{
    conversation::View,
    id::{ConversationId, MediaId},
    message::Kind,
    time::{DAY, HOUR},
};
use futures::{TryStreamExt, stream};
use services::{
    Ctx, Error, Options, Services,
    clock::{Clock, new_id},
    conversations,
    db::Db,
    doctor::{self, Outside, State},
    media::{self, Part, Store, Upload},
    numbers,
    send::Graph,
    sql,
};
use std::{
    fs::{self, File},
    sync::{Arc, Mutex},
    time::{Duration, UNIX_EPOCH},
};

struct World {
    services: Services,
    ctx: Ctx,
    conversation: ConversationId,
    /// What Meta was handed.
    handed: Arc<Mutex<Vec<Bytes>>>,
    workers: Workers,
}

async fn meta(handed: Arc<Mutex<Vec<Bytes>>>) -> String {
    use axum::{Json, Router, extract::DefaultBodyLimit, routing::post};
    let upload = move |body: Bytes| async move {
        handed.lock().unwrap().push(body);
        Json(serde_json::json!({ "id": "meta-1" }))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{version}/{phone}/media", post(upload)).layer(DefaultBodyLimit::disable());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn world(db: &Db, name: &str, store: Store) -> World {
    let handed = Arc::default();
    let graph = Graph::new(&meta(Arc::clone(&handed)).await, "v25.0").unwrap();
    let services =
        Services::new(db.clone(), Options { clock: Clock::fixed(START), vault: vault(), graph, mailer: None });
    services.keep_files_in(store, Vec::new());
    let ctx = workspace(&services, name).await;
    let phone = format!("{PHONE}{}", name.len());
    numbers::connect(&services, &ctx.workspace().slug, connect(&phone, "EAAtoken")).await.unwrap();
    let workers = Workers::start(&services);
    let hello = message_body(text("4915112345678", &format!("wamid.{name}"), "Hi"));
    put(&services, String::from_utf8(hello).unwrap().replace(PHONE, &phone).into_bytes()).await;
    quiet(&services).await;
    let conversation = conversations::inbox(&ctx, View::All, None).await.unwrap().rows[0].id;
    World { services, ctx, conversation, handed, workers }
}

/// Why a body ends early.
#[derive(Debug)]
struct Off;

impl World {
    async fn upload(&self, voice: bool, pieces: Vec<Result<Bytes, Off>>) -> Result<media::Uploaded, Error> {
        let upload =
            Upload { id: MediaId(new_id()), conversation: self.conversation, name: Some("a file".to_owned()), voice };
        media::upload(&self.ctx, upload, stream::iter(pieces)).await
    }

    async fn read(&self, id: MediaId, part: Part, range: Option<std::ops::Range<u64>>) -> Vec<u8> {
        let opened = media::open(&self.ctx, id, part).await.unwrap();
        let pieces: Vec<Bytes> = opened.bytes(range).await.unwrap().try_collect().await.unwrap();
        pieces.concat()
    }

    /// Waits until the worker has removed all that nobody may see.
    async fn emptied(&self) {
        eventually(async || {
            let mut read = self.services.db().read().await.unwrap();
            let sql = "SELECT COUNT(*) FROM media WHERE removed_at IS NOT NULL AND stored";
            match sql!(scalar i64, read.conn(), sql).unwrap() {
                0 => Ok(()),
                left => Err(format!("{left} are to be removed")),
            }
        })
        .await;
    }
}

/// A PDF that comes in pieces of 64 KiB.
fn pdf(bytes: usize) -> (Vec<u8>, Vec<Result<Bytes, Off>>) {
    let whole: Vec<u8> = b"%PDF-1.7\n".iter().copied().chain((0..).map(|n: u32| (n % 251) as u8)).take(bytes).collect();
    let pieces = whole.chunks(1 << 16).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    (whole, pieces)
}

fn photo() -> Vec<u8> {
    let image = image::RgbImage::from_fn(1_200, 800, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The same for all of them.
async fn keeps_files(world: &World) {
    // In one piece, in several, and one that ends with a piece.
    for bytes in [10, 6_000_000, 10 * 1_024 * 1_024] {
        let (whole, pieces) = pdf(bytes);
        let uploaded = world.upload(false, pieces).await.unwrap();
        assert_eq!((uploaded.kind, uploaded.media.size), (Kind::Document, Some(bytes as u64)));
        let id = uploaded.media.id;
        assert!(world.read(id, Part::Whole, None).await == whole);
        let end = bytes as u64;
        for range in [0..1, 3..9, end - 2..end] {
            let expected = &whole[range.start as usize..range.end as usize];
            assert_eq!(world.read(id, Part::Whole, Some(range)).await, expected);
        }
        // Meta was given all of it.
        let handed = world.handed.lock().unwrap().pop().unwrap();
        assert!(handed.windows(whole.len()).any(|part| part == whole));
        media::forget(&world.ctx, id).await.unwrap();
    }
    let photo = photo();
    let picture = world.upload(false, vec![Ok(Bytes::from(photo.clone()))]).await.unwrap().media;
    assert!(picture.thumbnail);
    assert!(world.read(picture.id, Part::Whole, None).await == photo);
    let small = image::load_from_memory(&world.read(picture.id, Part::Thumbnail, None).await).unwrap();
    assert_eq!((small.width(), small.height()), (640, 427));
    media::forget(&world.ctx, picture.id).await.unwrap();
    // What breaks off, early or late, leaves nothing.
    for bytes in [100, 12_000_000] {
        let (_, mut pieces) = pdf(bytes);
        pieces.push(Err(Off));
        let error = world.upload(false, pieces).await.unwrap_err();
        assert!(error.to_string().contains("did not arrive whole"), "{error}");
    }
    world.emptied().await;
    let outside = Outside { public_url: "http://127.0.0.1:9".to_owned(), verify_token: None };
    let told = doctor::around(&world.services, &outside).await.into_iter().find(|check| check.name == "files").unwrap();
    assert_eq!(told.state, State::Ok, "{told:?}");
}

fn files_in(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files_in(&entry.path())),
            false => found.push(entry.file_name().into_string().unwrap()),
        }
    }
    found.sort();
    found
}

/// A second of Opus, 20 ms a packet, as a browser records it.
fn webm() -> Vec<u8> {
    let element = |id: &[u8], content: &[u8]| {
        let length = u32::try_from(content.len()).unwrap() | 0x1000_0000;
        [id, &length.to_be_bytes(), content].concat()
    };
    let head = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";
    let track = [element(&[0xd7], &[1]), element(&[0x86], b"A_OPUS"), element(&[0x63, 0xa2], head)].concat();
    let blocks: Vec<u8> = (0..50).flat_map(|_| element(&[0xa3], b"\x81\0\0\x80\xf8\xff\xfe")).collect();
    let segment = [
        element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track)),
        element(&[0x1f, 0x43, 0xb6, 0x75], &[element(&[0xe7], &[0]), blocks].concat()),
    ];
    let doc = element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm"));
    [doc, element(&[0x18, 0x53, 0x80, 0x67], &segment.concat())].concat()
}

on_both! {
    async fn a_folder_keeps_files(db) {
        let folder = tempfile::tempdir().unwrap();
        let world = world(&db.db, "Kaveri", Store::folder(folder.path()).unwrap()).await;
        keeps_files(&world).await;
        assert_eq!(files_in(folder.path()), Vec::<String>::new());
    }

    async fn a_bucket_keeps_files(db) {
        let Some(moto) = Moto::start().await else { return };
        let alone = world(&db.db, "Kaveri", moto.store("")).await;
        keeps_files(&alone).await;
        // The next one's files are somewhere else.
        alone.workers.finish().await;
        assert_eq!(moto.names().await, (Vec::new(), 0));
        // Below a prefix, beside somebody else's.
        assert_eq!(moto.ask("PUT", "/kaveri/parlance-notes", "not ours").await.0, 200);
        let beside = world(&db.db, "Narmada", moto.store("parlance/files")).await;
        keeps_files(&beside).await;
        let kept = beside.upload(false, pdf(10).1).await.unwrap().media.id;
        let (names, _) = moto.names().await;
        let below = format!("parlance/files/{}/", beside.ctx.workspace().id);
        assert!(matches!(&names[..], [other, ours] if other == "parlance-notes" && ours.starts_with(&below) && ours.ends_with(&kept.to_string())), "{names:?}");
        // It is lost there: said, and nothing else breaks.
        assert_eq!(moto.ask("DELETE", &format!("/kaveri/{}", names[1]), "").await.0, 204);
        let opened = media::open(&beside.ctx, kept, Part::Whole).await.unwrap();
        assert!(matches!(opened.bytes(None).await, Err(Error::Gone(_))));
    }

    async fn doctor_tells_why_files_cannot_be_kept(db) {
        let Some(moto) = Moto::start().await else { return };
        let outside = Outside { public_url: "http://127.0.0.1:9".to_owned(), verify_token: None };
        let check = async |store: Store| {
            let services = db.services();
            services.keep_files_in(store, Vec::new());
            doctor::around(&services, &outside).await.into_iter().find(|check| check.name == "files").unwrap()
        };
        let missing = check(Store::bucket(&moto.bucket("not-there", "")).unwrap()).await;
        assert_eq!(missing.state, State::Bad);
        assert!(missing.text.starts_with("s3://not-there: a file cannot be written"), "{}", missing.text);
        assert!(missing.fix.as_ref().unwrap().contains("Make the bucket"), "{missing:?}");
        let bucket = moto.bucket("kaveri", "");
        drop(moto);
        let away = check(Store::bucket(&bucket).unwrap()).await;
        assert_eq!(away.state, State::Bad);
        assert!(away.fix.as_ref().unwrap().contains("MEDIA_S3_ENDPOINT"), "{away:?}");
        for told in [missing, away] {
            assert!(!format!("{told:?}").contains("secretsecret"));
        }
        let folder = tempfile::tempdir().unwrap();
        let store = Store::folder(folder.path()).unwrap();
        folder.close().unwrap();
        fs::write(match store.place() { media::Place::Folder(at) => at, _ => unreachable!() }, "in the way").unwrap();
        let gone = check(store).await;
        assert_eq!(gone.state, State::Bad);
        assert!(gone.text.contains("cannot be written") && gone.fix.unwrap().contains("MEDIA_DIR"), "{}", gone.text);
    }

    async fn what_broke_off_before_the_start_goes(db) {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("ws").join("ab");
        fs::create_dir_all(&deep).unwrap();
        let at = |millis: i64| UNIX_EPOCH + Duration::from_millis(millis as u64);
        for (name, touched) in [("one#1", START - DAY - HOUR), ("two#1", START - DAY + HOUR), ("three", START - 9 * DAY)] {
            File::create(deep.join(name)).unwrap().set_modified(at(touched)).unwrap();
        }
        let world = world(&db.db, "Kaveri", Store::folder(folder.path()).unwrap()).await;
        eventually(async || {
            let left = files_in(folder.path());
            if left == ["three", "two#1"] { Ok(()) } else { Err(format!("{left:?}")) }
        })
        .await;
        world.workers.finish().await;
    }

    async fn a_recording_becomes_a_voice_message(db) {
        let world = world(&db.db, "Kaveri", Store::default()).await;
        let recorded = webm();
        let pieces = recorded.chunks(1_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let uploaded = world.upload(true, pieces).await.unwrap();
        assert_eq!((uploaded.kind, uploaded.media.mime.as_deref()), (Kind::Audio, Some("audio/ogg")));
        let kept = world.read(uploaded.media.id, Part::Whole, None).await;
        assert!(kept.starts_with(b"OggS") && kept.len() as u64 == uploaded.media.size.unwrap());
        let handed = world.handed.lock().unwrap().pop().unwrap();
        let part = b"Content-Type: audio/ogg; codecs=opus";
        assert!(handed.windows(part.len()).any(|bytes| bytes == part));
        assert!(handed.windows(kept.len()).any(|bytes| bytes == kept));
        for (bytes, says) in [
            (Bytes::from_static(b"%PDF-1.7\n"), "has to be OGG with Opus"),
            (Bytes::copy_from_slice(&recorded[..100]), "Nothing was recorded"),
            (Bytes::from(vec![0x1a; 17_000_000]), "at most 16.7 MB"),
        ] {
            let error = world.upload(true, vec![Ok(bytes)]).await.unwrap_err();
            assert!(matches!(error, Error::Domain(_)) && error.to_string().contains(says), "{error}");
        }
        world.emptied().await;
    }
}
