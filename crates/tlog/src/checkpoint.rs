//! Checkpoints (C2SP tlog-checkpoint): the note in which a log says «I have so many leaves, and this root». And whom to believe it from.

use std::collections::BTreeSet;
use std::fmt;

use crate::encoding::from_decimal;
use crate::hash::Hash;
use crate::key::Verifier;
use crate::note::{Note, NoteError, SignatureLine};

/// What a log states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The statement of the log of this origin. `None`: the origin is empty or has a control character, the size is above
    /// [`crate::SIZE_MAX`], or the root of the empty tree is not that of the empty tree.
    #[must_use]
    pub fn new(origin: &str, size: u64, root: Hash) -> Option<Checkpoint> {
        Checkpoint::read(&format!("{origin}\n{size}\n{root}\n")).filter(|checkpoint| checkpoint.extensions.is_empty())
    }

    /// Reads the text of a note. `None`: it is no checkpoint.
    #[must_use]
    pub fn read(text: &str) -> Option<Checkpoint> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, from_decimal(lines.next()?)?, Hash::from_base64(lines.next()?)?);
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        let has_control = text.bytes().any(|byte| byte < b' ' && byte != b'\n');
        // The tree of no leaves has one root only: another one would be a statement about nothing.
        let contradicts_itself = size == 0 && root != Hash::EMPTY_ROOT;
        if origin.is_empty() || extensions.iter().any(String::is_empty) || has_control || contradicts_itself {
            return None;
        }
        Some(Checkpoint { origin: origin.to_owned(), size, root, extensions })
    }

    /// Who the log is: a name of its own, by habit an address without its scheme.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Further lines. Nobody can check what they say; ours have none.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Why a checkpoint is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// The note itself is not to be believed.
    Note(NoteError),
    /// What is signed is no checkpoint.
    Form,
    /// It is a checkpoint of another log.
    Origin {
        /// Which.
        found: String,
    },
    /// A key of the log has not signed.
    NotSigned {
        /// Name of the key.
        key: String,
    },
    /// Too few witnesses have signed.
    Quorum {
        /// How many must.
        needed: usize,
        /// How many did.
        found: usize,
    },
    /// The policy names no key of the log.
    NoKey,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PolicyError::Note(error) => error.fmt(f),
            PolicyError::Form => write!(f, "what is signed is no checkpoint"),
            PolicyError::Origin { found } => write!(f, "the checkpoint is one of {found:?}"),
            PolicyError::NotSigned { key } => write!(f, "the log's key {key} has not signed"),
            PolicyError::Quorum { needed, found } => write!(f, "{found} of {needed} witnesses have signed"),
            PolicyError::NoKey => write!(f, "no key of the log is given"),
        }
    }
}

impl std::error::Error for PolicyError {}

/// Whom to believe: every key of the log must have signed, and so many witnesses.
pub struct Policy<'a> {
    /// The log's origin.
    pub origin: &'a str,
    /// The log's keys: all of them must have signed. A second algorithm is therefore no way round the first.
    pub log: Vec<&'a dyn Verifier>,
    /// Witnesses that count.
    pub witnesses: Vec<&'a dyn Verifier>,
    /// How many of them must have signed. Two keys of one name are one witness.
    pub quorum: usize,
}

/// A checkpoint that satisfies a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Believed {
    /// The statement.
    pub checkpoint: Checkpoint,
    /// The lines of witnesses that the policy names.
    pub witnessed: Vec<SignatureLine>,
}

