//! Receipts (C2SP tlog-proof): one text file that shows, without a network, that an entry stands in a log which a key signed and
//! witnesses saw. By habit its name ends in `.tlog-proof`.

use std::fmt;

use crate::checkpoint::{Believed, Policy, PolicyError};
use crate::encoding::{base64, from_base64, from_decimal};
use crate::hash::{Hash, leaf_hash};
use crate::note::{NOTE_MAX, Note, NoteError};
use crate::proof::{ProofError, verify_inclusion};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The greatest number of hashes: as many as a tree of 2^63 leaves can demand.
const PROOF_MAX: usize = 63;

/// The greatest number of bytes of the data beside the proof.
pub const EXTRA_MAX: usize = 100_000;

/// The greatest number of bytes of a receipt that is read.
pub const RECEIPT_MAX: usize = NOTE_MAX + 2 * EXTRA_MAX;

/// Why a receipt is none, or shows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptError {
    /// More bytes than [`RECEIPT_MAX`], or data beside the proof above [`EXTRA_MAX`].
    TooLong,
    /// It is no UTF-8.
    Characters,
    /// The first line is not that of a receipt.
    Header,
    /// The data beside the proof are not written as they must be.
    Extra,
    /// There is no index, or it is not written as it must be.
    Index,
    /// A line of the proof is no hash: its number, from 1.
    Hash(usize),
    /// No blank line ends the proof.
    Form,
    /// What follows the proof is no note.
    Note(NoteError),
    /// The checkpoint does not satisfy the policy.
    Policy(PolicyError),
    /// The entry does not stand there.
    Proof(ProofError),
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReceiptError::TooLong => write!(f, "the receipt is too long"),
            ReceiptError::Characters => write!(f, "the receipt is no UTF-8 text"),
            ReceiptError::Header => write!(f, "the receipt does not begin with {HEADER}"),
            ReceiptError::Extra => write!(f, "the line `extra` is malformed"),
            ReceiptError::Index => write!(f, "the line `index` is missing or malformed"),
            ReceiptError::Hash(number) => write!(f, "line {number} of the proof is no hash"),
            ReceiptError::Form => write!(f, "no blank line ends the proof"),
            ReceiptError::Note(error) => error.fmt(f),
            ReceiptError::Policy(error) => error.fmt(f),
            ReceiptError::Proof(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReceiptError {}

/// A receipt that nobody has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    index: u64,
    proof: Vec<Hash>,
    checkpoint: Note,
    extra: Option<Vec<u8>>,
}

impl Receipt {
    /// Makes a receipt for the entry at `index`. It is verified before it is given out: a receipt that would fail in the hands of its
    /// owner is not made.
    ///
    /// # Errors
    /// [`ReceiptError`]: it would not verify.
    pub fn new(
        entry: &[u8],
        index: u64,
        proof: Vec<Hash>,
        checkpoint: Note,
        policy: &Policy<'_>,
    ) -> Result<Receipt, ReceiptError> {
        let receipt = Receipt { index, proof, checkpoint, extra: None };
        receipt.verify(entry, policy)?;
        Ok(receipt)
    }

    /// The receipt with data beside the proof. Nobody signs them: whoever reads them must be able to check them by other means.
    ///
    /// # Errors
    /// [`ReceiptError::TooLong`].
    pub fn with_extra(self, extra: &[u8]) -> Result<Receipt, ReceiptError> {
        match extra.len() > EXTRA_MAX {
            true => Err(ReceiptError::TooLong),
            false => Ok(Receipt { extra: Some(extra.to_vec()), ..self }),
        }
    }

