//! 透明日志: everything that is done is in it, what is changed behind the program's back is found and named, and no copy signs a second
//! history.

use std::path::Path;
use std::sync::atomic::Ordering;

use zhiheng_app::{
    Act, App, Difference, Entered, Error, Grant, LogFault, RecordId, Role, Shown, Submission, verify_receipt,
};
use zhiheng_pack::Draft;
use zhiheng_store::testing::{Altered, Meddler, TARGETS};

use crate::accounts::{again, first, invited};
use crate::county::{County, PLAN, pack};

const HOUR: i64 = 3_600_000_000;

fn sample(day: usize, verdict: &str) -> Draft {
    let day = format!("2025-12-{:02}", 1 + day % 28);
    Draft::of_texts([("sample_name", "菜籽油"), ("sampled_on", &day), ("verdict", verdict), ("area", "青石镇")])
}

fn submit(app: &App, act: Act, id: Option<&str>, version: Option<i64>) -> String {
    let reason = id.map(|_| "复检".to_owned());
    let id = id.map(|id| id.parse().unwrap());
    let submission = Submission { act, kind: "food_sample".into(), id, expected_version: version, reason };
    app.submit("甲", &submission, None).unwrap().id
}

/// Everything that has a leaf happens: records in several versions, accounts, grants that end, a delegation, sign-ins.
fn lively(county: &County) -> Vec<RecordId> {
    let app = &county.app;
    let mut ids = Vec::new();
    for number in 0..9 {
        let id = submit(app, Act::Create(sample(number, "合格")), None, None);
        if number % 3 == 0 {
            submit(app, Act::Correct(sample(number, "不合格")), Some(&id), Some(1));
        }
        if number % 4 == 0 {
            submit(app, Act::Withdraw, Some(&id), Some(if number % 3 == 0 { 2 } else { 1 }));
        }
        ids.push(id.parse().unwrap());
    }
    let office = first(app);
    let li = invited(app, &office, Role::Bureau, Some("kjj"), "li");
    let wang = invited(app, &office, Role::Bureau, Some("kjj"), "wang");
    let today = app.today();
    let grant = |role: &str| Grant { role: role.into(), body: Some("kjj".into()), since: today, until: None };
    for role in ["head", "export"] {
        app.grant(&office, &li.id, &grant(role)).unwrap();
    }
    app.delegate(&li, &wang.id, today, today + 2).unwrap();
    app.end_delegation(&li, app.delegations(&li).unwrap()[0].key).unwrap();
    let key = app.grants(&office, &li.id).unwrap()[0].recorded_at;
    app.withdraw_grant(&office, &li.id, key).unwrap();
    again(app, "li");
    ids
}

/// A day of the log: a head, more leaves, another head.
fn logged(county: &County) -> Vec<RecordId> {
    let ids = lively(county);
    county.app.cut_head(true).unwrap();
    for number in 0..5 {
        submit(&county.app, Act::Create(sample(number, "合格")), None, None);
    }
    county.app.cut_head(true).unwrap();
    ids
}

#[test]
fn the_head_is_cut_in_its_time_and_says_nothing_between() {
    for county in County::everywhere() {
        let app = &county.app;
        assert_eq!(app.log_head().unwrap(), None);
        let head = app.tend_log().unwrap().expect("the first head");
        assert_eq!(app.log_head().unwrap(), Some(head.clone()));
        let id = submit(app, Act::Create(sample(1, "合格")), None, None);
        assert_eq!(app.tend_log().unwrap(), None, "not yet");
        let Some(Entered::Accepted { index }) = app.entered(&id.parse().unwrap(), 1).unwrap() else { panic!() };
        assert_eq!(index, head.size);
        // A receipt has a head of its own, and the public does not see it.
        let receipt = app.receipt_of(&id.parse().unwrap(), 1, Shown::Sealed).unwrap();
        assert!(matches!(app.entered(&id.parse().unwrap(), 1).unwrap(), Some(Entered::InLog { .. })));
        assert_eq!(app.log_head().unwrap(), Some(head.clone()));
        assert!(app.log_resource(&format!("tile/0/000.p/{}", head.size)).unwrap().is_some());
        assert_eq!(app.log_resource(&format!("tile/0/000.p/{}", head.size + 1)).unwrap(), None, "not public yet");
        county.clock.0.fetch_add(6 * HOUR, Ordering::SeqCst);
        let later = app.tend_log().unwrap().expect("six hours are over");
        assert_eq!(later.size, head.size + 1);
        county.clock.0.fetch_add(6 * HOUR, Ordering::SeqCst);
        assert_eq!(app.tend_log().unwrap(), None, "nothing new");
        let keys = app.log_keys().unwrap().unwrap().public;
        assert_eq!(verify_receipt(receipt.as_bytes(), &keys).unwrap().index, index);
        assert!(app.audit().unwrap().is_clean());
    }
}

