use unicode_normalization::UnicodeNormalization;

/// Characters of the longest phrase that is compared.
pub const LIMIT: usize = 64;

/// A message as it is compared: compatibility forms, case and the marks that people leave out are gone, so are emoji,
/// punctuation and white space around it; runs of white space and hyphens within it are one space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let letters = text.nfkd().flat_map(char::to_lowercase).filter(|c| !left_out(*c)).map(same);
    for c in letters {
        match c {
            // "Groß" is written "GROSS" as well.
            'ß' => out.push_str("ss"),
            c if joins(c) => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.trim_matches(|c: char| !says(c)).to_owned()
}

/// Marks that are as often left out, and what cannot be seen.
pub(crate) const fn left_out(c: char) -> bool {
    matches!(c,
        // Accents of the Latin script; a Turkish capital I keeps its dot as one.
        '\u{0300}'..='\u{036F}'
        // Arabic vowels, hamza above and below, lengthening.
        | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}'
        // The dot below Devanagari letters of foreign words.
        | '\u{093C}'
        // Apostrophes: "d'accord", "don’t".
        | '\'' | '’' | '‘' | 'ʼ' | '`'
        // Joiners, directions, soft hyphens, variation selectors.
        | '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        | '\u{FE00}'..='\u{FE0F}')
}

/// Letters that are written for each other.
pub(crate) const fn same(c: char) -> char {
    match c {
        'ı' => 'i',
        'ى' | 'ی' => 'ي',
        'ة' => 'ه',
        'ک' => 'ك',
        '\u{0901}' => '\u{0902}',
        c => c,
    }
}

fn joins(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '-' | '_' | '‐'..='―' | '−')
}

/// Whether it is part of a word or number. Letters in boxes are emoji.
fn says(c: char) -> bool {
    c.is_alphanumeric() && !('\u{1F100}'..='\u{1F2FF}').contains(&c)
}
