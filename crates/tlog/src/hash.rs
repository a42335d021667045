//! Hashes of the tree (RFC 6962 §2.1). A leaf and a node are hashed under different first bytes, so that no leaf can be passed off as a
//! node of the tree.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::encoding::{base64, from_base64};

/// A SHA-256 hash: of a leaf, of a node, or a root.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Hash::BYTES]);

impl Hash {
    /// Bytes of a hash.
    pub const BYTES: usize = 32;

    /// The root of the tree without leaves: the hash of nothing.
    pub const EMPTY_ROOT: Hash = Hash([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae,
        0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// The hash with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; Hash::BYTES]) -> Hash {
        Hash(bytes)
    }

    /// The hash with these bytes, if there are 32 of them.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }

    /// Reads the base64 of a hash; anything but its one spelling is `None`.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Hash> {
        // Forty-four characters: a longer text is not decoded at all.
        if text.len() != 44 {
            return None;
        }
        Hash::from_slice(&from_base64(text)?)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Hash::BYTES] {
        &self.0
    }
}

/// As base64.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// `SHA-256(0x00 ‖ data)`.
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
}

/// `SHA-256(0x01 ‖ left ‖ right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root over the leaves from the left to the right, whatever their number: the definition, for short rows and for comparison.
/// The root of none is [`Hash::EMPTY_ROOT`].
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [one] => *one,
        many => {
            // The greatest power of two below the number of leaves.
            let cut = many.len().next_power_of_two() / 2;
            let (left, right) = many.split_at(cut);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_tree_is_the_hash_of_nothing() {
        assert_eq!(Hash::EMPTY_ROOT.0, <[u8; 32]>::from(Sha256::digest(b"")));
        assert_eq!(root_of(&[]).to_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    /// RFC 6962 §2.1.3 draws the tree of seven leaves d0 … d6: ((a b) (c d)) ((e f) j).
    #[test]
    fn the_tree_of_seven_leaves_is_as_the_standard_draws_it() {
        let leaf: Vec<Hash> = (0u8..7).map(|n| leaf_hash(&[n])).collect();
        let (g, h, i) = (node_hash(&leaf[0], &leaf[1]), node_hash(&leaf[2], &leaf[3]), node_hash(&leaf[4], &leaf[5]));
        let (k, l) = (node_hash(&g, &h), node_hash(&i, &leaf[6]));
        assert_eq!(root_of(&leaf), node_hash(&k, &l));
        assert_eq!(root_of(&leaf[..3]), node_hash(&g, &leaf[2]), "hash0");
        assert_eq!(root_of(&leaf[..4]), k, "hash1");
        assert_eq!(root_of(&leaf[..6]), node_hash(&k, &i), "hash2");
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let text = Hash::EMPTY_ROOT.to_string();
        assert_eq!(Hash::from_base64(&text), Some(Hash::EMPTY_ROOT));
        assert_eq!(Hash::from_base64(text.trim_end_matches('=')), None);
        assert_eq!(Hash::from_base64(&text.replace("FU=", "FV=")), None, "a bit that carries nothing");
        assert_eq!(Hash::from_slice(&[0; 31]), None);
    }
}
