//! Files in a bucket stay there: listed by a backup, looked for by a restore.

use super::{Ask, Shelf};
use crate::{
    on_both,
    support::{Moto, START, place, workspace},
};
use services::{
    backup::{self, Files, Listed},
    clock::new_id,
};
use std::{
    fs,
    io::Write,
    sync::{Arc, Mutex},
};

/// What a pipe would carry.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn name(workspace: uuid::Uuid) -> String {
    let id = new_id().to_string();
    format!("{workspace}/{}/{id}", &id[id.len() - 2..])
}

on_both! {
    async fn files_in_a_bucket_are_listed_and_looked_for(db) {
        let Some(moto) = Moto::start().await else { return };
        let owner = workspace(&db.services(), "Kaveri").await;
        let mut names: Vec<String> = (0..3).map(|_| name(owner.workspace().id.0)).collect();
        names.push(format!("{}.thumbnail", names[0]));
        for name in &names {
            assert_eq!(moto.ask("PUT", &format!("/kaveri/files/{name}"), "picture").await.0, 200);
        }
        // Somebody else's, in the same bucket and below the same prefix.
        for other in ["/kaveri/logs/today", "/kaveri/files/readme"] {
            assert_eq!(moto.ask("PUT", other, "not ours").await.0, 200);
        }
        let shelf = Shelf::new();
        let (store, file) = (moto.store("files"), shelf.path("b.parlance"));
        let (manifest, bytes) = backup::take(&db.db, &file, Files::Bucket(&store), START).await.unwrap();
        assert_eq!((manifest.listed(), manifest.files()), ((4, 28), 0));
        assert_eq!((manifest.bucket.as_deref(), manifest.format), (Some("s3://kaveri/files"), 2));
        assert_eq!(bytes, fs::metadata(&file).unwrap().len());

        let with = || Ask { bucket: Some(moto.store("files")), ..Ask::default() };
        let restored = shelf.restore(&place(&db).await.url, with()).await.unwrap();
        assert_eq!(restored.listed, Listed::Checked { missing: 0, first: Vec::new() });
        // One is gone, another is not what it was.
        assert_eq!(moto.ask("DELETE", &format!("/kaveri/files/{}", names[1]), "").await.0, 204);
        assert_eq!(moto.ask("PUT", &format!("/kaveri/files/{}", names[3]), "longer than it was").await.0, 200);
        let restored = shelf.restore(&place(&db).await.url, with()).await.unwrap();
        let Listed::Checked { missing, mut first } = restored.listed else { panic!("{:?}", restored.listed) };
        first.sort();
        let mut gone = vec![names[1].clone(), names[3].clone()];
        gone.sort();
        assert_eq!((missing, first), (2, gone));

        // It is restored all the same where the bucket is not named, or not there.
        let restored = shelf.restore(&place(&db).await.url, Ask::default()).await.unwrap();
        assert!(matches!(&restored.listed, Listed::Unchecked(why) if why.contains("s3://kaveri/files")), "{:?}", restored.listed);
        drop(moto);
        let lost = Ask { bucket: Some(store), ..Ask::default() };
        let restored = shelf.restore(&place(&db).await.url, lost).await.unwrap();
        assert!(matches!(restored.listed, Listed::Unchecked(_)), "{:?}", restored.listed);
    }

    async fn a_folder_of_files_is_not_put_beside_a_bucket(db) {
        let Some(moto) = Moto::start().await else { return };
        let shelf = Shelf::new();
        let media = shelf.path("media");
        fs::create_dir_all(&media).unwrap();
        fs::write(media.join("one"), "picture").unwrap();
        backup::take(&db.db, &shelf.path("b.parlance"), Files::Folder(&media), START).await.unwrap();
        let with = Ask { bucket: Some(moto.store("")), ..Ask::default() };
        let error = shelf.restore(&place(&db).await.url, with).await.unwrap_err();
        assert!(error.is_usage() && error.to_string().contains("MEDIA_S3_BUCKET"), "{error}");
    }

    async fn a_pipe_carries_the_same(db) {
        workspace(&db.services(), "Kaveri").await;
        let (shelf, pipe) = (Shelf::new(), Pipe::default());
        let room = shelf.path("room");
        fs::create_dir(&room).unwrap();
        let (manifest, bytes) =
            backup::take_to(&db.db, Box::new(pipe.clone()), &room, Files::Folder(&shelf.path("none")), START).await.unwrap();
        assert_eq!((manifest.rows("workspaces"), manifest.format), (1, 1));
        assert_eq!(bytes, pipe.0.lock().unwrap().len() as u64);
        assert_eq!(fs::read_dir(&room).unwrap().count(), 0, "the copy of the database is gone");
        fs::write(shelf.path("b.parlance"), &*pipe.0.lock().unwrap()).unwrap();
        let restored = shelf.restore(&place(&db).await.url, Ask::default()).await.unwrap();
        assert_eq!((restored.bytes, restored.listed), (bytes, Listed::None));
    }
}
