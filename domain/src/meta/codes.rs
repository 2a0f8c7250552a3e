//! Meta's error codes: what each means for the sending queue, and what it says to people.
//!
//! Source: Meta's error code page (2025-12-12), with the codes seen since. A code stands here once, in [`TABLE`]; what it
//! does not name is judged by its HTTP status. Codes that neither a send nor a status can carry (registration, groups,
//! paging of lists) are left out.

use super::send::UNKNOWN_CODE;

/// What the queue does about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Meta did not take it: it is retried. Throttling slows the whole lane down; the limit of one pair slows that pair
    /// alone. Neither uses up a try.
    NotTaken {
        /// Whether the lane has to slow down.
        slow_down: bool,
    },
    /// Meta's own trouble: retried, but never at once, since the message may have gone out all the same.
    RefusedForNow,
    /// The access token is dead or lacks a right: the number's lane parks until it is connected again.
    Token,
    /// Something is blocked: what [`Scope`] names parks until it is resumed by hand or by a webhook.
    Blocked(Scope),
    /// No later try can help: failed at once.
    Permanent,
}

/// How much a block stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The number; with [`of_account`] all numbers of its WhatsApp Business Account.
    Number,
    /// One template.
    Template,
    /// Customers of one country.
    Country,
}

/// The limit of messages to one customer in a short time: the one throttling code that concerns a pair, not the lane.
pub const PAIR_LIMIT: i64 = 131_056;

/// The customer stopped this business's marketing: an opt-out.
pub const STOPPED_MARKETING: i64 = 131_050;

/// The customer-service window is closed: only a template can be sent.
pub const WINDOW_CLOSED: i64 = 131_047;

/// One or several neighbouring codes that mean the same.
struct Code {
    first: i64,
    last: i64,
    class: Class,
    says: &'static str,
}

const fn code(code: i64, class: Class, says: &'static str) -> Code {
    Code { first: code, last: code, class, says }
}

const SLOW_DOWN: Class = Class::NotTaken { slow_down: true };
const NUMBER: Class = Class::Blocked(Scope::Number);

const TOKEN_DEAD: &str =
    "The number's access token is no longer valid. Connect the number again, and what waits goes out.";
const TOKEN_LACKS: &str =
    "The access token lacks a permission for this number. Grant whatsapp_business_messaging, then send again.";
const TOO_FAST: &str = "WhatsApp asked us to slow down. Send again in a minute.";
const THEIR_TROUBLE: &str = "WhatsApp had a problem of its own. Send again in a minute.";
const ACCOUNT_BLOCKED: &str = "Meta has blocked this WhatsApp account. See the account's alerts in WhatsApp Manager.";
const NOT_READY: &str = "The business number is not ready to send. Finish its registration in WhatsApp Manager.";
const BAD_REQUEST: &str = "Meta did not accept how this message is built. Check what it contains and write it anew.";
const BAD_PARAMETER: &str =
    "A value in this template has the wrong form. Check the values that you filled in, then send again.";
const WRONG_API: &str =
    "This template cannot be sent by this way: Meta takes it for marketing messages only. Choose another template.";

