//! Backup and restore: everything comes back on either database, and nothing that is damaged comes back at all.

use std::io::Write;

use zhiheng_store::{
    AccountRow, DelegationRow, FileRow, GrantRow, HeadRow, InvitationRow, MailChoiceRow, Op, Options, ProofRow,
    Purpose, RecordId, RulingRow, SessionRow, Store, StoreError, TokenRow,
};

use crate::county::{Act, County, DAY, PLACE, Sample, id, stored, today};

/// A county in which every table has rows.
pub(crate) fn fill(county: &County) {
    let store = county.open();
    for number in 0..30 {
        let key = (number % 2 == 0).then(|| format!("K{number}"));
        let day = today() - i32::try_from(number).unwrap() * 20;
        let request = Some(("王".to_owned(), format!("r{number}")));
        let sample = Sample { key, level: Some(7), subject: Some("s1".to_owned()), ..Sample::new(day) };
        stored(&store, vec![Act { request, ..Act::create(number, sample) }]);
    }
    county.pass(DAY);
    stored(&store, vec![Act::of(Op::Correct, 3, Sample { passed: false, ..Sample::new(today() - 9) })]);
    stored(&store, vec![Act::of(Op::Withdraw, 4, Sample::new(today()))]);
    let (digest, size) = store.put_file(&b"evidence \x00\xff"[..], 1 << 20).unwrap();
    let (large, large_size) = store.put_file(vec![7; 20_000].as_slice(), 1 << 20).unwrap();
    store
        .write(move |tx| {
            for (digest, size) in [(digest, size), (large, large_size)] {
                let file = FileRow {
                    digest,
                    size: i64::try_from(size).unwrap(),
                    media_type: "image/png".to_owned(),
                    name: "照片.png".to_owned(),
                    recorded_at: 0,
                    actor: "王".to_owned(),
                };
                tx.name_file(PLACE, &file)?;
            }
            tx.activate_pack(PLACE, &[9; 32], b"pack \x00 bytes")?;
            tx.set_setting(PLACE, "theme", "朱砂")?;
            tx.add_ruling(
                PLACE,
                &RulingRow {
                    finding: "f1".to_owned(),
                    text: "以正文为准".to_owned(),
                    decided_by: "县政府办".to_owned(),
                    decided_on: today(),
                    recorded_at: 0,
                },
            )?;
            tx.log_operation(PLACE, "王", "import", "food_sample", "")?;
            tx.number_document(PLACE, "accept_notice", &id(3), 2, "王")?;
            tx.create_account(PLACE, &account())?;
            tx.set_proof(
                PLACE,
                &ProofRow {
                    account: id(77),
                    active: true,
                    totp_secret: Some(vec![0, 255]),
                    totp_on: true,
                    totp_step: 3,
                    password_at: 4,
                },
            )?;
            tx.remember_password(PLACE, &id(77), 5, "$argon2id$")?;
            tx.set_recovery_codes(PLACE, &id(77), &[[1; 32], [2; 32]])?;
            tx.grant(
                PLACE,
                &GrantRow {
                    account: id(77),
                    recorded_at: 0,
                    role: "head".to_owned(),
                    body: None,
                    since: today(),
                    until: None,
                    granted_by: "王".to_owned(),
                    ended_at: None,
                },
            )?;
            tx.delegate(
                PLACE,
                &DelegationRow {
                    from: id(77),
                    recorded_at: 0,
                    to: id(78),
                    since: today(),
                    until: today(),
                    ended_at: None,
                },
            )?;
            tx.log_sign_in(PLACE, "wang", "in", "", "10.0.0.8")?;
            tx.set_tile(PLACE, 0, 0, &[3; 32])?;
            tx.set_head(PLACE, &head())?;
            tx.tie_identity(PLACE, "https://id.example", "sub-1", &id(77), 6)?;
            tx.create_session(
                PLACE,
                &SessionRow { token_hash: [4; 32], account: id(77), created_at: 1, seen_at: 2, expires_at: 3 },
            )?;
            tx.create_invitation(
                PLACE,
                &InvitationRow {
                    token_hash: [5; 32],
                    purpose: Purpose::First,
                    role: "office".to_owned(),
                    body: None,
                    name: None,
                    account: None,
                    created_at: 1,
                    expires_at: i64::MAX,
                    used_at: None,
                },
            )
        })
        .unwrap();
    let job = crate::lists::Importing { numbers: 100..110, batch: RecordId([8; 16]) };
    store.submit(PLACE, Box::new(job)).unwrap();
    store.submit(PLACE, Box::new(crate::work::Owing(id(1)))).unwrap();
    store.write(|tx| tx.mark_read(PLACE, "wang", &[id(1)])).unwrap();
    let token = TokenRow {
        id: id(78),
        token_hash: [6; 32],
        name: "数据交换".to_owned(),
        account: None,
        body: None,
        grants: "{}".to_owned(),
        created_at: 5,
        created_by: "wang".to_owned(),
        expires_at: Some(9),
        used_at: None,
        revoked_at: None,
        approved_at: Some(3),
        approved_by: Some("sec".to_owned()),
    };
    store.write(move |tx| tx.create_api_token(PLACE, &token)).unwrap();
    let choice = MailChoiceRow {
        account: id(77),
        mode: "morning".to_owned(),
        address: "wang@example.gov.cn".to_owned(),
        confirmed_at: Some(7),
        asked: String::new(),
        code_hash: Some([9; 32]),
        code_until: None,
        tries: 1,
    };
    store
        .write(move |tx| {
            tx.set_mail_choice(PLACE, &choice)?;
            tx.set_phrases(PLACE, &id(77), &["同意。".to_owned()])?;
            tx.add_outbox(PLACE, &[crate::outbox::entry(1, "a")])
        })
        .unwrap();
}

