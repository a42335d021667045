//! The national algorithms (商用密码) beside the international ones: SM3 digests (GB/T 32905), HMAC-SM3, and SM2 signatures (GB/T 32918)
//! as a second line of a note.
//!
//! **The SM2 line.** C2SP signed-note gives SM2 no byte of its own; it keeps 0xff for such algorithms, followed by a longer name. Ours
//! is the object identifier of «SM2 with SM3» and is part of what the key's id hashes:
//!
//! ```text
//! encoded key = 0xff ‖ "oid/1.2.156.10197.1.501\n" ‖ 0x04 ‖ X ‖ Y        (X, Y: 32 bytes each, big-endian)
//! key id      = SHA-256(name ‖ 0x0A ‖ encoded key), first four bytes
//! signature   = r ‖ s                                                     (32 bytes each, big-endian)
//! ```
//!
//! What is signed is the text of the note, with the user identity `1234567812345678` that GM/T 0009 prescribes where nothing else was
//! agreed. Verifiers that do not know the algorithm ignore the line, as the specification bids them.
//!
//! These are programs that agree with the published examples, not a certified module (密码模块): where one is demanded, the key lives there
//! and [`crate::key::Signer`] is what it has to offer.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm3::{Digest, Sm3};
use zeroize::Zeroizing;

use crate::encoding::base64;
use crate::key::{KeyError, NAMED, SignError, Signer, Verifier, is_key_name, key_id, read_signer_key, verifier_key};

/// What names the algorithm after the byte 0xff.
const SM2_WITH_SM3: &[u8] = b"oid/1.2.156.10197.1.501\n";

/// The user identity of GM/T 0009-2012.
const IDENTITY: &str = "1234567812345678";

/// SM3 (GB/T 32905-2016): 32 bytes.
#[must_use]
pub fn sm3(data: &[u8]) -> [u8; 32] {
    Sm3::digest(data).into()
}

/// HMAC (RFC 2104) with SM3, as GB/T 15852.2 has it: 32 bytes. A key may have any length.
#[must_use]
pub fn hmac_sm3(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = keyed(key);
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Whether this is the whole HMAC-SM3 of a message; the time that it takes does not tell where it differs.
#[must_use]
pub fn is_hmac_sm3(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    let mut mac = keyed(key);
    mac.update(message);
    mac.verify_slice(tag).is_ok()
}

/// HMAC hashes a key that is longer than a block (64 bytes) first, and so do we, so that no length can be refused.
fn keyed(key: &[u8]) -> Hmac<Sm3> {
    let mut block = Zeroizing::new([0; 64]);
    let hashed = Zeroizing::new(sm3(key));
    let short = if key.len() > block.len() { hashed.as_slice() } else { key };
    for (to, from) in block.iter_mut().zip(short) {
        *to = *from;
    }
    Hmac::new((&*block).into())
}

/// The public key of an SM2 signer.
#[derive(Clone, Debug)]
pub struct Sm2Verifier {
    name: String,
    encoded: Vec<u8>,
    key: VerifyingKey,
}

impl Sm2Verifier {
    /// The key of this name with this point: 65 bytes, not compressed.
    ///
    /// # Errors
    /// [`KeyError::Name`], [`KeyError::Key`].
    pub fn new(name: &str, point: &[u8; 65]) -> Result<Sm2Verifier, KeyError> {
        Sm2Verifier::of(name, &encoded(point))
    }

    pub(crate) fn of(name: &str, encoded: &[u8]) -> Result<Sm2Verifier, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let named = encoded.strip_prefix(&[NAMED]).and_then(|rest| rest.strip_prefix(SM2_WITH_SM3));
        let point = named.ok_or(KeyError::Algorithm)?;
        // A compressed point would be a second spelling of the same key.
        if point.len() != 65 || point.first() != Some(&0x04) {
            return Err(KeyError::Key);
        }
        let key = VerifyingKey::from_sec1_bytes(IDENTITY, point).map_err(|_| KeyError::Key)?;
        Ok(Sm2Verifier { name: name.to_owned(), encoded: encoded.to_vec(), key })
    }

    /// `NAME+ID+BASE64`.
    #[must_use]
    pub fn to_text(&self) -> String {
        verifier_key(&self.name, &self.encoded)
    }

    /// The point: 65 bytes.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        self.encoded.get(1 + SM2_WITH_SM3.len()..).unwrap_or_default()
    }
}

fn encoded(point: &[u8]) -> Vec<u8> {
    [&[NAMED], SM2_WITH_SM3, point].concat()
}

impl Verifier for Sm2Verifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> u32 {
        key_id(&self.name, &self.encoded)
    }

    fn verify(&self, text: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify(text.as_bytes(), &signature).is_ok())
    }
}

/// An SM2 key held in memory, wiped when it is dropped. The number that must never be used twice comes from key and text (RFC 6979, with
/// SM3 as its hash): no source of chance is needed, and the same text has the same signature.
pub struct Sm2Signer {
    public: Sm2Verifier,
    secret: SigningKey,
}

