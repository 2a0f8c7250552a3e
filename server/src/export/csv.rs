//! Entries as CSV, for spreadsheets: RFC 4180 with a byte order mark, and no field that a spreadsheet would run.

use app::ui::when::iso;
use domain::{audit::EntryView, text::is_formula, time::Millis};

const COLUMNS: [&str; 19] = [
    "position",
    "id",
    "time",
    "actor",
    "actor_id",
    "token",
    "token_id",
    "action",
    "what",
    "resource_kind",
    "resource_id",
    "resource",
    "before",
    "after",
    "remark",
    "address",
    "agent",
    "erased_at",
    "mac",
];

/// By the mark, spreadsheets know that the names in it are UTF-8.
pub fn head() -> String {
    head_of(COLUMNS)
}

pub fn head_of<T: AsRef<str>>(columns: impl IntoIterator<Item = T>) -> String {
    let mut head = "\u{feff}".to_owned();
    put_line(&mut head, columns);
    head
}

pub fn line(out: &mut String, entry: &EntryView) {
    let text = |value: Option<&String>| value.cloned().unwrap_or_default();
    let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let json = |value: Option<&serde_json::Value>| value.map(ToString::to_string).unwrap_or_default();
    let resource = entry.resource.as_ref();
    let actor = &entry.actor;
    put_line(
        out,
        [
            entry.position.map(|position| position.to_string()).unwrap_or_default(),
            entry.id.to_string(),
            moment(entry.at),
            actor.name.clone(),
            id(actor.member.map(|member| member.0)),
            text(actor.token_name.as_ref()),
            id(actor.token.map(|token| token.0)),
            entry.action.clone(),
            entry.label().to_owned(),
            text(resource.map(|on| &on.kind)),
            id(resource.map(|on| on.id)),
            text(resource.and_then(|on| on.name.as_ref())),
            json(entry.before.as_ref()),
            json(entry.after.as_ref()),
            text(entry.about.as_ref()),
            text(entry.address.as_ref()),
            text(entry.agent.as_ref()),
            entry.erased_at.map(moment).unwrap_or_default(),
            text(entry.mac.as_ref()),
        ],
    );
}

/// `2026-11-18T10:52:07.123Z`
pub fn moment(at: Millis) -> String {
    format!("{}.{:03}Z", iso(at).trim_end_matches('Z'), at.rem_euclid(1_000))
}

pub fn put_line<T: AsRef<str>>(out: &mut String, fields: impl IntoIterator<Item = T>) {
    for (nth, field) in fields.into_iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        put(out, field.as_ref());
    }
    out.push_str("\r\n");
}

/// A field; in quotes where a comma, a quote or a line end would be read as something else.
fn put(out: &mut String, field: &str) {
    // A quote mark in front makes it text.
    let guard = is_formula(field);
    if !guard && !field.contains([',', '"', '\n', '\r']) {
        out.push_str(field);
        return;
    }
    out.push('"');
    if guard {
        out.push('\'');
    }
    for c in field.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A strict reader of RFC 4180.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut lines = Vec::new();
        let mut line = Vec::new();
        let mut field = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '"' if field.is_empty() => loop {
                    match rest.next().expect("a quote is closed") {
                        '"' if rest.peek() == Some(&'"') => field.push(rest.next().unwrap()),
                        '"' => {
                            assert!(matches!(rest.peek(), Some(',' | '\r')), "behind a closing quote ends the field");
                            break;
                        }
                        c => field.push(c),
                    }
                },
                ',' => line.push(std::mem::take(&mut field)),
                '\r' => {
                    assert_eq!(rest.next(), Some('\n'));
                    line.push(std::mem::take(&mut field));
                    lines.push(std::mem::take(&mut line));
                }
                '"' | '\n' => panic!("{c:?} stands unquoted"),
                c => field.push(c),
            }
        }
        assert!(line.is_empty() && field.is_empty(), "the last line ends");
        lines
    }

    #[test]
    fn formulas_become_text() {
        for (field, written) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "\"'=1+1\""),
            ("  =1+1", "\"'  =1+1\""),
            ("+91 80", "\"'+91 80\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\tx", "\"'\tx\""),
            ("＝1", "\"'＝1\""),
            ("a=1", "a=1"),
        ] {
            let mut out = String::new();
            put(&mut out, field);
            assert_eq!(out, written, "{field:?}");
        }
    }

    #[test]
    fn moments_have_milliseconds() {
        assert_eq!(moment(1_794_999_127_042), "2026-11-18T10:52:07.042Z");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(lines in prop::collection::vec(prop::array::uniform3(
            prop_oneof!["[ -~]{0,12}", "[=+@,\"\r\n\t 'é＝-]{0,6}", any::<String>()]), 0..6)) {
            let mut out = String::new();
            for line in &lines {
                put_line(&mut out, line.clone());
            }
            let read = read(&out);
            prop_assert_eq!(read.len(), lines.len());
            for (field, written) in read.iter().flatten().zip(lines.iter().flatten()) {
                prop_assert!(!is_formula(field), "{:?}", field);
                let guarded = if is_formula(written) { format!("'{written}") } else { written.clone() };
                prop_assert_eq!(field, &guarded);
            }
        }
    }
}
