//! Keys: what signs a line of a note and what verifies it, behind two traits, so that a key may live in a program, on a card or in a
//! signature server. Ed25519 (RFC 8032) is here, SM2 in [`crate::gm`], witnesses' keys in [`crate::cosignature`].
//!
//! A key is known by name and id together. The id is a short hash over name, algorithm and public key: it finds the key among those
//! that a verifier was given, it proves nothing.

use std::fmt;

use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::cosignature::CosignatureVerifier;
use crate::encoding::{base64, from_base64};
use crate::gm::Sm2Verifier;

/// First byte of the key encoding: Ed25519 over the text of the note (signed-note).
pub const ED25519: u8 = 0x01;
/// First byte of the key encoding: timestamped Ed25519 cosignatures (tlog-cosignature).
pub const COSIGNATURE: u8 = 0x04;
/// First byte of the key encoding: an algorithm that signed-note gives no byte, named by the text that follows.
pub const NAMED: u8 = 0xff;

/// Signs notes. The same text under the same key may have many signatures; a deterministic algorithm has one.
pub trait Signer {
    /// Name of the key.
    fn name(&self) -> &str;
    /// Id of the key.
    fn id(&self) -> u32;
    /// The signature over this text, without the id.
    ///
    /// # Errors
    /// The key could not be used: a device that does not answer, an algorithm that refuses.
    fn sign(&self, text: &str) -> Result<Vec<u8>, SignError>;
}

/// Verifies one key's lines of notes.
pub trait Verifier {
    /// Name of the key.
    fn name(&self) -> &str;
    /// Id of the key.
    fn id(&self) -> u32;
    /// Whether this is the key's signature over this text. Any bytes may come; malformed ones are no signature.
    fn verify(&self, text: &str, signature: &[u8]) -> bool;
}

/// Why a key did not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignError {
    /// Name of the key.
    pub key: String,
    /// What the algorithm or the device said.
    pub why: String,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key {} does not sign: {}", self.key, self.why)
    }
}

impl std::error::Error for SignError {}

/// What is wrong with the text of a key. The text itself is never repeated: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// It is not `NAME+ID+BASE64`, for a secret key `PRIVATE+KEY+NAME+ID+BASE64`.
    Form,
    /// The name is empty, or has a space, a plus sign or a control character.
    Name,
    /// The algorithm is none that is known here.
    Algorithm,
    /// The key has not the length of its algorithm, or is no valid key of it.
    Key,
    /// The id does not belong to name, algorithm and key.
    Id,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyError::Form => "the key is not written as NAME+ID+BASE64",
            KeyError::Name => "the name of the key is empty or has a space, a plus sign or a control character",
            KeyError::Algorithm => "the algorithm of the key is not known",
            KeyError::Key => "the key is none of its algorithm",
            KeyError::Id => "the id of the key does not belong to it",
        })
    }
}

impl std::error::Error for KeyError {}

/// Whether a key may be called so: signed-note forbids Unicode spaces and `+`, and control characters in any note.
#[must_use]
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c < ' ')
}

/// `SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key)`, its first four bytes. `encoded` begins with the byte of the algorithm.
#[must_use]
pub fn key_id(name: &str, encoded: &[u8]) -> u32 {
    let hash: [u8; 32] = Sha256::new().chain_update(name).chain_update([b'\n']).chain_update(encoded).finalize().into();
    let [a, b, c, d, ..] = hash;
    u32::from_be_bytes([a, b, c, d])
}

/// `NAME+ID+BASE64(algorithm ‖ public key)`: how a public key is handed round.
#[must_use]
pub fn verifier_key(name: &str, encoded: &[u8]) -> String {
    format!("{name}+{:08x}+{}", key_id(name, encoded), base64(encoded))
}

/// Reads a public key of any algorithm known here.
///
/// # Errors
/// [`KeyError`].
pub fn read_verifier(text: &str) -> Result<Box<dyn Verifier + Send + Sync>, KeyError> {
    let (name, encoded) = read_verifier_key(text)?;
    match encoded.split_first() {
        Some((&ED25519, _)) => Ok(Box::new(Ed25519Verifier::of(name, &encoded)?)),
        Some((&COSIGNATURE, _)) => Ok(Box::new(CosignatureVerifier::of(name, &encoded)?)),
        Some((&NAMED, _)) => Ok(Box::new(Sm2Verifier::of(name, &encoded)?)),
        _ => Err(KeyError::Algorithm),
    }
}