#[test]
fn a_receipt_holds_without_the_county_and_fails_on_any_change() {
    let county = County::sqlite();
    let ids = logged(&county);
    let app = &county.app;
    let keys = app.log_keys().unwrap().unwrap().public;
    assert_eq!(keys.len(), 2, "Ed25519 and SM2");
    let receipt = app.receipt_of(&ids[0], 2, Shown::Opened).unwrap();
    let verified = verify_receipt(receipt.as_bytes(), &keys).unwrap();
    assert!(verified.said.unwrap().contains("unqualified"));
    assert_eq!(verify_receipt(receipt.as_bytes(), &keys[..1]).unwrap().index, verified.index, "with one key too");
    let sealed = app.receipt_of(&ids[0], 2, Shown::Sealed).unwrap();
    assert_eq!(verify_receipt(sealed.as_bytes(), &keys).unwrap().said, None);
    assert!(sealed.len() < 1_500, "nothing of the content: {}", sealed.len());

    // Any byte: no change is believed to say something else.
    for at in 0..receipt.len() {
        let mut altered = receipt.clone().into_bytes();
        altered[at] ^= 1;
        if let Ok(found) = verify_receipt(&altered, &keys) {
            panic!("byte {at} is not covered: {found:?}\n{}", String::from_utf8_lossy(&altered));
        }
    }
    let stranger = County::sqlite();
    stranger.setup.random.fill(&mut [0; 64]); // other chance, other keys
    logged(&stranger);
    let others = stranger.app.log_keys().unwrap().unwrap().public;
    assert!(matches!(verify_receipt(receipt.as_bytes(), &others), Err(LogFault::Untrusted(_))));
    assert!(matches!(verify_receipt(b"hello", &keys), Err(LogFault::Unreadable(_))));
    assert!(matches!(verify_receipt(receipt.as_bytes(), &["x".to_owned()]), Err(LogFault::BadKey(_))));
    assert!(matches!(verify_receipt(receipt.as_bytes(), &[]), Err(LogFault::Untrusted(_))));
}

#[test]
fn tiles_that_are_lost_come_back_the_same() {
    for county in County::everywhere() {
        let app = &county.app;
        for number in 0..300 {
            submit(app, Act::Create(sample(number, "合格")), None, None);
        }
        let head = app.cut_head(true).unwrap();
        let paths = ["tile/0/000".to_owned(), "tile/1/000.p/1".to_owned(), "tile/entries/000".to_owned()];
        let read = || paths.clone().map(|path| app.log_resource(&path).unwrap().unwrap());
        let before = read();
        let again = app.rebuild_log().unwrap();
        assert_eq!((again.size, again.root, again.checkpoint), (head.size, head.root, head.checkpoint));
        assert_eq!(read(), before);
        // Lost in part, found out by the next head.
        let mut meddler = Meddler::open(&county.url, 3).unwrap();
        while meddler.alter("log_tile").unwrap().is_none() {}
        assert!(!app.audit().unwrap().is_clean());
        app.rebuild_log().unwrap();
        assert_eq!(read(), before);
        assert_eq!(app.audit().unwrap().differences, []);
    }
}

#[test]
fn a_restored_older_copy_gets_no_signature_and_begins_another_log_openly() {
    let county = County::sqlite();
    logged(&county);
    let mut archive = Vec::new();
    county.app.backup(&mut archive).unwrap();
    submit(&county.app, Act::Create(sample(3, "合格")), None, None);
    let last = county.app.cut_head(true).unwrap();
    let keys = county.app.log_keys().unwrap().unwrap();

    let restored = county.folder().join("restored.db");
    let url = format!("sqlite:{}", restored.display());
    App::restore(&url, &county.setup, archive.as_slice()).unwrap();
    let open = |signer: &Path| App::open(&url, pack(PLAN), &county.setup).unwrap().with_signer_in(signer.into());
    // The keys are elsewhere: a copy does not sign under new ones as if nothing had been.
    let app = open(&county.folder().join("nowhere"));
    let report = app.audit().unwrap();
    assert_eq!(
        (report.differences, report.unsigned_heads),
        (vec![], 2),
        "whole, with signatures that nobody can check here"
    );
    assert!(matches!(app.cut_head(true), Err(Error::Log(LogFault::MemoryLost(_)))));
    drop(app);
    // The keys are here: the copy is behind what was signed, and what it writes from here on is another history.
    let app = open(&county.folder().join("signer"));
    for more in 0..3 {
        let refused = app.cut_head(true).unwrap_err();
        assert!(matches!(&refused, Error::Log(LogFault::Refused(_))), "{refused}");
        assert!(refused.message().contains("较早的备份") && refused.message().contains("log restart"), "{refused}");
        assert!(!app.audit().unwrap().is_clean(), "the guard remembers what the copy lacks");
        submit(&app, Act::Create(sample(more, "不合格")), None, None);
    }
    let head = app.restart_log("root", "十一月二十七日的硬盘损坏，恢复了前一天的备份").unwrap();
    let now = app.log_keys().unwrap().unwrap();
    assert_ne!(now.origin, keys.origin);
    assert!(head.checkpoint.starts_with(&now.origin));
    let ended = app.ended_logs().unwrap();
    assert_eq!(ended[0].public, keys.public);
    assert!(last.checkpoint.starts_with(ended[0].last.as_deref().unwrap()), "the old log ends with its last head");
    assert_eq!(app.audit().unwrap().differences, []);
    assert!(matches!(app.restart_log("root", "再来"), Err(Error::Log(LogFault::NothingToRestart(_)))));
}

