use crate::opt_out::fold::{left_out, same};
use unicode_normalization::UnicodeNormalization;

/// Characters of a text that are searched; nobody reads on in a longer one.
pub const INDEXED: usize = 8_192;

/// A text as it is compared, at most [`INDEXED`] characters of it: compatibility forms and case are gone, so is what is as often
/// left out (accents of Latin letters, Arabic vowels) and what cannot be seen. Digits of all scripts are ASCII, and white space
/// is one space.
///
/// Character by character, so that what was found can be shown in the text as it was written.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * INDEXED));
    for (c, _) in letters(text) {
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What a text is compared by, each letter with the place of the character that it comes from.
pub(super) fn letters(text: &str) -> impl Iterator<Item = (char, usize)> {
    text.chars().take(INDEXED).enumerate().flat_map(|(at, c)| folded(c).map(move |letter| (letter, at)))
}

fn folded(c: char) -> Letters {
    if c.is_ascii() {
        let plain = if c.is_ascii_whitespace() || c.is_ascii_control() { ' ' } else { c.to_ascii_lowercase() };
        return Letters::One(Some(plain).filter(|c| !left_out(*c)));
    }
    let mut all = Vec::with_capacity(4);
    for c in std::iter::once(c).nfkd().flat_map(char::to_lowercase).filter(|c| !left_out(*c) && !hidden(*c)) {
        match c {
            // "Groß" is written "GROSS" as well.
            'ß' => all.extend(['s', 's']),
            'ς' => all.push('σ'),
            c if c.is_whitespace() || c.is_control() => all.push(' '),
            c => all.push(digit(same(c))),
        }
    }
    Letters::Many(all.into_iter())
}

/// What is left of one character.
enum Letters {
    One(Option<char>),
    Many(std::vec::IntoIter<char>),
}

impl Iterator for Letters {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Letters::One(one) => one.take(),
            Letters::Many(many) => many.next(),
        }
    }
}

/// More that cannot be seen: direction marks, vowel points of Hebrew, tags.
const fn hidden(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{180E}' | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{05C4}'
        | '\u{05C5}' | '\u{05C7}' | '\u{E0000}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Digits of the scripts that customers write.
fn digit(c: char) -> char {
    const ZEROES: [u32; 12] =
        [0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50];
    let code = u32::from(c);
    let value = ZEROES.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}
