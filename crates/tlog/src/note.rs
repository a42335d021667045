//! Signed notes (C2SP signed-note): a text, a blank line, and lines of signatures.
//!
//! The text of a note is nothing until a key that is trusted has signed it: [`Note::verify`] gives it out, and every other way to it says
//! in its name that nobody has. A malformed note is no note. Lines of keys that the verifier was not given are kept and mean nothing: so a
//! log changes keys and witnesses add theirs.

use std::fmt;

use crate::encoding::{base64, from_base64};
use crate::key::{SignError, Signer, Verifier, is_key_name};

/// The greatest number of bytes of a note that is read.
pub const NOTE_MAX: usize = 1_000_000;

/// The greatest number of signatures of a note that is read; the specification demands at least 16.
pub const SIGNATURES_MAX: usize = 100;

/// What every line of a signature begins with: an em dash (U+2014) and a space.
const DASH: &str = "\u{2014} ";

/// Why a note is none, or is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// More bytes than [`NOTE_MAX`].
    TooLong,
    /// More lines of signatures than [`SIGNATURES_MAX`].
    TooManySignatures,
    /// It is no UTF-8, or has a control character other than the end of a line.
    Characters,
    /// The text does not end with a line, or no blank line parts it from its signatures.
    Form,
    /// There is no signature.
    NoSignature,
    /// A line is none of a signature: its number among the signatures, from 1.
    Line(usize),
    /// No key that the verifier was given has signed.
    NoKnownKey,
    /// A line names a key that the verifier was given, and is not its signature.
    Signature {
        /// Name of the key.
        key: String,
    },
    /// Two keys of one name and id were given to sign.
    SameKey {
        /// Name of the keys.
        key: String,
    },
    /// A key did not sign.
    Sign(SignError),
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteError::TooLong => write!(f, "the note is longer than {NOTE_MAX} bytes"),
            NoteError::TooManySignatures => write!(f, "the note has more than {SIGNATURES_MAX} signatures"),
            NoteError::Characters => write!(f, "the note is no UTF-8 text or has control characters"),
            NoteError::Form => write!(f, "the note is not a text, a blank line and signatures"),
            NoteError::NoSignature => write!(f, "the note has no signature"),
            NoteError::Line(number) => write!(f, "line {number} of the signatures is none"),
            NoteError::NoKnownKey => write!(f, "no known key has signed the note"),
            NoteError::Signature { key } => write!(f, "the signature of {key} is wrong"),
            NoteError::SameKey { key } => write!(f, "the key {key} was given twice"),
            NoteError::Sign(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NoteError {}

/// One line of a signature: whose it claims to be, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    name: String,
    id: u32,
    signature: Vec<u8>,
}

impl SignatureLine {
    /// A line of this key. `None`: the name is none of a key, or there is no signature.
    #[must_use]
    pub fn new(name: &str, id: u32, signature: Vec<u8>) -> Option<SignatureLine> {
        (is_key_name(name) && !signature.is_empty()).then(|| SignatureLine { name: name.to_owned(), id, signature })
    }

    /// Reads a line without its end. `None`: it is no line of a signature.
    #[must_use]
    pub fn read(line: &str) -> Option<SignatureLine> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = from_base64(encoded)?;
        let (id, signature) = bytes.split_first_chunk()?;
        SignatureLine::new(name, u32::from_be_bytes(*id), signature.to_vec())
    }

    /// Name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The signature, without the id.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Whether it claims to be of this key.
    #[must_use]
    pub fn is_of(&self, key: &dyn Verifier) -> bool {
        self.name == key.name() && self.id == key.id()
    }
}

/// The line with its end.
impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_be_bytes().to_vec();
        bytes.extend(&self.signature);
        writeln!(f, "{DASH}{} {}", self.name, base64(&bytes))
    }
}

/// A well-formed note that nobody has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<SignatureLine>,
}

/// A note that at least one known key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'a> {
    /// The text, with the end of its last line.
    pub text: &'a str,
    /// The lines of known keys; every one of them is right.
    pub known: Vec<&'a SignatureLine>,
    /// The lines of other keys: nothing is known of them.
    pub unknown: Vec<&'a SignatureLine>,
}

