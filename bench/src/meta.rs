//! Deliveries as Meta writes and signs them.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A business number.
#[derive(Clone, Debug)]
pub struct Number {
    pub phone_number_id: String,
    pub waba_id: String,
    /// Digits only.
    pub display: String,
}

/// The `nth` number of a run.
pub fn number(nth: usize) -> Number {
    Number {
        phone_number_id: format!("10654035{nth:07}"),
        waba_id: format!("10229012{nth:07}"),
        display: format!("91805550{nth:04}"),
    }
}

/// A customer's text.
pub struct Text<'a> {
    pub wamid: &'a str,
    /// Which customer; gives the phone and the name.
    pub contact: usize,
    /// Unix seconds.
    pub at: u64,
    /// Without quotes and backslashes.
    pub text: &'a str,
}

const NAMES: [&str; 8] = [
    "Meera Krishnan",
    "Lucas Almeida",
    "Fatima Zahra",
    "Jonas Weber",
    "Amina Yusuf",
    "Chen Wei",
    "Rosa Delgado",
    "Ravi",
];

/// The phone of a customer, in digits.
pub fn phone(contact: usize) -> String {
    format!("9198470{contact:05}")
}

/// Who of `contacts` writes the `nth` message. A prime step: neighbours in time are different customers, as in life.
pub const fn writer(nth: usize, contacts: usize) -> usize {
    nth * 7_919 % contacts
}

/// A message id that looks like Meta's; `run` keeps runs apart.
pub fn wamid(run: u32, nth: usize) -> String {
    format!("wamid.HBgMOTE5ODQ3MDU1MDE0FQIAEhgU{run:08X}{nth:08X}MjdBRTkA")
}

/// One delivery with the messages of one or more customers.
pub fn texts(number: &Number, messages: &[Text<'_>]) -> String {
    let (mut contacts, mut list) = (String::new(), String::new());
    for (nth, message) in messages.iter().enumerate() {
        let comma = if nth == 0 { "" } else { "," };
        let (phone, name) = (phone(message.contact), NAMES[message.contact % NAMES.len()]);
        let Text { wamid, at, text, .. } = message;
        // Writing to a String cannot fail.
        let _ = write!(contacts, r#"{comma}{{"profile":{{"name":"{name}"}},"wa_id":"{phone}"}}"#);
        let _ = write!(
            list,
            r#"{comma}{{"from":"{phone}","id":"{wamid}","timestamp":"{at}","text":{{"body":"{text}"}},"type":"text"}}"#
        );
    }
    envelope(number, &format!(r#""contacts":[{contacts}],"messages":[{list}]"#))
}

/// One delivery with one status.
pub fn status(number: &Number, wamid: &str, status: &str, to: &str, at: u64) -> String {
    let entry = format!(r#"{{"id":"{wamid}","status":"{status}","timestamp":"{at}","recipient_id":"{to}"}}"#);
    envelope(number, &format!(r#""statuses":[{entry}]"#))
}

fn envelope(number: &Number, content: &str) -> String {
    let Number { phone_number_id, waba_id, display } = number;
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{waba_id}","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"{display}","phone_number_id":"{phone_number_id}"}},{content}}},"field":"messages"}}]}}]}}"#
    )
}

/// Signs with one app secret.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    pub fn new(secret: &str) -> Self {
        Self(Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length"))
    }

    /// The whole request, ready for the socket.
    pub fn request(&self, body: &str) -> Vec<u8> {
        let mut mac = self.0.clone();
        mac.update(body.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        format!(
            "POST /webhooks/meta HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n\
             Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

/// Requests that were built before the clock starts, in one piece of memory.
#[derive(Default)]
pub struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Requests {
    /// `count` texts by `contacts` customers spread evenly; `numbers` share the customers.
    pub fn texts(
        signer: &Signer,
        numbers: &[Number],
        run: u32,
        count: usize,
        contacts: usize,
        text: impl Fn(usize) -> String,
    ) -> Self {
        let at = now();
        let mut all = Self::default();
        for nth in 0..count {
            let contact = writer(nth, contacts);
            let (wamid, text) = (wamid(run, nth), text(nth));
            let message = Text { wamid: &wamid, contact, at, text: &text };
            all.push(&signer.request(&texts(&numbers[contact % numbers.len()], &[message])));
        }
        all
    }

    fn push(&mut self, request: &[u8]) {
        self.bytes.extend_from_slice(request);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, nth: usize) -> &[u8] {
        let start = nth.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[nth]]
    }
}

/// Something to read, as long as messages usually are.
pub fn chatter(nth: usize) -> String {
    const SAID: [&str; 6] = [
        "Hello, is the blue one in size M still available?",
        "Thanks, the parcel arrived this morning. One cup was broken though, what can we do?",
        "ok",
        "Could you please send me the invoice for order 10472 again, with the new address on it?",
        "When do you open tomorrow?",
        "I would like to change my booking from Friday to Saturday evening if there is a table for four.",
    ];
    format!("{} #{nth}", SAID[nth % SAID.len()])
}

/// Unix seconds.
pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
