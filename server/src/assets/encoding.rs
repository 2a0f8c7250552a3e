//! Which of the stored forms a browser gets.

use axum::http::{HeaderMap, header};

use super::table::File;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// The value of Content-Encoding.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Plain => None,
        }
    }
}

/// The smallest form that the request accepts.
pub(super) fn best(file: &File, request: &HeaderMap) -> (Encoding, &'static [u8]) {
    let accepts = |name: &str| {
        let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        accepted(values.flat_map(|value| value.split(',')), name)
    };
    match (file.brotli, file.gzip) {
        (Some(body), _) if accepts("br") => (Encoding::Brotli, body),
        (_, Some(body)) if accepts("gzip") => (Encoding::Gzip, body),
        _ => (Encoding::Plain, file.plain),
    }
}

/// RFC 9110, 12.5.3: `q=0` forbids; `*` stands for what is not named.
fn accepted<'a>(items: impl Iterator<Item = &'a str>, name: &str) -> bool {
    let mut any = false;
    for item in items {
        let (coding, parameter) = item.split_once(';').unwrap_or((item, ""));
        let coding = coding.trim();
        let quality = parameter.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>).unwrap_or(0.0);
        if coding.eq_ignore_ascii_case(name) {
            return quality > 0.0;
        }
        if coding == "*" {
            any = quality > 0.0;
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::accepted;

    #[test]
    fn reads_accept_encoding() {
        let br = |header: &str| accepted(header.split(','), "br");
        assert!(br("gzip, deflate, br, zstd"));
        assert!(br("br;q=0.5"));
        assert!(br("*"));
        assert!(br("BR"));
        assert!(!br(""));
        assert!(!br("gzip"));
        assert!(!br("*, br;q=0"));
        assert!(!br("br; q=0.0"));
        assert!(!br("*;q=0"));
    }
}
