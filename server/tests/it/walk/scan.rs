//! Which doors there are: read from the source and from the registries, so that a new one cannot be forgotten.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Every route of the server, page and server function, as `METHOD /path`. A parameter is `{}`.
pub fn doors() -> BTreeSet<String> {
    let mut doors = BTreeSet::new();
    let root = crate::support::crate_folder().join("src");
    for file in files(&root) {
        let text = std::fs::read_to_string(&file).unwrap();
        doors.extend(routes(text.split("#[cfg(test)]").next().unwrap_or_default()));
    }
    app::register_server_functions();
    doors.extend(leptos::server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}")));
    let pages = leptos_axum::generate_route_list(app::App);
    doors.extend(pages.iter().map(|page| format!("PAGE {}", plain(page.path()))));
    doors
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    found
}

/// The routes of one file: the text and the methods of each `.route("…", get(…).post(…))`.
fn routes(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in source.split(".route(").skip(1) {
        let Some((_, rest)) = call.split_once('"') else { continue };
        let Some((path, rest)) = rest.split_once('"') else { continue };
        let end = closing(rest);
        let handlers = &rest[..end];
        for method in ["get", "post", "put", "patch", "delete"] {
            if handlers.contains(&format!(" {method}(")) || handlers.contains(&format!(".{method}(")) {
                found.push(format!("{} {}", method.to_uppercase(), plain(path)));
            }
        }
        assert!(handlers.contains('('), "{path}: write the handlers of a route where it is");
    }
    found
}

/// Where the bracket closes that was open before `rest`.
fn closing(rest: &str) -> usize {
    let mut depth = 1_i32;
    for (place, c) in rest.char_indices() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth == 0 {
            return place;
        }
    }
    rest.len()
}

/// A path without the names of its parameters.
fn plain(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with(['{', ':']) { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn routes_are_found() {
    let source = r#"Router::new().route("/a/{id}", get(one).post(two))
        .route("/b", delete(async |x: Path<(A, B)>| three(x).await)).route(
            "/c/{*rest}",
            put(four),
        )"#;
    assert_eq!(routes(source), ["GET /a/{}", "POST /a/{}", "DELETE /b", "PUT /c/{}"]);
}