impl Sm2Signer {
    /// The key of this name from its 32 secret bytes.
    ///
    /// # Errors
    /// [`KeyError::Name`]; [`KeyError::Key`] if the number is none of the group (0, or not below its order).
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Sm2Signer, KeyError> {
        let secret = SigningKey::from_slice(IDENTITY, secret).map_err(|_| KeyError::Key)?;
        let point = secret.verifying_key().as_affine().to_sec1_point(false);
        let public = Sm2Verifier::of(name, &encoded(point.as_bytes()))?;
        Ok(Sm2Signer { public, secret })
    }

    /// Reads `PRIVATE+KEY+NAME+ID+BASE64`, where the encoded key has the secret number in the place of the point.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(text: &str) -> Result<Sm2Signer, KeyError> {
        let (name, id, encoded) = read_signer_key(text)?;
        let named = encoded.strip_prefix(&[NAMED]).and_then(|rest| rest.strip_prefix(SM2_WITH_SM3));
        let secret: &[u8; 32] = named.ok_or(KeyError::Algorithm)?.try_into().map_err(|_| KeyError::Key)?;
        let signer = Sm2Signer::new(name, secret)?;
        if signer.id() == id { Ok(signer) } else { Err(KeyError::Id) }
    }

    /// `PRIVATE+KEY+NAME+ID+BASE64`: to be kept where secrets are kept.
    #[must_use]
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(<[u8; 32]>::from(self.secret.to_bytes()));
        let encoded = Zeroizing::new(encoded(secret.as_slice()));
        Zeroizing::new(format!("PRIVATE+KEY+{}+{:08x}+{}", self.public.name, self.id(), base64(&encoded)))
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> &Sm2Verifier {
        &self.public
    }
}

/// The secret is not shown.
impl fmt::Debug for Sm2Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm2Signer({})", self.public.to_text())
    }
}

impl Signer for Sm2Signer {
    fn name(&self) -> &str {
        &self.public.name
    }

    fn id(&self) -> u32 {
        self.public.id()
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, SignError> {
        let signed: Result<Signature, _> = self.secret.try_sign(text.as_bytes());
        match signed {
            Ok(signature) => Ok(signature.to_bytes().to_vec()),
            Err(error) => Err(SignError { key: self.public.name.clone(), why: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Ed25519Signer, read_verifier};
    use crate::note::Note;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// GB/T 32905-2016 annex A, examples 1 and 2.
    #[test]
    fn sm3_agrees_with_the_standard() {
        assert_eq!(sm3(b"abc").to_vec(), bytes("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"));
        assert_eq!(
            sm3("abcd".repeat(16).as_bytes()).to_vec(),
            bytes("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")
        );
    }

    #[test]
    fn an_sm2_key_comes_back_from_its_text() {
        let signer = Sm2Signer::new("log.example", &[7; 32]).unwrap();
        let text = signer.verifier().to_text();
        assert_eq!(read_verifier(&text).unwrap().id(), signer.id());
        assert_eq!(Sm2Signer::read(&signer.to_secret_text()).unwrap().id(), signer.id());
        assert!(!format!("{signer:?}").contains("PRIVATE"), "no secret in a log");
        assert_eq!(Sm2Signer::new("log.example", &[0; 32]).err(), Some(KeyError::Key), "zero is no key");
        assert_eq!(Sm2Signer::new("log.example", &[0xff; 32]).err(), Some(KeyError::Key), "above the order");
        let mut off_curve = signer.verifier().point().to_vec();
        off_curve[64] ^= 1;
        let off_curve: &[u8; 65] = off_curve.as_slice().try_into().unwrap();
        assert_eq!(Sm2Verifier::new("log.example", off_curve).err(), Some(KeyError::Key));
        assert_eq!(read_verifier(&verifier_key("n", b"\xffother\n")).err(), Some(KeyError::Algorithm));
    }

    #[test]
    fn a_note_carries_a_line_of_each_algorithm() {
        let ed25519 = Ed25519Signer::new("log.example", &[1; 32]).unwrap();
        let sm2 = Sm2Signer::new("log.example", &[7; 32]).unwrap();
        let note = Note::sign("text\n", &[&ed25519, &sm2]).unwrap();
        let read = Note::read(note.to_string().as_bytes()).unwrap();
        assert_eq!(read.verify(&[ed25519.verifier(), sm2.verifier()]).unwrap().known.len(), 2);
        assert_eq!(read.verify(&[ed25519.verifier()]).unwrap().unknown.len(), 1, "as others read it");
        let again = Note::sign("text\n", &[&ed25519, &sm2]).unwrap();
        assert_eq!(note, again, "no chance in a signature");
        let signature = read.lines()[1].signature();
        for bit in (0..512).step_by(7) {
            let mut other = signature.to_vec();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!sm2.verifier().verify("text\n", &other), "bit {bit}");
        }
        assert!(!sm2.verifier().verify("other\n", signature));
        assert!(!sm2.verifier().verify("text\n", &signature[..63]));
        assert!(!sm2.verifier().verify("text\n", &[0; 64]));
    }
}
