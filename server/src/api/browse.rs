//! The page at `/api`: the description, for people.

use std::fmt::Write;

use serde_json::Value;

use super::{
    describe::{DESCRIPTION, operations},
    problem,
};

/// The page. Nothing on it is written by a user.
pub fn page(css: Option<&str>, theme: Option<&str>) -> String {
    let all = &*DESCRIPTION;
    let mut main = String::new();
    let mut contents = String::new();
    for tag in all["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        let _ = write!(contents, "<li><a href='#{0}'>{0}</a></li>", escape(name));
        let _ = write!(
            main,
            "<section aria-labelledby='{0}'><h2 id='{0}'>{0}</h2><p>{1}</p>",
            escape(name),
            escape(text(&tag["description"]))
        );
        for (path, method, operation) in operations(all).filter(|(_, _, operation)| operation["tags"][0] == *name) {
            operation_html(&mut main, all, path, method, operation);
        }
        main.push_str("</section>");
    }
    let style = css.map(|css| format!("<link rel=stylesheet href='{}'>", escape(css))).unwrap_or_default();
    let theme = theme.map(|theme| format!(" data-theme='{}'", escape(theme))).unwrap_or_default();
    format!(
        "<!doctype html><html lang=en{theme}><head><meta charset=utf-8>\
         <meta name=viewport content='width=device-width, initial-scale=1'><title>API · Parlance</title>\
         <link rel=icon href='/favicon.ico' type='image/svg+xml'>{style}</head>\
         <body class=apidoc><header><h1>Parlance API</h1><p>{about}</p>\
         <p>Description for programs: <a href='/api/v1/openapi.json'>/api/v1/openapi.json</a> (OpenAPI 3.1)</p>\
         <nav aria-label='Contents'><ul>{contents}<li><a href='#problems'>Problems</a></li></ul></nav></header>\
         <main id=main>{main}{problems}</main></body></html>",
        about = code(text(&all["info"]["description"])),
        problems = problems(),
    )
}

fn operation_html(page: &mut String, all: &Value, path: &str, method: &str, operation: &Value) {
    let _ = write!(
        page,
        "<details id='{id}'><summary><b class='{method}'>{upper}</b> <code>{path}</code> \
         <span>{summary}</span></summary><div><p>{about}</p>",
        id = escape(text(&operation["operationId"])),
        upper = method.to_uppercase(),
        path = escape(path),
        summary = escape(text(&operation["summary"])),
        about = code(text(&operation["description"])),
    );
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(|one| resolve(all, one));
    let rows: String = parameters
        .map(|one| {
            let (name, place) = (text(&one["name"]), text(&one["in"]));
            row(all, &format!("{name} ({place})"), &one["schema"], text(&one["description"]), one["required"] == true)
        })
        .collect();
    table(page, "Parameters", &rows);
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    table(page, "Body", &fields(all, body));
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let response = resolve(all, response);
        if status.starts_with('2') {
            let _ = write!(page, "<p><b>{status}</b> {}</p>", escape(text(&response["description"])));
            table(page, "Answer", &fields(all, &response["content"]["application/json"]["schema"]));
        }
    }
    page.push_str("</div></details>");
}

fn table(page: &mut String, caption: &str, rows: &str) {
    if !rows.is_empty() {
        let _ = write!(
            page,
            "<div class=wide tabindex=0 role=region aria-label='{caption}'><table><caption>{caption}</caption>{rows}</table></div>"
        );
    }
}

/// The fields of an object; those of a page's items with `items[].` before them.
fn fields(all: &Value, schema: &Value) -> String {
    let schema = object(all, schema);
    let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    let mut rows = String::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        rows.push_str(&row(all, name, field, text(&field["description"]), required(name)));
        let inner = object(all, &field["items"]);
        for (part, field) in inner["properties"].as_object().into_iter().flatten() {
            rows.push_str(&row(all, &format!("{name}[].{part}"), field, text(&field["description"]), false));
        }
    }
    rows
}

fn row(all: &Value, name: &str, schema: &Value, about: &str, required: bool) -> String {
    let needed = if required { " <small>required</small>" } else { "" };
    format!(
        "<tr><th scope=row><code>{}</code>{needed}</th><td>{}</td><td>{}</td></tr>",
        escape(name),
        escape(&kind(all, schema)),
        code(about)
    )
}

/// The type of a field in a few words.
fn kind(all: &Value, schema: &Value) -> String {
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return choices.iter().map(|one| kind(all, one)).collect::<Vec<_>>().join(" or ");
    }
    let schema = resolve(all, schema);
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        name => text(name).to_owned(),
    };
    if name == "array" {
        return format!("list of {}", kind(all, &schema["items"]));
    }
    match schema["format"].as_str() {
        Some("uuid") => name.replace("string", "uuid"),
        _ => name,
    }
}

/// The object behind a schema that may be absent.
fn object<'a>(all: &'a Value, schema: &'a Value) -> &'a Value {
    let choice = schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
    resolve(all, choice.unwrap_or(schema))
}

fn resolve<'a>(all: &'a Value, one: &'a Value) -> &'a Value {
    one["$ref"].as_str().and_then(|to| all.pointer(to.trim_start_matches('#'))).unwrap_or(one)
}

fn problems() -> String {
    let rows: String = problem::KINDS
        .iter()
        .map(|problem::Kind(code, status, title)| {
            format!(
                "<tr id='{code}'><th scope=row><code>{code}</code></th><td>{}</td><td>{}</td></tr>",
                status.as_u16(),
                escape(title)
            )
        })
        .collect();
    let mut section = "<section aria-labelledby=problems><h2 id=problems>Problems</h2>".to_owned();
    table(&mut section, "Codes", &rows);
    section.push_str("</section>");
    section
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// What stands between backticks is code.
fn code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{}</code>", escape(part)) } else { escape(part) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_stands_on_the_page() {
        let page = page(None, None);
        let mut count = 0;
        for (path, method, operation) in operations(&DESCRIPTION) {
            count += 1;
            assert!(page.contains(&format!("id='{}'", text(&operation["operationId"]))), "{method} {path}");
        }
        assert!(count > 20, "{count}");
        assert!(!page.contains("<script") && !page.contains("style="));
    }

    #[test]
    fn words_are_no_markup() {
        assert_eq!(code("a `b<c>` & d"), "a <code>b&lt;c&gt;</code> &amp; d");
        assert_eq!(escape("'\""), "&#39;&quot;");
    }
}