/// Name and encoded key (with the byte of its algorithm) of the text of a public key, whose id is right.
pub(crate) fn read_verifier_key(text: &str) -> Result<(&str, Vec<u8>), KeyError> {
    let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
    let (id, key) = rest.split_once('+').ok_or(KeyError::Form)?;
    let encoded = from_base64(key).filter(|encoded| !encoded.is_empty()).ok_or(KeyError::Form)?;
    if !is_key_name(name) {
        return Err(KeyError::Name);
    }
    match read_id(id)? == key_id(name, &encoded) {
        true => Ok((name, encoded)),
        false => Err(KeyError::Id),
    }
}

/// Name, id and encoded secret of `PRIVATE+KEY+NAME+ID+BASE64`. Whether the id is right is known when the public key is.
pub(crate) fn read_signer_key(text: &str) -> Result<(&str, u32, Zeroizing<Vec<u8>>), KeyError> {
    let rest = text.strip_prefix("PRIVATE+KEY+").ok_or(KeyError::Form)?;
    let (name, rest) = rest.split_once('+').ok_or(KeyError::Form)?;
    let (id, key) = rest.split_once('+').ok_or(KeyError::Form)?;
    let encoded = from_base64(key).map(Zeroizing::new).ok_or(KeyError::Form)?;
    if !is_key_name(name) {
        return Err(KeyError::Name);
    }
    Ok((name, read_id(id)?, encoded))
}

/// Eight hexadecimal digits in small letters: an id has one spelling too.
fn read_id(text: &str) -> Result<u32, KeyError> {
    let id = u32::from_str_radix(text, 16).map_err(|_| KeyError::Form)?;
    if format!("{id:08x}") == text { Ok(id) } else { Err(KeyError::Form) }
}

/// The public key of an Ed25519 signer.
#[derive(Clone, Debug)]
pub struct Ed25519Verifier {
    name: String,
    encoded: [u8; 33],
    key: ed25519_dalek::VerifyingKey,
}

impl Ed25519Verifier {
    /// The key of this name with these 32 bytes (RFC 8032).
    ///
    /// # Errors
    /// [`KeyError::Name`], [`KeyError::Key`].
    pub fn new(name: &str, public: &[u8; 32]) -> Result<Ed25519Verifier, KeyError> {
        let mut encoded = [ED25519; 33];
        for (to, from) in encoded.iter_mut().skip(1).zip(public) {
            *to = *from;
        }
        Ed25519Verifier::of(name, &encoded)
    }

    pub(crate) fn of(name: &str, encoded: &[u8]) -> Result<Ed25519Verifier, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let key = ed25519_of(encoded)?;
        Ok(Ed25519Verifier { name: name.to_owned(), encoded: encoded.try_into().map_err(|_| KeyError::Key)?, key })
    }

    /// `NAME+ID+BASE64`.
    #[must_use]
    pub fn to_text(&self) -> String {
        verifier_key(&self.name, &self.encoded)
    }
}

/// The Ed25519 key behind one byte of algorithm. A key of small order, under which anything may verify, is no key.
pub(crate) fn ed25519_of(encoded: &[u8]) -> Result<ed25519_dalek::VerifyingKey, KeyError> {
    let (_, public) = encoded.split_first().ok_or(KeyError::Key)?;
    let public: &[u8; 32] = public.try_into().map_err(|_| KeyError::Key)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| KeyError::Key)?;
    if key.is_weak() { Err(KeyError::Key) } else { Ok(key) }
}

/// RFC 8032 without the room that it leaves: non-canonical signatures and points of small order are refused.
pub(crate) fn ed25519_verifies(key: &ed25519_dalek::VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    let signature: Result<&[u8; 64], _> = signature.try_into();
    signature.is_ok_and(|bytes| key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(bytes)).is_ok())
}

impl Verifier for Ed25519Verifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> u32 {
        key_id(&self.name, &self.encoded)
    }

    fn verify(&self, text: &str, signature: &[u8]) -> bool {
        ed25519_verifies(&self.key, text.as_bytes(), signature)
    }
}

