use crate::{
    Error,
    text::storable,
    time::{DAY, Millis},
};

/// A message can be reacted to for so long. Source: Cloud API, reaction messages.
pub const REACTION_WITHIN: Millis = 30 * DAY;

/// Exactly one emoji, as it is sent; nothing takes a reaction back.
///
/// # Errors
/// `Invalid` for anything else.
pub fn reaction(text: &str) -> Result<Option<String>, Error> {
    let text = storable(text).trim().to_owned();
    match text.as_str() {
        "" => Ok(None),
        emoji if one_emoji(emoji) => Ok(Some(text)),
        _ => Err(Error::invalid("reaction", "send one emoji, or none to take the reaction back")),
    }
}

/// The shapes of Unicode's UTS 51: a sign with what changes it, joined with others by a zero-width joiner; a flag of two letters;
/// a key.
fn one_emoji(text: &str) -> bool {
    const JOINER: char = '\u{200D}';
    let is_letter = |c: char| ('\u{1F1E6}'..='\u{1F1FF}').contains(&c);
    let mut flag = text.chars();
    if let (Some(a), Some(b), None) = (flag.next(), flag.next(), flag.next())
        && is_letter(a)
        && is_letter(b)
    {
        return true;
    }
    if text.chars().count() > EMOJI_LIMIT {
        return false;
    }
    text.split(JOINER).all(|part| {
        let mut chars = part.chars();
        let Some(sign) = chars.next() else { return false };
        let rest = chars.as_str();
        if sign.is_ascii() {
            // A key ends in its frame.
            return matches!(sign, '0'..='9' | '#' | '*') && matches!(rest, "\u{FE0F}\u{20E3}" | "\u{20E3}");
        }
        is_sign(sign) && rest.chars().all(changes)
    })
}

/// Characters of the longest emoji, with room for some that are still to come.
const EMOJI_LIMIT: usize = 24;

fn is_sign(c: char) -> bool {
    matches!(c, '©' | '®' | '\u{203C}'..='\u{3299}' | '\u{1F000}'..='\u{1F1E5}' | '\u{1F200}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}')
        && !c.is_alphabetic()
}

/// Colour of skin, look, or the tags of a flag.
fn changes(c: char) -> bool {
    matches!(c, '\u{FE0F}' | '\u{FE0E}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reaction_is_one_emoji() {
        let fine = ["👍", "❤️", "❤", "👍🏽", "👩🏽‍🚀", "👨‍👩‍👧‍👦", "🇮🇳", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "3️⃣", "🏳️‍🌈", "©", "‼️", "㊙️", "☺"];
        for emoji in fine {
            assert_eq!(reaction(&format!(" {emoji}\n")), Ok(Some(emoji.to_owned())), "{emoji}");
        }
        for none in ["", "  ", "\0"] {
            assert_eq!(reaction(none), Ok(None));
        }
        for wrong in ["ok", "👍👍", "👍!", "3", "#", "🇮", "🇮🇳🇮🇳", "é", "日", "👍‍", "‍", "\u{FE0F}", &"👍‍".repeat(20)]
        {
            assert!(reaction(wrong).is_err(), "{wrong}");
        }
    }
}