fn head() -> HeadRow {
    HeadRow { size: 1, root: [3; 32], note: "county\n1\n".to_owned(), signed_at: 9, published: true }
}

pub(crate) fn account() -> AccountRow {
    AccountRow {
        id: id(77),
        login: "wang".to_owned(),
        name: "王".to_owned(),
        role: "office".to_owned(),
        body: Some("县市场监管局".to_owned()),
        password_hash: "$argon2id$".to_owned(),
        created_at: 5,
        disabled_at: None,
        failed_count: 0,
        locked_until: None,
    }
}

fn archive_of(county: &County) -> Vec<u8> {
    let mut bytes = Vec::new();
    county.open().backup(&mut bytes).unwrap();
    bytes
}

fn counties() -> Vec<County> {
    std::iter::once(County::sqlite()).chain(County::postgres()).collect()
}

#[test]
fn an_archive_comes_back_the_same_on_either_database() {
    for source in counties() {
        fill(&source);
        let archive = archive_of(&source);
        for target in counties() {
            let restored = Store::restore(&target.url, &target.options(), archive.as_slice()).unwrap();
            assert!(restored.tables.iter().all(|table| table.rows > 0), "{:?}", restored.tables);
            assert_eq!(archive_of(&target), archive, "{} to {}", source.url, target.url);
            let store = target.open();
            assert_eq!(store.fsck(PLACE, true).unwrap(), []);
            stored(&store, vec![Act::of(Op::Restore, 4, Sample::new(today()))]);
            assert_eq!(store.fsck(PLACE, true).unwrap(), []);
        }
    }
}

#[test]
fn the_archive_is_a_snapshot_while_writing_goes_on() {
    crate::county::on_both(|county| {
        fill(county);
        let store = county.open();
        /// Writes records whenever a piece of the archive is written.
        struct Meddling<'s>(&'s Store, Vec<u8>, u64);
        impl Write for Meddling<'_> {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                if self.1.len().is_multiple_of(7) && self.2 < 520 {
                    stored(self.0, vec![Act::create(self.2, Sample::new(today()))]);
                    self.2 += 1;
                }
                self.1.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut meddling = Meddling(&store, Vec::new(), 500);
        store.backup(&mut meddling).unwrap();
        assert!(meddling.2 > 505);
        let target = County::sqlite();
        Store::restore(&target.url, &target.options(), meddling.1.as_slice()).unwrap();
        assert_eq!(target.open().fsck(PLACE, true).unwrap(), []);
    });
}

