//! The requests we send to Graph and the answers we read.
//!
//! Source: Cloud API reference, `POST /{phone-number-id}/messages`.

use serde::{Deserialize, Serialize};

/// The body of `POST /{phone-number-id}/messages` for a text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextMessage {
    pub messaging_product: &'static str,
    pub recipient_type: &'static str,
    #[serde(flatten)]
    pub to: Recipient,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub text: TextBody,
    /// Our message id; comes back in every status webhook.
    pub biz_opaque_callback_data: String,
}

/// Whom a message goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// `+` and digits. Without the `+` Meta would prefix the sender's country code.
    To(String),
    /// A business-scoped user id.
    Recipient(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextBody {
    pub body: String,
    pub preview_url: bool,
}

impl TextMessage {
    /// A text to one customer.
    pub fn new(to: Recipient, body: String, callback: String) -> Self {
        Self {
            messaging_product: "whatsapp",
            recipient_type: "individual",
            to,
            kind: "text",
            text: TextBody { body, preview_url: true },
            biz_opaque_callback_data: callback,
        }
    }
}

/// The answer to an accepted message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Accepted {
    #[serde(default)]
    pub messages: Vec<AcceptedMessage>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AcceptedMessage {
    /// The wamid.
    pub id: String,
}

/// Meta's error envelope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Failure {
    pub error: GraphError,
}

/// Stands where Meta gave no code: 0 is one of its codes.
pub const UNKNOWN_CODE: i64 = -1;

/// Decide on `code` and `details`; never parse `message`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct GraphError {
    pub code: i64,
    pub message: String,
    pub error_data: Option<ErrorData>,
    pub is_transient: bool,
    pub fbtrace_id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ErrorData {
    pub details: Option<String>,
}

/// What a code of Meta's means to the person who wrote the message, and what helps.
pub fn explain(code: i64, details: Option<&str>) -> String {
    let text = match code {
        0 | 190 => "The number's access token is no longer valid. Connect the number again, then send again.",
        3 | 10 | 200..=299 | 131_005 => {
            "The access token lacks a permission for this number. Grant whatsapp_business_messaging, then send again."
        }
        4 | 80_007 | 130_429 => "WhatsApp asked us to slow down. Send again in a minute.",
        33 => "Meta does not know this business number any more. Check that it is still connected.",
        368 | 131_031 => "Meta has blocked this WhatsApp account. See the account's alerts in WhatsApp Manager.",
        130_497 => "This business may not write to customers in this country.",
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => "WhatsApp had a problem of its own. Send again in a minute.",
        131_021 => "A number cannot write to itself.",
        131_026 => "The customer cannot be reached on WhatsApp: not registered, terms not accepted or a very old app.",
        131_030 => "This is a test number: add the customer to its list of allowed recipients first.",
        131_042 => "Meta could not charge for messages. Check the payment method in WhatsApp Manager.",
        131_037 | 131_045 | 133_010 => {
            "The business number is not ready to send. Finish its registration in WhatsApp Manager."
        }
        131_047 => {
            "The customer last wrote more than 24 hours ago. Only a template can be sent until they write again."
        }
        131_048 => "Meta limits this number because of spam reports. Pause sending and check its quality.",
        131_049 => {
            "Meta held this message back to protect the customer from too many messages. Do not send it again today."
        }
        131_050 => "The customer has stopped messages from this business.",
        131_051 => "WhatsApp does not take this kind of message.",
        131_056 => "Too many messages to this customer in a short time. Wait a few seconds and send again.",
        131_062 => "This customer can only be written to by phone number, and none is known.",
        _ => "",
    };
    match (text, details) {
        ("", None | Some("")) if code == UNKNOWN_CODE => "Meta refused the message and gave no reason.".to_owned(),
        ("", Some(details)) if code == UNKNOWN_CODE => format!("Meta refused the message: {details}"),
        ("", Some(details)) if !details.is_empty() => format!("Meta refused the message: {details} (code {code})"),
        ("", _) => format!("Meta refused the message (code {code})."),
        (text, _) => text.to_owned(),
    }
}
