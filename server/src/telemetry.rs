//! The log: standard error, filtered by RUST_LOG, as text or JSON.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{ConfigError, Source};

const DEFAULT: &str = "info,sqlx=warn,apalis=warn,tower_sessions=warn,hyper=warn,reqwest=warn";

/// Starts the log.
///
/// # Errors
/// RUST_LOG or PARLANCE_LOG_FORMAT when they cannot be understood.
pub fn start(source: &Source) -> Result<(), ConfigError> {
    let filter = filter(source)?;
    let json = source.parsed("PARLANCE_LOG_FORMAT", format)?.unwrap_or(false);
    let colours = std::io::stderr().is_terminal();
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // Somebody else has installed one already, as tests do: theirs it is.
    let _ = if json { log.json().try_init() } else { log.with_target(false).try_init() };
    Ok(())
}

fn filter(source: &Source) -> Result<EnvFilter, ConfigError> {
    let parsed = source.parsed("RUST_LOG", |value| {
        EnvFilter::try_new(value).map_err(|_| "expected levels such as info or warn,server=debug".to_owned())
    })?;
    Ok(parsed.unwrap_or_else(|| EnvFilter::new(DEFAULT)))
}

/// Whether it is JSON.
fn format(value: &str) -> Result<bool, String> {
    match value {
        "text" => Ok(false),
        "json" => Ok(true),
        _ => Err("expected text or json".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_values_name_their_variable() {
        assert_eq!(filter(&Source::fixed([("RUST_LOG", "info,=,x=loud")])).unwrap_err().variable, "RUST_LOG");
        assert!(filter(&Source::fixed([])).is_ok());
        assert_eq!((format("json"), format("text")), (Ok(true), Ok(false)));
        assert!(format("xml").is_err());
    }
}