    /// Reads a receipt. What is read is written back byte for byte by `to_string`.
    ///
    /// # Errors
    /// [`ReceiptError`]: it is none.
    pub fn read(bytes: &[u8]) -> Result<Receipt, ReceiptError> {
        if bytes.len() > RECEIPT_MAX {
            return Err(ReceiptError::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ReceiptError::Characters)?;
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(ReceiptError::Header)?;
        let (extra, rest) = read_extra(rest)?;
        let (index, rest) = read_index(rest)?;
        let (proof, rest) = read_proof(rest)?;
        let checkpoint = Note::read(rest.as_bytes()).map_err(ReceiptError::Note)?;
        Ok(Receipt { index, proof, checkpoint, extra })
    }

    /// Whether this entry stands in the log that the policy names.
    ///
    /// # Errors
    /// [`ReceiptError`]: not as far as this receipt shows.
    pub fn verify(&self, entry: &[u8], policy: &Policy<'_>) -> Result<Believed, ReceiptError> {
        self.verify_leaf(&leaf_hash(entry), policy)
    }

    /// The same for whoever has the hash of the entry only.
    ///
    /// # Errors
    /// As [`Receipt::verify`].
    pub fn verify_leaf(&self, leaf: &Hash, policy: &Policy<'_>) -> Result<Believed, ReceiptError> {
        let believed = policy.open(&self.checkpoint).map_err(ReceiptError::Policy)?;
        let (size, root) = (believed.checkpoint.size(), believed.checkpoint.root());
        verify_inclusion(leaf, self.index, size, &self.proof, &root).map_err(ReceiptError::Proof)?;
        Ok(believed)
    }

    /// Number of the entry in the log, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The checkpoint, which may be anybody's.
    #[must_use]
    pub fn unverified_checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// The data beside the proof, which nobody signed.
    #[must_use]
    pub fn unsigned_extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }
}

/// `extra BASE64`, if the line is there.
fn read_extra(text: &str) -> Result<(Option<Vec<u8>>, &str), ReceiptError> {
    let Some(rest) = text.strip_prefix("extra ") else { return Ok((None, text)) };
    let (line, rest) = rest.split_once('\n').ok_or(ReceiptError::Extra)?;
    let extra = from_base64(line).ok_or(ReceiptError::Extra)?;
    if extra.len() > EXTRA_MAX { Err(ReceiptError::TooLong) } else { Ok((Some(extra), rest)) }
}

/// `index DECIMAL`.
fn read_index(text: &str) -> Result<(u64, &str), ReceiptError> {
    let line = text.strip_prefix("index ").and_then(|rest| rest.split_once('\n'));
    let read = line.and_then(|(number, rest)| Some((from_decimal(number)?, rest)));
    read.ok_or(ReceiptError::Index)
}

/// Hashes up to a blank line.
fn read_proof(text: &str) -> Result<(Vec<Hash>, &str), ReceiptError> {
    let (mut proof, mut rest) = (Vec::new(), text);
    loop {
        let (line, after) = rest.split_once('\n').ok_or(ReceiptError::Form)?;
        rest = after;
        if line.is_empty() {
            return Ok((proof, rest));
        }
        let number = proof.len() + 1;
        if number > PROOF_MAX {
            return Err(ReceiptError::Proof(ProofError::Length));
        }
        proof.push(Hash::from_base64(line).ok_or(ReceiptError::Hash(number))?);
    }
}

