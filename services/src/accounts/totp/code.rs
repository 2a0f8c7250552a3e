//! RFC 6238 with SHA-1, 30 seconds and six digits: what every authenticator app knows.

use domain::time::{Millis, SECOND};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

const STEP: Millis = 30 * SECOND;
/// Steps that a clock may be off to either side.
const DRIFT: i64 = 1;
pub const DIGITS: usize = 6;

/// The code of a time step.
fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let cut = u32::from_be_bytes([digest[at] & 127, digest[at + 1], digest[at + 2], digest[at + 3]]);
    format!("{:06}", cut % 1_000_000)
}

/// The step that has this code: the present one or a neighbour, and newer than the last one that was taken. Takes as long
/// whether or not one fits.
pub fn step_of(secret: &[u8], typed: &str, now: Millis, last: i64) -> Option<i64> {
    let present = now.div_euclid(STEP);
    let mut found = None;
    for step in present - DRIFT..=present + DRIFT {
        let same = bool::from(code(secret, step).as_bytes().ct_eq(typed.as_bytes()));
        if same && step > last && found.is_none() {
            found = Some(step);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 6238, appendix B: of its eight digits the last six.
    #[test]
    fn as_the_rfc_computes() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, seconds / 30), expected);
            assert_eq!(step_of(SECRET, expected, seconds * SECOND, 0), Some(seconds / 30));
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_step_comes_back() {
        let now = 1_234_567_890 * SECOND;
        let present = now / STEP;
        for (step, fine) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            assert_eq!(step_of(SECRET, &code(SECRET, present + step), now, 0).is_some(), fine, "{step}");
        }
        let typed = code(SECRET, present);
        assert_eq!(step_of(SECRET, &typed, now, present - 1), Some(present));
        assert_eq!(step_of(SECRET, &typed, now, present), None);
        assert_eq!(step_of(SECRET, "", now, 0), None);
    }
}
