use secrecy::SecretString;

/// The app at Meta for which access tokens were made: it alone may renew them.
#[derive(Clone, Debug)]
pub struct MetaApp {
    pub id: String,
    /// Several while the secret is being rotated; each is tried in turn.
    pub secrets: Vec<SecretString>,
}
