//! Reference cases made with other people's programs (`tlog/` and `gm/` of the reference folder). Every file is run; a file or a case of
//! an unknown kind fails the test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};
use sm2::elliptic_curve::Group;
use sm2::elliptic_curve::ff::PrimeField;
use sm2::elliptic_curve::ops::Reduce;
use sm2::elliptic_curve::point::AffineCoordinates;
use sm2::{FieldBytes, ProjectivePoint, Scalar};
use zhiheng_tlog::cosignature::time_of;
use zhiheng_tlog::gm::{Sm2Signer, Sm2Verifier, hmac_sm3, is_hmac_sm3, sm3};
use zhiheng_tlog::hash::root_of;
use zhiheng_tlog::key::{Ed25519Signer, read_verifier};
use zhiheng_tlog::log::{Storage, compare, integrate};
use zhiheng_tlog::proof::{verify_consistency, verify_inclusion};
use zhiheng_tlog::tile::{Content, Tile, entries as entries_of, hashes, resources};
use zhiheng_tlog::tree::Tiles;
use zhiheng_tlog::{Checkpoint, Hash, Note, Policy, Tree, Verifier, leaf_hash};

#[expect(clippy::disallowed_methods, reason = "a test finds its cases through the environment")]
fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var("ZHIHENG_REFERENCE")
        .map(PathBuf::from)
        .unwrap_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference"));
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").is_err(), "no reference cases at {}", folder.display());
    println!("no reference cases at {}", folder.display());
    None
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} in {value}"))
}

/// A hash, or `None` where the case gives something that is none.
fn hash(value: &Value) -> Option<Hash> {
    value.as_str().and_then(Hash::from_base64)
}

/// A proof, or `None` where a line of it is no hash.
fn proof(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map_or(Some(Vec::new()), |lines| lines.iter().map(hash).collect())
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Memory(BTreeMap<Tile, Vec<u8>>);

impl Tiles for Memory {
    type Error = Infallible;
    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&tile).cloned())
    }
}

impl Storage for Memory {
    fn write(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), Infallible> {
        self.0.insert(tile, bytes.to_vec());
        Ok(())
    }
}

/// Runs every entry of a folder and says how many cases each had.
fn run_folder(name: &str, run: fn(&Path, &str) -> usize) {
    let Some(folder) = folder(name) else { return };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    for name in names.iter().filter(|name| *name != "SOURCES.md") {
        let cases = run(&folder.join(name), name);
        println!("{name}: {cases} cases");
    }
}

#[test]
fn logs_agree_with_other_programs() {
    run_folder("tlog", |path, name| match name {
        "rfc6962-roots.json" => roots(&json(path)),
        "merkle-inclusion.json" => inclusion(&json(path)),
        "merkle-consistency.json" => consistency(&json(path)),
        "tile-paths.json" => tile_paths(&json(path)),
        "tiles-generated.json" => tiles_generated(&json(path)),
        "signed-notes.json" => signed_notes(&json(path)),
        "cosigned-checkpoints.json" => cosigned(&json(path)),
        "tessera-log" => tessera(path),
        other => panic!("{other}: a file of an unknown kind"),
    });
}

fn roots(file: &Value) -> usize {
    let leaves: Vec<Hash> =
        array(file, "leaf_inputs_hex").iter().map(|leaf| leaf_hash(&hex(leaf.as_str().unwrap()))).collect();
    let expected = file["roots_hex_by_size"].as_object().unwrap();
    for (size, root) in expected {
        let ours = root_of(&leaves[..size.parse::<usize>().unwrap()]);
        assert_eq!(to_hex(ours.as_bytes()), root.as_str().unwrap(), "size {size}");
    }
    let level: Vec<String> = leaves.iter().map(|leaf| to_hex(leaf.as_bytes())).collect();
    for (ours, theirs) in level.iter().zip(array(file, "node_hashes_level0_hex")) {
        assert_eq!(ours, theirs.as_str().unwrap());
    }
    expected.len() + level.len()
}

