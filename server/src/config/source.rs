use std::{collections::HashMap, path::Path};

use super::ConfigError;

/// Where variables are looked up. An empty value counts as not set.
pub struct Source(Box<Lookup>);

type Lookup = dyn Fn(&str) -> Result<Option<String>, &'static str>;

impl Source {
    /// The process environment, and behind it the file `.env` in the working directory if there is one.
    ///
    /// # Errors
    /// A `.env` that cannot be read.
    pub fn from_env() -> Result<Self, ConfigError> {
        let file = read_file(Path::new(".env"))?;
        Ok(Self(Box::new(move |name| match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(file.get(name).cloned()),
            Err(std::env::VarError::NotUnicode(_)) => Err("is not valid UTF-8"),
        })))
    }

    /// Fixed values.
    pub fn fixed<const N: usize>(values: [(&str, &str); N]) -> Self {
        let values: HashMap<String, String> =
            values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self(Box::new(move |name| Ok(values.get(name).cloned())))
    }

    /// The trimmed value.
    ///
    /// # Errors
    /// A value that is not text.
    pub fn get(&self, variable: &'static str) -> Result<Option<String>, ConfigError> {
        let value = (self.0)(variable).map_err(|problem| ConfigError::new(variable, problem))?;
        Ok(value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
    }

    /// The value as `parse` understands it.
    ///
    /// # Errors
    /// What `parse` says, under the variable's name.
    pub fn parsed<T>(
        &self,
        variable: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let value = self.get(variable)?;
        value.map(|value| parse(&value).map_err(|problem| ConfigError::new(variable, problem))).transpose()
    }
}

/// The line itself stays out of the message: it may hold a secret.
fn read_file(path: &Path) -> Result<HashMap<String, String>, ConfigError> {
    let unreadable = || ConfigError::new(".env", "cannot be read");
    let lines = match dotenvy::from_path_iter(path) {
        Ok(lines) => lines,
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => return Ok(HashMap::new()),
        Err(_) => return Err(unreadable()),
    };
    lines
        .collect::<Result<_, _>>()
        .map_err(|_| ConfigError::new(".env", "has a line that is not NAME=value. Put values with spaces in quotes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_is_empty_and_a_broken_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        assert!(read_file(&path).unwrap().is_empty());
        std::fs::write(&path, "A=1\n# note\nexport B='two words'\n").unwrap();
        let read = read_file(&path).unwrap();
        assert_eq!((read["A"].as_str(), read["B"].as_str()), ("1", "two words"));
        std::fs::write(&path, "SECRET=abc def 'x\n").unwrap();
        let error = read_file(&path).unwrap_err();
        assert_eq!(error.variable, ".env");
        assert!(!error.to_string().contains("abc"));
    }
}
