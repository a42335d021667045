//! Any bytes for every reader: it answers, and what it reads is written back byte for byte.

use proptest::prelude::*;
use zhiheng_tlog::cosignature::{Cosigner, time_of};
use zhiheng_tlog::gm::Sm2Signer;
use zhiheng_tlog::guard::{Last, decide};
use zhiheng_tlog::key::{Ed25519Signer, read_verifier};
use zhiheng_tlog::note::{SignatureLine, read_lines};
use zhiheng_tlog::proof::{verify_consistency, verify_inclusion};
use zhiheng_tlog::tile::{entries, hashes, push_entry, tile_bytes};
use zhiheng_tlog::witness::read_answer;
use zhiheng_tlog::{Checkpoint, Hash, Note, Policy, Receipt, Tile, leaf_hash};

fn every_reader(bytes: &[u8]) {
    if let Ok(note) = Note::read(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        assert!(note.verify(&[]).is_err());
    }
    if let Ok(receipt) = Receipt::read(bytes) {
        assert_eq!(receipt.to_string().as_bytes(), bytes);
    }
    for status in [200, 400, 403, 404, 409, 422, 500] {
        for media in [None, Some("text/x.tlog.size"), Some(";;")] {
            let _ = read_answer(status, media, bytes);
        }
    }
    let _ = time_of(bytes);
    let width = bytes.first().map_or(0, |byte| u16::from(*byte));
    for width in [width, 0, 1, 256, u16::MAX] {
        if let Ok(found) = hashes(bytes, width) {
            assert_eq!(tile_bytes(&found), bytes);
        }
        if let Ok(found) = entries(bytes, width) {
            let mut again = Vec::new();
            found.iter().for_each(|entry| push_entry(&mut again, entry).unwrap());
            assert_eq!(again, bytes);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(checkpoint) = Checkpoint::read(text) {
        assert_eq!(checkpoint.to_string(), text);
        let _ = decide(&Last::Signed(checkpoint.clone()), &checkpoint, &[]);
    }
    if let Some(line) = SignatureLine::read(text) {
        assert_eq!(line.to_string(), format!("{text}\n"));
    }
    if let Ok(lines) = read_lines(text) {
        assert_eq!(lines.iter().map(ToString::to_string).collect::<String>(), text);
    }
    if let Some(tile) = Tile::from_path(text) {
        assert_eq!(tile.to_string(), text);
    }
    if let Some(hash) = Hash::from_base64(text) {
        assert_eq!(hash.to_string(), text);
    }
    if let Ok(key) = read_verifier(text) {
        assert!(!key.verify("text\n", &[0; 64]));
    }
    let _ = (Ed25519Signer::read(text), Sm2Signer::read(text));
}

/// One whole thing of every kind, from which the neighbours are made.
fn samples() -> Vec<Vec<u8>> {
    let log = Ed25519Signer::new("log.example", &[1; 32]).unwrap();
    let sm2 = Sm2Signer::new("log.example", &[2; 32]).unwrap();
    let witness = Cosigner::new("w.example", &[3; 32]).unwrap();
    let checkpoint = Checkpoint::new("log.example", 1, leaf_hash(b"entry")).unwrap();
    let note = Note::sign(&checkpoint.to_string(), &[&log, &sm2]).unwrap();
    let note = note.with_line(witness.cosign(&checkpoint, 1_700_000_000).unwrap()).unwrap();
    let policy = Policy {
        origin: "log.example",
        log: vec![log.verifier(), sm2.verifier()],
        witnesses: vec![witness.verifier()],
        quorum: 1,
    };
    let receipt = Receipt::new(b"entry", 0, vec![], note.clone(), &policy).unwrap().with_extra(b"extra").unwrap();
    vec![
        note.to_string().into_bytes(),
        receipt.to_string().into_bytes(),
        checkpoint.to_string().into_bytes(),
        note.lines()[2].to_string().into_bytes(),
        note.lines()[2].signature().to_vec(),
        log.verifier().to_text().into_bytes(),
        sm2.verifier().to_text().into_bytes(),
        witness.verifier().to_text().into_bytes(),
        log.to_secret_text().as_bytes().to_vec(),
        sm2.to_secret_text().as_bytes().to_vec(),
        b"tile/0/x001/x234/067.p/8".to_vec(),
        b"tile/entries/000".to_vec(),
        b"20852163\n".to_vec(),
        b"\0\x03one\0\x03two".to_vec(),
    ]
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..600), text in "\\PC{0,80}\n?") {
        every_reader(&bytes);
        every_reader(text.as_bytes());
    }

    #[test]
    fn no_neighbour_of_a_whole_thing_is_too_strange(
        which in any::<prop::sample::Index>(),
        harms in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let samples = samples();
        let mut bytes = samples[which.index(samples.len())].clone();
        for (at, how, byte) in harms {
            let at = at.index(bytes.len() + 1);
            match how % 4 {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => {
                    bytes.remove(at);
                }
                2 => bytes.insert(at, *b"\n +/=0".get(usize::from(byte) % 6).unwrap()),
                _ => bytes.insert(at, byte),
            }
        }
        every_reader(&bytes);
        bytes.truncate(cut.index(bytes.len() + 1));
        every_reader(&bytes);
    }

    /// Whatever the numbers and hashes: an answer, and for a proof of chance it is no.
    #[test]
    fn no_numbers_are_too_large(
        (a, b) in prop_oneof![(any::<u64>(), any::<u64>()), (0u64..20, 0u64..20)],
        proof in prop::collection::vec(any::<[u8; 32]>(), 0..70),
        leaf in any::<[u8; 32]>(),
        root in any::<[u8; 32]>(),
    ) {
        let proof: Vec<Hash> = proof.into_iter().map(Hash::new).collect();
        let (leaf, root) = (Hash::new(leaf), Hash::new(root));
        prop_assert!(verify_inclusion(&leaf, a, b, &proof, &root).is_err());
        prop_assert!(verify_consistency(a, &leaf, b, &root, &proof).is_err());
        let _ = Tile::at(zhiheng_tlog::tile::Content::Hashes((a % 256) as u8), b, a);
        let _ = Tile::at(zhiheng_tlog::tile::Content::Entries, b, a);
        if let Some(tile) = Tile::new(zhiheng_tlog::tile::Content::Hashes((b % 64) as u8), a, (b % 257) as u16) {
            prop_assert_eq!(Tile::from_path(&tile.to_string()), Some(tile));
        }
    }
}

/// A receipt is refused whatever single byte of it is another, except in the data beside the proof, which nobody signs, and in lines
/// that make it another well-formed receipt of unknown keys (none here: every line is of a known key).
#[test]
fn no_byte_of_a_receipt_can_be_another() {
    let log = Ed25519Signer::new("log.example", &[1; 32]).unwrap();
    let (first, second) = (leaf_hash(b"first"), leaf_hash(b"second"));
    let root = zhiheng_tlog::hash::node_hash(&first, &second);
    let checkpoint = Checkpoint::new("log.example", 2, root).unwrap();
    let note = Note::sign(&checkpoint.to_string(), &[&log]).unwrap();
    let policy = Policy { origin: "log.example", log: vec![log.verifier()], witnesses: vec![], quorum: 0 };
    let whole = Receipt::new(b"second", 1, vec![first], note, &policy).unwrap().to_string().into_bytes();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut other = whole.clone();
            other[at] ^= 1 << bit;
            let verified = Receipt::read(&other).and_then(|receipt| receipt.verify(b"second", &policy));
            assert!(verified.is_err(), "byte {at}, bit {bit}");
        }
    }
}
