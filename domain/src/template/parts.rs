/// A piece of a template's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    /// `1` for `{{1}}`, `order` for `{{order}}`.
    Variable(&'a str),
}

/// Cuts a template's text at its variables. What is in braces but no variable is text.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut look = 0;
    while let Some(begin) = text[look..].find("{{").map(|at| look + at) {
        let Some(end) = text[begin..].find("}}").map(|at| begin + at) else { break };
        let name = text[begin + 2..end].trim();
        if !is_variable(name) {
            look = begin + 1;
            continue;
        }
        if begin > from {
            parts.push(Part::Text(&text[from..begin]));
        }
        parts.push(Part::Variable(name));
        from = end + 2;
        look = from;
    }
    if from < text.len() {
        parts.push(Part::Text(&text[from..]));
    }
    parts
}

/// Digits, or small letters, digits and `_`.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The variables of a text, each once: positional ones by number, named ones as they come.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for part in parts(text) {
        if let Part::Variable(name) = part
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    if found.iter().all(|name| name.bytes().all(|b| b.is_ascii_digit())) {
        // As text of equal length by number: longer ones are larger.
        found.sort_by_key(|name| (name.len(), *name));
    }
    found
}
