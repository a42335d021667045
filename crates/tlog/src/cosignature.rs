//! Cosignatures (C2SP tlog-cosignature, v1 with Ed25519): a witness states that, at a time, the largest tree which it has seen of a log
//! and found consistent has this root. The time is part of what is signed.

use std::fmt;

use ed25519_dalek::Signer as _;

use crate::checkpoint::Checkpoint;
use crate::encoding::SIZE_MAX;
use crate::key::{COSIGNATURE, KeyError, Verifier, ed25519_of, ed25519_verifies, is_key_name, key_id, verifier_key};
use crate::note::SignatureLine;

/// Seconds since 1970 that a signature of this kind carries. `None`: it has not the form of one.
#[must_use]
pub fn time_of(signature: &[u8]) -> Option<u64> {
    parts(signature).map(|(time, _)| time)
}

/// Time and Ed25519 signature: `u64` big-endian up to 2^63 − 1, then 64 bytes.
fn parts(signature: &[u8]) -> Option<(u64, &[u8; 64])> {
    let (time, rest) = signature.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    (time <= SIZE_MAX).then_some((time, rest.try_into().ok()?))
}

/// «Two newline terminated lines followed by the whole note body.»
fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The public key of a witness. It verifies cosignatures of checkpoints; any other text has none.
#[derive(Clone, Debug)]
pub struct CosignatureVerifier {
    name: String,
    encoded: [u8; 33],
    key: ed25519_dalek::VerifyingKey,
}

impl CosignatureVerifier {
    /// The witness of this name with these 32 bytes (RFC 8032).
    ///
    /// # Errors
    /// [`KeyError::Name`], [`KeyError::Key`].
    pub fn new(name: &str, public: &[u8; 32]) -> Result<CosignatureVerifier, KeyError> {
        let mut encoded = vec![COSIGNATURE];
        encoded.extend(public);
        CosignatureVerifier::of(name, &encoded)
    }

    pub(crate) fn of(name: &str, encoded: &[u8]) -> Result<CosignatureVerifier, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let key = ed25519_of(encoded)?;
        let encoded = encoded.try_into().map_err(|_| KeyError::Key)?;
        Ok(CosignatureVerifier { name: name.to_owned(), encoded, key })
    }

    /// `NAME+ID+BASE64`.
    #[must_use]
    pub fn to_text(&self) -> String {
        verifier_key(&self.name, &self.encoded)
    }
}

impl Verifier for CosignatureVerifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> u32 {
        key_id(&self.name, &self.encoded)
    }

    fn verify(&self, text: &str, signature: &[u8]) -> bool {
        let Some((time, signature)) = parts(signature) else { return false };
        Checkpoint::read(text).is_some() && ed25519_verifies(&self.key, message(time, text).as_bytes(), signature)
    }
}

/// A witness's key held in memory, wiped when it is dropped. It signs what it is given: to have seen that the log only grew
/// ([`crate::guard::decide`]) is the witness's part.
pub struct Cosigner {
    public: CosignatureVerifier,
    secret: ed25519_dalek::SigningKey,
}

impl Cosigner {
    /// The key of this name from its 32 secret bytes. A key serves one witness only and nothing else: the message does not name it.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Cosigner, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = CosignatureVerifier::new(name, &secret.verifying_key().to_bytes())?;
        Ok(Cosigner { public, secret })
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> &CosignatureVerifier {
        &self.public
    }

    /// The line for this checkpoint at this time, in seconds since 1970. `None`: the time is above 2^63 − 1.
    #[must_use]
    pub fn cosign(&self, checkpoint: &Checkpoint, time: u64) -> Option<SignatureLine> {
        if time > SIZE_MAX {
            return None;
        }
        let mut signature = time.to_be_bytes().to_vec();
        signature.extend(self.secret.sign(message(time, &checkpoint.to_string()).as_bytes()).to_bytes());
        SignatureLine::new(&self.public.name, self.public.id(), signature)
    }
}

/// The secret is not shown.
impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.public.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;

    /// The message that C2SP tlog-cosignature prints.
    #[test]
    fn the_message_is_that_of_the_specification() {
        let checkpoint = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(
            message(1_679_315_147, checkpoint),
            "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        );
        // The cosignature that it prints carries this very time.
        let line = SignatureLine::read("— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==").unwrap();
        assert_eq!(time_of(line.signature()), Some(1_679_315_147));
    }

    #[test]
    fn a_cosignature_binds_time_and_checkpoint() {
        let witness = Cosigner::new("w.example", &[5; 32]).unwrap();
        let checkpoint = Checkpoint::new("log", 1, Hash::new([7; 32])).unwrap();
        let line = witness.cosign(&checkpoint, 1_700_000_000).unwrap();
        let verifier = witness.verifier();
        assert!(line.is_of(verifier) && verifier.verify(&checkpoint.to_string(), line.signature()));
        for bit in 0..line.signature().len() * 8 {
            let mut other = line.signature().to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!verifier.verify(&checkpoint.to_string(), &other), "bit {bit}");
        }
        let other = Checkpoint::new("log", 2, Hash::new([7; 32])).unwrap();
        assert!(!verifier.verify(&other.to_string(), line.signature()));
        assert_eq!(witness.cosign(&checkpoint, 1 << 63), None);
        assert_eq!(time_of(&[0xff; 72]), None, "a time above 2^63 - 1");
        assert_eq!(time_of(&[0; 71]), None);
    }

    #[test]
    fn no_other_text_than_a_checkpoint_has_a_cosignature() {
        let witness = Cosigner::new("w.example", &[5; 32]).unwrap();
        let mut signature = 1u64.to_be_bytes().to_vec();
        signature.extend(witness.secret.sign(message(1, "no checkpoint\n").as_bytes()).to_bytes());
        assert!(!witness.verifier().verify("no checkpoint\n", &signature));
    }
}