#[test]
fn the_keys_are_for_their_owner_alone_and_their_loss_is_told() {
    let county = County::sqlite();
    logged(&county);
    let folder = county.folder().join("signer");
    let file = |extension: &str| folder.join(format!("990199.{extension}"));
    #[cfg(unix)]
    for extension in ["key", "head"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(file(extension)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let head = std::fs::read(file("head")).unwrap();
    std::fs::remove_file(file("head")).unwrap();
    submit(&county.app, Act::Create(sample(3, "合格")), None, None);
    assert!(matches!(county.app.cut_head(true), Err(Error::Log(LogFault::MemoryLost(_)))));
    std::fs::write(file("head"), head).unwrap();
    county.app.cut_head(true).unwrap();
}

#[test]
fn an_erased_record_leaves_an_intact_log() {
    let county = County::sqlite();
    let ids = logged(&county);
    let app = &county.app;
    let keys = app.log_keys().unwrap().unwrap().public;
    let head = app.log_head().unwrap().unwrap();
    let other = app.receipt_of(&ids[1], 1, Shown::Opened).unwrap();
    Meddler::open(&county.url, 1).unwrap().erase(&ids[0]).unwrap();
    // The leaf stands there and says nothing: the tree, its head and everybody else's receipt are what they were.
    let rebuilt = app.rebuild_log().unwrap();
    assert_eq!((rebuilt.size, rebuilt.root), (head.size, head.root));
    assert!(verify_receipt(other.as_bytes(), &keys).is_ok());
    let report = app.audit().unwrap();
    assert!(report.differences.iter().all(|one| !["head", "tile", "version"].contains(&one.what)), "{report:?}");
    submit(app, Act::Create(sample(3, "合格")), None, None);
    assert!(app.cut_head(true).unwrap().size > head.size);
}

/// Whether a difference names the row that was altered.
fn names(difference: &Difference, altered: &Altered) -> bool {
    let text = format!("{} {}", difference.which, difference.message);
    let says = |column: &str| {
        let value = altered.value(column);
        !value.is_empty() && text.contains(&value)
    };
    match altered.table {
        "record" | "record_version" => says("id"),
        "cell" => ["cell", "row"].contains(&difference.what) && text.contains(&altered.value("dim")),
        "cell_delta" => ["history", "cell"].contains(&difference.what) && text.contains(&altered.value("dim")),
        "leaf" => text.contains(&format!("日志第 {} 号", altered.value("seq"))) || says("at"),
        "log_tile" => difference.what == "tile",
        "operation" | "sign_in" => says("at"),
        "account_grant" => says("recorded_at") || says("ended_at"),
        other => panic!("{other}"),
    }
}

/// 200 in every run, as many as `ZHIHENG_ALTERATIONS` says in a campaign.
#[test]
fn every_alteration_of_an_administrator_is_found_and_its_record_named() {
    #[expect(clippy::disallowed_methods, reason = "a campaign says how long it is")]
    let wanted = std::env::var("ZHIHENG_ALTERATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    for county in County::everywhere() {
        logged(&county);
        assert_eq!(county.app.audit().unwrap().differences, [], "no false alarm");
        let mut meddler = Meddler::open(&county.url, 20_261_128).unwrap();
        let mut done = [0; TARGETS.len()];
        let mut missed = Vec::new();
        let mut number = 0;
        while done.iter().sum::<usize>() < wanted {
            let target = number % TARGETS.len();
            number += 1;
            let Some(altered) = meddler.alter(TARGETS[target]).unwrap() else { continue };
            done[target] += 1;
            let report = county.app.audit().unwrap();
            if !report.differences.iter().any(|difference| names(difference, &altered)) {
                missed.push(format!("{altered}\n  found: {:?}", report.differences));
            }
            meddler.restore(&altered).unwrap();
        }
        assert!(missed.is_empty(), "{} of {wanted}:\n{}", missed.len(), missed.join("\n"));
        assert_eq!(county.app.audit().unwrap().differences, [], "everything was taken back");
        println!("{wanted} alterations found: {:?}", TARGETS.iter().zip(done).collect::<Vec<_>>());
    }
}
