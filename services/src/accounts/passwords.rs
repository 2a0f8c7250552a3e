use crate::{Error, Result};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Characters a new password must have.
pub const MIN_PASSWORD: usize = 10;
/// Characters a password may have: hashing more would let strangers order work.
pub const MAX_PASSWORD: usize = 256;

/// Each takes 19 MiB and a core for some 20 ms; more at once would be a way to exhaust a small server.
const AT_ONCE: usize = 2;
/// Who waits longer is told to try again.
const PATIENCE: Duration = Duration::from_secs(10);

/// A hash that no password gives, with the parameters of today: verified for unknown addresses, so that they take as long.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$9t8JMofj0VrGTki78RMS5w$QdqmA6LtMdUgZf+dZgnvczpgU5JVhFmP2gmHt5HuYik";

/// Hashes and verifies passwords with argon2id, at most two at once, off the async threads.
#[derive(Clone)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Whether a text may become a password.
///
/// # Errors
/// Names the field and the limits.
pub(crate) fn check(field: &str, password: &str) -> Result<(), domain::Error> {
    match password.chars().count() {
        n if n < MIN_PASSWORD => Err(domain::Error::invalid(field, format!("use at least {MIN_PASSWORD} characters"))),
        n if n > MAX_PASSWORD => Err(domain::Error::invalid(field, format!("use at most {MAX_PASSWORD} characters"))),
        _ => Ok(()),
    }
}

impl Passwords {
    /// The PHC string to store.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = Zeroizing::new(password.to_owned());
        let hash = self.run(move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
        hash.await?.map_err(|e| Error::Internal(format!("password hash: {e}")))
    }

    /// Whether the password is the one of the stored hash. Without a hash it takes as long and says no.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(DUMMY).to_owned();
        // Nobody has a longer one, see `check`.
        let too_long = password.chars().count() > MAX_PASSWORD;
        let password = Zeroizing::new(if too_long { String::new() } else { password.to_owned() });
        let matches = self.run(move || {
            PasswordHash::new(&hash).map(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        let matches = matches.await?.map_err(|e| Error::Internal(format!("stored password hash: {e}")))?;
        Ok(matches && known && !too_long)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let slots = self.0.clone();
        let slot = tokio::time::timeout(PATIENCE, slots.acquire_owned()).await.map_err(|_| Error::Unavailable)?;
        let slot = slot.map_err(|_| Error::Unavailable)?;
        // The slot goes along: a caller that goes away does not make room before the work is done.
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(slot);
            done
        })
        .await
        .map_err(|e| Error::Internal(format!("password task: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_verify_and_differ() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert_ne!(hash, passwords.hash("correct horse").await.unwrap());
        assert!(passwords.verify("correct horse", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("wrong horse!", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("correct horse", None).await.unwrap());
        assert!(!passwords.verify(&"x".repeat(MAX_PASSWORD + 1), None).await.unwrap());
    }

    #[tokio::test]
    async fn the_dummy_costs_as_much_as_a_real_hash() {
        let real = Passwords::default().hash("correct horse").await.unwrap();
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(DUMMY), cost(&real));
        assert!(PasswordHash::new(DUMMY).is_ok());
    }

    #[test]
    fn limits_count_characters() {
        assert!(check("password", &"é".repeat(MIN_PASSWORD)).is_ok());
        assert!(check("password", &"é".repeat(MAX_PASSWORD)).is_ok());
        assert!(check("password", &"é".repeat(MIN_PASSWORD - 1)).is_err());
        assert!(check("password", &"é".repeat(MAX_PASSWORD + 1)).is_err());
    }
}
