use super::fold;

/// Characters of a question that are read.
pub const QUERY_LIMIT: usize = 128;
/// Letters that a word needs to be found anywhere in a text; shorter ones only narrow what others find.
pub const MIN: usize = 3;
/// Words that are looked for.
const WORDS: usize = 8;

/// What somebody looks for. Nothing in it has a meaning of its own: every character is looked for as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Folded; never empty.
    words: Vec<String>,
    /// Of something that looks like a phone number.
    digits: Option<String>,
}

impl Query {
    /// `None` when nothing is left that could be looked for.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().take(QUERY_LIMIT).collect();
        let folded = fold(&text);
        let words: Vec<String> =
            folded.split(' ').filter(|word| !word.is_empty()).take(WORDS).map(str::to_owned).collect();
        let number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '.' | '(' | ')' | '/');
        let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
        let digits = Some(digits).filter(|digits| !digits.is_empty() && folded.chars().all(number));
        (!words.is_empty()).then_some(Self { words, digits })
    }

    /// Whether texts can be searched for it: one of its words is long enough.
    pub fn reaches_text(&self) -> bool {
        self.long().next().is_some()
    }

    /// Whether it is found anywhere in names and numbers, and not only at their beginning.
    pub fn reaches_inside_names(&self) -> bool {
        self.digits.as_ref().map_or_else(|| self.reaches_text(), |digits| digits.len() >= MIN)
    }

    /// Words that are long enough to be looked for by themselves.
    pub fn long(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str).filter(|word| long(word))
    }

    /// The same for names and numbers.
    pub fn long_in_names(&self) -> Vec<&str> {
        match &self.digits {
            Some(digits) => vec![digits.as_str()],
            None => self.long().collect(),
        }
    }

    /// What a name, a username or a number has to begin with, where the question is too short for more: what they would begin
    /// with, and what they would be before.
    pub fn prefix(&self) -> (String, String) {
        let begin = self.digits.clone().unwrap_or_else(|| self.words.join(" ").trim_start_matches('@').to_owned());
        let end = format!("{begin}{}", char::MAX);
        (begin, end)
    }

    /// Whether a folded text has all of its words.
    pub fn is_in(&self, folded: &str) -> bool {
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// Whether it fits a contact.
    pub fn is_in_contact(&self, name: &str, username: Option<&str>, phone: Option<&str>) -> bool {
        if self.reaches_inside_names() {
            let text = contact_text(name, username, phone);
            return self.digits.as_ref().is_some_and(|digits| text.contains(digits.as_str())) || self.is_in(&text);
        }
        let (begin, _) = self.prefix();
        let begins = |text: &str| fold(text).starts_with(&begin);
        begins(name) || username.is_some_and(begins) || phone.is_some_and(begins)
    }

    /// What is highlighted in texts, and beside the words in names and numbers.
    pub(super) fn marked(&self) -> impl Iterator<Item = &str> {
        let digits = self.digits.iter().filter(|digits| !self.words.contains(digits));
        self.words.iter().chain(digits).map(String::as_str)
    }
}

fn long(word: &str) -> bool {
    word.chars().nth(MIN - 1).is_some()
}

/// What of a contact is searched: `@name` and `+digits` are found with their signs and without.
pub fn contact_text(name: &str, username: Option<&str>, phone: Option<&str>) -> String {
    let mut text = name.to_owned();
    for (sign, part) in [('@', username), ('+', phone)] {
        if let Some(part) = part {
            text.extend([' ', sign]);
            text.push_str(part);
        }
    }
    fold(&text)
}

/// Every three letters in a row of a folded text, as numbers, each once. Two that share a number do no harm: what an index finds
/// is compared with the text itself.
pub fn grams(folded: &str) -> Vec<i32> {
    let mut all = Vec::with_capacity(folded.len());
    for word in folded.split(' ') {
        let letters: Vec<char> = word.chars().collect();
        all.extend(letters.windows(MIN).map(|three| {
            // FNV-1a over whole letters.
            let hash = three.iter().fold(0x811c_9dc5_u32, |hash, c| (hash ^ u32::from(*c)).wrapping_mul(0x0100_0193));
            (hash ^ (hash >> 15)).cast_signed()
        }));
    }
    all.sort_unstable();
    all.dedup();
    all
}