impl Policy<'_> {
    /// The checkpoint in a note, if it satisfies the policy.
    ///
    /// # Errors
    /// [`PolicyError`]: it does not.
    pub fn open(&self, note: &Note) -> Result<Believed, PolicyError> {
        if self.log.is_empty() {
            return Err(PolicyError::NoKey);
        }
        let keys: Vec<&dyn Verifier> = self.log.iter().chain(&self.witnesses).copied().collect();
        let verified = note.verify(&keys).map_err(PolicyError::Note)?;
        let has_signed = |key: &&&dyn Verifier| verified.known.iter().any(|line| line.is_of(**key));
        if let Some(key) = self.log.iter().find(|key| !has_signed(key)) {
            return Err(PolicyError::NotSigned { key: key.name().to_owned() });
        }
        let checkpoint = Checkpoint::read(verified.text).ok_or(PolicyError::Form)?;
        if checkpoint.origin() != self.origin {
            return Err(PolicyError::Origin { found: checkpoint.origin().to_owned() });
        }
        let is_witness = |line: &SignatureLine| self.witnesses.iter().any(|key| line.is_of(*key));
        let witnessed: Vec<SignatureLine> =
            verified.known.into_iter().filter(|line| is_witness(line)).cloned().collect();
        let found = witnessed.iter().map(SignatureLine::name).collect::<BTreeSet<_>>().len();
        if found < self.quorum {
            return Err(PolicyError::Quorum { needed: self.quorum, found });
        }
        Ok(Believed { checkpoint, witnessed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Ed25519Signer, Signer};

    /// The example of C2SP tlog-checkpoint.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_example_of_the_specification_is_read_and_written_back() {
        let checkpoint = Checkpoint::read(EXAMPLE).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.to_string(), EXAMPLE);
        let extended = format!("{EXAMPLE}one more line\n");
        let checkpoint = Checkpoint::read(&extended).unwrap();
        assert_eq!((checkpoint.extensions(), checkpoint.to_string()), (&["one more line".to_owned()][..], extended));
    }

    #[test]
    fn what_is_no_checkpoint_is_not_read() {
        for text in [
            "".to_owned(),
            EXAMPLE.trim_end().to_owned(),
            EXAMPLE.replace("example.com/behind-the-sofa", ""),
            EXAMPLE.replace("20852163", "020852163"),
            EXAMPLE.replace("20852163", "-1"),
            EXAMPLE.replace("20852163", "9223372036854775808"),
            EXAMPLE.replace("20852163", "0"),
            EXAMPLE.replace("q2I=", "q2J="),
            EXAMPLE.replace("q2I=", "q2I"),
            format!("{EXAMPLE}\n"),
            format!("{EXAMPLE}\nextension\n"),
            EXAMPLE.replace("20852163", "20852163\r"),
            "origin\n1\n".to_owned(),
        ] {
            assert_eq!(Checkpoint::read(&text), None, "{text:?}");
        }
        assert_eq!(Checkpoint::new("two\nlines", 1, Hash::EMPTY_ROOT), None);
        assert!(Checkpoint::new("origin", 0, Hash::EMPTY_ROOT).is_some());
        assert_eq!(Checkpoint::new("origin", 0, Hash::new([1; 32])), None);
    }

    #[test]
    fn a_policy_wants_every_key_of_the_log_the_origin_and_the_quorum() {
        let signer = |name: &str, seed| Ed25519Signer::new(name, &[seed; 32]).unwrap();
        let (log, second, w1, w2) = (signer("log", 1), signer("log-b", 2), signer("w1", 3), signer("w2", 4));
        let text = Checkpoint::new("log", 1, Hash::new([7; 32])).unwrap().to_string();
        let open = |signers: &[&dyn Signer], origin, quorum| {
            let policy = Policy {
                origin,
                log: vec![log.verifier(), second.verifier()],
                witnesses: vec![w1.verifier(), w2.verifier()],
                quorum,
            };
            policy.open(&Note::sign(&text, signers).unwrap())
        };
        let all: [&dyn Signer; 4] = [&log, &second, &w1, &w2];
        assert_eq!(open(&all, "log", 2).unwrap().witnessed.len(), 2);
        assert_eq!(open(&all[..3], "log", 1).unwrap().checkpoint.size(), 1);
        assert_eq!(open(&all[..3], "log", 2), Err(PolicyError::Quorum { needed: 2, found: 1 }));
        assert_eq!(open(&[&log, &w1, &w2], "log", 0), Err(PolicyError::NotSigned { key: "log-b".to_owned() }));
        assert_eq!(open(&all, "gol", 0), Err(PolicyError::Origin { found: "log".to_owned() }));
        let nobody = Policy { origin: "log", log: vec![], witnesses: vec![w1.verifier()], quorum: 0 };
        assert_eq!(nobody.open(&Note::sign(&text, &all).unwrap()), Err(PolicyError::NoKey));
        let other = Note::sign("no checkpoint\n", &all).unwrap();
        let policy = Policy { origin: "log", log: vec![log.verifier()], witnesses: vec![], quorum: 0 };
        assert_eq!(policy.open(&other), Err(PolicyError::Form));
    }
}
