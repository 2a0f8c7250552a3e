//! Text from strangers, made storable and comparable.

use unicode_normalization::UnicodeNormalization;

/// Removes U+0000, which PostgreSQL refuses in text. Everything else is kept as it came.
pub fn storable(s: &str) -> String {
    if s.contains('\0') { s.replace('\0', "") } else { s.to_owned() }
}

/// Compatibility-decomposed, lower-cased, without combining marks: for comparing and sorting names, not for showing.
pub fn ascii_fold(s: &str) -> String {
    s.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The first line's worth of a message for a list: white space joined, cut at `limit` characters with an ellipsis.
pub fn preview(s: &str, limit: usize) -> String {
    let mut out = String::new();
    let joined = s.split_whitespace().flat_map(|word| std::iter::once(' ').chain(word.chars())).skip(1);
    for (count, c) in joined.enumerate() {
        if count == limit {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

/// An e-mail address as accounts are keyed by: trimmed and lower-cased.
///
/// # Errors
/// When it has no `@` with something on both sides, has spaces, or is longer than 254 bytes.
pub fn email(s: &str) -> Result<String, crate::Error> {
    let folded = s.trim().to_lowercase();
    let fine = folded.len() <= 254
        && !folded.chars().any(|c| c.is_whitespace() || c.is_control())
        && folded.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.len() > 1 && !host.contains('@'));
    if fine { Ok(folded) } else { Err(crate::Error::invalid("email", "expected an address like asha@example.com")) }
}

/// The digits of a phone number, or `None` when there are fewer than 5 or more than 20.
pub fn digits(s: &str) -> Option<String> {
    let digits: String = s.chars().filter(char::is_ascii_digit).collect();
    (5..=20).contains(&digits.len()).then_some(digits)
}

/// Up to two initials of a name for an avatar; `?` when there is no letter.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    let initials: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if initials.is_empty() { "?".to_owned() } else { initials }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_join_and_cut() {
        assert_eq!(preview("  Hello\n\n world  ", 80), "Hello world");
        assert_eq!(preview("abcdef", 3), "abc…");
        assert_eq!(preview("abc", 3), "abc");
        assert_eq!(preview("", 3), "");
    }

    #[test]
    fn emails() {
        assert_eq!(email(" Asha@Example.COM ").as_deref(), Ok("asha@example.com"));
        for bad in ["", "a", "@b.c", "a@", "a b@c.d", "a@b@c"] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn initials_of_names() {
        assert_eq!(initials("Meera Krishnan"), "MK");
        assert_eq!(initials("Madonna"), "M");
        assert_eq!(initials("João Pedro Alves"), "JA");
        assert_eq!(initials("🙏"), "?");
    }
}
