//! `parlance backup` and `parlance restore`, as a person runs them.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

const KEY: &str = "abababababababababababababababababababababababababababababababab";
const OTHER: &str = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

fn command(folder: &Path, args: &[&str], key: &str, data: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlance"));
    let url = format!("sqlite://{data}/parlance.db");
    command.args(args).current_dir(folder).env_clear().env("TOKEN_MASTER_KEY", key).env("DATABASE_URL", url);
    // Nobody listens there: no test asks Meta.
    command.env("META_GRAPH_URL", "http://127.0.0.1:9").env("PARLANCE_ADDR", "127.0.0.1:0");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn parlance(folder: &Path, args: &[&str], key: &str, data: &str, stdin: &str) -> Output {
    let mut child = command(folder, args, key, data).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn shown(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

fn ends(output: &Output, code: i32, says: &str) {
    assert_eq!(output.status.code(), Some(code), "{}", shown(output));
    assert!(shown(output).contains(says), "{says:?} is not in {}", shown(output));
    assert!(!shown(output).contains(&KEY[..16]), "{}", shown(output));
}

/// A running server; stopped when dropped.
struct Server(Child);

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = command(folder, &["serve"], KEY, "data").stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("Parlance is listening"), "{line}");
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn from_one_folder_into_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let nothing = parlance(folder, &["backup", "b.parlance"], KEY, "data", "");
    ends(&nothing, 1, "the database cannot be opened");
    assert!(!folder.join("data").exists() && !folder.join("b.parlance").exists(), "nothing was made");

    let owner = ["create-owner", "--workspace", "Kaveri", "--email", "a@example.com", "--password-stdin"];
    ends(&parlance(folder, &owner, KEY, "data", "a long enough password\n"), 0, "/w/kaveri/inbox");
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
    ends(&parlance(folder, &number, KEY, "data", "EAAtoken\n"), 0, "is connected");
    std::fs::create_dir_all(folder.join("data").join("media")).unwrap();
    std::fs::write(folder.join("data").join("media").join("picture"), "bytes").unwrap();

    let server = Server::start(folder);
    let made = parlance(folder, &["backup", "b.parlance"], KEY, "data", "");
    drop(server);
    ends(&made, 0, "1 workspaces");
    ends(&made, 0, "1 files of media");
    ends(&made, 0, "The master key is not in it");
    ends(&parlance(folder, &["backup", "b.parlance"], KEY, "data", ""), 2, "exists already");

    // Into a pipe: what is said stands beside it.
    let piped = parlance(folder, &["backup", "-"], KEY, "data", "");
    ends(&piped, 0, "1 files of media");
    assert!(piped.stdout.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]), "nothing but the backup");
    assert!(String::from_utf8_lossy(&piped.stderr).contains("The master key is not in it"));
    std::fs::write(folder.join("piped.parlance"), &piped.stdout).unwrap();
    ends(&parlance(folder, &["restore", "piped.parlance"], KEY, "piped", ""), 0, "1 files of media");
    assert_eq!(std::fs::read(folder.join("piped").join("media").join("picture")).unwrap(), b"bytes");
    let half = &piped.stdout[..piped.stdout.len() / 2];
    std::fs::write(folder.join("half.parlance"), half).unwrap();
    ends(&parlance(folder, &["restore", "half.parlance"], KEY, "half", ""), 1, "damaged or incomplete");

    let other = parlance(folder, &["restore", "b.parlance"], OTHER, "new", "");
    ends(&other, 2, "which is not configured");
    assert!(!folder.join("new").join("parlance.db").exists());
    let restored = parlance(folder, &["restore", "b.parlance"], KEY, "new", "");
    ends(&restored, 0, "Restored in");
    ends(&restored, 0, "KiB of ");
    ends(&restored, 0, "Everybody is signed out");
    ends(&restored, 0, "No message waited to be sent");
    assert_eq!(std::fs::read(folder.join("new").join("media").join("picture")).unwrap(), b"bytes");
    #[cfg(unix)]
    for (name, expected) in [("", 0o700), ("parlance.db", 0o600), ("parlance-ingest.db", 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.join("new").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, expected, "new/{name}");
    }
    let mut left: Vec<_> =
        std::fs::read_dir(folder.join("new")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["media", "parlance-ingest.db", "parlance.db"]);

    let doctor = parlance(folder, &["doctor", "--json"], KEY, "new", "");
    let checks: serde_json::Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let token = checks.as_array().unwrap().iter().find(|check| check["name"] == "number 1001").unwrap();
    assert_eq!(token["state"], "ok", "{token}");
    assert_eq!(doctor.status.code(), Some(1), "Meta cannot be reached");
    ends(&parlance(folder, &["restore", "b.parlance"], KEY, "new", ""), 2, "into an empty folder only");
    // The key is lost.
    let lost = parlance(folder, &["restore", "b.parlance", "--without-key"], OTHER, "third", "");
    ends(&lost, 0, "do not open: connect every number again");
}

#[test]
fn what_is_no_backup_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not a backup").unwrap();
    ends(&parlance(folder.path(), &["restore", "notes.txt"], KEY, "data", ""), 2, "is no backup that Parlance made");
    ends(&parlance(folder.path(), &["restore", "missing"], KEY, "data", ""), 1, "missing: ");
    ends(&parlance(folder.path(), &["restore"], KEY, "data", ""), 2, "FILE");
}