fn inclusion(file: &Value) -> usize {
    for case in file.as_array().unwrap() {
        let given = (hash(&case["leafHash"]), proof(&case["proof"]), hash(&case["root"]));
        let ok = match given {
            (Some(leaf), Some(proof), Some(root)) => {
                verify_inclusion(&leaf, number(case, "leafIdx"), number(case, "treeSize"), &proof, &root).is_ok()
            }
            // What is no hash cannot even be asked for.
            _ => false,
        };
        assert_eq!(!ok, case["wantErr"].as_bool().unwrap(), "{case}");
    }
    file.as_array().unwrap().len()
}

fn consistency(file: &Value) -> usize {
    for case in file.as_array().unwrap() {
        let (old, new) = (number(case, "size1"), number(case, "size2"));
        let ok = match (hash(&case["root1"]), hash(&case["root2"]), proof(&case["proof"])) {
            (Some(root1), Some(root2), Some(proof)) => verify_consistency(old, &root1, new, &root2, &proof).is_ok(),
            // Some cases have words in the place of roots. Equal words, equal sizes and no proof hold for any root.
            _ if case["root1"] == case["root2"] && array(case, "proof").is_empty() => {
                verify_consistency(old, &Hash::EMPTY_ROOT, new, &Hash::EMPTY_ROOT, &[]).is_ok()
            }
            _ => false,
        };
        assert_eq!(!ok, case["wantErr"].as_bool().unwrap(), "{case}");
    }
    file.as_array().unwrap().len()
}

fn tile_paths(file: &Value) -> usize {
    for case in file.as_array().unwrap() {
        let content = match case.get("level") {
            Some(level) => Content::Hashes(u8::try_from(level.as_u64().unwrap()).unwrap()),
            None if case["entries"] == true => Content::Entries,
            None => panic!("{case}: a case of an unknown kind"),
        };
        let width = u16::try_from(number(case, "width")).unwrap();
        let tile = Tile::new(content, number(case, "index"), width).unwrap();
        assert_eq!(tile.to_string(), text(case, "path"));
        assert_eq!(Tile::from_path(text(case, "path")), Some(tile));
    }
    file.as_array().unwrap().len()
}

fn tiles_generated(file: &Value) -> usize {
    let mut cases = 0;
    let (mut memory, mut from) = (Memory::default(), 0);
    let mut trees: Vec<&Value> = array(file, "trees").iter().collect();
    trees.sort_by_key(|tree| number(tree, "size"));
    for case in trees {
        let size = number(case, "size");
        let leaves: Vec<String> = (from..size).map(|index| format!("zhiheng-record-{index}")).collect();
        let edge = integrate(&mut memory, from, &leaves).unwrap();
        from = size;
        let tree = Tree::new(&memory, size).unwrap();
        let root = hash(&case["root"]).unwrap();
        assert_eq!((edge.root(), tree.root().unwrap()), (root, root), "size {size}");

        let all: Vec<Tile> = resources(size).collect();
        let bundles = all.iter().filter(|tile| tile.content() == Content::Entries).count() as u64;
        assert_eq!(bundles, number(case, "entry_bundles"), "size {size}");
        assert_eq!(all.len() as u64 - bundles, number(case, "hash_tiles"), "size {size}");
        let digest = |tile: &Tile| to_hex(&Sha256::digest(&memory.0[tile]));
        let lines: String = all.iter().map(|tile| format!("{tile} {}\n", digest(tile))).collect();
        assert_eq!(to_hex(&Sha256::digest(lines)), text(case, "all_resources_sha256"), "size {size}");
        for partial in array(case, "partial_resources") {
            let tile = Tile::from_path(text(partial, "path")).unwrap();
            assert_eq!(memory.0[&tile].len() as u64, number(partial, "bytes"));
            assert_eq!(digest(&tile), text(partial, "sha256"));
        }
        for inclusion in array(case, "inclusion") {
            let (index, leaf) = (number(inclusion, "index"), hash(&inclusion["leaf_hash"]).unwrap());
            let theirs = proof(&inclusion["proof"]).unwrap();
            assert_eq!(leaf_hash(format!("zhiheng-record-{index}").as_bytes()), leaf);
            assert_eq!(tree.inclusion(index).unwrap(), theirs, "{index} in {size}");
            verify_inclusion(&leaf, index, size, &theirs, &root).unwrap();
        }
        for older in array(case, "consistency") {
            let (old, old_root) = (number(older, "old_size"), hash(&older["old_root"]).unwrap());
            let theirs = proof(&older["proof"]).unwrap();
            assert_eq!(tree.consistency(old).unwrap(), theirs, "{old} to {size}");
            verify_consistency(old, &old_root, size, &root, &theirs).unwrap();
        }
        cases += 1 + array(case, "inclusion").len() + array(case, "consistency").len();
    }
    cases
}

