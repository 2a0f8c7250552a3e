use crate::media;
use std::time::Duration;
use url::Url;

/// A push service that takes longer is tried again.
const PATIENCE: Duration = Duration::from_secs(15);

/// How pushes leave, and as whose.
#[derive(Clone)]
pub struct Road {
    client: reqwest::Client,
    /// Whom a push service turns to about what it gets: an address of the web or of mail.
    contact: String,
    anywhere: bool,
}

impl Road {
    /// To public addresses over https.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn public(contact: &str) -> Result<Self, reqwest::Error> {
        Ok(Self { client: media::client()?, contact: contact.to_owned(), anywhere: false })
    }

    /// To any address: for push services on this machine.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn anywhere(contact: &str) -> Result<Self, reqwest::Error> {
        // Once per process; an error says only that it was done before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, contact: contact.to_owned(), anywhere: true })
    }

    /// Whether a browser's push service may be there.
    pub(super) fn leads_to(&self, url: &Url) -> bool {
        self.anywhere || super::address::allowed(url)
    }

    pub(super) fn contact(&self) -> &str {
        &self.contact
    }

    pub(super) fn post(&self, url: &Url) -> reqwest::RequestBuilder {
        self.client.post(url.clone()).timeout(PATIENCE)
    }
}
