use crate::text::storable;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A template's `components`, as far as they are understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    pub body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// Meta's examples of the body's variables, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
    /// In words, what it holds that cannot be sent from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsupported: Option<String>,
}

/// What stands above the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    Text(String),
    /// Meta fetches the file from a link when the message is sent.
    Media(Media),
}

/// A file above the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    Image,
    Video,
    Document,
}

impl Media {
    /// Meta's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Media::Image => "image",
            Media::Video => "video",
            Media::Document => "document",
        }
    }

    fn parse(format: &str) -> Option<Self> {
        [Media::Image, Media::Video, Media::Document]
            .into_iter()
            .find(|media| media.as_str().eq_ignore_ascii_case(format))
    }
}

/// A button below the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub kind: ButtonKind,
    /// What stands on it.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonKind {
    /// Comes back as a message.
    QuickReply,
    /// Opens a page; the address may end in one variable.
    Url(String),
    Phone,
    /// Copies a code of the offer.
    CopyCode,
    /// Copies the code of an authentication message: the one of the body.
    OneTimeCode,
    /// Needs nothing to be filled in.
    Other,
}

impl Content {
    /// From Meta's `components`. Total: what is not understood makes the template one that cannot be sent from here.
    pub fn read(components: &Value) -> Self {
        let mut content = Self::default();
        for component in components.as_array().map_or(&[][..], Vec::as_slice) {
            match word(component, "type").as_str() {
                "HEADER" => content.read_header(component),
                "BODY" => {
                    content.body = text(component, "text");
                    content.examples = examples(component);
                }
                "FOOTER" => content.footer = Some(text(component, "text")).filter(|text| !text.is_empty()),
                "BUTTONS" => {
                    let buttons = component.get("buttons").and_then(Value::as_array);
                    for button in buttons.map_or(&[][..], Vec::as_slice) {
                        content.read_button(button);
                    }
                }
                "CAROUSEL" => content.refuse("a carousel"),
                "LIMITED_TIME_OFFER" => content.refuse("an offer that runs out"),
                _ => content.refuse("a part that this version of Parlance does not know"),
            }
        }
        if content.body.is_empty() && content.unsupported.is_none() {
            content.refuse("no text");
        }
        content
    }

    fn read_header(&mut self, component: &Value) {
        let format = word(component, "format");
        match (format.as_str(), Media::parse(&format)) {
            ("TEXT", _) => self.header = Some(Header::Text(text(component, "text"))),
            (_, Some(media)) => self.header = Some(Header::Media(media)),
            ("LOCATION", _) => self.refuse("a place on the map"),
            _ => self.refuse("a header that this version of Parlance does not know"),
        }
    }

    fn read_button(&mut self, button: &Value) {
        let url = text(button, "url");
        let kind = match word(button, "type").as_str() {
            "QUICK_REPLY" => ButtonKind::QuickReply,
            "URL" if url.starts_with("https://www.whatsapp.com/otp/") => ButtonKind::OneTimeCode,
            "URL" => ButtonKind::Url(url),
            "PHONE_NUMBER" => ButtonKind::Phone,
            "COPY_CODE" => ButtonKind::CopyCode,
            "OTP" => ButtonKind::OneTimeCode,
            "VOICE_CALL" | "CATALOG" | "REQUEST_CONTACT_INFO" => ButtonKind::Other,
            "FLOW" => {
                self.refuse("a form");
                ButtonKind::Other
            }
            "MPM" | "SPM" => {
                self.refuse("products of a catalogue");
                ButtonKind::Other
            }
            _ => {
                self.refuse("a button that this version of Parlance does not know");
                ButtonKind::Other
            }
        };
        self.buttons.push(Button { kind, text: text(button, "text") });
    }

    /// The first reason stays.
    fn refuse(&mut self, what: &str) {
        self.unsupported.get_or_insert_with(|| format!("It holds {what}, which cannot be sent from here yet."));
    }
}

fn word(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase()
}

fn text(value: &Value, key: &str) -> String {
    storable(value.get(key).and_then(Value::as_str).unwrap_or_default())
}

/// `body_text: [["a", "b"]]`, or `body_text_named_params: [{"param_name": …, "example": …}]` in the order of the text.
fn examples(component: &Value) -> Vec<String> {
    let list = |path: &str| component.pointer(path).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let positional = list("/example/body_text/0").iter().filter_map(Value::as_str);
    let named = list("/example/body_text_named_params");
    let body = text(component, "text");
    let by_name = super::parts::variables(&body).into_iter().filter_map(|name| {
        let found = named.iter().find(|one| one.get("param_name").and_then(Value::as_str) == Some(name))?;
        found.get("example").and_then(Value::as_str)
    });
    positional.chain(by_name).map(storable).collect()
}
