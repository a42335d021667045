//! Accounts, sessions, one-time links, settings, rulings, packs.

use zhiheng_store::{InvitationRow, LevelRow, Purpose, RulingRow, SessionRow, StoreError, Sum};

use crate::archive::account;
use crate::county::{Act, PLACE, Sample, id, on_both, stored, today};

#[test]
fn an_account_signs_in_and_is_locked_out() {
    on_both(|county| {
        let store = county.open();
        store.write(|tx| tx.create_account(PLACE, &account())).unwrap();
        let taken = store.write(|tx| {
            tx.set_setting(PLACE, "half", "done")?;
            tx.create_account(PLACE, &zhiheng_store::AccountRow { id: id(78), ..account() })
        });
        assert!(matches!(taken, Err(StoreError::Conflict { .. })), "{taken:?}");
        let mut reader = store.read().unwrap();
        assert_eq!(reader.setting(PLACE, "half").unwrap(), None, "nothing of a failed write is stored");
        assert_eq!(reader.account_by_login(PLACE, "wang").unwrap(), Some(account()));
        drop(reader);
        assert_eq!(store.write(|tx| tx.count_failure(PLACE, &id(77), None)).unwrap(), 1);
        assert_eq!(store.write(|tx| tx.count_failure(PLACE, &id(77), Some(99))).unwrap(), 2);
        assert_eq!(store.read().unwrap().account(PLACE, &id(77)).unwrap().unwrap().locked_until, Some(99));
        let session = SessionRow { token_hash: [1; 32], account: id(77), created_at: 1, seen_at: 1, expires_at: 10 };
        let copy = session.clone();
        store.write(move |tx| tx.create_session(PLACE, &copy)).unwrap();
        assert_eq!(store.read().unwrap().session(PLACE, &[1; 32]).unwrap(), Some((session, account())));
        store.write(|tx| tx.touch_session(PLACE, &[1; 32], 5, 15)).unwrap();
        assert_eq!(store.write(|tx| tx.sweep_sessions(PLACE, 12)).unwrap(), 0);
        assert!(store.write(|tx| tx.set_password(PLACE, &id(77), "new")).unwrap());
        assert_eq!(store.read().unwrap().session(PLACE, &[1; 32]).unwrap(), None, "a new password ends sessions");
        assert_eq!(store.read().unwrap().accounts(PLACE).unwrap().len(), 1);
    });
}

#[test]
fn a_link_is_used_once() {
    on_both(|county| {
        let store = county.open();
        let link = |token: u8, expires_at| InvitationRow {
            token_hash: [token; 32],
            purpose: Purpose::Invite,
            role: "bureau".to_owned(),
            body: Some("县科技局".to_owned()),
            name: None,
            account: None,
            created_at: 1,
            expires_at,
            used_at: None,
        };
        store
            .write(move |tx| {
                tx.create_invitation(PLACE, &link(1, 100))?;
                tx.create_invitation(PLACE, &link(2, 100))
            })
            .unwrap();
        assert_eq!(store.write(|tx| tx.use_invitation(PLACE, &[1; 32], 100)).unwrap(), None, "expired");
        let used = store.write(|tx| tx.use_invitation(PLACE, &[1; 32], 50)).unwrap().unwrap();
        assert_eq!((used.used_at, used.body.as_deref()), (Some(50), Some("县科技局")));
        assert_eq!(store.write(|tx| tx.use_invitation(PLACE, &[1; 32], 51)).unwrap(), None, "used");
        assert_eq!(store.read().unwrap().invitations(PLACE).unwrap().len(), 2);
        assert_eq!(store.write(|tx| tx.revoke_invitations(PLACE, Purpose::Invite)).unwrap(), 1);
        assert_eq!(store.read().unwrap().invitation(PLACE, &[2; 32]).unwrap(), None);
    });
}

#[test]
fn settings_rulings_and_operations_are_kept() {
    on_both(|county| {
        let store = county.open();
        for value in ["one", "two"] {
            store.write(move |tx| tx.set_setting(PLACE, "theme", value)).unwrap();
        }
        let ruling = |text: &str| RulingRow {
            finding: "f".to_owned(),
            text: text.to_owned(),
            decided_by: "县政府办".to_owned(),
            decided_on: today(),
            recorded_at: 0,
        };
        store.write(move |tx| tx.add_ruling(PLACE, &ruling("甲"))).unwrap();
        store.write(move |tx| tx.add_ruling(PLACE, &ruling("乙"))).unwrap();
        let times: Vec<i64> =
            (0..3).map(|_| store.write(|tx| tx.log_operation(PLACE, "王", "sign_in", "wang", "")).unwrap()).collect();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
        let mut reader = store.read().unwrap();
        assert_eq!(reader.settings(PLACE).unwrap(), [("theme".to_owned(), "two".to_owned())]);
        assert_eq!(reader.rulings(PLACE).unwrap().last().unwrap().text, "乙");
        assert_eq!(reader.operations(PLACE, times[2], 10).unwrap().len(), 2);
    });
}

#[test]
fn a_new_pack_replaces_its_numbers_in_one_step() {
    on_both(|county| {
        let store = county.open();
        stored(&store, vec![Act::create(1, Sample { level: Some(5), ..Sample::new(today()) })]);
        assert_eq!(store.write(|tx| tx.activate_pack(PLACE, &[1; 32], b"one")).unwrap(), 1);
        let before = store.read().unwrap();
        store
            .write(|tx| {
                // The second pack counts every record twice and reports no levels.
                let mut cells = tx.cells();
                tx.versions_after(PLACE, 0, |version| {
                    cells.add(version.recorded_at, 1, "p", version.day.unwrap_or(0), Sum { num: 2, den: 2 });
                    Ok(())
                })?;
                tx.replace_cells(PLACE, &[1, 3], &cells, Vec::<LevelRow>::new())?;
                tx.activate_pack(PLACE, &[2; 32], b"two")
            })
            .unwrap();
        let mut before = before;
        let _ = before.total_records(PLACE).unwrap();
        drop(before);
        let mut reader = store.read().unwrap();
        let pack = reader.active_pack(PLACE).unwrap().unwrap();
        assert_eq!((pack.seq, pack.bytes.as_slice()), (2, b"two".as_slice()));
        assert_eq!(reader.pack_before(PLACE, pack.active_from).unwrap().unwrap().seq, 1);
        assert_eq!(reader.packs(PLACE, Some(&[1; 32])).unwrap().len(), 1);
        assert_eq!(reader.places().unwrap(), [PLACE]);
        let sums = reader.sums(PLACE, "p", &[1, 2], None, today()).unwrap();
        assert_eq!((sums[&1].num, sums[&2].num), (2, 1));
        assert_eq!(reader.latest_level(PLACE, 3, "p", today(), None).unwrap(), None);
        assert_eq!(reader.by_day(PLACE, 1, "p", today(), today()).unwrap()[0].sum.num, 2);
    });
}

#[test]
fn a_write_that_panics_disturbs_nobody() {
    on_both(|county| {
        let store = county.open();
        let result = store.write(|_| -> Result<(), StoreError> { panic!("a mistake of the caller") });
        assert!(matches!(result, Err(StoreError::Invalid { .. })));
        stored(&store, vec![Act::create(1, Sample::new(today()))]);
    });
}
