use super::{
    Mail,
    address::{Security, Sender, SmtpUrl},
};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::ExposeSecret;
use std::{fmt, time::Duration};

/// For one mail, from the first byte to the server's word that it has it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The configured mail server.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    public_url: String,
}

/// TLS cannot be set up for the mail server.
#[derive(Debug, thiserror::Error)]
#[error("the mail server cannot be spoken to safely: {0}")]
pub struct MailerError(String);

/// Why a mail did not leave. The text is for the log and holds nothing of the mail.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("the mail cannot be written: {0}")]
    Unwritable(String),
    #[error("the mail server: {0}")]
    Server(String),
    #[error("the mail server did not answer within {} seconds", PATIENCE.as_secs())]
    Slow,
}

impl Mailer {
    /// Connects to nothing yet. `public_url` is the address that links in mails begin with, without a slash at the end.
    ///
    /// # Errors
    /// When the machine has no certificates to check the server by.
    pub fn new(url: &SmtpUrl, from: &Sender, public_url: &str) -> Result<Self, MailerError> {
        let tls = || TlsParameters::new(url.host.clone()).map_err(|e| MailerError(e.to_string()));
        let tls = match url.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::Plain => Tls::None,
        };
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&url.host)
            .port(url.port)
            .tls(tls)
            .hello_name(ClientId::Domain(from.0.email.domain().to_owned()))
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = &url.login {
            server = server.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { transport: server.build(), from: from.0.clone(), public_url: public_url.to_owned() })
    }

    /// The address that links in mails begin with, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Hands one mail to the server.
    pub(super) async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let to: Address = mail.to.parse().map_err(|e| SendError::Unwritable(format!("{e}")))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .message_id(None)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.expose_secret().to_owned())
            .map_err(|e| SendError::Unwritable(e.to_string()))?;
        match tokio::time::timeout(PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) => Err(SendError::Server(e.to_string())),
            Err(_) => Err(SendError::Slow),
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailer(from {})", self.from)
    }
}
