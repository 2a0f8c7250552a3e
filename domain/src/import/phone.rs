use crate::contact;

/// The digits of an international number from what stands in a spreadsheet. `calling_code` is given to numbers that have
/// none: `91`, or nothing.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn number(written: &str, calling_code: &str) -> Result<String, String> {
    let left_out = |c: &char| matches!(c, '\u{a0}' | '/' | '\u{200e}' | '\u{202a}' | '\u{202c}');
    let text: String = written.trim().chars().filter(|c| !left_out(c)).collect();
    if text.is_empty() {
        return Err("There is no phone number.".to_owned());
    }
    if text.contains(['E', 'e']) && text.contains(|c: char| c.is_ascii_digit()) {
        return Err(format!(
            "{text:?} was shortened by a spreadsheet: format the column as text, and save the file again."
        ));
    }
    let wrong = || format!("{text:?} is no phone number: expected one like +919845550117.");
    let international = if text.starts_with('+') {
        text.clone()
    } else if let Some(rest) = text.strip_prefix("00") {
        format!("+{rest}")
    } else {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        if calling_code.is_empty() {
            return Err(format!("{text:?} has no country code: write it with +, or choose one for the import."));
        }
        format!("+{}", with_code(&digits, calling_code))
    };
    contact::phone(&international).map_err(|_| wrong())
}

/// Long enough to hold the code and a whole number behind it, it holds the code already. Elsewhere than in Italy the zero in
/// front of a number at home is left out abroad.
fn with_code(digits: &str, calling_code: &str) -> String {
    let whole = if calling_code.len() >= 3 { 8 } else { 10 };
    if digits.starts_with(calling_code) && digits.len() >= calling_code.len() + whole {
        return digits.to_owned();
    }
    let home = if calling_code == "39" { digits } else { digits.trim_start_matches('0') };
    format!("{calling_code}{home}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_international() {
        for (written, code, digits) in [
            ("+91 98455-50117", "", "919845550117"),
            ("0091 98455 50117", "1", "919845550117"),
            ("98455 50117", "91", "919845550117"),
            ("098455 50117", "91", "919845550117"),
            ("919845550117", "91", "919845550117"),
            ("(55) 99999-9999", "55", "5555999999999"),
            ("5555999999999", "55", "5555999999999"),
            ("(555) 010-0199", "1", "15550100199"),
            ("15550100199", "1", "15550100199"),
            ("06 1234 5678", "39", "390612345678"),
            ("\u{202a}+34 600\u{a0}000 001\u{202c}", "", "34600000001"),
            ("050 123 4567", "971", "971501234567"),
            ("971501234567", "971", "971501234567"),
        ] {
            assert_eq!(number(written, code).as_deref(), Ok(digits), "{written}");
        }
        for (wrong, code, says) in [
            ("", "91", "no phone number"),
            ("9845550117", "", "no country code"),
            ("9.19846E+11", "91", "spreadsheet"),
            ("98470", "", "no country code"),
            ("984", "91", "is no phone number"),
            ("+0123456789", "", "is no phone number"),
            ("call me", "91", "is no phone number"),
            ("+٩١٩٨٤٥٥٥٠", "", "is no phone number"),
        ] {
            let problem = number(wrong, code).unwrap_err();
            assert!(problem.contains(says), "{wrong}: {problem}");
        }
    }
}