fn signed_notes(file: &Value) -> usize {
    for case in file.as_array().unwrap() {
        let ok = case["ok"].as_bool().unwrap();
        if let Some(key) = case.get("verifier_key_invalid") {
            assert_eq!(read_verifier(key.as_str().unwrap()).is_ok(), ok, "{case}");
        } else if let Some(key) = case.get("secret_key_invalid") {
            assert_eq!(Ed25519Signer::read(key.as_str().unwrap()).is_ok(), ok, "{case}");
        } else if let Some(key) = case.get("secret_key") {
            let signer = Ed25519Signer::read(key.as_str().unwrap()).unwrap();
            let signed = Note::sign(text(case, "text"), &[&signer]);
            assert_eq!(signed.is_ok(), ok, "{case}");
            if let Ok(note) = signed {
                assert_eq!(note.to_string(), text(case, "note"));
                assert_eq!(signer.verifier().to_text(), text(case, "verifier_key"));
            }
        } else if case.get("note").is_some() && case.get("verifier_keys").is_some() {
            opened(case, ok);
        } else {
            panic!("{case}: a case of an unknown kind");
        }
    }
    file.as_array().unwrap().len()
}

fn opened(case: &Value, ok: bool) {
    let keys: Vec<Box<dyn Verifier + Send + Sync>> =
        array(case, "verifier_keys").iter().map(|key| read_verifier(key.as_str().unwrap()).unwrap()).collect();
    let keys: Vec<&dyn Verifier> = keys.iter().map(|key| &**key as &dyn Verifier).collect();
    let note = Note::read(text(case, "note").as_bytes());
    let verified = note.as_ref().map_err(Clone::clone).and_then(|note| note.verify(&keys));
    assert_eq!(verified.is_ok(), ok, "{case}: {verified:?}");
    if let Ok(verified) = verified {
        let names = |key: &str| -> BTreeSet<String> {
            array(case, key).iter().map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        let known: BTreeSet<String> = verified.known.iter().map(|line| line.name().to_owned()).collect();
        let unknown: BTreeSet<String> = verified.unknown.iter().map(|line| line.name().to_owned()).collect();
        assert_eq!((known, unknown), (names("verified"), names("unverified")), "{case}");
    }
}

fn cosigned(file: &Value) -> usize {
    let (log, witness) =
        (read_verifier(text(file, "log_vkey")).unwrap(), read_verifier(text(file, "witness_vkey")).unwrap());
    let policy = |quorum| Policy {
        origin: "example.com/log/testdata",
        log: vec![&*log as &dyn Verifier],
        witnesses: vec![&*witness as &dyn Verifier],
        quorum,
    };
    let cases = array(file, "cosigned_checkpoints");
    for case in cases {
        let note = Note::read(text(case, "note").as_bytes()).unwrap();
        let believed = policy(1).open(&note).unwrap();
        assert_eq!(believed.checkpoint.size(), number(case, "size"));
        assert!(time_of(believed.witnessed[0].signature()).unwrap() > 1_700_000_000);
        assert!(policy(2).open(&note).is_err());
        // Another time under the same signature is not what the witness said.
        let line = &believed.witnessed[0];
        let mut moved = line.signature().to_vec();
        moved[7] ^= 1;
        let moved = zhiheng_tlog::note::SignatureLine::new(line.name(), line.id(), moved).unwrap();
        assert!(policy(1).open(&note.clone().with_line(moved).unwrap()).is_err());
    }
    cases.len()
}

/// A real log: its checkpoints, tiles and bundles of every size that the folder has, and the same made by us.
fn tessera(folder: &Path) -> usize {
    let read = |name: &str| std::fs::read(folder.join(name)).ok();
    let line = |name: &str| String::from_utf8(read(name).unwrap()).unwrap().trim().to_owned();
    let signer = Ed25519Signer::read(&line("published-test-signing-key.txt")).unwrap();
    let verifier = read_verifier(&line("verifier-key.txt")).unwrap();
    let policy = Policy {
        origin: "example.com/log/testdata",
        log: vec![&*verifier as &dyn Verifier],
        witnesses: vec![],
        quorum: 0,
    };
    let mut cases = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let Some(suffix) = name.strip_prefix("checkpoint") else { continue };
        let bytes = read(&name).unwrap();
        let checkpoint = policy.open(&Note::read(&bytes).unwrap()).unwrap().checkpoint;
        let size = checkpoint.size();
        if let Some(size_in_name) = suffix.strip_prefix('.') {
            assert_eq!(size_in_name, size.to_string());
        }
        let again = Note::sign(&checkpoint.to_string(), &[&signer]).unwrap();
        assert_eq!(again.to_string().into_bytes(), bytes, "the same key signs the same letters");
        cases += 1;
        if size == 0 {
            assert_eq!(checkpoint.root(), Hash::EMPTY_ROOT);
            continue;
        }
        let mut theirs = Memory::default();
        for tile in resources(size) {
            if let Some(bytes) = read(&tile.to_string()) {
                theirs.0.insert(tile, bytes);
            }
        }
        let bundle = Tile::at(Content::Entries, 0, size).unwrap();
        let Some(bytes) = theirs.0.get(&bundle).cloned() else { continue };
        let entries = entries_of(&bytes, bundle.width()).unwrap();
        let (different, edge) = compare(&theirs, &entries).unwrap();
        assert_eq!((different, edge.root()), (vec![], checkpoint.root()), "size {size}");
        assert_eq!(Tree::new(&theirs, size).unwrap().root().unwrap(), checkpoint.root());
        let mut ours = Memory::default();
        integrate(&mut ours, 0, &entries).unwrap();
        assert_eq!(ours.0, theirs.0, "size {size}: the same files");
        let row = hashes(&theirs.0[&Tile::at(Content::Hashes(0), 0, size).unwrap()], bundle.width()).unwrap();
        assert_eq!(row, entries.iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>());
        cases += theirs.0.len();
    }
    assert!(cases > 0, "a log has checkpoints");
    cases
}

