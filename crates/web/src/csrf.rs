//! 防伪令牌: an HMAC-SHA-256 over the session, fresh for every page, so that compression tells nothing about it.
//!
//! A token is a random mark and the HMAC of session and mark. Nothing is stored: whoever holds the key can check it.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const BLOCK: usize = 64;
const MARK: usize = 16;

/// The token of a session under a random mark (hexadecimal).
pub(crate) fn token(key: &[u8; 32], session: &str, mark: &str) -> String {
    let message = [session.as_bytes(), b"\n", mark.as_bytes()].concat();
    let digest: String = hmac(key, &message).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{mark}{digest}")
}

/// Whether a token belongs to the session.
pub(crate) fn holds(key: &[u8; 32], session: &str, given: &str) -> bool {
    let Some(mark) = given.get(..MARK).filter(|_| !session.is_empty()) else { return false };
    token(key, session, mark).as_bytes().ct_eq(given.as_bytes()).into()
}

/// RFC 2104 with SHA-256; a key of 32 bytes is padded with zeros.
fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let padded = |with: u8| -> [u8; BLOCK] {
        let mut block = [with; BLOCK];
        for (slot, byte) in block.iter_mut().zip(key) {
            *slot ^= byte;
        }
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hmac_is_that_of_rfc_4231_case_2_with_its_key_padded() {
        // RFC 4231, test case 2: key "Jefe". A key shorter than a block is padded with zeros, and so is ours.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let hex: String = hmac(&key, b"what do ya want for nothing?").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_token_holds_for_its_session_only() {
        let key = [7; 32];
        let token = token(&key, "session", "0123456789abcdef");
        assert!(holds(&key, "session", &token));
        assert!(!holds(&key, "another", &token));
        assert!(!holds(&[8; 32], "session", &token));
        assert!(!holds(&key, "", &token));
        assert!(!holds(&key, "session", ""));
        assert!(!holds(&key, "session", "０１２"));
    }
}
