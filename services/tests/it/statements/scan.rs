//! Reads the statements out of the source, as the compiler would see them.

use std::path::{Path, PathBuf};

/// A SQL text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Below `services/src`, with `/`.
    pub file: String,
    /// Of the constant; `None` for a text that is not one.
    pub name: Option<String>,
    pub sql: String,
}

/// Which engines a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engines {
    Both,
    Sqlite,
    Postgres,
}

impl Statement {
    pub fn engines(&self) -> Engines {
        match self.file.strip_prefix("db/dialect/") {
            Some(rest) if rest.starts_with("sqlite") => Engines::Sqlite,
            Some(rest) if rest.starts_with("postgres") => Engines::Postgres,
            _ => Engines::Both,
        }
    }

    pub fn place(&self) -> String {
        format!("services/src/{} {}", self.file, self.name.as_deref().unwrap_or("(not a constant)"))
    }
}

/// All statements of the crate.
pub fn statements() -> Vec<Statement> {
    let root = crate::support::crate_folder().join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        all.extend(scan(&name, &text));
    }
    all
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}

/// The statements of one file: every string literal that begins like one.
pub fn scan(file: &str, source: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        at += if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\") {
            rest[2..].find('\'').map_or(rest.len(), |end| end + 3)
        } else if let Some((text, length)) = literal(rest) {
            let sql = text.trim();
            if ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|verb| sql.starts_with(verb)) {
                let name = constant_before(&source[..at]);
                found.push(Statement { file: file.to_owned(), name, sql: sql.to_owned() });
            }
            length
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
    }
    found
}

/// A string literal at the beginning of `source`: its value and the length of its source.
fn literal(source: &str) -> Option<(String, usize)> {
    if let Some(raw) = source.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = body.find(&end)?;
        return Some((body[..length].to_owned(), 1 + hashes + 1 + length + end.len()));
    }
    let body = source.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = body.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((value, i + 2)),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                '\n' => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                c => value.push(c),
            },
            c => value.push(c),
        }
    }
    None
}

/// The constant whose value begins here: `const NAME: &str =` right before.
fn constant_before(source: &str) -> Option<String> {
    let head = source.trim_end().strip_suffix('=')?;
    let declaration = &head[head.rfind("const ")? + "const ".len()..];
    let (name, of) = declaration.split_once(':')?;
    let text = matches!(of.trim(), "&str" | "&'static str");
    (text && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then(|| name.to_owned())
}

#[test]
fn the_scanner_sees_what_the_compiler_sees() {
    let source = r####"
        // const NOT: &str = "SELECT 0";
        const A: &str = "SELECT \"a\",
            1 \
            FROM b";
        pub(crate) const B: &'static str =
            r#"UPDATE "c" SET d = 'e'"#;
        const QUOTE: char = '"';
        fn f<'a>(s: &'a str) { run("DELETE FROM g"); log("select one"); }
        const OTHER: &str = "nothing";
    "####;
    let found: Vec<_> = scan("x.rs", source).into_iter().map(|s| (s.name, s.sql)).collect();
    let a = "SELECT \"a\",\n            1 FROM b".to_owned();
    assert_eq!(
        found,
        [
            (Some("A".to_owned()), a),
            (Some("B".to_owned()), "UPDATE \"c\" SET d = 'e'".to_owned()),
            (None, "DELETE FROM g".to_owned()),
        ]
    );
}

#[test]
fn every_statement_is_a_constant() {
    let all = statements();
    assert!(all.len() > 40, "the scanner found only {} statements", all.len());
    let loose: Vec<_> = all.iter().filter(|s| s.name.is_none()).map(|s| format!("{}: {}", s.place(), s.sql)).collect();
    assert!(loose.is_empty(), "make these constants, so that they are tested: {loose:#?}");
}