#[test]
fn national_algorithms_agree_with_their_standards() {
    run_folder("gm", |path, name| match name {
        "sm3.json" => sm3_cases(&json(path)),
        "sm2-sign.json" => sm2_sign(&json(path)),
        "wycheproof-hmac_sm3_test.json" => hmac_cases(&json(path)),
        name if name.starts_with("sm4-") || name.starts_with("wycheproof-sm4_") => {
            println!("{name}: nothing of a log is encrypted; SM4 is not in this crate");
            0
        }
        "sm2-encrypt.json" | "sm2-sign-example-curve.json" | "sm2-openssl.json" => {
            println!("{name}: encryption, another curve, bare digests: not in this crate");
            0
        }
        other => panic!("{other}: a file of an unknown kind"),
    });
}

fn sm3_cases(file: &Value) -> usize {
    for case in file.as_array().unwrap() {
        assert_eq!(to_hex(&sm3(&hex(text(case, "msg_hex")))), text(case, "sm3_hex"), "{case}");
    }
    file.as_array().unwrap().len()
}

/// The signature of the standard is recomputed from its `k` in the steps that the standard numbers, verified by us, and a signature of
/// ours under the same key verified.
fn sm2_sign(case: &Value) -> usize {
    let bytes = |key: &str| -> [u8; 32] { hex(text(case, key)).try_into().unwrap() };
    let scalar = |key: &str| Scalar::from_repr(FieldBytes::from(bytes(key))).unwrap();
    let signer = Sm2Signer::new("gb.example", &bytes("private")).unwrap();
    let public: [u8; 65] = signer.verifier().point().try_into().unwrap();

    let curve = |key: &str| hex(text(&case["curve"], key));
    let id = text(case, "id").as_bytes();
    let bits = u16::try_from(id.len() * 8).unwrap().to_be_bytes();
    let z = sm3(&[&bits, id, &curve("a"), &curve("b"), &curve("gx"), &curve("gy"), &public[1..]].concat());
    let e = sm3(&[&z[..], text(case, "message").as_bytes()].concat());
    let (d, k) = (scalar("private"), scalar("k"));
    let point = ProjectivePoint::mul_by_generator(&k).to_affine();
    let r = <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(e))
        + <Scalar as Reduce<FieldBytes>>::reduce(&point.x());
    let s = (Scalar::ONE + d).invert().unwrap() * (k - r * d);
    assert_eq!(to_hex(&r.to_repr()), text(case, "r").to_lowercase());
    assert_eq!(to_hex(&s.to_repr()), text(case, "s").to_lowercase());

    let verifier = Sm2Verifier::new("gb.example", &public).unwrap();
    let signature = [bytes("r"), bytes("s")].concat();
    assert_eq!(text(case, "id"), "1234567812345678", "the identity of our lines");
    assert!(verifier.verify(text(case, "message"), &signature));
    assert!(!verifier.verify("message digesT", &signature));
    let note = Note::sign("message digest\n", &[&signer]).unwrap();
    assert!(note.verify(&[&verifier]).is_ok());
    3
}

