//! Mail, from the transaction of a change to a mail server's hands.

use super::Team;
use crate::{
    on_both,
    support::{START, TestDb, vault},
};
use domain::{
    role::Role,
    team::Mailed,
    time::{DAY, MINUTE},
};
use secrecy::ExposeSecret;
use services::{
    Services,
    clock::Clock,
    mail::{Mailer, Sender, SmtpUrl, deliver_due, purge},
    sql,
    team::invitations,
    vault::{MasterKey, Vault},
};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

const SEALED: &str = "SELECT sealed FROM mails";
const COUNT: &str = "SELECT COUNT(*) FROM mails";

/// A mail server that takes whatever comes, or nothing.
#[derive(Clone)]
struct Sink {
    port: u16,
    taken: Arc<Mutex<Vec<String>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Sink {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Self { port: listener.local_addr().unwrap().port(), taken: Arc::default(), refuses: Arc::default() };
        let serving = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.talk(stream).await });
            }
        });
        sink
    }

    async fn talk(&self, stream: TcpStream) {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut mail: Option<String> = None;
        write.write_all(b"220 sink\r\n").await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            let refuses = *self.refuses.lock().unwrap();
            let answer = match (&mut mail, line.as_str()) {
                (Some(_), ".") => {
                    self.taken.lock().unwrap().extend(mail.take());
                    "250 taken"
                }
                (Some(text), line) => {
                    text.push_str(line);
                    text.push('\n');
                    continue;
                }
                (None, "DATA") => {
                    mail = Some(String::new());
                    "354 go on"
                }
                (None, line) if line.starts_with("RCPT") && refuses => "451 not now",
                (None, "QUIT") => "221 bye",
                (None, _) => "250 fine",
            };
            if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn mailer(&self) -> Mailer {
        let url = SmtpUrl::parse(&format!("smtp://127.0.0.1:{}", self.port)).unwrap();
        let from = Sender::parse("Parlance <parlance@example.com>").unwrap();
        Mailer::new(&url, &from, "https://chat.example.com").unwrap()
    }

    /// Mails as their reader sees them: soft line ends of quoted-printable are taken out.
    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().iter().map(|mail| mail.replace("=\n", "")).collect()
    }

    fn refuse(&self, refuses: bool) {
        *self.refuses.lock().unwrap() = refuses;
    }
}

fn mailing(db: &TestDb, sink: &Sink) -> Services {
    db.services_mailing(Clock::fixed(START), vault(), Some(sink.mailer()))
}

async fn waiting(db: &TestDb) -> i64 {
    let mut read = db.db.read().await.unwrap();
    sql!(scalar i64, read.conn(), COUNT).unwrap()
}

async fn mailed(team: &Team) -> Mailed {
    invitations::list(&team.owner).await.unwrap()[0].mailed
}

