//! The binary as a person runs it.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

fn parlance(folder: &Path, args: &[&str], env: &[(&str, &str)], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlance"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_malformed_variable_is_named_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value) in [
        ("DATABASE_URL", "mysql://somewhere"),
        ("PARLANCE_ADDR", "everywhere"),
        ("PUBLIC_URL", "chat.example.com"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("META_APP_ID", "app"),
        ("META_APP_SECRET", "hunter2"),
        ("META_VERIFY_TOKEN", "a b"),
        ("META_GRAPH_URL", "http://graph.facebook.com"),
        ("META_GRAPH_VERSION", "25"),
        ("TOKEN_MASTER_KEY", "hunter2"),
        ("START_WEBHOOK_WORKER", "perhaps"),
        ("START_MESSAGE_RETRY_WORKER", "perhaps"),
        ("RUST_LOG", "=,="),
        ("PARLANCE_LOG_FORMAT", "xml"),
    ] {
        for command in ["serve", "migrate"] {
            let output = parlance(folder.path(), &[command], &[(variable, value)], "");
            let told = err(&output);
            assert_eq!(output.status.code(), Some(2), "{variable}: {told}");
            assert!(told.starts_with(&format!("parlance: {variable}: ")), "{told}");
            assert_eq!(told.trim_end().lines().count(), 1, "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
    assert!(!folder.path().join("data").exists(), "nothing was touched");
}

#[test]
fn serve_wants_a_master_key_and_the_file_counts_behind_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let output = parlance(folder.path(), &["serve"], &[], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).starts_with("parlance: TOKEN_MASTER_KEY: is missing"), "{}", err(&output));

    std::fs::write(folder.path().join(".env"), "PARLANCE_ADDR=nowhere\n").unwrap();
    let output = parlance(folder.path(), &["migrate"], &[], "");
    assert!(err(&output).starts_with("parlance: PARLANCE_ADDR: "), "{}", err(&output));
    let output = parlance(folder.path(), &["migrate"], &[("PARLANCE_ADDR", "127.0.0.1:0")], "");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[test]
fn usage_errors_end_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["fly"][..],
        &[],
        &["serve", "--nonsense"],
        &["create-owner", "--workspace", "Kaveri"],
        &[
            "connect-number",
            "--workspace",
            "Not A Slug",
            "--phone-number-id",
            "1",
            "--waba-id",
            "1",
            "--display-number",
            "1",
            "--token-stdin",
        ],
    ] {
        let output = parlance(folder.path(), args, &[], "");
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", err(&output));
    }
}

#[test]
fn the_demo_listens_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let output = parlance(folder.path(), &["serve", "--demo"], &[("PARLANCE_ADDR", "0.0.0.0:0")], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).starts_with("parlance: PARLANCE_ADDR: the demo"), "{}", err(&output));
}

