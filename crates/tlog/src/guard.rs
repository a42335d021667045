//! The signer's guard: a log must not sign two histories (C2SP tlog-checkpoint, «Signatures»). Whoever restores an old copy of the database
//! and goes on from there gets no signature, because the last head that was signed is kept *outside* the database, and a new one must be
//! shown to extend it.

use std::fmt;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::key::Signer;
use crate::note::{Note, NoteError};
use crate::proof::{ProofError, verify_consistency};

/// What the guard remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Last {
    /// Nothing was ever signed: the key is new. A memory that was lost is not this; it must be brought back from a published
    /// checkpoint or from a witness.
    Nothing,
    /// The last head that was signed.
    Signed(Checkpoint),
}

/// What may be done with a new head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It extends what was signed before.
    Sign,
    /// It is what was signed before, letter by letter: signing it again says nothing new. So goes an attempt that was cut short.
    SignAgain,
}

/// Why a head is not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is a head of another log.
    Origin {
        /// Whose head was signed last.
        last: String,
    },
    /// It has fewer leaves: an old copy.
    Rollback {
        /// Leaves of the last signed head.
        last: u64,
        /// Leaves of this one.
        new: u64,
    },
    /// It has as many leaves and another root, or other further lines: a second history.
    Fork,
    /// It has more leaves and does not begin with the signed ones, as far as the proof shows.
    DoesNotExtend(ProofError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Origin { last } => write!(f, "the last head signed is one of {last:?}"),
            Refusal::Rollback { last, new } => write!(f, "a head of {last} leaves was signed; this one has {new}"),
            Refusal::Fork => write!(f, "another head of this size was signed"),
            Refusal::DoesNotExtend(error) => write!(f, "the head does not extend the last one signed: {error}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Whether a head may be signed. The proof leads from the last signed head to the new one; from [`Last::Nothing`] and from a head without
/// leaves there is none.
///
/// # Errors
/// [`Refusal`].
pub fn decide(last: &Last, new: &Checkpoint, proof: &[Hash]) -> Result<Decision, Refusal> {
    let Last::Signed(last) = last else {
        return if proof.is_empty() { Ok(Decision::Sign) } else { Err(Refusal::DoesNotExtend(ProofError::FromEmpty)) };
    };
    if last.origin() != new.origin() {
        return Err(Refusal::Origin { last: last.origin().to_owned() });
    }
    if new.size() < last.size() {
        return Err(Refusal::Rollback { last: last.size(), new: new.size() });
    }
    if new.size() == last.size() {
        return if new == last { Ok(Decision::SignAgain) } else { Err(Refusal::Fork) };
    }
    if last.size() == 0 {
        return if proof.is_empty() { Ok(Decision::Sign) } else { Err(Refusal::DoesNotExtend(ProofError::FromEmpty)) };
    }
    verify_consistency(last.size(), &last.root(), new.size(), &new.root(), proof).map_err(Refusal::DoesNotExtend)?;
    Ok(Decision::Sign)
}

/// Where the guard remembers.
///
/// **What it owes.** It lies outside the database and its backups, and is never set back with them. [`Memory::replace`] is one step that
/// cannot be parted: of two signers that saw the same last head one is refused. What it wrote is durable when it answers.
/// **What must not be lost.** It is two lines of text, and without it nothing may be signed; a published checkpoint or a witness knows the
/// last head too.
pub trait Memory {
    /// Why it may fail.
    type Error: std::error::Error;

    /// The last head that was signed.
    ///
    /// # Errors
    /// It cannot be read.
    fn last(&self) -> Result<Last, Self::Error>;

    /// Puts `new` in the place of `last`, if `last` is still what is remembered; `false` if it is not.
    ///
    /// # Errors
    /// It failed; whether the new head is remembered is not known.
    fn replace(&mut self, last: &Last, new: &Checkpoint) -> Result<bool, Self::Error>;
}

/// Why no checkpoint was issued.
#[derive(Debug, PartialEq, Eq)]
pub enum IssueError<E> {
    /// The head must not be signed.
    Refused(Refusal),
    /// Another signer was faster: read what it signed and begin again.
    Overtaken,
    /// The guard's memory failed; nothing was signed.
    Memory(E),
    /// A key did not sign. The head is remembered as signed; the same head may be tried again.
    Note(NoteError),
}

impl<E: fmt::Display> fmt::Display for IssueError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IssueError::Refused(refusal) => refusal.fmt(f),
            IssueError::Overtaken => write!(f, "another signer has signed meanwhile"),
            IssueError::Memory(error) => write!(f, "the signer's memory cannot be used: {error}"),
            IssueError::Note(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for IssueError<E> {}

/// Issues the checkpoint of a head: decides, **remembers, then signs**. If it is cut short in between, a head is remembered that nobody
/// has seen, and the next attempt signs that very head; the other way round a head could be seen that is not remembered.
///
/// # Errors
/// [`IssueError`].
pub fn issue<M: Memory>(
    memory: &mut M,
    new: &Checkpoint,
    proof: &[Hash],
    signers: &[&dyn Signer],
) -> Result<Note, IssueError<M::Error>> {
    let last = memory.last().map_err(IssueError::Memory)?;
    if decide(&last, new, proof).map_err(IssueError::Refused)? == Decision::Sign
        && !memory.replace(&last, new).map_err(IssueError::Memory)?
    {
        return Err(IssueError::Overtaken);
    }
    Note::sign(&new.to_string(), signers).map_err(IssueError::Note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{leaf_hash, root_of};
    use crate::key::{Ed25519Signer, SignError};
    use std::convert::Infallible;

    fn head(origin: &str, leaves: &[&[u8]]) -> Checkpoint {
        let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        Checkpoint::new(origin, hashes.len() as u64, root_of(&hashes)).unwrap()
    }

    #[test]
    fn only_what_extends_the_last_head_is_signed() {
        let (one, two, fork) = (head("log", &[b"a"]), head("log", &[b"a", b"b"]), head("log", &[b"a", b"x"]));
        let proof = [leaf_hash(b"b")];
        let last = |checkpoint: &Checkpoint| Last::Signed(checkpoint.clone());
        assert_eq!(decide(&Last::Nothing, &two, &[]), Ok(Decision::Sign));
        assert_eq!(decide(&last(&one), &two, &proof), Ok(Decision::Sign));
        assert_eq!(decide(&last(&two), &two, &[]), Ok(Decision::SignAgain));
        assert_eq!(decide(&last(&two), &one, &[]), Err(Refusal::Rollback { last: 2, new: 1 }));
        assert_eq!(decide(&last(&two), &fork, &[]), Err(Refusal::Fork));
        assert_eq!(
            decide(&last(&one), &fork, &proof),
            Err(Refusal::DoesNotExtend(ProofError::Root)),
            "a proof of another history"
        );
        let other_first = head("log", &[b"y", b"b"]);
        assert_eq!(decide(&last(&one), &other_first, &proof), Err(Refusal::DoesNotExtend(ProofError::Root)));
        assert_eq!(decide(&last(&one), &two, &[]), Err(Refusal::DoesNotExtend(ProofError::Length)), "no proof");
        let elsewhere = head("gol", &[b"a", b"b"]);
        assert_eq!(decide(&last(&one), &elsewhere, &proof), Err(Refusal::Origin { last: "log".to_owned() }));
        let empty = head("log", &[]);
        assert_eq!(decide(&last(&empty), &one, &[]), Ok(Decision::Sign));
        assert_eq!(decide(&last(&one), &empty, &[]), Err(Refusal::Rollback { last: 1, new: 0 }));
    }

    /// A memory that another signer may use between reading and writing.
    struct Shared {
        last: Last,
        other: Option<Checkpoint>,
    }

    impl Memory for Shared {
        type Error = Infallible;

        fn last(&self) -> Result<Last, Infallible> {
            Ok(self.last.clone())
        }

        fn replace(&mut self, last: &Last, new: &Checkpoint) -> Result<bool, Infallible> {
            if let Some(other) = self.other.take() {
                self.last = Last::Signed(other);
            }
            let still = self.last == *last;
            if still {
                self.last = Last::Signed(new.clone());
            }
            Ok(still)
        }
    }

    /// A device that does not answer.
    struct Silent;

    impl Signer for Silent {
        fn name(&self) -> &str {
            "silent"
        }
        fn id(&self) -> u32 {
            7
        }
        fn sign(&self, _: &str) -> Result<Vec<u8>, SignError> {
            Err(SignError { key: "silent".to_owned(), why: "no answer".to_owned() })
        }
    }

    #[test]
    fn a_restored_old_copy_gets_no_second_history_signed() {
        let key = Ed25519Signer::new("log", &[1; 32]).unwrap();
        let (one, two, fork) = (head("log", &[b"a"]), head("log", &[b"a", b"b"]), head("log", &[b"a", b"x"]));
        let mut memory = Shared { last: Last::Nothing, other: None };
        issue(&mut memory, &one, &[], &[&key]).unwrap();
        issue(&mut memory, &two, &[leaf_hash(b"b")], &[&key]).unwrap();
        // The copy of the day before yesterday goes on with other entries.
        assert_eq!(
            issue(&mut memory, &one, &[], &[&key]),
            Err(IssueError::Refused(Refusal::Rollback { last: 2, new: 1 }))
        );
        assert_eq!(issue(&mut memory, &fork, &[leaf_hash(b"x")], &[&key]), Err(IssueError::Refused(Refusal::Fork)));
        assert_eq!(memory.last, Last::Signed(two));
    }

    #[test]
    fn of_two_signers_one_is_refused_and_an_attempt_cut_short_is_repeated() {
        let key = Ed25519Signer::new("log", &[1; 32]).unwrap();
        let (one, two, fork) = (head("log", &[b"a"]), head("log", &[b"a", b"b"]), head("log", &[b"a", b"x"]));
        let mut memory = Shared { last: Last::Signed(one), other: Some(two.clone()) };
        assert_eq!(issue(&mut memory, &fork, &[leaf_hash(b"x")], &[&key]), Err(IssueError::Overtaken));
        assert_eq!(memory.last, Last::Signed(two.clone()));

        let three = head("log", &[b"a", b"b", b"c"]);
        let proof = [leaf_hash(b"c")];
        assert!(matches!(issue(&mut memory, &three, &proof, &[&Silent]), Err(IssueError::Note(_))));
        assert_eq!(memory.last, Last::Signed(three.clone()), "remembered before it was signed");
        assert!(issue(&mut memory, &three, &[], &[&key]).is_ok());
    }
}
