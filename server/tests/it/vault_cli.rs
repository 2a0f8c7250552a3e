//! `parlance vault`, as a person runs it: a new master key.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

const DATABASE: (&str, &str) = ("DATABASE_URL", "sqlite://parlance.db");
/// Nobody listens there: no test asks Meta.
const GRAPH: (&str, &str) = ("META_GRAPH_URL", "http://127.0.0.1:9");

fn parlance(folder: &Path, args: &[&str], keys: (&str, &str), stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlance"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs([DATABASE, GRAPH, ("TOKEN_MASTER_KEY", keys.0), ("TOKEN_MASTER_KEYS_OLD", keys.1)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn shown(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

fn fine(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", shown(output));
    shown(output)
}

#[test]
fn a_new_master_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (old, new) = ("5a".repeat(32), "3c".repeat(32));
    let owner = ["create-owner", "--workspace", "Kaveri", "--email", "a@example.com", "--password-stdin"];
    fine(&parlance(folder, &owner, (&old, ""), "a long enough password\n"));
    let number = [
        "connect-number",
        "--workspace",
        "kaveri",
        "--phone-number-id",
        "1001",
        "--waba-id",
        "2002",
        "--display-number",
        "+91 80 5550 0142",
        "--token-stdin",
    ];
    fine(&parlance(folder, &number, (&old, ""), "EAAtoken\n"));

    // Without the old key nothing opens, and both commands say so and change nothing.
    for command in ["status", "rotate"] {
        let output = parlance(folder, &["vault", command], (&new, ""), "");
        assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    }
    let doctor = parlance(folder, &["doctor"], (&new, ""), "");
    assert!(shown(&doctor).contains("TOKEN_MASTER_KEYS_OLD"), "{}", shown(&doctor));

    let both = (new.as_str(), old.as_str());
    assert!(fine(&parlance(folder, &["vault", "status"], both, "")).contains("to be sealed"));
    let rotated = fine(&parlance(folder, &["vault", "rotate"], both, ""));
    assert!(rotated.contains("are now sealed under another key"), "{rotated}");
    let status = fine(&parlance(folder, &["vault", "status"], (&new, ""), ""));
    assert!(status.contains("seals") && !status.contains("MISSING"), "{status}");
    let doctor = shown(&parlance(folder, &["doctor"], (&new, ""), ""));
    assert!(doctor.contains("its access token opens"), "{doctor}");
    for text in [&rotated, &status, &doctor] {
        assert!(!text.contains(&old[..16]) && !text.contains(&new[..16]) && !text.contains("EAAtoken"), "{text}");
    }
}

#[cfg(not(feature = "aws"))]
#[test]
fn keys_at_aws_need_a_program_that_was_built_for_them() {
    let folder = tempfile::tempdir().unwrap();
    for key in ["aws-kms:alias/parlance", "aws-secret:parlance"] {
        let output = parlance(folder.path(), &["vault", "status"], (key, ""), "");
        assert_eq!(output.status.code(), Some(2));
        assert!(shown(&output).contains("built without AWS"), "{}", shown(&output));
    }
}