/// Every code once, in rising order.
const TABLE: [Code; 58] = [
    code(0, Class::Token, TOKEN_DEAD),
    code(1, Class::RefusedForNow, THEIR_TROUBLE),
    code(2, Class::RefusedForNow, THEIR_TROUBLE),
    code(3, Class::Token, TOKEN_LACKS),
    code(4, SLOW_DOWN, TOO_FAST),
    code(10, Class::Token, TOKEN_LACKS),
    code(33, Class::Permanent, "Meta does not know this business number any more. Check that it is still connected."),
    code(100, Class::Permanent, BAD_REQUEST),
    code(190, Class::Token, TOKEN_DEAD),
    Code { first: 200, last: 299, class: Class::Token, says: TOKEN_LACKS },
    code(368, NUMBER, ACCOUNT_BLOCKED),
    code(80_007, SLOW_DOWN, TOO_FAST),
    code(
        130_403,
        Class::Permanent,
        "This customer is on the business's own block list at WhatsApp. Take them off that list, then send again.",
    ),
    code(130_429, SLOW_DOWN, TOO_FAST),
    code(
        130_472,
        Class::Permanent,
        "Meta keeps marketing from this customer for an experiment of its own. Wait until they write, then answer.",
    ),
    code(
        130_497,
        Class::Blocked(Scope::Country),
        "This business may not write to customers in this country. Ask Meta's support whether that can be changed.",
    ),
    code(131_000, Class::RefusedForNow, THEIR_TROUBLE),
    code(131_005, Class::Token, TOKEN_LACKS),
    code(131_008, Class::Permanent, BAD_REQUEST),
    code(131_009, Class::Permanent, BAD_REQUEST),
    code(131_016, Class::RefusedForNow, THEIR_TROUBLE),
    code(131_021, Class::Permanent, "A number cannot write to itself. Choose another customer."),
    code(
        131_026,
        Class::Permanent,
        "The customer cannot be reached on WhatsApp: not registered, terms not accepted or a very old app. \
         Reach them another way.",
    ),
    code(131_030, Class::Permanent, "This is a test number: add the customer to its list of allowed recipients first."),
    code(131_031, NUMBER, ACCOUNT_BLOCKED),
    code(131_037, NUMBER, NOT_READY),
    code(131_042, NUMBER, "Meta could not charge for messages. Check the payment method in WhatsApp Manager."),
    code(131_045, NUMBER, NOT_READY),
    code(
        WINDOW_CLOSED,
        Class::Permanent,
        "The customer last wrote more than 24 hours ago. Only a template can be sent until they write again.",
    ),
    code(131_048, NUMBER, "Meta limits this number because of spam reports. Pause sending and check its quality."),
    code(
        131_049,
        Class::Permanent,
        "Meta held this message back to protect the customer from too many messages. Do not send it again today.",
    ),
    code(
        STOPPED_MARKETING,
        Class::Permanent,
        "The customer has stopped messages from this business. Do not write to them until they opt in again.",
    ),
    code(
        131_051,
        Class::Permanent,
        "WhatsApp does not take this kind of message. Send it as a text or another kind of file.",
    ),
    code(
        131_052,
        Class::Permanent,
        "The customer's file cannot be fetched from WhatsApp. Ask them to send it again, smaller than 100 MB.",
    ),
    code(
        131_053,
        Class::Permanent,
        "WhatsApp cannot use the file of this message. Check its kind and size, then send it again.",
    ),
    code(131_055, Class::Permanent, WRONG_API),
    code(
        PAIR_LIMIT,
        Class::NotTaken { slow_down: false },
        "Too many messages to this customer in a short time. Wait a few seconds and send again.",
    ),
    code(131_057, Class::RefusedForNow, THEIR_TROUBLE),
    code(
        131_062,
        Class::Permanent,
        "This customer can only be written to by phone number, and none is known. Wait until they write or give it.",
    ),
    code(131_063, Class::Permanent, WRONG_API),
    code(
        131_064,
        NUMBER,
        "Meta limits this account because its templates were filed under a wrong category. See WhatsApp Manager.",
    ),
    code(
        132_000,
        Class::Permanent,
        "The number of values does not match this template. Open the template again and fill in every value.",
    ),
    code(
        132_001,
        Class::Permanent,
        "This template is not approved in this language. Fetch the templates again and choose another.",
    ),
    code(
        132_005,
        Class::Permanent,
        "The template is too long once its values are filled in. Shorten the values, then send again.",
    ),
    code(
        132_007,
        Class::Permanent,
        "The template breaks WhatsApp's content policy. Change it in WhatsApp Manager or choose another.",
    ),
    code(132_008, Class::Permanent, BAD_PARAMETER),
    code(132_012, Class::Permanent, BAD_PARAMETER),
    code(
        132_015,
        Class::Blocked(Scope::Template),
        "Meta has paused this template because customers rated it badly. Choose another until Meta resumes it.",
    ),
    code(
        132_016,
        Class::Permanent,
        "Meta has disabled this template for good. Choose another or have a new one approved.",
    ),
    code(132_018, Class::Permanent, BAD_PARAMETER),
    code(132_068, Class::Permanent, "The form (flow) in this message is blocked. Repair it in WhatsApp Manager."),
    code(
        132_069,
        Class::Permanent,
        "The form (flow) in this message may go out ten times an hour only. Send it again in an hour.",
    ),
    code(133_004, Class::RefusedForNow, THEIR_TROUBLE),
    code(133_010, NUMBER, NOT_READY),
    code(
        134_011,
        Class::Permanent,
        "Meta's terms for payments are not accepted yet. Accept them in WhatsApp Manager, then send again.",
    ),
    Code {
        first: 134_100,
        last: 134_102,
        class: Class::Permanent,
        says: "Meta does not offer this template for marketing messages yet. Send it again in ten minutes or choose another.",
    },
    code(135_000, Class::Permanent, BAD_REQUEST),
    code(
        137_000,
        Class::Permanent,
        "The customer's identity changed since you last spoke. Make sure that it is them, then send again.",
    ),
];

fn find(code: i64) -> Option<&'static Code> {
    TABLE.iter().find(|row| (row.first..=row.last).contains(&code))
}

/// What a refusal means for the queue.
///
/// `http` is the status of Meta's answer, 0 where the code came in a webhook. Codes without a row are judged by it and
/// by Meta's `is_transient`: 429 throttles, 401 is about the token, 5xx and transient ones pass, the rest is permanent.
pub fn classify(code: i64, http: u16, transient: bool) -> Class {
    match (find(code), http) {
        (Some(row), _) => row.class,
        (None, 429) => SLOW_DOWN,
        (None, 401) => Class::Token,
        (None, 500..=599) => Class::RefusedForNow,
        (None, _) if transient => Class::RefusedForNow,
        (None, _) => Class::Permanent,
    }
}