impl Note {
    /// Reads a note. What is read is written back byte for byte by `to_string`.
    ///
    /// # Errors
    /// [`NoteError`]: it is none.
    pub fn read(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_MAX {
            return Err(NoteError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        if has_control(whole) {
            return Err(NoteError::Characters);
        }
        // The text may have blank lines of its own: the last one parts it from the signatures.
        let cut = whole.rfind("\n\n").ok_or(NoteError::Form)?;
        let (text, rest) = whole.split_at_checked(cut + 1).ok_or(NoteError::Form)?;
        let signatures = rest.strip_prefix('\n').ok_or(NoteError::Form)?;
        if signatures.is_empty() {
            return Err(NoteError::NoSignature);
        }
        Ok(Note { text: text.to_owned(), lines: read_lines(signatures)? })
    }

    /// Signs a text: one line a key, in the order of the keys.
    ///
    /// # Errors
    /// [`NoteError`]: the text can be none of a note, or a key does not sign.
    pub fn sign(text: &str, signers: &[&dyn Signer]) -> Result<Note, NoteError> {
        if has_control(text) {
            return Err(NoteError::Characters);
        }
        if !text.ends_with('\n') {
            return Err(NoteError::Form);
        }
        if signers.is_empty() {
            return Err(NoteError::NoSignature);
        }
        let mut note = Note { text: text.to_owned(), lines: Vec::new() };
        for signer in signers {
            let signature = signer.sign(text).map_err(NoteError::Sign)?;
            let line = SignatureLine::new(signer.name(), signer.id(), signature)
                .ok_or(NoteError::Line(note.lines.len() + 1))?;
            if note.lines.iter().any(|other| other.name == line.name && other.id == line.id) {
                return Err(NoteError::SameKey { key: line.name });
            }
            note.lines.push(line);
        }
        note.checked()
    }

    /// The note with this line added, or in the place of the line that it had of the same key.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`], [`NoteError::TooLong`].
    pub fn with_line(mut self, line: SignatureLine) -> Result<Note, NoteError> {
        match self.lines.iter_mut().find(|other| other.name == line.name && other.id == line.id) {
            Some(other) => *other = line,
            None => self.lines.push(line),
        }
        self.checked()
    }

    /// What could be read back: a note is never made that a reader refuses for its size.
    fn checked(self) -> Result<Note, NoteError> {
        if self.lines.len() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        if self.to_string().len() > NOTE_MAX {
            return Err(NoteError::TooLong);
        }
        Ok(self)
    }

    /// The text, if a known key has signed it and no line of a known key is wrong.
    ///
    /// # Errors
    /// [`NoteError::NoKnownKey`], [`NoteError::Signature`].
    pub fn verify(&self, keys: &[&dyn Verifier]) -> Result<Verified<'_>, NoteError> {
        let mut verified = Verified { text: &self.text, known: Vec::new(), unknown: Vec::new() };
        for line in &self.lines {
            match keys.iter().find(|key| line.is_of(**key)) {
                Some(key) if key.verify(&self.text, &line.signature) => verified.known.push(line),
                // The specification lets a client ignore the line; whoever names a known key and lies is not heard at all.
                Some(key) => return Err(NoteError::Signature { key: key.name().to_owned() }),
                None => verified.unknown.push(line),
            }
        }
        if verified.known.is_empty() { Err(NoteError::NoKnownKey) } else { Ok(verified) }
    }

    /// The text, which may be anybody's.
    #[must_use]
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// The lines, which may be anybody's.
    #[must_use]
    pub fn lines(&self) -> &[SignatureLine] {
        &self.lines
    }
}

/// The note as it travels.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| line.fmt(f))
    }
}

/// Reads lines of signatures, each with its end: what follows the blank line of a note, and what a witness answers.
///
/// # Errors
/// [`NoteError::Line`], [`NoteError::Form`], [`NoteError::TooManySignatures`].
pub fn read_lines(text: &str) -> Result<Vec<SignatureLine>, NoteError> {
    let text = text.strip_suffix('\n').ok_or(NoteError::Form)?;
    let mut lines = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        if number == SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        lines.push(SignatureLine::read(line).ok_or(NoteError::Line(number + 1))?);
    }
    Ok(lines)
}

fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte < b' ' && byte != b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Ed25519Signer, Ed25519Verifier, read_verifier};

    /// The example of C2SP signed-note; its key is not published.
    const EXAMPLE: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

    fn signer(name: &str, seed: u8) -> Ed25519Signer {
        Ed25519Signer::new(name, &[seed; 32]).unwrap()
    }

    fn key(signer: &Ed25519Signer) -> &Ed25519Verifier {
        signer.verifier()
    }

    #[test]
    fn the_example_of_the_specification_is_read_and_written_back() {
        let note = Note::read(EXAMPLE.as_bytes()).unwrap();
        assert!(note.unverified_text().ends_with("\n\ned è subito sera.\n"), "a text may have blank lines");
        assert_eq!(note.lines()[0].name(), "quasimodo.example/salvatore");
        assert_eq!(note.lines()[0].id(), 0x367b_a04b);
        assert_eq!(note.lines()[0].signature().len(), 64);
        assert_eq!(note.to_string(), EXAMPLE);
        assert_eq!(note.verify(&[]).unwrap_err(), NoteError::NoKnownKey);
    }

    #[test]
    fn known_lines_are_verified_and_unknown_ones_kept() {
        let (log, other) = (signer("log.example", 1), signer("other.example", 2));
        let note = Note::sign("text\n", &[&log, &other]).unwrap();
        let read = Note::read(note.to_string().as_bytes()).unwrap();
        let verified = read.verify(&[key(&log)]).unwrap();
        assert_eq!((verified.text, verified.known.len(), verified.unknown.len()), ("text\n", 1, 1));
        assert_eq!(read.verify(&[key(&log), key(&other)]).unwrap().known.len(), 2);
        assert_eq!(read.verify(&[key(&signer("log.example", 3))]).unwrap_err(), NoteError::NoKnownKey);
    }

    #[test]
    fn a_wrong_line_of_a_known_key_spoils_the_note_even_beside_a_right_one() {
        let (log, other) = (signer("log.example", 1), signer("other.example", 2));
        let mut wrong = other.sign("text\n").unwrap();
        wrong[0] ^= 1;
        let line = SignatureLine::new("other.example", other.id(), wrong).unwrap();
        let note = Note::sign("text\n", &[&log]).unwrap().with_line(line).unwrap();
        assert_eq!(
            note.verify(&[key(&log), key(&other)]).unwrap_err(),
            NoteError::Signature { key: "other.example".to_owned() }
        );
        assert!(note.verify(&[key(&log)]).is_ok(), "to whom the other key is unknown the line means nothing");
    }

    #[test]
    fn a_key_signs_in_its_own_name_only() {
        let (log, impostor) = (signer("log.example", 1), signer("impostor.example", 1));
        let note = Note::sign("text\n", &[&impostor]).unwrap();
        assert_eq!(note.verify(&[key(&log)]).unwrap_err(), NoteError::NoKnownKey, "same key, other name, other id");
        let relabelled = SignatureLine::new("log.example", log.id(), vec![0; 64]).unwrap();
        assert!(note.with_line(relabelled).unwrap().verify(&[key(&log)]).is_err());
    }

    #[test]
    fn every_fault_of_a_note_is_named() {
        let log = signer("log.example", 1);
        let good = Note::sign("text\n", &[&log]).unwrap().to_string();
        let fault = |bytes: &[u8]| Note::read(bytes).err();
        assert_eq!(fault(b""), Some(NoteError::Form));
        assert_eq!(fault(b"text\n"), Some(NoteError::Form));
        assert_eq!(fault(b"text\n\n"), Some(NoteError::NoSignature));
        assert_eq!(fault(b"\xff\n\n"), Some(NoteError::Characters));
        assert_eq!(fault(good.replace("text", "te\txt").as_bytes()), Some(NoteError::Characters));
        assert_eq!(fault(good.replace('\n', "\r\n").as_bytes()), Some(NoteError::Characters));
        assert_eq!(fault(good.trim_end().as_bytes()), Some(NoteError::Form), "the last line has no end");
        assert_eq!(fault(good.replace('—', "-").as_bytes()), Some(NoteError::Line(1)));
        assert_eq!(fault(good.replace("log.example ", "log.example  ").as_bytes()), Some(NoteError::Line(1)));
        assert_eq!(fault(good.replace("log.example", "log+example").as_bytes()), Some(NoteError::Line(1)));
        assert_eq!(fault("text\n\n— name AAAAAA==\n".as_bytes()), Some(NoteError::Line(1)), "an id and no signature");
        assert_eq!(fault(format!("{good}\n").as_bytes()), Some(NoteError::NoSignature));
        assert_eq!(fault(format!("{good}text\n").as_bytes()), Some(NoteError::Line(2)));
        let line = good.lines().last().unwrap().to_owned() + "\n";
        assert_eq!(fault(format!("text\n\n{}", line.repeat(101)).as_bytes()), Some(NoteError::TooManySignatures));
        assert!(Note::read(format!("text\n\n{}", line.repeat(100)).as_bytes()).is_ok());
        assert_eq!(fault(&vec![b'a'; NOTE_MAX + 1]), Some(NoteError::TooLong));
    }

    #[test]
    fn no_text_is_signed_that_could_not_be_read() {
        let log = signer("log.example", 1);
        assert_eq!(Note::sign("text", &[&log]).unwrap_err(), NoteError::Form);
        assert_eq!(Note::sign("te\0xt\n", &[&log]).unwrap_err(), NoteError::Characters);
        assert_eq!(Note::sign("text\n", &[]).unwrap_err(), NoteError::NoSignature);
        assert_eq!(
            Note::sign("text\n", &[&log, &log]).unwrap_err(),
            NoteError::SameKey { key: "log.example".to_owned() }
        );
        let long = format!("{}\n", "a".repeat(NOTE_MAX));
        assert_eq!(Note::sign(&long, &[&log]).unwrap_err(), NoteError::TooLong);
    }

    #[test]
    fn a_text_that_looks_like_signatures_is_still_the_text() {
        let log = signer("log.example", 1);
        let inner = Note::sign("text\n", &[&signer("a", 9)]).unwrap().to_string();
        let note = Note::sign(&inner, &[&log]).unwrap();
        let read = Note::read(note.to_string().as_bytes()).unwrap();
        assert_eq!(read.unverified_text(), inner);
        let keys = read_verifier(&key(&log).to_text()).unwrap();
        assert_eq!(read.verify(&[&*keys]).unwrap().text, inner);
    }
}
