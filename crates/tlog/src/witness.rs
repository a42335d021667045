//! Asking a witness for its cosignature (C2SP tlog-witness): the body of the request, and what the answer means. Sending is the caller's.
//!
//! A witness remembers the last checkpoint that it cosigned. The request begins from that size; a caller who does not know it, or is wrong
//! about it, learns it from a 409 and asks once more.

use std::fmt;

use crate::encoding::from_decimal;
use crate::hash::Hash;
use crate::key::Verifier;
use crate::note::{Note, NoteError, SignatureLine, read_lines};

/// The greatest number of lines of a consistency proof in a request.
pub const PROOF_MAX: usize = 63;

/// The greatest number of bytes of an answer that is read.
pub const ANSWER_MAX: usize = 64 * 1024;

/// Why a request cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// More than [`PROOF_MAX`] hashes.
    ProofTooLong,
    /// From size 0 there is no proof.
    ProofFromEmpty,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestError::ProofTooLong => write!(f, "a witness takes at most {PROOF_MAX} hashes"),
            RequestError::ProofFromEmpty => write!(f, "from size 0 there is no proof"),
        }
    }
}

impl std::error::Error for RequestError {}

/// The body of `POST PREFIX/add-checkpoint`: the size that the witness knows, the proof from there, the signed checkpoint.
///
/// # Errors
/// [`RequestError`].
pub fn request(old: u64, proof: &[Hash], checkpoint: &Note) -> Result<String, RequestError> {
    if proof.len() > PROOF_MAX {
        return Err(RequestError::ProofTooLong);
    }
    if old == 0 && !proof.is_empty() {
        return Err(RequestError::ProofFromEmpty);
    }
    let mut body = format!("old {old}\n");
    for hash in proof {
        body.push_str(&format!("{hash}\n"));
    }
    body.push_str(&format!("\n{checkpoint}"));
    Ok(body)
}

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It cosigned: lines, of its keys or of others, that nobody has verified ([`add`] does).
    Cosigned(Vec<SignatureLine>),
    /// The last checkpoint that it cosigned has this size: ask again with a proof from there.
    Knows(u64),
    /// It has cosigned this size with another root (a 409 without a size): two histories of one log.
    OtherRoot,
    /// It does not understand the request, or the old size is above the new one (400).
    Malformed,
    /// None of the signatures is of a key that it trusts (403).
    NotTrusted,
    /// It does not know this log (404).
    UnknownLog,
    /// The proof does not verify (422).
    Inconsistent,
    /// It answered with something that the protocol does not have: this status.
    Unexpected(u16),
}

/// The type of the body that a 409 with a size has.
const SIZE_TYPE: &str = "text/x.tlog.size";

/// Reads an answer: status, type of the body if one was given, body.
#[must_use]
pub fn read_answer(status: u16, content_type: Option<&str>, body: &[u8]) -> Answer {
    let text = if body.len() > ANSWER_MAX { None } else { std::str::from_utf8(body).ok() };
    let unexpected = Answer::Unexpected(status);
    match status {
        200 => text.and_then(|text| read_lines(text).ok()).map_or(unexpected, Answer::Cosigned),
        400 => Answer::Malformed,
        403 => Answer::NotTrusted,
        404 => Answer::UnknownLog,
        // «If the root hashes don't match» is a 409 too, and the only one for which no body is laid down.
        409 => match (is_size(content_type), text) {
            (true, Some(text)) => text.strip_suffix('\n').and_then(from_decimal).map_or(unexpected, Answer::Knows),
            (true, None) => unexpected,
            (false, _) => Answer::OtherRoot,
        },
        422 => Answer::Inconsistent,
        _ => unexpected,
    }
}

/// The media type without its parameters.
fn is_size(content_type: Option<&str>) -> bool {
    let media = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    media.trim().eq_ignore_ascii_case(SIZE_TYPE)
}