fn hmac_cases(file: &Value) -> usize {
    let mut cases = 0;
    for group in array(file, "testGroups") {
        let length = usize::try_from(number(group, "tagSize") / 8).unwrap();
        for case in array(group, "tests") {
            let (key, message, tag) = (hex(text(case, "key")), hex(text(case, "msg")), hex(text(case, "tag")));
            let valid = text(case, "result") == "valid";
            assert_eq!(hmac_sm3(&key, &message)[..length] == tag[..], valid, "{case}");
            // A shortened tag is none for us, whoever made it.
            assert_eq!(is_hmac_sm3(&key, &message, &tag), valid && length == 32, "{case}");
            cases += 1;
        }
    }
    cases
}

/// The reading of a checkpoint does not depend on the reference folder: the one line that the specification prints is in the crate's own
/// tests. This one keeps the folder's two texts and the crate together where the folder is absent.
#[test]
fn the_published_test_key_of_a_real_log_signs_its_empty_checkpoint() {
    let signer = Ed25519Signer::read(
        "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg",
    )
    .unwrap();
    let checkpoint = Checkpoint::new("example.com/log/testdata", 0, Hash::EMPTY_ROOT).unwrap();
    let note = Note::sign(&checkpoint.to_string(), &[&signer]).unwrap();
    assert_eq!(
        note.to_string(),
        "example.com/log/testdata\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— example.com/log/testdata M9e0lhxJACzE1KoUdqKuPa+9p6R7dSW8BlEvrg/noo8FkGg6PbJoRNOcdjqjOq89wVvTA60eubCc4oufo5BvIVEgtQc=\n"
    );
}
