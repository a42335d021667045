//! The log of the program as it is shipped, read over HTTP by other people's crates; receipts checked without the county; an older copy that is
//! not served; and a server that is killed again and again.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod town;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tlog_tiles::{Error as PeerError, TileHashReader, TileReader, tlog as peer};
use zhiheng_app::Random;
use zhiheng_tlog::cosignature::Cosigner;
use zhiheng_tlog::key::{Verifier, read_verifier};
use zhiheng_tlog::proof::verify_consistency;
use zhiheng_tlog::{Checkpoint, Hash, Note, Policy};

use town::{Chance, Town, ask, get};

/// Files one sample. None: the server went away.
fn file(address: &str, token: &str, key: &str, name: &str) -> Option<(u16, String)> {
    let head = format!(
        "POST /api/v1/kinds/food_sample/records HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: {key}\r\n"
    );
    let body = format!(
        r#"{{"fields":{{"sample_name":"{name}","sampled_on":"2026-01-05","verdict":"qualified","area":"990199002"}}}}"#
    );
    let (status, body) = ask(address, &head, &body)?;
    Some((status, String::from_utf8_lossy(&body).into_owned()))
}

fn record_of(answer: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(answer).unwrap();
    json["id"].as_str().unwrap().to_owned()
}

/// Our server as `tlog_tiles` reads a log: tiles over HTTP.
struct OverHttp<'a>(&'a str);

