//! The same log in the hands of other people's crates: `tlog_tiles` and `signed_note` (ports of the Go checksum database's packages), and
//! `ct-merkle` (a tree of its own). What we write they accept, what they write we accept, and what they refuse we refuse.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use signed_note::Verifier as _;
use tlog_tiles::{Error as PeerError, TileHashReader, TileReader, tlog as peer};
use zhiheng_tlog::key::{Ed25519Signer, Signer};
use zhiheng_tlog::log::integrate;
use zhiheng_tlog::tile::{Content, Tile};
use zhiheng_tlog::tree::Tiles;
use zhiheng_tlog::{Checkpoint, Hash, Note, Tree, leaf_hash};

use crate::memory::{Memory, entries};

/// Our resources as `tlog_tiles` asks for them.
struct Ours<'a>(&'a Memory);

impl TileReader for Ours<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, PeerError> {
        tiles
            .iter()
            .map(|tile| {
                let (index, width) = (tile.level_index(), u16::try_from(tile.width()).unwrap());
                let ours = Tile::new(Content::Hashes(tile.level()), index, width).unwrap();
                // Its paths have the height in them, which C2SP has fixed at 8.
                assert_eq!(tile.path().replacen("tile/8/", "tile/", 1), ours.to_string());
                Ok(self.0.read(ours).unwrap().unwrap())
            })
            .collect()
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

fn theirs(hash: Hash) -> peer::Hash {
    peer::Hash(*hash.as_bytes())
}

fn ours(hashes: &[peer::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash::new(hash.0)).collect()
}

fn all_theirs(hashes: &[Hash]) -> Vec<peer::Hash> {
    hashes.iter().copied().map(theirs).collect()
}

#[test]
fn tlog_tiles_reads_our_tiles_and_makes_and_accepts_the_same_proofs() {
    let entries = entries(66_000);
    let mut from = 0;
    let mut memory = Memory::default();
    for size in [1u64, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 66_000] {
        let edge = integrate(&mut memory, from, &entries[from as usize..size as usize]).unwrap();
        from = size;
        let tiles = Ours(&memory);
        let reader = TileHashReader::new(size, theirs(edge.root()), &tiles);
        // The reader authenticates every tile against the root that we computed.
        assert_eq!(peer::tree_hash(size, &reader).unwrap(), theirs(edge.root()));
        let tree = Tree::new(&memory, size).unwrap();
        for at in [0, 1, size / 3, size / 2, size - 1].into_iter().filter(|at| *at < size) {
            let proof = peer::prove_record(size, at, &reader).unwrap();
            assert_eq!(tree.inclusion(at).unwrap(), ours(&proof), "{at} in {size}");
            let leaf = theirs(leaf_hash(&entries[at as usize]));
            peer::check_record(&all_theirs(&tree.inclusion(at).unwrap()), size, theirs(edge.root()), at, leaf).unwrap();
            let old = at + 1;
            let proof = tree.consistency(old).unwrap();
            assert_eq!(proof, ours(&peer::prove_tree(size, old, &reader).unwrap()), "{old} to {size}");
            let old_root = zhiheng_tlog::hash::root_of(
                &entries[..old as usize].iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>(),
            );
            peer::check_tree(&all_theirs(&proof), size, theirs(edge.root()), old, theirs(old_root)).unwrap();
        }
    }
}

#[test]
fn ct_merkle_has_the_same_roots_and_proofs() {
    let entries = entries(600);
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut memory = Memory::default();
    let bytes = |hashes: Vec<Hash>| hashes.iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<u8>>();
    for (size, entry) in (1u64..).zip(&entries) {
        tree.push(entry.clone());
        let edge = integrate(&mut memory, size - 1, [entry]).unwrap();
        assert_eq!(tree.root().as_bytes().as_slice(), edge.root().as_bytes());
        let ours = Tree::new(&memory, size).unwrap();
        for at in [0, size / 2, size * 2 / 3, size - 1] {
            let theirs = tree.prove_inclusion(at as usize);
            assert_eq!(bytes(ours.inclusion(at).unwrap()), theirs.as_bytes(), "{at} in {size}");
            if at > 0 {
                let theirs = tree.prove_consistency((size - at) as usize);
                assert_eq!(bytes(ours.consistency(at).unwrap()), theirs.as_bytes(), "{at} to {size}");
            }
        }
    }
}

fn their_verifier(signer: &Ed25519Signer) -> signed_note::VerifierList {
    let verifier = signed_note::StandardVerifier::new(&signer.verifier().to_text()).unwrap();
    signed_note::VerifierList::new(vec![Box::new(verifier)])
}

#[test]
fn signed_note_reads_our_keys_and_notes_and_signs_the_same() {
    let signer = Ed25519Signer::new("log.example/质量", &[9; 32]).unwrap();
    let theirs = signed_note::StandardSigner::new(&signer.to_secret_text()).unwrap();
    let verifier = signed_note::StandardVerifier::new(&signer.verifier().to_text()).unwrap();
    assert_eq!(verifier.key_id(), signer.id());
    for text in ["a\n", "\n", "多行\n\n\n文本\n", "— looks like AAAA\n"] {
        let note = Note::sign(text, &[&signer]).unwrap();
        let mut by_them = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        by_them.add_sigs(&[&theirs]).unwrap();
        assert_eq!(note.to_string().as_bytes(), by_them.to_bytes(), "Ed25519 is deterministic");
        let read = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
        let (verified, unverified) = read.verify(&their_verifier(&signer)).unwrap();
        assert_eq!((verified.len(), unverified.len()), (1, 0));
        assert!(Note::read(&by_them.to_bytes()).unwrap().verify(&[signer.verifier()]).is_ok());
    }
}

/// A note with one to three bytes replaced, taken out or doubled.
fn harmed(bytes: &[u8], harms: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, how, byte) in harms {
        let at = at.index(bytes.len());
        match how % 3 {
            0 => bytes[at] = *byte,
            1 => {
                bytes.remove(at);
            }
            _ => bytes.insert(at, *byte),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    /// We are never more lenient than the peers: a note that we open they open too, with the same text; a checkpoint likewise.
    #[test]
    fn what_the_peers_refuse_we_refuse(
        harms in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), prop_oneof![any::<u8>(), Just(b'\n'), Just(b' '), Just(b'0')]), 1..4),
    ) {
        let signer = Ed25519Signer::new("log.example", &[9; 32]).unwrap();
        let checkpoint = Checkpoint::new("log.example", 1_234_567, leaf_hash(b"x")).unwrap();
        let note = Note::sign(&checkpoint.to_string(), &[&signer]).unwrap();
        let bytes = harmed(note.to_string().as_bytes(), &harms);
        if let Ok(note) = Note::read(&bytes) {
            let theirs = signed_note::Note::from_bytes(&bytes).expect("they read what we read");
            prop_assert_eq!(theirs.text(), note.unverified_text().as_bytes());
            let verified = theirs.verify(&their_verifier(&signer));
            prop_assert_eq!(note.verify(&[signer.verifier()]).is_ok(), verified.is_ok());
        }
        let text = harmed(checkpoint.to_string().as_bytes(), &harms);
        if let Some(read) = std::str::from_utf8(&text).ok().and_then(Checkpoint::read) {
            let theirs = tlog_tiles::Checkpoint::from_bytes(&text).expect("they read what we read");
            prop_assert_eq!((theirs.origin(), theirs.size()), (read.origin(), read.size()));
            prop_assert_eq!(theirs.hash().0, *read.root().as_bytes());
        }
    }
}
