//! Text from strangers, made storable and comparable.

use unicode_normalization::UnicodeNormalization;

/// Removes U+0000, which PostgreSQL refuses in text. Everything else is kept as it came.
pub fn storable(s: &str) -> String {
    if s.contains('\0') { s.replace('\0', "") } else { s.to_owned() }
}

/// What a spreadsheet would take for a formula, also behind blanks and with the wide signs of East Asian keyboards.
pub fn is_formula(s: &str) -> bool {
    s.starts_with(['\t', '\r', '\n'])
        || s.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'])
}

/// Compatibility-decomposed, lower-cased, without combining marks: for comparing and sorting names, not for showing.
pub fn ascii_fold(s: &str) -> String {
    s.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// A name of a file as a stranger gives it, without what turns letters around or hides them, in one line; `None` when nothing is
/// left.
pub fn file_name(s: &str) -> Option<String> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let visible: String = s.chars().filter(|c| !hidden(*c)).collect();
    Some(preview(&visible, 200)).filter(|name| !name.is_empty())
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

/// The host of an address that a stranger gives, if it may become a link: http or https, nothing before the host that looks
/// like one, and no letters in it that look like others.
pub fn link_host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let host = rest.split(['/', '?', '#', '\\']).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let fine = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
        && host.chars().all(plain)
        && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    fine.then_some(host)
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
    fn file_names_say_what_they_are() {
        assert_eq!(file_name("invoice\u{202e}fdp.exe").as_deref(), Some("invoicefdp.exe"));
        assert_eq!(file_name(" a\r\n\0 b\u{feff}.pdf ").as_deref(), Some("a b.pdf"));
        assert_eq!(file_name("Größe 📄.pdf").as_deref(), Some("Größe 📄.pdf"));
        assert_eq!(file_name("\u{200b}\u{7}"), None);
    }

    #[test]
    fn only_plain_web_addresses_become_links() {
        assert_eq!(link_host("https://fb.me/x?y#z"), Some("fb.me"));
        assert_eq!(link_host("HTTP://a-b.example:8080"), Some("a-b.example:8080"));
        for bad in [
            "javascript:alert(1)",
            "javascript://x/%0aalert(1)",
            "//x.y",
            "https://",
            "https:///x",
            "https://user@x.y/",
            "https://x.y\\@z/",
            "https://аpple.com/",
            "https://x.y/a b",
            "https://x.y/\n",
            "data:text/html,x",
        ] {
            let host = link_host(bad);
            assert!(host.is_none() || bad == "https://x.y\\@z/" && host == Some("x.y"), "{bad}");
        }
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