impl TileReader for OverHttp<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, PeerError> {
        // Its paths have the height in them, which C2SP has fixed at 8.
        let path = |tile: &tlog_tiles::Tile| format!("/log/{}", tile.path().replacen("tile/8/", "tile/", 1));
        let read = |tile| {
            let (status, bytes) = get(self.0, &path(tile));
            assert_eq!(status, 200, "{}", path(tile));
            bytes
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn other_peoples_programs_read_the_log_over_http_and_a_receipt_holds_without_the_county() {
    let town = Town::new();
    {
        // More than one full tile; a public head at once, whenever there is something new.
        let app = town.open("county.db", false);
        let account = app.sign_in("office", town::PASSWORD, "10.0.0.8").unwrap().session().unwrap();
        let account = app.session(&account.0).unwrap().unwrap();
        for number in 0..300 {
            app.set_setting(&account, "runner", &format!("第 {number} 次")).unwrap();
        }
        app.set_setting(&account, zhiheng_app::PUBLIC_MINUTES, "0").unwrap();
    }
    let served = town.serve("county.db");
    let (status, answer) = file(&served.address, &town.token, "receipt-of-one", "菜籽油").unwrap();
    assert_eq!(status, 201, "{answer}");
    std::thread::sleep(Duration::from_secs(7));

    let keys = String::from_utf8(town.run("county.db", &["log", "key"]).stdout).unwrap();
    let keys: Vec<&str> = keys.lines().take(2).collect();
    let verifier = signed_note::StandardVerifier::new(keys[0]).unwrap();
    let (status, checkpoint) = get(&served.address, "/log/checkpoint");
    assert_eq!(status, 200);
    let note = signed_note::Note::from_bytes(&checkpoint).unwrap();
    note.verify(&signed_note::VerifierList::new(vec![Box::new(verifier)])).expect("signed by the Ed25519 key");
    let head = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert!(head.size() > 300, "{}", head.size());
    // The reader authenticates every tile against the signed root.
    let tiles = OverHttp(&served.address);
    let reader = TileHashReader::new(head.size(), peer::Hash(head.hash().0), &tiles);
    let mut entries = Vec::new();
    for number in 0..head.size().div_ceil(256) {
        let width = (head.size() - number * 256).min(256);
        let part = if width < 256 { format!(".p/{width}") } else { String::new() };
        let (status, bundle) = get(&served.address, &format!("/log/tile/entries/{number:03}{part}"));
        assert_eq!(status, 200);
        let mut rest = bundle.as_slice();
        while let [high, low, more @ ..] = rest {
            let (entry, after) = more.split_at(usize::from(u16::from_be_bytes([*high, *low])));
            entries.push(entry.to_vec());
            rest = after;
        }
    }
    assert_eq!(entries.len() as u64, head.size());
    for (index, entry) in (0..).zip(&entries) {
        let proof = peer::prove_record(head.size(), index, &reader).unwrap();
        let leaf = peer::record_hash(entry);
        peer::check_record(&proof, head.size(), peer::Hash(head.hash().0), index, leaf).unwrap();
    }
    for path in
        ["tile/0/000.p/0", "tile/0/001.p/255", "tile/9/000", "tile/0/x001/000", "tile/entries/999", "../log/checkpoint"]
    {
        assert_eq!(get(&served.address, &format!("/log/{path}")).0, 404, "{path}");
    }

    // The receipt, from inside; checked by the command, with the server gone.
    let app = town.open("county.db", true);
    let id = record_of(&answer).parse().unwrap();
    let receipt = app.receipt_of(&id, 1, zhiheng_app::Shown::Opened).unwrap();
    drop((app, served));
    let path = town.folder.path().join("receipt.tlog-proof");
    std::fs::write(&path, &receipt).unwrap();
    let verify = |keys: &[&str]| {
        let mut words = vec!["verify", "receipt.tlog-proof"];
        keys.iter().for_each(|key| words.extend(["--key", key]));
        let told = town.run("none.db", &words);
        (told.status.code(), String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned())
    };
    let (code, told) = verify(&keys);
    assert!(code == Some(0) && told.contains("菜籽油") && told.contains("回执成立"), "{told}");
    std::fs::write(&path, receipt.replace("index ", "index 1")).unwrap();
    let (code, told) = verify(&keys);
    assert!(code == Some(1) && told.contains("ZH1168"), "{told}");
    let (code, told) = verify(&["PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"]);
    assert!(code == Some(1) && told.contains("ZH1167"), "{told}");
}

#[test]
fn an_older_copy_is_not_served_and_says_what_to_do() {
    let town = Town::new();
    town.open("county.db", false).open_log().unwrap();
    let done = town.run("county.db", &["backup", "old.backup"]);
    assert!(done.status.success(), "{done:?}");
    {
        let served = town.serve("county.db");
        assert_eq!(file(&served.address, &town.token, "after-the-backup", "菜籽油").unwrap().0, 201);
    }
    town.open("county.db", false).cut_head(true).unwrap();
    // The newest database is lost; the backup comes back under its name, and the signer's folder is still there.
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(town.folder.path().join(format!("county.db{end}")));
    }
    let refused = town.run("county.db", &["restore", "old.backup"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("守护记录"), "the audit after the restore says it: {told}");
    let refused = town.run("county.db", &["serve", "--listen", "127.0.0.1:0"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(told.contains("ZH1160") && told.contains("log restart"), "{told}");
    let restarted = town.run("county.db", &["log", "restart", "--reason", "硬盘损坏，恢复了前一天的备份"]);
    assert!(restarted.status.success(), "{restarted:?}");
    let served = town.serve("county.db");
    let page = String::from_utf8(get(&served.address, "/log").1).unwrap();
    assert!(page.contains("此前的日志") && page.contains("硬盘损坏"), "{page}");
    assert!(town.open("county.db", true).audit().unwrap().is_clean());
}

/// A witness as the specification wants it, small: it remembers the last head that it cosigned and cosigns what extends it.
fn witness(listener: &TcpListener, log: &str, cosigner: &Cosigner, asked: &Mutex<Vec<u16>>) {
    let key = read_verifier(log).unwrap();
    let mut last: Option<Checkpoint> = None;
    for line in listener.incoming() {
        let mut line = line.unwrap();
        let mut reader = BufReader::new(line.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut head = String::new();
            reader.read_line(&mut head).unwrap();
            if let Some(value) = head.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if head.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let text = String::from_utf8(body).unwrap();
        let (before, note) = text.split_once("\n\n").unwrap();
        let old: u64 = before.lines().next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
        let proof: Vec<Hash> = before.lines().skip(1).map(|line| Hash::from_base64(line).unwrap()).collect();
        let note = Note::read(note.as_bytes()).unwrap();
        let policy = Policy { origin: key.name(), log: vec![&*key as &dyn Verifier], witnesses: vec![], quorum: 0 };
        let head = policy.open(&note).unwrap().checkpoint;
        let known = last.as_ref().map_or(0, Checkpoint::size);
        let (status, media, answer) = if old != known {
            (409, "text/x.tlog.size", format!("{known}\n"))
        } else if last.as_ref().is_some_and(|last| {
            verify_consistency(last.size(), &last.root(), head.size(), &head.root(), &proof).is_err()
        }) {
            (422, "text/plain", String::new())
        } else {
            last = Some(head.clone());
            (200, "text/plain", cosigner.cosign(&head, 1_800_000_000).unwrap().to_string())
        };
        asked.lock().unwrap().push(status);
        write!(
            line,
            "HTTP/1.1 {status} X\r\nContent-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len()
        )
        .unwrap();
    }
}

#[test]
fn a_witness_cosigns_every_public_head_and_its_line_is_served_with_it() {
    let town = Town::new();
    let app = town.open("county.db", false);
    app.open_log().unwrap();
    let log = app.log_keys().unwrap().unwrap().public[0].clone();
    let account = app.sign_in("office", town::PASSWORD, "10.0.0.8").unwrap().session().unwrap();
    let account = app.session(&account.0).unwrap().unwrap();
    app.set_setting(&account, zhiheng_app::PUBLIC_MINUTES, "0").unwrap();
    drop(app);
    let cosigner = Cosigner::new("witness.example/县外", &[9; 32]).unwrap();
    let vkey = cosigner.verifier().to_text();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    assert!(town.run("county.db", &["log", "witness", &url, &vkey]).status.success());
    assert!(!town.run("county.db", &["log", "witness", &url, "no key"]).status.success());
    let asked: &'static Mutex<Vec<u16>> = Box::leak(Box::default());
    std::thread::spawn(move || witness(&listener, &log, &cosigner, asked));

    let key = read_verifier(&vkey).unwrap();
    let cosigned = |served: &town::Served| {
        for _ in 0..120 {
            let (_, text) = get(&served.address, "/log/checkpoint");
            if let Ok(note) = Note::read(&text)
                && let Some(line) = note.lines().iter().find(|line| line.is_of(&*key))
            {
                assert!(key.verify(note.unverified_text(), line.signature()));
                return Checkpoint::read(note.unverified_text()).unwrap().size();
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        panic!("not cosigned within half a minute: {:?}", asked.lock().unwrap());
    };
    let served = town.serve("county.db");
    let first = cosigned(&served);
    drop(served);
    let app = town.open("county.db", false);
    app.set_setting(&account, "runner", "县质量强县办").unwrap();
    drop(app);
    // Begun anew, the program does not know what the witness knows, and learns it from a 409.
    let served = town.serve("county.db");
    let page = || String::from_utf8(get(&served.address, "/log").1).unwrap();
    let mut size = cosigned(&served);
    for _ in 0..40 {
        if size > first {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
        size = cosigned(&served);
    }
    assert!(size > first);
    assert_eq!(*asked.lock().unwrap(), [200, 409, 200]);
    assert!(page().contains("witness.example/县外"));
    assert!(town.open("county.db", true).audit().unwrap().is_clean(), "a cosigned head is still ours");
}

/// 30 in every run, as many as `ZHIHENG_KILLS` says in a campaign.
#[test]
fn whatever_was_acknowledged_is_there_once_after_a_kill_and_the_log_goes_on() {
    #[expect(clippy::disallowed_methods, reason = "a campaign says how long it is")]
    let cycles = std::env::var("ZHIHENG_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let town = Town::new();
    let next = AtomicU64::new(0);
    // Number of the request → its record, once it was acknowledged; none while nobody knows.
    let known: Mutex<BTreeMap<u64, Option<String>>> = Mutex::default();
    let mut last = 0;
    for cycle in 0..cycles {
        let mut served = town.serve("county.db");
        // What was under way at the kill is asked again under its key: stored or not, it is there once now.
        let open: Vec<u64> = known.lock().unwrap().iter().filter(|(_, id)| id.is_none()).map(|(at, _)| *at).collect();
        for number in open {
            let (status, answer) = send(&served.address, &town.token, number).expect("an answer");
            assert_eq!(status, 201, "{answer}");
            known.lock().unwrap().insert(number, Some(record_of(&answer)));
        }
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !over.load(Ordering::SeqCst) {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        known.lock().unwrap().insert(number, None);
                        match send(&served.address, &town.token, number) {
                            Some((201, answer)) => {
                                known.lock().unwrap().insert(number, Some(record_of(&answer)));
                            }
                            // Too many for one token: nothing was stored.
                            Some((429, _)) => std::thread::sleep(Duration::from_millis(50)),
                            Some((status, answer)) => panic!("{status} {answer}"),
                            None => return,
                        }
                    }
                });
            }
            let mut dice = [0];
            Chance.fill(&mut dice);
            std::thread::sleep(Duration::from_millis(100 + u64::from(dice[0]) * 2));
            // In the midst of requests: what they hear of it is that the line breaks off.
            kill(served.id());
            over.store(true, Ordering::SeqCst);
        });
        served.kill();
        let app = town.open("county.db", true);
        let report = app.audit().unwrap();
        assert!(report.is_clean(), "cycle {cycle}: {:?}", report.differences);
        let size = app.log_size().unwrap();
        assert!(size >= last, "cycle {cycle}");
        last = size;
        let kind = app.pack.kind("food_sample").unwrap();
        let known = known.lock().unwrap();
        let mut ids: Vec<&String> = known.values().flatten().collect();
        for id in &ids {
            assert!(app.current(&kind.id, &id.parse().unwrap()).unwrap().is_some(), "cycle {cycle}: {id} is gone");
        }
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "two requests became one record");
        let unknown = known.values().filter(|id| id.is_none()).count();
        let stored = usize::try_from(report.records).unwrap();
        assert!(
            (all..=all + unknown).contains(&stored),
            "cycle {cycle}: {stored} stored, {all} acknowledged, {unknown} open"
        );
    }
    println!("{cycles} kills, {} records, {last} entries of the log", known.lock().unwrap().len());
    // After all that the log is the continuation of what was signed.
    town.open("county.db", false).cut_head(true).unwrap();
}

fn kill(process: u32) {
    assert!(std::process::Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
}

fn send(address: &str, token: &str, number: u64) -> Option<(u16, String)> {
    file(address, token, &format!("request-{number:08}"), &format!("样品{number}"))
}