/// An Ed25519 key held in memory, wiped when it is dropped.
pub struct Ed25519Signer {
    public: Ed25519Verifier,
    secret: ed25519_dalek::SigningKey,
}

impl Ed25519Signer {
    /// The key of this name from its 32 secret bytes, which come from a source of chance.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Ed25519Signer, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = Ed25519Verifier::new(name, &secret.verifying_key().to_bytes())?;
        Ok(Ed25519Signer { public, secret })
    }

    /// Reads `PRIVATE+KEY+NAME+ID+BASE64`, as the tools of the Go checksum database write it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(text: &str) -> Result<Ed25519Signer, KeyError> {
        let (name, id, encoded) = read_signer_key(text)?;
        let seed: &[u8; 32] = match encoded.split_first() {
            Some((&ED25519, seed)) => seed.try_into().map_err(|_| KeyError::Key)?,
            _ => return Err(KeyError::Algorithm),
        };
        let signer = Ed25519Signer::new(name, seed)?;
        if signer.id() == id { Ok(signer) } else { Err(KeyError::Id) }
    }

    /// `PRIVATE+KEY+NAME+ID+BASE64`: to be kept where secrets are kept.
    #[must_use]
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut encoded = Zeroizing::new(vec![ED25519]);
        encoded.extend(self.secret.as_bytes());
        Zeroizing::new(format!("PRIVATE+KEY+{}+{:08x}+{}", self.public.name, self.id(), base64(&encoded)))
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> &Ed25519Verifier {
        &self.public
    }
}

/// The secret is not shown.
impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519Signer({})", self.public.to_text())
    }
}

impl Signer for Ed25519Signer {
    fn name(&self) -> &str {
        &self.public.name
    }

    fn id(&self) -> u32 {
        self.public.id()
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, SignError> {
        Ok(self.secret.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key pair of the example of x/mod sumdb/note, published there to be tried.
    const SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn a_key_comes_back_from_its_text() {
        let signer = Ed25519Signer::read(SECRET).unwrap();
        assert_eq!(signer.verifier().to_text(), PUBLIC);
        assert_eq!(*signer.to_secret_text(), SECRET);
        assert_eq!(read_verifier(PUBLIC).unwrap().id(), 0xc74f_20a3);
        assert_eq!(format!("{signer:?}"), format!("Ed25519Signer({PUBLIC})"), "no secret in a log");
    }

    #[test]
    fn every_fault_of_a_key_is_named() {
        let fault = |text: &str| read_verifier(text).err();
        assert_eq!(fault("PeterNeumann"), Some(KeyError::Form));
        assert_eq!(fault(&PUBLIC.replace("c74f20a3", "C74F20A3")), Some(KeyError::Form));
        assert_eq!(fault(&PUBLIC.replace("c74f20a3", "c74f20a4")), Some(KeyError::Id));
        assert_eq!(fault(&PUBLIC.replace("PeterNeumann", "Peter\u{a0}Neumann")), Some(KeyError::Name));
        assert_eq!(fault(&PUBLIC.replace("PeterNeumann", "")), Some(KeyError::Name));
        assert_eq!(fault(&verifier_key("n", &[2; 33])), Some(KeyError::Algorithm));
        assert_eq!(fault(&verifier_key("n", &[ED25519; 32])), Some(KeyError::Key), "too short");
        // The neutral point, of order one: any text has a signature under it.
        let mut neutral = [0; 33];
        (neutral[0], neutral[1]) = (ED25519, 1);
        assert_eq!(fault(&verifier_key("n", &neutral)), Some(KeyError::Key));
        assert_eq!(Ed25519Signer::read(PUBLIC).err(), Some(KeyError::Form));
        assert_eq!(Ed25519Signer::read(&SECRET.replace("c74f", "c74e")).err(), Some(KeyError::Id));
    }

    /// RFC 8032 §7.1, TEST 2.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let bytes = |hex: &str| -> Vec<u8> {
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        };
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let signer = Ed25519Signer::new("rfc8032", seed.as_slice().try_into().unwrap()).unwrap();
        let signature = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert_eq!(signer.sign("r").unwrap(), signature);
        assert!(signer.verifier().verify("r", &signature));
        assert!(!signer.verifier().verify("s", &signature));
        assert!(!signer.verifier().verify("r", &signature[..63]));
    }
}
