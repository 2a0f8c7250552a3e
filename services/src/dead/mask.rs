//! What a payload may show: everything but secrets. Phone numbers stay readable, since they say what it is about.

use serde_json::Value;

pub(super) const HIDDEN: &str = "•••";

/// Parts of a key whose value is a secret.
const SECRET_KEYS: [&str; 7] = ["token", "secret", "password", "authorization", "api_key", "apikey", "appsecret_proof"];

/// Beginnings of what is a secret wherever it stands, and of how many characters it then has at least.
const SECRET_STARTS: [(&str, usize); 4] = [("EAA", 12), ("parlance_", 16), ("Bearer ", 8), ("sha256=", 16)];

/// Masks every secret in a payload.
pub fn mask(value: &mut Value) {
    match value {
        Value::String(text) => *text = mask_text(text),
        Value::Array(all) => all.iter_mut().for_each(mask),
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.to_ascii_lowercase();
                if SECRET_KEYS.iter().any(|secret| key.contains(secret)) && !value.is_null() {
                    *value = HIDDEN.into();
                } else {
                    mask(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Masks what looks like a secret in a text: access tokens, bearers, and `…token=` in an address.
pub fn mask_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let fresh = !out.ends_with(|c: char| c.is_ascii_alphanumeric());
        let found = SECRET_STARTS.iter().filter(|_| fresh).find_map(|(start, least)| {
            let tail = rest.strip_prefix(start)?;
            let length = start.len() + word(tail);
            (length >= *least).then_some((*start, length))
        });
        if let Some((start, length)) = found {
            out.push_str(start);
            out.push_str(HIDDEN);
            rest = &rest[length..];
            continue;
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
        // A value behind a name in an address or a form.
        let named = |name: &str| {
            out.len()
                .checked_sub(name.len())
                .and_then(|at| out.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(name))
        };
        if first == '=' && ["token=", "secret=", "password="].into_iter().any(named) {
            let length = word(rest);
            if length > 0 {
                out.push_str(HIDDEN);
                rest = &rest[length..];
            }
        }
    }
    out
}

/// How many bytes at the beginning are of what secrets are made of.
fn word(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.' | '~' | '+' | '/' | '%' | '|'))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_masked_and_the_rest_is_not() {
        let mut payload = json!({
            "to": "+4915112345678", "text": {"body": "My parcel 12345, EAA is no token"},
            "access_token": "abc", "hub.verify_token": "v", "Authorization": "Bearer x", "app_secret": 5,
            "list": ["EAAGm0PX4ZCpsBAKZC", {"url": "https://x.example/a?id=1&access_token=QWERTY12&b=2"}],
            "header": "Authorization: Bearer abc.def-ghi", "nothing": null, "token": null,
        });
        mask(&mut payload);
        assert_eq!(
            payload,
            json!({
                "to": "+4915112345678", "text": {"body": "My parcel 12345, EAA is no token"},
                "access_token": "•••", "hub.verify_token": "•••", "Authorization": "•••", "app_secret": "•••",
                "list": ["EAA•••", {"url": "https://x.example/a?id=1&access_token=•••&b=2"}],
                "header": "Authorization: Bearer •••", "nothing": null, "token": null,
            })
        );
    }

    #[test]
    fn any_text_survives() {
        for text in ["", "é🎉=", "token=", "token= x", "=", "EAA", "ÉEAA", "Bearer ", "xEAAGm0PX4ZCpsBAKZC"] {
            assert_eq!(mask_text(text), text);
        }
    }
}
