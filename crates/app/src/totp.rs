//! 动态口令: one-time codes of thirty seconds (RFC 6238, HMAC-SHA-1, six digits), as every authenticator app computes them. Pure.
//!
//! SHA-1 is what the apps know; HMAC does not rest on the property of SHA-1 that is broken.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Seconds of a step.
const STEP: i64 = 30;
/// Steps before and after the present one whose codes are taken: clocks of telephones are not exact.
const DRIFT: i64 = 1;
const DIGITS: usize = 6;

/// The step of an instant, µs of UTC.
pub(crate) fn step_of(micros: i64) -> i64 {
    micros.div_euclid(STEP * 1_000_000)
}

/// The step whose code this is, if it is near the present one and later than the last that was taken.
pub(crate) fn matching(secret: &[u8], typed: &str, now: i64, last: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    let present = step_of(now);
    (present - DRIFT..=present + DRIFT).filter(|step| *step > last).find(|step| {
        let right = code(secret, *step, DIGITS);
        // Every digit is looked at, so that the time does not tell how many were right.
        right.len() == typed.len() && right.bytes().zip(typed.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    })
}

/// The code of a step.
fn code(secret: &[u8], step: i64, digits: usize) -> String {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let four = digest.iter().skip(at).take(4).fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte)) & 0x7fff_ffff;
    let modulus = 10_u32.pow(u32::try_from(digits).unwrap_or(6));
    format!("{:0digits$}", four % modulus)
}

/// Base32 (RFC 4648) without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut group = [0; 5];
        group.iter_mut().zip(chunk).for_each(|(slot, byte)| *slot = *byte);
        let number = group.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        let letters = (chunk.len() * 8).div_ceil(5);
        let letter = |at: usize| {
            let five = (number >> (35 - at * 5)) & 31;
            LETTERS.get(usize::try_from(five).unwrap_or_default()).map(|letter| char::from(*letter))
        };
        out.extend((0..letters).filter_map(letter));
    }
    out
}

/// The address that an authenticator app reads from the picture.
pub(crate) fn address(place: &str, login: &str, secret: &[u8]) -> String {
    let plain = |text: &str| -> String {
        text.bytes()
            .map(
                |byte| {
                    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
                },
            )
            .collect()
    };
    let (issuer, login) = (plain(&format!("{place}质量强县")), plain(login));
    format!("otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}", base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        let secret = b"12345678901234567890";
        for (seconds, right) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code(secret, step_of(seconds * 1_000_000), 8), right, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_near_its_time_and_once() {
        let secret = b"12345678901234567890";
        let now = 1_111_111_111_000_000;
        let present = step_of(now);
        let typed = |step| code(secret, step, DIGITS);
        for (step, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let found = matching(secret, &typed(present + step), now, 0);
            assert_eq!(found, taken.then_some(present + step), "{step}");
        }
        assert_eq!(matching(secret, &typed(present), now, present), None, "taken before");
        assert_eq!(matching(secret, &typed(present - 1), now, present), None, "older than one taken before");
        let spaced = typed(present);
        let spaced = format!(" {} {}", &spaced[..3], &spaced[3..]);
        assert_eq!(matching(secret, &spaced, now, 0), Some(present));
        for wrong in ["", "12345", "1234567", "abcdef"] {
            assert_eq!(matching(secret, wrong, now, 0), None);
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, coded) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
        assert!(address("示例县", "a b", b"foobar").ends_with(
            ":a%20b?secret=MZXW6YTBOI&issuer=%E7%A4%BA%E4%BE%8B%E5%8E%BF%E8%B4%A8%E9%87%8F%E5%BC%BA%E5%8E%BF"
        ));
    }
}
