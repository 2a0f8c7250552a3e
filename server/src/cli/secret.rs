use std::io::{IsTerminal, Read};

use secrecy::SecretString;

use crate::failure::Failure;

/// Longer than any password or token.
const LONGEST: u64 = 8 << 10;

/// The first line of standard input.
///
/// # Errors
/// When it is empty, too long or no text.
pub fn from_stdin(what: &str) -> Result<SecretString, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|_| Failure::usage(format!("the {what} on standard input is no text")))?;
    let line = text.lines().next().unwrap_or_default().trim_end_matches('\r');
    if line.is_empty() {
        return Err(Failure::usage(format!("standard input holds no {what}")));
    }
    Ok(line.into())
}

/// A new password, from standard input or asked for.
///
/// # Errors
/// When there is none.
pub fn new_password(stdin: bool) -> Result<SecretString, Failure> {
    if stdin { from_stdin("password") } else { new_from_terminal("password", "--password-stdin") }
}

/// Asked for twice at the terminal, without showing it.
///
/// # Errors
/// Without a terminal, or when the two differ.
fn new_from_terminal(what: &str, or: &str) -> Result<SecretString, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage(format!("there is no terminal to ask for the {what}; give it with {or}")));
    }
    let ask = |prompt: String| rpassword::prompt_password(prompt).map_err(Failure::failed);
    let first = ask(format!("New {what}: "))?;
    if first != ask(format!("The same {what} again: "))? {
        return Err(Failure::usage(format!("the two entries of the {what} differ")));
    }
    Ok(first.into())
}