on_both! {
    async fn an_invitation_arrives_with_its_link(db) {
        let sink = Sink::start().await;
        let services = mailing(&db, &sink);
        let team = Team::new(&services).await;
        let made = invitations::create(&team.manager, "giulia@example.com", Role::Agent.into()).await.unwrap();
        assert!(made.mailed);
        assert_eq!(mailed(&team).await, Mailed::Waiting);
        // Until it is sent it is sealed: whoever reads the table learns neither link nor address.
        let mut read = db.db.read().await.unwrap();
        let sealed = sql!(scalar Vec<u8>, read.conn(), SEALED).unwrap();
        drop(read);
        let token = made.link_token.expose_secret();
        for secret in [token, "giulia@example.com"] {
            assert!(!sealed.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
        }
        assert_eq!(deliver_due(&services).await.unwrap(), 1);
        let mails = sink.taken();
        assert_eq!(mails.len(), 1);
        for expected in [
            "From: Parlance <parlance@example.com>",
            "To: giulia@example.com",
            "Subject: Beatriz invites you to Kaveri",
            &format!("https://chat.example.com/invite/{token}"),
        ] {
            assert!(mails[0].contains(expected), "{expected} is not in {}", mails[0]);
        }
        assert_eq!((mailed(&team).await, waiting(&db).await), (Mailed::Sent, 0));
        assert_eq!(deliver_due(&services).await.unwrap(), 0);
        assert!(invitations::look_at(&services, &made.link_token).await.is_ok());
    }

    async fn a_mail_server_that_does_not_take_it_is_asked_again(db) {
        let sink = Sink::start().await;
        sink.refuse(true);
        let services = mailing(&db, &sink);
        let team = Team::new(&services).await;
        invitations::create(&team.owner, "giulia@example.com", Role::Agent.into()).await.unwrap();
        assert_eq!(deliver_due(&services).await.unwrap(), 1);
        assert_eq!(deliver_due(&services).await.unwrap(), 0, "not at once");
        services.clock().advance(MINUTE);
        sink.refuse(false);
        assert_eq!(deliver_due(&services).await.unwrap(), 1);
        assert_eq!((mailed(&team).await, sink.taken().len()), (Mailed::Sent, 1));
    }

    async fn a_mail_is_given_up_in_the_end_and_its_content_forgotten(db) {
        let sink = Sink::start().await;
        sink.refuse(true);
        let services = mailing(&db, &sink);
        let team = Team::new(&services).await;
        let made = invitations::create(&team.owner, "giulia@example.com", Role::Agent.into()).await.unwrap();
        let mut tries = 0;
        for _ in 0..200 {
            tries += deliver_due(&services).await.unwrap();
            services.clock().advance(MINUTE);
        }
        assert_eq!((tries, mailed(&team).await, sink.taken().len()), (5, Mailed::Failed, 0));
        let mut read = db.db.read().await.unwrap();
        assert!(sql!(scalar Vec<u8>, read.conn(), SEALED).unwrap().is_empty());
        drop(read);
        // The link itself works, and another mail may go better.
        assert!(invitations::look_at(&services, &made.link_token).await.is_ok());
        sink.refuse(false);
        invitations::resend(&team.owner, made.id).await.unwrap();
        assert_eq!(deliver_due(&services).await.unwrap(), 1);
        assert_eq!(mailed(&team).await, Mailed::Sent);
        services.clock().advance(31 * DAY);
        purge(&services).await.unwrap();
        assert_eq!(waiting(&db).await, 0);
    }

    /// A mistake in the settings, which is put right: no mail is lost by it.
    async fn a_mail_waits_for_its_key_without_using_up_its_tries(db) {
        let sink = Sink::start().await;
        let services = mailing(&db, &sink);
        let team = Team::new(&services).await;
        invitations::create(&team.owner, "giulia@example.com", Role::Agent.into()).await.unwrap();
        let other = Vault::new(MasterKey::from_hex(&"5a".repeat(32)).unwrap());
        let wrong = db.services_mailing(services.clock().clone(), other, Some(sink.mailer()));
        for _ in 0..20 {
            assert_eq!(deliver_due(&wrong).await.unwrap(), 1);
            assert_eq!(deliver_due(&wrong).await.unwrap(), 0, "not at once");
            services.clock().advance(MINUTE);
        }
        assert_eq!((mailed(&team).await, sink.taken().len()), (Mailed::Waiting, 0));
        assert_eq!(deliver_due(&services).await.unwrap(), 1);
        assert_eq!((mailed(&team).await, sink.taken().len()), (Mailed::Sent, 1));
    }

    /// What was revoked, and the link before a new one, are not mailed any more.
    async fn a_mail_that_is_not_true_any_more_stays(db) {
        let sink = Sink::start().await;
        let services = mailing(&db, &sink);
        let team = Team::new(&services).await;
        let first = invitations::create(&team.owner, "giulia@example.com", Role::Agent.into()).await.unwrap();
        let second = invitations::resend(&team.owner, first.id).await.unwrap();
        let other = invitations::create(&team.owner, "paolo@example.com", Role::Agent.into()).await.unwrap();
        invitations::revoke(&team.owner, other.id).await.unwrap();
        assert_eq!(waiting(&db).await, 1);
        deliver_due(&services).await.unwrap();
        let mails = sink.taken();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains(second.link_token.expose_secret()));
    }

    async fn two_processes_send_a_mail_once(db) {
        let sink = Sink::start().await;
        let (one, two) = (mailing(&db, &sink), mailing(&db, &sink));
        let team = Team::new(&one).await;
        for nth in 0..6 {
            invitations::create(&team.owner, &format!("new{nth}@example.com"), Role::Agent.into()).await.unwrap();
        }
        let (a, b) = tokio::join!(deliver_due(&one), deliver_due(&two));
        assert_eq!(a.unwrap() + b.unwrap(), 6);
        assert_eq!(sink.taken().len(), 6);
    }
}
