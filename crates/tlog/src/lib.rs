//! Transparency logs: a list that only grows, whose whole history one short hash commits to, in formats that other people's programs
//! read. Somebody who keeps an old hash can check that nothing in it was changed or taken out since; nobody has to be trusted for that.
//!
//! What a log does not show: that an entry was true when it was written. It shows that the entry stands there, since when, and that the
//! list before it is still the same.
//!
//! | module | what it has | its source |
//! | --- | --- | --- |
//! | [`hash`] | leaf, node, root | RFC 6962 §2.1 |
//! | [`proof`] | verifying inclusion and consistency | RFC 9162 §2.1.3.2, §2.1.4.2 |
//! | [`tile`] | coordinates, paths and contents of tiles and bundles | C2SP tlog-tiles |
//! | [`tree`] | root and proofs at any size, read from tiles | RFC 6962 §2.1.1, §2.1.2 |
//! | [`log`] | entries to tiles; comparing what is stored; the contract of a storage | C2SP tlog-tiles |
//! | [`key`], [`note`] | keys, signed texts | C2SP signed-note |
//! | [`checkpoint`] | what a log states, and whom to believe it from | C2SP tlog-checkpoint |
//! | [`cosignature`], [`witness`] | what a witness adds, and how to ask it | C2SP tlog-cosignature, tlog-witness |
//! | [`receipt`] | one file that shows an entry without a network | C2SP tlog-proof |
//! | [`guard`] | a signer that cannot be led to sign a second history | C2SP tlog-checkpoint, «Signatures» |
//! | [`gm`] | SM3, HMAC-SM3, SM2 lines | GB/T 32905, GB/T 32918, GM/T 0009 |
//!
//! **Units.** Sizes and indices count leaves, from 0, up to [`SIZE_MAX`]; times are seconds since 1970; an entry has at most 65,535 bytes.
//!
//! **What always holds.** Nothing here opens a file or a socket, asks the time or draws a number. Every reader takes any bytes and
//! answers with a value or an error that names the fault; it reads bounded input ([`note::NOTE_MAX`], [`receipt::RECEIPT_MAX`],
//! [`witness::ANSWER_MAX`]) and takes memory in proportion to it. What has been read is written back byte for byte: there is one
//! spelling of everything. What nobody has verified is called so (`unverified_…`). What an entry means is not known here.

pub mod checkpoint;
pub mod cosignature;
mod encoding;
pub mod gm;
pub mod guard;
pub mod hash;
pub mod key;
pub mod log;
pub mod note;
pub mod proof;
pub mod receipt;
pub mod tile;
pub mod tree;
pub mod witness;

pub use checkpoint::{Checkpoint, Policy};
pub use encoding::SIZE_MAX;
pub use hash::{Hash, leaf_hash};
pub use key::{Signer, Verifier};
pub use note::Note;
pub use receipt::Receipt;
pub use tile::Tile;
pub use tree::Tree;