#[test]
fn from_nothing_to_a_workspace_with_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let key = "ab".repeat(32);
    // Nobody listens there: no test asks Meta.
    let env = [("TOKEN_MASTER_KEY", key.as_str()), ("META_GRAPH_URL", "http://127.0.0.1:9")];
    let stats = parlance(folder.path(), &["stats", "--json"], &[], "");
    assert_eq!(
        out(&stats),
        concat!(
            r#"{"deliveries":{"pending":0,"done":0,"dead":0},"messages":{"inbound":0,"outbound":{"queued":0,"sending":0,"#,
            r#""accepted":0,"sent":0,"delivered":0,"read":0,"unconfirmed":0,"retry_queued":0,"failed":0,"cancelled":0,"#,
            r#""dead":0}},"conversations":0,"contacts":0,"statuses_parked":0}"#,
            "\n"
        )
    );
    assert!(folder.path().join("data/parlance.db").exists());

    let owner = ["create-owner", "--workspace", "Kaveri Home", "--email", "asha@kaveri.example", "--password-stdin"];
    let short = parlance(folder.path(), &owner, &[], "short\n");
    assert_eq!(short.status.code(), Some(2), "{}", err(&short));
    let made = parlance(folder.path(), &owner, &[], "monsoon over the western ghats\n");
    assert!(out(&made).contains("/w/kaveri-home/inbox"), "{}{}", out(&made), err(&made));

    #[cfg(unix)]
    for (name, expected) in [("", 0o700), ("parlance.db", 0o600), ("parlance-ingest.db", 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("data").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, expected, "data/{name}");
    }

    let change = |email: &str, password: &str| {
        parlance(folder.path(), &["set-password", "--email", email, "--password-stdin"], &[], password)
    };
    let unknown = change("nobody@kaveri.example", "salt wind over the backwaters\n");
    assert_eq!(unknown.status.code(), Some(2), "{}", err(&unknown));
    let short = change("asha@kaveri.example", "short\n");
    assert_eq!(short.status.code(), Some(2), "{}", err(&short));
    let changed = change("asha@kaveri.example", "salt wind over the backwaters\n");
    assert_eq!(changed.status.code(), Some(0), "{}", err(&changed));
    assert!(!out(&changed).contains("salt wind"));
    // The old one is nobody's any more: as its owner nobody makes a second workspace.
    let second = ["create-owner", "--workspace", "Second", "--email", "asha@kaveri.example", "--password-stdin"];
    let old = parlance(folder.path(), &second, &[], "monsoon over the western ghats\n");
    assert_eq!(old.status.code(), Some(2), "{}", err(&old));

    let connect = |workspace: &str, token: &str| {
        let args = [
            "connect-number",
            "--workspace",
            workspace,
            "--phone-number-id",
            "106540352242922",
            "--waba-id",
            "102290129340398",
            "--display-number",
            "+91 80 5550 0142",
            "--token-stdin",
        ];
        parlance(folder.path(), &args, &env, token)
    };
    let empty = connect("kaveri-home", "");
    assert_eq!(empty.status.code(), Some(2), "{}", err(&empty));
    let nowhere = connect("nowhere", "EAAG0123456789\n");
    assert_eq!(nowhere.status.code(), Some(2), "{}", err(&nowhere));
    let connected = connect("kaveri-home", "EAAG0123456789\n");
    assert_eq!(connected.status.code(), Some(0), "{}", err(&connected));
    assert!(!out(&connected).contains("EAAG"));

    let doctor = parlance(folder.path(), &["doctor"], &env, "");
    assert!(out(&doctor).contains("its access token opens"), "{}", out(&doctor));
    assert!(out(&doctor).contains("META_APP_SECRET"), "{}", out(&doctor));
    assert_eq!(doctor.status.code(), Some(1), "without an app secret nothing can come in");
}

/// Starts the demo, ends it as soon as it listens; its database stays.
#[cfg(unix)]
fn make_demo(folder: &Path) {
    use std::io::{BufRead, BufReader};
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlance"))
        .args(["serve", "--demo"])
        .current_dir(folder)
        .env_clear()
        .env("PARLANCE_ADDR", "127.0.0.1:0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(line.starts_with("Parlance is listening") && told.success(), "{line}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn nothing_real_gets_into_a_demo() {
    let folder = tempfile::tempdir().unwrap();
    make_demo(folder.path());
    let key = "ab".repeat(32);
    let env = [("TOKEN_MASTER_KEY", key.as_str())];
    let owner = ["create-owner", "--workspace", "Real", "--email", "asha@real.example", "--password-stdin"];
    let connect = [
        "connect-number",
        "--workspace",
        "real",
        "--phone-number-id",
        "1",
        "--waba-id",
        "2",
        "--display-number",
        "+91 80 5550 0142",
        "--token-stdin",
    ];
    for args in [&["serve"][..], &owner, &connect] {
        let output = parlance(folder.path(), args, &env, "monsoon over the western ghats\n");
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", err(&output));
        assert!(err(&output).contains("this database was made by `serve --demo`"), "{args:?}: {}", err(&output));
    }
}