#[test]
fn a_damaged_archive_is_refused_and_leaves_nothing() {
    let source = County::sqlite();
    fill(&source);
    let archive = archive_of(&source);
    for target in counties() {
        let options: Options = target.options();
        let refuse = |bytes: &[u8], why: &str| match Store::restore(&target.url, &options, bytes) {
            Err(StoreError::Corrupt { .. } | StoreError::TooNew { .. }) => {}
            other => panic!("{why}: {other:?}"),
        };
        let sqlite = target.sqlite_path().is_some();
        // Every length near the beginning and the end, and a sample of those between.
        let step = if sqlite { 997 } else { 9973 };
        for length in (0..archive.len()).filter(|at| *at < 40 || archive.len() - at < 45 || at % step == 0) {
            refuse(&archive[..length], &format!("cut at {length} of {}", archive.len()));
        }
        for at in (0..archive.len()).step_by(step * 2 + 1) {
            let mut altered = archive.clone();
            altered[at] ^= 1;
            refuse(&altered, &format!("altered at {at}"));
        }
        refuse(&[archive.as_slice(), b"x"].concat(), "something follows");
        let mut files = std::fs::read_dir(target.folder.path().join("files")).into_iter().flatten().flatten();
        assert!(files.all(|entry| std::fs::read_dir(entry.path()).unwrap().count() == 0), "files are left");
        Store::restore(&target.url, &options, archive.as_slice()).unwrap();
        assert!(matches!(Store::restore(&target.url, &options, archive.as_slice()), Err(StoreError::NotEmpty { .. })));
        assert_eq!(archive_of(&target), archive);
    }
}

#[test]
fn an_archive_of_a_newer_release_is_refused() {
    let source = County::sqlite();
    fill(&source);
    let text = String::from_utf8_lossy(&archive_of(&source)[..60]).into_owned();
    assert!(text.contains(r#"{"format":1,"schema":"#), "{text}");
    let mut newer = archive_of(&source);
    // A digit more in the header, which is one byte longer then.
    let at = text.find("\"schema\":").unwrap() + "\"schema\":".len();
    let length = text.find("\nH").unwrap() + 5;
    newer[length] += 1;
    newer.insert(at, b'9');
    let target = County::sqlite();
    let result = Store::restore(&target.url, &target.options(), newer.as_slice());
    assert!(matches!(result, Err(StoreError::TooNew { found: 90.., .. })), "{result:?}");
}

#[test]
fn a_missing_or_altered_file_fails_the_backup_and_is_named_by_fsck() {
    let county = County::sqlite();
    fill(&county);
    let store = county.open();
    let digest = store.read().unwrap().files(PLACE).unwrap()[0].digest;
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = county.folder.path().join("files").join(&hex[..2]).join(&hex[2..]);
    std::fs::write(&path, b"other").unwrap();
    assert!(matches!(store.file_bytes(&digest), Err(StoreError::Corrupt { .. })));
    assert_eq!(store.fsck(PLACE, true).unwrap().len(), 1);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(store.fsck(PLACE, false).unwrap()[0].table, "file");
    assert!(matches!(store.backup(std::io::sink()), Err(StoreError::Corrupt { .. })));
}

/// An archive that the first release wrote. It stays in the repository so that every later release proves that it can
/// still read it.
#[test]
fn the_archive_of_the_first_release_is_restored() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/release-1.backup");
    if !path.exists() && crate::county::regenerate() {
        let source = County::sqlite();
        fill(&source);
        std::fs::write(&path, archive_of(&source)).unwrap();
    }
    let archive = std::fs::read(&path).unwrap();
    for target in counties() {
        Store::restore(&target.url, &target.options(), archive.as_slice()).unwrap();
        let store = target.open();
        assert_eq!(store.fsck(PLACE, true).unwrap(), []);
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 40);
    }
}
