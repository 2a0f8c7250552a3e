//! Files of contacts: taken in, planned, written batch by batch, reported line by line.

use crate::support::{TestDb, member, workspace};
use domain::{
    Error as Wrong,
    audit::{Action, Filter},
    contact::Search,
    field::{Kind, Wish},
    id::ImportId,
    import::{Checked, Import, Known, Mark, Outcome, PREVIEW, Plan, STRETCH, State, Target},
    opt_out::What,
    role::Role,
    time::{DAY, MINUTE},
};
use futures::TryStreamExt;
use services::{
    Ctx, Error, audit, consent,
    contacts::{
        self, Turn, fields,
        import::{self, BATCH, CHUNK, Reported, Upload},
    },
    sql,
};
use std::fmt::Write;

const PIECES: &str = "SELECT lines FROM import_reports WHERE workspace_id = $1 ORDER BY nth";
const CHUNKS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM import_chunks WHERE workspace_id = $1";
const STORED: &str =
    "SELECT CAST(COALESCE(SUM(LENGTH(bytes)), 0) AS BIGINT) FROM import_chunks WHERE workspace_id = $1";
const TAKE: &str = "SELECT nth, bytes FROM import_chunks WHERE workspace_id = $1 ORDER BY nth";
const REMOVE: &str = "DELETE FROM import_chunks WHERE workspace_id = $1";
const PUT: &str = "INSERT INTO import_chunks (workspace_id, import_id, nth, bytes) VALUES ($1, $2, $3, $4)";
const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM contacts WHERE workspace_id = $1";

async fn upload(ctx: &Ctx, file: &[u8], pieces: usize) -> services::Result<ImportId> {
    let mut upload = Upload::begin(ctx, "list.csv").await?;
    for piece in file.chunks(pieces) {
        upload.put(piece).await?;
    }
    upload.finish().await
}

async fn report(ctx: &Ctx, id: ImportId) -> Vec<Reported> {
    import::report(ctx, id).await.unwrap().1.try_collect().await.unwrap()
}

async fn plan(ctx: &Ctx, id: ImportId) -> Plan {
    import::get(ctx, id).await.unwrap().plan
}

/// Imports a whole file with the proposed columns.
async fn imported(ctx: &Ctx, file: &str, change: impl FnOnce(&mut Plan)) -> Import {
    let id = upload(ctx, file.as_bytes(), 7_000).await.unwrap();
    let mut plan = plan(ctx, id).await;
    change(&mut plan);
    import::start(ctx, id, &plan).await.unwrap();
    import::run_due(ctx.services()).await.unwrap();
    import::get(ctx, id).await.unwrap()
}

async fn count(db: &TestDb, ctx: &Ctx, sql: &'static str) -> i64 {
    let mut read = db.db.read().await.unwrap();
    sql!(scalar i64, read.conn(), sql, ctx.workspace().id.0).unwrap()
}

fn refused<T: std::fmt::Debug>(result: services::Result<T>, says: &str) {
    match result {
        Err(Error::Domain(Wrong::Invalid { problem, .. })) => assert!(problem.contains(says), "{problem}"),
        other => panic!("{other:?}"),
    }
}

