use crate::support::crate_folder;
use serde_json::Value;
use std::{collections::BTreeSet, path::PathBuf};

/// Meta's own samples, beside the repository.
const SHARED: &str = "../../shared/meta/payloads";
const OWN: &str = "tests/fixtures/webhooks";

/// One webhook body.
#[derive(Clone, Debug)]
pub struct Payload {
    /// Of ours: the file that it stands in.
    pub group: String,
    pub name: String,
    pub body: Value,
}

impl Payload {
    fn changes(&self) -> impl Iterator<Item = (&str, &Value)> {
        let entries = self.body["entry"].as_array().into_iter().flatten();
        let changes = entries.flat_map(|entry| entry["changes"].as_array().into_iter().flatten());
        changes.map(|change| (change["field"].as_str().unwrap_or_default(), &change["value"]))
    }

    /// Messages of their own in it, on either side.
    pub fn messages(&self) -> usize {
        let mut ids = BTreeSet::new();
        let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
        for (field, value) in self.changes() {
            let messages = match field {
                "messages" => list(value, "messages"),
                "smb_message_echoes" => list(value, "message_echoes"),
                "history" => {
                    let threads = list(value, "history").into_iter().flat_map(|one| list(&one, "threads"));
                    threads.flat_map(|thread| list(&thread, "messages")).collect()
                }
                _ => Vec::new(),
            };
            // These change what was there before.
            let own = |message: &&Value| !["reaction", "edit", "revoke"].iter().any(|kind| message["type"] == *kind);
            ids.extend(messages.iter().filter(own).map(|message| message["id"].to_string()));
        }
        ids.len()
    }
}

/// Ours, by name.
pub fn own() -> Vec<Payload> {
    let mut all = Vec::new();
    for path in json_files(crate_folder().join(OWN)).expect("the repository has them") {
        let group = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file: serde_json::Map<String, Value> = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        all.extend(file.into_iter().map(|(name, body)| Payload { group: group.clone(), name, body }));
    }
    all
}

/// Meta's, by name; `None`, with a word about it, where they are not at hand.
pub fn shared() -> Option<Vec<Payload>> {
    let Some(files) = json_files(crate_folder().join(SHARED)) else {
        eprintln!("skipped: Meta's samples are not here");
        return None;
    };
    let read = |path: PathBuf| {
        let body: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // Beside webhooks there are answers of Graph and messages of pop-up windows.
        body.get("entry").is_some().then(|| Payload { group: String::new(), name, body })
    };
    let all: Vec<Payload> = files.into_iter().filter_map(read).collect();
    assert!(all.len() >= 140, "the samples are complete");
    Some(all)
}

fn json_files(folder: PathBuf) -> Option<Vec<PathBuf>> {
    let paths = std::fs::read_dir(folder).ok()?.map(|file| file.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    paths.sort();
    Some(paths)
}

/// The body as it comes for this number and account.
pub fn addressed(body: &Value, phone: &str, waba: &str) -> Vec<u8> {
    let mut body = body.clone();
    for entry in body["entry"].as_array_mut().into_iter().flatten() {
        entry["id"] = waba.into();
        for change in entry["changes"].as_array_mut().into_iter().flatten() {
            for (place, id) in [("/value/metadata/phone_number_id", phone), ("/value/waba_info/waba_id", waba)] {
                if let Some(found) = change.pointer_mut(place) {
                    *found = id.into();
                }
            }
        }
    }
    body.to_string().into_bytes()
}

/// What a payload is made of: the places in it, and the words that decide how it is read.
pub fn shape(body: &Value) -> Vec<String> {
    const DECIDES: [&str; 6] = ["type", "event", "field", "status", "value", "action"];
    fn walk(value: &Value, key: &str, path: &str, out: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(key, value)| walk(value, key, &format!("{path}/{key}"), out));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, key, &format!("{path}[]"), out)),
            Value::String(word) if DECIDES.contains(&key) => drop(out.insert(format!("{path} = {word}"))),
            _ => drop(out.insert(path.to_owned())),
        }
    }
    let mut out = BTreeSet::new();
    walk(body, "", "", &mut out);
    out.into_iter().collect()
}
