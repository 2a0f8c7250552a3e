use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// A square of modules, as the path of a drawing: the browser needs no library for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules on a side, with the quiet zone.
    pub side: usize,
    /// An SVG path with one run of dark modules after the other.
    pub path: String,
}

/// Modules that stay light around it: scanners need four.
const QUIET: usize = 4;

impl Qr {
    /// `None` for more text than fits.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, line) in code.to_colors().chunks(width).enumerate() {
            let mut at = 0;
            while at < width {
                let run = line[at..].iter().take_while(|color| **color == Color::Dark).count();
                if run > 0 {
                    // Writing to a text does not fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", at + QUIET, row + QUIET);
                }
                at += run.max(1);
            }
        }
        Some(Self { side: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_has_the_three_corners() {
        let qr = Qr::of("otpauth://totp/Parlance:asha%40example.com?secret=MZXW6YTBOI&issuer=Parlance").unwrap();
        let last = qr.side - QUIET - 7;
        for corner in [format!("M{QUIET} {QUIET}h7"), format!("M{last} {QUIET}h7"), format!("M{QUIET} {last}h7")] {
            assert!(qr.path.contains(&corner), "{corner} in {}", qr.path);
        }
    }
}