/// Whether a block of [`Scope::Number`] concerns the whole WhatsApp Business Account, so all its numbers.
pub fn of_account(code: i64) -> bool {
    matches!(code, 368 | 131_031 | 131_042 | 131_064)
}

/// What a code of Meta's means to the person who wrote the message, and what helps. A code without a row is told in
/// Meta's own words, `details`.
pub fn explain(code: i64, details: Option<&str>) -> String {
    match (find(code), details) {
        (Some(row), _) => row.says.to_owned(),
        (None, None | Some("")) if code == UNKNOWN_CODE => "Meta refused the message and gave no reason.".to_owned(),
        (None, Some(details)) if code == UNKNOWN_CODE => format!("Meta refused the message: {details}"),
        (None, Some(details)) if !details.is_empty() => format!("Meta refused the message: {details} (code {code})"),
        (None, _) => format!("Meta refused the message (code {code})."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The status does not matter where the table knows the code.
    fn all(codes: &[i64], class: Class) {
        for &code in codes {
            for (http, transient) in [(0, false), (400, false), (429, true), (401, false), (503, true)] {
                assert_eq!(classify(code, http, transient), class, "{code} with HTTP {http}");
            }
        }
    }

    #[test]
    fn each_code_lands_in_its_class() {
        all(&[4, 80_007, 130_429], Class::NotTaken { slow_down: true });
        all(&[131_056], Class::NotTaken { slow_down: false });
        all(&[1, 2, 131_000, 131_016, 131_057, 133_004], Class::RefusedForNow);
        all(&[0, 3, 10, 190, 200, 219, 299, 131_005], Class::Token);
        all(&[368, 131_031, 131_037, 131_042, 131_045, 131_048, 131_064, 133_010], Class::Blocked(Scope::Number));
        all(&[132_015], Class::Blocked(Scope::Template));
        all(&[130_497], Class::Blocked(Scope::Country));
        all(
            &[
                33, 100, 130_403, 130_472, 131_008, 131_009, 131_021, 131_026, 131_030, 131_047, 131_049, 131_050,
                131_051, 131_052, 131_053, 131_055, 131_062, 131_063, 132_000, 132_001, 132_005, 132_007, 132_008,
                132_012, 132_016, 132_018, 132_068, 132_069, 134_011, 134_100, 134_101, 134_102, 135_000, 137_000,
            ],
            Class::Permanent,
        );
    }

    #[test]
    fn a_code_without_a_row_is_judged_by_its_status() {
        for code in [UNKNOWN_CODE, 132_999, 300, 199, 7_777_777] {
            assert_eq!(classify(code, 500, false), Class::RefusedForNow);
            assert_eq!(classify(code, 503, true), Class::RefusedForNow);
            assert_eq!(classify(code, 599, false), Class::RefusedForNow);
            assert_eq!(classify(code, 400, true), Class::RefusedForNow);
            assert_eq!(classify(code, 0, true), Class::RefusedForNow);
            assert_eq!(classify(code, 400, false), Class::Permanent);
            assert_eq!(classify(code, 404, false), Class::Permanent);
            assert_eq!(classify(code, 0, false), Class::Permanent);
            assert_eq!(classify(code, 401, false), Class::Token);
            assert_eq!(classify(code, 429, false), Class::NotTaken { slow_down: true });
            assert_eq!(classify(code, 429, true), Class::NotTaken { slow_down: true });
        }
    }

    #[test]
    fn each_code_stands_once() {
        for row in &TABLE {
            assert!(row.first <= row.last);
        }
        for pair in TABLE.windows(2) {
            assert!(pair[0].last < pair[1].first, "{} before {}", pair[0].last, pair[1].first);
        }
    }

    #[test]
    fn each_sentence_says_what_to_do() {
        for row in &TABLE {
            let says = row.says;
            assert!(says.ends_with('.') && says.len() > 40, "{}: {says}", row.first);
            assert!(!says.contains("  "), "{}: {says}", row.first);
            let helps = [
                "again",
                "Check",
                "Choose",
                "See ",
                "Ask ",
                "Wait",
                "Reach",
                "Finish",
                "Repair",
                "Only a template",
                "add ",
                "Change",
                "Do not",
                "Pause",
                "Send it",
            ];
            assert!(helps.iter().any(|word| says.contains(word)), "{}: {says}", row.first);
        }
    }

    #[test]
    fn a_whole_account_is_blocked_only_where_a_number_is() {
        for code in 0..140_000 {
            if of_account(code) {
                assert_eq!(classify(code, 403, false), Class::Blocked(Scope::Number), "{code}");
            }
        }
    }

    #[test]
    fn what_has_no_row_is_told_in_metas_words() {
        assert_eq!(explain(UNKNOWN_CODE, None), "Meta refused the message and gave no reason.");
        assert_eq!(explain(UNKNOWN_CODE, Some("no")), "Meta refused the message: no");
        assert_eq!(explain(7, Some("no")), "Meta refused the message: no (code 7)");
        assert_eq!(explain(7, Some("")), "Meta refused the message (code 7).");
        assert_eq!(explain(190, Some("Session has expired")), TOKEN_DEAD);
    }
}