/// The file.
impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::key::Ed25519Signer;

    fn log() -> Ed25519Signer {
        Ed25519Signer::new("log", &[1; 32]).unwrap()
    }

    fn policy(log: &Ed25519Signer) -> Policy<'_> {
        Policy { origin: "log", log: vec![log.verifier()], witnesses: vec![], quorum: 0 }
    }

    /// A log of two entries; the receipt of the second.
    fn receipt(log: &Ed25519Signer) -> Receipt {
        let (first, second) = (leaf_hash(b"first"), leaf_hash(b"second"));
        let checkpoint = Checkpoint::new("log", 2, crate::hash::node_hash(&first, &second)).unwrap();
        let note = Note::sign(&checkpoint.to_string(), &[log]).unwrap();
        Receipt::new(b"second", 1, vec![first], note, &policy(log)).unwrap()
    }

    /// The form that C2SP tlog-proof lays down, line by line.
    #[test]
    fn a_receipt_is_written_as_specified_and_read_back() {
        let log = log();
        let plain = receipt(&log);
        let text = plain.to_string();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        assert_eq!(lines.next(), Some("index 1"));
        assert_eq!(lines.next(), Some(leaf_hash(b"first").to_string().as_str()));
        assert_eq!((lines.next(), lines.next(), lines.next()), (Some(""), Some("log"), Some("2")));
        assert_eq!(Receipt::read(text.as_bytes()).unwrap(), plain);
        let extra = plain.clone().with_extra(b"context").unwrap();
        assert!(extra.to_string().starts_with("c2sp.org/tlog-proof@v1\nextra Y29udGV4dA==\nindex 1\n"));
        let read = Receipt::read(extra.to_string().as_bytes()).unwrap();
        assert_eq!((read.unsigned_extra(), &read.to_string()), (Some(&b"context"[..]), &extra.to_string()));
        assert_eq!(plain.with_extra(&vec![0; EXTRA_MAX + 1]), Err(ReceiptError::TooLong));
    }

    #[test]
    fn a_receipt_shows_its_entry_its_place_and_nothing_else() {
        let log = log();
        let receipt = receipt(&log);
        assert_eq!(receipt.verify(b"second", &policy(&log)).unwrap().checkpoint.size(), 2);
        assert_eq!(receipt.verify(b"first", &policy(&log)), Err(ReceiptError::Proof(ProofError::Root)));
        let moved = Receipt { index: 0, ..receipt.clone() };
        assert_eq!(moved.verify(b"second", &policy(&log)), Err(ReceiptError::Proof(ProofError::Root)));
        let other = Ed25519Signer::new("log", &[2; 32]).unwrap();
        assert_eq!(
            receipt.verify(b"second", &policy(&other)),
            Err(ReceiptError::Policy(PolicyError::Note(NoteError::NoKnownKey)))
        );
        let note = receipt.unverified_checkpoint().clone();
        assert!(Receipt::new(b"first", 1, receipt.proof.clone(), note, &policy(&log)).is_err(), "none is made");
    }

    #[test]
    fn every_fault_of_a_receipt_is_named() {
        let log = log();
        let good = receipt(&log).to_string();
        let fault = |from: &str, to: &str| Receipt::read(good.replacen(from, to, 1).as_bytes()).err();
        let hash = leaf_hash(b"first").to_string();
        assert_eq!(fault("@v1", "@v2"), Some(ReceiptError::Header));
        assert_eq!(fault("index 1\n", "extra !\nindex 1\n"), Some(ReceiptError::Extra));
        assert_eq!(fault("index 1\n", "extra AA==\nextra AA==\nindex 1\n"), Some(ReceiptError::Index));
        assert_eq!(fault("index 1\n", ""), Some(ReceiptError::Index));
        assert_eq!(fault("index 1\n", "index 01\n"), Some(ReceiptError::Index));
        assert_eq!(fault(&hash, "x"), Some(ReceiptError::Hash(1)));
        assert_eq!(fault(&format!("{hash}\n\n"), &format!("{hash}\n")), Some(ReceiptError::Hash(2)));
        let many = format!("{hash}\n").repeat(64);
        assert_eq!(fault(&format!("{hash}\n"), &many), Some(ReceiptError::Proof(ProofError::Length)));
        assert_eq!(fault("— log", "- log"), Some(ReceiptError::Note(NoteError::Line(1))));
        assert_eq!(Receipt::read(b"c2sp.org/tlog-proof@v1\nindex 1"), Err(ReceiptError::Index));
        assert_eq!(Receipt::read(b"c2sp.org/tlog-proof@v1\nindex 1\n"), Err(ReceiptError::Form));
        assert_eq!(Receipt::read(b"\xff"), Err(ReceiptError::Characters));
        assert_eq!(Receipt::read(&vec![b'a'; RECEIPT_MAX + 1]), Err(ReceiptError::TooLong));
    }
}