/// The checkpoint with the cosignatures of known witnesses, each verified; lines of unknown keys are left out.
///
/// # Errors
/// [`NoteError::NoKnownKey`], [`NoteError::Signature`]: the checkpoint stays as it was. [`NoteError::TooManySignatures`].
pub fn add(checkpoint: &Note, lines: &[SignatureLine], witnesses: &[&dyn Verifier]) -> Result<Note, NoteError> {
    let mut with = checkpoint.clone();
    let mut added = false;
    for line in lines {
        let Some(key) = witnesses.iter().find(|key| line.is_of(**key)) else { continue };
        if !key.verify(checkpoint.unverified_text(), line.signature()) {
            return Err(NoteError::Signature { key: key.name().to_owned() });
        }
        with = with.with_line(line.clone())?;
        added = true;
    }
    if added { Ok(with) } else { Err(NoteError::NoKnownKey) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::cosignature::Cosigner;
    use crate::key::Ed25519Signer;

    /// The example request of C2SP tlog-witness.
    #[test]
    fn the_request_is_that_of_the_specification() {
        let checkpoint = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
        let proof = [
            "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=",
            "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=",
            "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=",
            "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=",
        ];
        let hashes: Vec<Hash> = proof.iter().map(|text| Hash::from_base64(text).unwrap()).collect();
        let note = Note::read(checkpoint.as_bytes()).unwrap();
        let body = request(20_852_014, &hashes, &note).unwrap();
        assert_eq!(body, format!("old 20852014\n{}\n\n{checkpoint}", proof.join("\n")));
        assert_eq!(request(0, &[], &note).unwrap(), format!("old 0\n\n{checkpoint}"));
        assert_eq!(request(0, &hashes, &note), Err(RequestError::ProofFromEmpty));
        assert_eq!(request(1, &[Hash::EMPTY_ROOT; 64], &note), Err(RequestError::ProofTooLong));
    }

    #[test]
    fn every_answer_of_the_protocol_has_its_meaning() {
        let size = Some(SIZE_TYPE);
        assert_eq!(read_answer(409, size, b"20852014\n"), Answer::Knows(20_852_014));
        assert_eq!(read_answer(409, Some("Text/X.tlog.size; charset=utf-8"), b"0\n"), Answer::Knows(0));
        for body in [&b""[..], b"5", b"05\n", b"-5\n", b"5\n\n", b"5 \n", b"\xff\n", b"99999999999999999999\n"] {
            assert_eq!(read_answer(409, size, body), Answer::Unexpected(409), "{body:?}");
        }
        assert_eq!(read_answer(409, Some("text/plain"), b"conflict\n"), Answer::OtherRoot);
        assert_eq!(read_answer(409, None, b""), Answer::OtherRoot);
        assert_eq!(read_answer(400, None, b""), Answer::Malformed);
        assert_eq!(read_answer(403, None, b""), Answer::NotTrusted);
        assert_eq!(read_answer(404, None, b""), Answer::UnknownLog);
        assert_eq!(read_answer(422, None, b""), Answer::Inconsistent);
        assert_eq!(read_answer(302, None, b""), Answer::Unexpected(302));
        assert_eq!(read_answer(200, None, b"fine\n"), Answer::Unexpected(200));
        assert_eq!(read_answer(200, None, b""), Answer::Unexpected(200));
        assert_eq!(read_answer(200, None, &vec![b'a'; ANSWER_MAX + 1]), Answer::Unexpected(200));
        // The example answer of the specification: three lines of two names.
        let answer = "— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==\n— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==\n— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==\n";
        let Answer::Cosigned(lines) = read_answer(200, None, answer.as_bytes()) else { panic!("three lines") };
        assert_eq!(
            lines.iter().map(SignatureLine::name).collect::<Vec<_>>(),
            ["witness.example/w1", "witness.example/w1", "witness.example/w2"]
        );
    }

    #[test]
    fn only_right_lines_of_known_witnesses_are_added() {
        let log = Ed25519Signer::new("log", &[1; 32]).unwrap();
        let (known, stranger) = (Cosigner::new("w", &[2; 32]).unwrap(), Cosigner::new("s", &[3; 32]).unwrap());
        let checkpoint = Checkpoint::new("log", 1, Hash::new([7; 32])).unwrap();
        let note = Note::sign(&checkpoint.to_string(), &[&log]).unwrap();
        let (right, other) = (known.cosign(&checkpoint, 5).unwrap(), stranger.cosign(&checkpoint, 5).unwrap());
        let with = add(&note, &[other.clone(), right.clone()], &[known.verifier()]).unwrap();
        assert_eq!(with.lines().len(), 2);
        assert_eq!(with.lines()[1], right);
        assert_eq!(add(&note, &[other], &[known.verifier()]), Err(NoteError::NoKnownKey));
        let elsewhere = Checkpoint::new("log", 2, Hash::new([7; 32])).unwrap();
        let wrong = known.cosign(&elsewhere, 5).unwrap();
        assert_eq!(add(&note, &[right, wrong], &[known.verifier()]), Err(NoteError::Signature { key: "w".to_owned() }));
        // A later cosignature of the same witness takes the place of the earlier one.
        let later = add(&with, &[known.cosign(&checkpoint, 9).unwrap()], &[known.verifier()]).unwrap();
        assert_eq!(later.lines().len(), 2);
    }
}