crate::on_both! {
    async fn a_file_comes_in(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let city = fields::create(&owner, &Wish { name: "City".to_owned(), kind: Kind::Text, choices: Vec::new() }).await.unwrap();
        let file = "\u{feff}full_name;Mobile;city;other\r\n\
            Meera;98455 50117;Kochi;x\r\n\
            \r\n\
            \"two\r\nlines\";+34 600 000 001;;\r\n\
            Nobody;;Kochi;\r\n\
            Again;+919845550117;Pune;\r\n\
            Last;0034 600 000 002;;";
        let id = upload(&owner, file.as_bytes(), 5).await.unwrap();
        let draft = import::draft(&owner, id).await.unwrap();
        assert_eq!(draft.import.header, ["full_name", "Mobile", "city", "other"]);
        assert_eq!((draft.import.delimiter, draft.import.state), (';', State::Draft));
        assert_eq!(draft.import.plan.targets, [Target::Name, Target::Phone, Target::Field(city.id), Target::Skip]);
        assert_eq!(draft.samples[0], ["Meera", "98455 50117", "Kochi", "x"]);

        let mut plan = draft.import.plan;
        let shown = import::preview(&owner, id, &plan).await.unwrap();
        assert!(shown[0].why.contains("no country code"), "{shown:?}");
        plan.calling_code = "+91".to_owned();
        let shown = import::preview(&owner, id, &plan).await.unwrap();
        let lines: Vec<_> = shown.iter().map(|line| (line.line, line.outcome)).collect();
        let expected = [(2, Outcome::Added), (4, Outcome::Added), (6, Outcome::Refused), (7, Outcome::Skipped), (8, Outcome::Added)];
        assert_eq!(lines, expected);
        assert_eq!(shown[0].phone, "+919845550117");
        assert_eq!(count(&db, &owner, COUNT).await, 0, "nothing is written before it starts");

        import::start(&owner, id, &plan).await.unwrap();
        import::start(&owner, id, &plan).await.unwrap();
        import::run_due(&services).await.unwrap();
        let done = import::get(&owner, id).await.unwrap();
        assert_eq!((done.state, done.done, done.size), (State::Done, done.size, i64::try_from(file.len()).unwrap()));
        assert_eq!((done.counts.added, done.counts.skipped, done.counts.refused), (3, 1, 1));
        let lines: Vec<_> = report(&owner, id).await.into_iter().map(|(line, what, _)| (line, what)).collect();
        assert_eq!(lines, expected);
        let meera = contacts::by_phone(&owner, "919845550117").await.unwrap().unwrap();
        assert_eq!((meera.name.as_str(), meera.fields[&city.id].as_str()), ("Meera", "Kochi"));
        let found = contacts::browse(&owner, &Search { text: "two".to_owned(), ..Search::default() }, Turn::First, 5).await;
        assert_eq!(found.unwrap().items.len(), 1);
        let filter = Filter { action: Some(Action::ContactsImported), ..Filter::default() };
        assert_eq!(audit::list(&owner, &filter, None, 50).await.unwrap().items.len(), 2);
        import::purge(&services).await.unwrap();
        assert_eq!(count(&db, &owner, CHUNKS).await, 0);
        assert_eq!(report(&owner, id).await.len(), 5);
        services.clock().advance(31 * DAY);
        import::purge(&services).await.unwrap();
        assert!(matches!(import::get(&owner, id).await, Err(Error::Domain(Wrong::NotFound))));
    }

    async fn what_is_no_table_is_refused_in_words(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        refused(upload(&owner, b"name,phone\nMa\xf1ana,1", 4).await, "line 2 is not UTF-8");
        refused(upload(&owner, &[0xff, 0xfe, b'a', 0], 100).await, "UTF-16");
        refused(upload(&owner, b"", 4).await, "empty");
        refused(upload(&owner, b"\n\n", 4).await, "does not name the columns");
        refused(upload(&owner, ",".repeat(150).as_bytes(), 9).await, "columns");
        refused(upload(&owner, "x,".repeat(150).as_bytes(), 9).await, "more than 100 columns");
    }

    async fn a_quote_that_is_not_closed_spoils_one_line_only(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let mut file = "name,phone\nGood,+919845550101\n\"open,+919845550102\n".to_owned();
        file.push_str(&"x,+919845550103\n".repeat(40_000));
        let done = imported(&owner, &file, |_| {}).await;
        assert_eq!((done.state, done.counts.added, done.counts.refused), (State::Done, 1, 1));
        assert!(report(&owner, done.id).await[1].2.contains("quote mark"));
    }

    async fn known_contacts_are_skipped_filled_or_overwritten(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let known = contacts::create(&owner, "+919845550117", Some("Meera")).await.unwrap();
        let file = "name,phone,note\nMeera K,+919845550117,VIP\n";
        let name = async || contacts::get(&owner, known.id).await.unwrap();
        let done = imported(&owner, file, |_| {}).await;
        assert_eq!((done.counts.skipped, name().await.note.as_str()), (1, ""));
        let done = imported(&owner, file, |plan| plan.known = Known::Fill).await;
        assert_eq!((done.counts.updated, name().await.name.as_str(), name().await.note.as_str()), (1, "Meera", "VIP"));
        let done = imported(&owner, file, |plan| plan.known = Known::Overwrite).await;
        assert_eq!((done.counts.updated, name().await.name.as_str()), (1, "Meera K"));
        let done = imported(&owner, file, |plan| plan.known = Known::Overwrite).await;
        assert_eq!(done.counts.unchanged, 1);
        let double = format!("{file}Other,+91 98455 50117,\n");
        let done = imported(&owner, &double, |plan| plan.known = Known::Overwrite).await;
        assert_eq!((done.counts.unchanged, done.counts.skipped, name().await.name.as_str()), (1, 1, "Meera K"));
        assert!(report(&owner, done.id).await[1].2.contains("line 2"));
    }

    async fn nobody_is_opted_in_without_the_column_and_a_proof(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let out = contacts::create(&owner, "+919845550117", Some("Meera")).await.unwrap();
        consent::record(&owner, out.id, What::OptedOut, None).await.unwrap();
        let since = async || contacts::get(&owner, out.id).await.unwrap().opted_out_at;
        services.clock().advance(MINUTE);
        for known in Known::ALL {
            imported(&owner, "name,phone\nM,+919845550117\n", |plan| {
                plan.known = known;
                plan.proof = "Fair".to_owned();
            }).await;
            assert!(since().await.is_some(), "no column says so");
            let done = imported(&owner, "phone,opt-in\n+919845550117,yes\n", |plan| plan.known = known).await;
            assert!(since().await.is_some(), "no proof was given");
            if known != Known::Skip {
                assert!(report(&owner, done.id).await[0].2.contains("no proof"));
            }
        }
        imported(&owner, "phone,opt-in\n+919845550117,yes\n", |plan| {
            plan.known = Known::Fill;
            plan.proof = "Fair in Kochi".to_owned();
        }).await;
        assert_eq!(since().await, None);
        let line = consent::history(&owner, out.id, None, 1).await.unwrap().items.remove(0);
        assert_eq!(line.said.as_deref(), Some("Fair in Kochi (list.csv, line 2)"));
        // Out again, even where known contacts are skipped; and a new one is out from the beginning.
        imported(&owner, "phone,consent\n+919845550117,no\n+34600000001,unsubscribed\n", |_| {}).await;
        assert!(since().await.is_some());
        assert!(contacts::by_phone(&owner, "34600000001").await.unwrap().unwrap().opted_out_at.is_some());
    }

    async fn twenty_thousand_lines_in_small_pieces(db) {
        const LINES: usize = 20_000;
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let mut file = "name,phone\n".to_owned();
        for nth in 0..LINES {
            writeln!(file, "Customer {nth} of the shop in the old town of Kochi,+9198{nth:08}").unwrap();
        }
        let workspace = owner.workspace().id.0;
        let mut upload = Upload::begin(&owner, "list.csv").await.unwrap();
        let mut put = 0;
        for piece in file.as_bytes().chunks(50_000) {
            upload.put(piece).await.unwrap();
            put += piece.len();
            let stored = usize::try_from(count(&db, &owner, STORED).await).unwrap();
            assert!(put - stored < CHUNK, "of {put} bytes {stored} are stored");
        }
        let id = upload.finish().await.unwrap();
        let plan = plan(&owner, id).await;
        import::start(&owner, id, &plan).await.unwrap();
        // No batch needs more of the file than the piece in which it begins and the next one.
        let pieces: Vec<(i64, Vec<u8>)> = {
            let mut read = db.db.read().await.unwrap();
            sql!(all(i64, Vec<u8>), read.conn(), TAKE, workspace).unwrap()
        };
        assert!(pieces.len() > 4, "only {} pieces", pieces.len());
        let mut done = 0;
        while import::get(&owner, id).await.unwrap().state == State::Running {
            let at = usize::try_from(import::get(&owner, id).await.unwrap().done).unwrap() / CHUNK;
            let mut tx = db.db.begin().await.unwrap();
            sql!(exec tx.conn(), REMOVE, workspace).unwrap();
            for (nth, bytes) in pieces.iter().skip(at).take(2) {
                sql!(exec tx.conn(), PUT, workspace, id.0, *nth, bytes.as_slice()).unwrap();
            }
            tx.commit().await.unwrap();
            assert!(import::turn(&services, 1).await.unwrap());
            let all = import::get(&owner, id).await.unwrap().counts.all();
            assert!(all - done <= i64::try_from(BATCH).unwrap(), "{} lines in one batch", all - done);
            done = all;
        }
        let done = import::get(&owner, id).await.unwrap();
        assert_eq!((done.state, done.counts.added, done.counts.all()), (State::Done, 20_000, 20_000));
        assert_eq!(count(&db, &owner, COUNT).await, 20_000);
        let mut read = db.db.read().await.unwrap();
        let pieces: Vec<String> = sql!(scalars String, read.conn(), PIECES, owner.workspace().id.0).unwrap();
        assert_eq!(pieces.len(), LINES / BATCH, "each transaction writes one piece of the report");
        for piece in pieces {
            assert!(serde_json::from_str::<Vec<Reported>>(&piece).unwrap().len() <= BATCH);
        }
        let lines = report(&owner, id).await;
        assert_eq!((lines.len(), lines[0].0, lines[LINES - 1].0), (LINES, 2, 20_001));
    }

    async fn the_whole_file_is_checked_before_anything_is_written(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let mut file = "name,phone\n".to_owned();
        // One of a hundred has no number, in either stretch.
        let lines = STRETCH + 1_000;
        for nth in 0..lines {
            let phone = if nth % 100 == 7 { "12".to_owned() } else { format!("+9198{nth:08}") };
            writeln!(file, "C,{phone}").unwrap();
        }
        file.push_str("\"open,+919845550102\n");
        file.push_str(&"x,+919845550103\n".repeat(40_000));
        let id = upload(&owner, file.as_bytes(), 100_000).await.unwrap();
        let plan = plan(&owner, id).await;
        let first = import::check(&owner, id, &plan, None).await.unwrap();
        assert_eq!((first.lines, first.refused, first.first.len()), (STRETCH, STRETCH / 100, PREVIEW));
        assert_eq!((first.first[0].line, first.first[0].phone.as_str()), (9, "12"));
        let next = first.next.unwrap();
        assert_eq!(next.line, STRETCH + 2);
        let second = import::check(&owner, id, &plan, Some(next)).await.unwrap();
        // With the line that never ends.
        assert_eq!((second.lines, second.refused, second.next), (1_001, 11, None));
        assert!(second.first[10].why.contains("quote mark"), "{second:?}");
        assert_eq!(first.and(second).refused, STRETCH / 100 + 11);
        for (byte, line) in [(-1, 2), (next.byte * 100, 2), (next.byte, 0)] {
            refused(import::check(&owner, id, &plan, Some(Mark { byte, line })).await, "no such place");
        }
        let unplanned = Plan { targets: vec![Target::Name, Target::Skip], ..Plan::default() };
        refused(import::check(&owner, id, &unplanned, None).await, "phone number");
        assert_eq!(count(&db, &owner, COUNT).await, 0);
        import::cancel(&owner, id).await.unwrap();
        assert_eq!(import::check(&owner, id, &plan, None).await.unwrap(), Checked::default());
    }

    async fn a_long_file_keeps_no_short_one_waiting(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let other = workspace(&services, "Two").await;
        let long: String = (0..3 * BATCH).fold("phone\n".to_owned(), |file, nth| file + &format!("+9198{nth:08}\n"));
        let mut ids = Vec::new();
        for (ctx, file) in [(&owner, long.as_str()), (&other, "phone\n+919845550117\n")] {
            let id = upload(ctx, file.as_bytes(), 9_999).await.unwrap();
            import::start(ctx, id, &plan(ctx, id).await).await.unwrap();
            ids.push(id);
        }
        for _ in 0..2 {
            assert!(import::turn(&services, 1).await.unwrap());
        }
        assert_eq!(import::get(&owner, ids[0]).await.unwrap().counts.added, i64::try_from(BATCH).unwrap());
        assert_eq!(import::get(&other, ids[1]).await.unwrap().state, State::Done);
        import::run_due(&services).await.unwrap();
        assert_eq!(import::get(&owner, ids[0]).await.unwrap().state, State::Done);
        assert!(!import::turn(&services, 1).await.unwrap());
    }

    async fn it_goes_on_where_it_stood_and_ends_when_told(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let mut file = "name,phone\n".to_owned();
        for nth in 0..5 * BATCH {
            writeln!(file, "Customer {nth},+9198{nth:08}").unwrap();
        }
        let id = upload(&owner, file.as_bytes(), 9_999).await.unwrap();
        import::start(&owner, id, &plan(&owner, id).await).await.unwrap();
        // Two processes at once, one of which is stopped in between: each line once.
        let stop = tokio_util::sync::CancellationToken::new();
        let first = tokio::spawn(import::worker(services.clone(), stop.clone()));
        let begun = async || import::get(&owner, id).await.unwrap().counts.added > 0;
        crate::support::until_so("begun", begun).await;
        stop.cancel();
        first.await.unwrap();
        services.clock().advance(2 * MINUTE);
        let (one, other) = tokio::join!(import::run_due(&services), import::run_due(&services));
        one.and(other).unwrap();
        let done = import::get(&owner, id).await.unwrap();
        assert_eq!((done.state, done.counts.added), (State::Done, i64::try_from(5 * BATCH).unwrap()));
        assert_eq!(report(&owner, id).await.len(), 5 * BATCH);

        let again = upload(&owner, file.as_bytes(), 9_999).await.unwrap();
        import::start(&owner, again, &plan(&owner, again).await).await.unwrap();
        assert_eq!(import::cancel(&owner, again).await.unwrap().state, State::Cancelled);
        import::run_due(&services).await.unwrap();
        let cancelled = import::get(&owner, again).await.unwrap();
        assert_eq!((cancelled.state, cancelled.counts.all()), (State::Cancelled, 0));
        assert_eq!(import::cancel(&owner, again).await.unwrap().state, State::Cancelled);
    }

    async fn it_stops_where_the_permission_does(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        let slug = &owner.workspace().slug;
        let (added, manager) = member(&services, slug, "Lucia", Role::Manager).await;
        let (_, agent) = member(&services, slug, "Anil", Role::Agent).await;
        let stranger = workspace(&services, "Two").await;
        let file = b"phone\n+919845550117\n";
        assert!(matches!(upload(&agent, file, 9).await,
            Err(Error::Domain(Wrong::Forbidden { permission })) if permission == "contacts.import"));
        let id = upload(&manager, file, 9).await.unwrap();
        for result in [import::get(&stranger, id).await.map(|_| ()), import::draft(&stranger, id).await.map(|_| ()),
            import::cancel(&stranger, id).await.map(|_| ()), import::report(&stranger, id).await.map(|_| ())] {
            assert!(matches!(result, Err(Error::Domain(Wrong::NotFound))));
        }
        import::start(&manager, id, &plan(&manager, id).await).await.unwrap();
        services::team::members::remove(&owner, added.member.id, None).await.unwrap();
        import::run_due(&services).await.unwrap();
        let failed = import::get(&owner, id).await.unwrap();
        assert_eq!((failed.state, failed.counts.all()), (State::Failed, 0));
        assert!(failed.problem.unwrap().contains("may not import any more"));
    }

    async fn not_too_many_files_wait(db) {
        let services = db.services();
        let owner = workspace(&services, "One").await;
        for _ in 0..10 {
            upload(&owner, b"phone\n1", 9).await.unwrap();
        }
        assert!(matches!(upload(&owner, b"phone\n1", 9).await, Err(Error::Conflict(_))));
        services.clock().advance(8 * DAY);
        import::purge(&services).await.unwrap();
        upload(&owner, b"phone\n1", 9).await.unwrap();
    }
}
