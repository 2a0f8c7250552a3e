//! The borders between the crates (docs/ARCHITECTURE.md, "Folders"): which crate may depend on which.
//!
//! Only normal dependencies count: a test may use more than the code it tests.

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What a crate may use, or must never use.
#[derive(Clone, Copy)]
enum Rule {
    /// These and nothing else.
    Only(&'static [&'static str]),
    /// Everything but these; of our own crates only those named second.
    Never(&'static [&'static str], &'static [&'static str]),
}

const OURS: [&str; 9] = ["domain", "services", "app", "frontend", "server", "simulator", "bench", "xtask", "vault-aws"];

const RULES: [(&str, Rule); 9] = [
    (
        "domain",
        Rule::Only(&["serde", "serde_json", "thiserror", "uuid", "unicode-normalization", "unicode-segmentation"]),
    ),
    ("services", Rule::Never(&["axum", "leptos", "leptos_axum", "leptos_meta", "leptos_router", "clap"], &["domain"])),
    ("app", Rule::Never(&["sqlx", "reqwest", "apalis", "apalis-core", "apalis-cron", "axum"], &["domain", "services"])),
    ("frontend", Rule::Only(&["app", "leptos", "wasm-bindgen", "console_error_panic_hook"])),
    // No SQL text outside services: the server cannot even name the crate.
    (
        "server",
        Rule::Never(
            &["sqlx", "apalis", "apalis-core", "apalis-cron"],
            &["app", "domain", "services", "simulator", "vault-aws"],
        ),
    ),
    ("simulator", Rule::Never(&["sqlx", "leptos", "apalis"], &[])),
    ("bench", Rule::Never(&[], &["domain", "services", "server", "simulator"])),
    ("xtask", Rule::Never(&["tokio", "axum", "leptos", "sqlx"], &[])),
    ("vault-aws", Rule::Never(&["sqlx", "axum", "leptos", "apalis"], &["services"])),
];

/// Dependencies that only a feature turns on.
const ONLY_OPTIONAL: [(&str, &str); 3] = [("app", "services"), ("app", "leptos_axum"), ("server", "vault-aws")];

/// One line of `[dependencies]`.
#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
    optional: bool,
}

fn edges() -> Vec<Edge> {
    let manifest = crate::support::crate_folder().join("../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata");
    let mut edges = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
            edges.push(Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                optional: dependency.optional,
            });
        }
    }
    edges
}

/// One sentence for each edge that crosses a border.
fn crossings(edges: &[Edge]) -> Vec<String> {
    edges.iter().filter_map(|edge| Some(format!("{} -> {}: {}", edge.from, edge.to, crossing(edge)?))).collect()
}

fn crossing(edge: &Edge) -> Option<&'static str> {
    let Some((_, rule)) = RULES.iter().find(|(name, _)| *name == edge.from) else {
        return Some("the crate has no line in the table of borders");
    };
    let to = edge.to.as_str();
    let forbidden = match rule {
        Rule::Only(allowed) => !allowed.contains(&to),
        Rule::Never(never, ours) => never.contains(&to) || (OURS.contains(&to) && !ours.contains(&to)),
    };
    if forbidden {
        return Some("forbidden by the table of borders");
    }
    let must_be_optional = ONLY_OPTIONAL.contains(&(edge.from.as_str(), to));
    (must_be_optional && !edge.optional).then_some("must be optional: only the server's half of the pages may see it")
}

#[test]
fn no_crate_crosses_a_border() {
    let edges = edges();
    assert!(
        edges.iter().any(|edge| edge.from == "server" && edge.to == "services"),
        "the workspace was read: {edges:?}"
    );
    let crossings = crossings(&edges);
    assert!(crossings.is_empty(), "forbidden dependencies (docs/ARCHITECTURE.md, Folders):\n{}", crossings.join("\n"));
}

#[test]
fn forbidden_edges_are_found() {
    let forbidden = [
        ("domain", "tokio"),
        ("domain", "services"),
        ("services", "axum"),
        ("services", "simulator"),
        ("app", "sqlx"),
        ("app", "server"),
        ("frontend", "services"),
        ("server", "sqlx"),
        ("simulator", "domain"),
        ("bench", "app"),
        ("xtask", "domain"),
        ("newcomer", "serde"),
    ];
    for (from, to) in forbidden {
        let edge = Edge { from: from.to_owned(), to: to.to_owned(), optional: true };
        let found = crossings(&[edge]);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("{from} -> {to}: ")),
            "{from} -> {to} gave {found:?}"
        );
    }
    let always_on = Edge { from: "app".to_owned(), to: "services".to_owned(), optional: false };
    assert_eq!(crossings(&[always_on]).len(), 1);
    let allowed = Edge { from: "app".to_owned(), to: "services".to_owned(), optional: true };
    assert_eq!(crossings(&[allowed]), Vec::<String>::new());
}

#[test]
fn every_crate_of_the_workspace_has_a_rule() {
    for ours in OURS {
        assert!(RULES.iter().any(|(name, _)| *name == ours), "{ours}");
    }
}
