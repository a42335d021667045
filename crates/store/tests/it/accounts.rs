//! Accounts, sessions, one-time links, settings, rulings, packs.

use zhiheng_store::{
    DelegationRow, GrantRow, InvitationRow, LevelRow, OperationsWanted, ProofRow, Purpose, RulingRow, SessionRow,
    StoreError, Sum,
};

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
fn grants_and_delegations_end_and_stay() {
    on_both(|county| {
        let store = county.open();
        store.write(|tx| tx.create_account(PLACE, &account())).unwrap();
        let grant = |role: &str, body: Option<&str>| GrantRow {
            account: id(77),
            recorded_at: 0,
            role: role.to_owned(),
            body: body.map(str::to_owned),
            since: today(),
            until: None,
            granted_by: "安".to_owned(),
            ended_at: None,
        };
        let at = store.write(move |tx| tx.grant(PLACE, &grant("head", Some("scjg")))).unwrap();
        store.write(move |tx| tx.grant(PLACE, &grant("leader", None))).unwrap();
        let ended = store.write(move |tx| tx.end_grant(PLACE, &id(77), at)).unwrap().unwrap();
        assert_eq!(ended.role, "head");
        assert!(ended.ended_at.is_some_and(|ended| ended > at));
        assert_eq!(store.write(move |tx| tx.end_grant(PLACE, &id(77), at)).unwrap(), None, "it ended already");
        let mut reader = store.read().unwrap();
        assert_eq!(reader.grants(PLACE).unwrap().len(), 1);
        assert_eq!(reader.grants_of(PLACE, &id(77)).unwrap().len(), 2);
        drop(reader);
        let away =
            |since, until| DelegationRow { from: id(77), recorded_at: 0, to: id(78), since, until, ended_at: None };
        let (first, last) = (today() + 1, today() + 3);
        let at = store.write(move |tx| tx.delegate(PLACE, &away(first, last))).unwrap();
        for (day, acts) in [(first - 1, 0), (first, 1), (last, 1), (last + 1, 0)] {
            assert_eq!(store.read().unwrap().delegations_to(PLACE, &id(78), day).unwrap().len(), acts, "{day}");
        }
        assert!(store.write(move |tx| tx.end_delegation(PLACE, &id(77), at)).unwrap());
        assert_eq!(store.read().unwrap().delegations_to(PLACE, &id(78), first).unwrap(), []);
        assert_eq!(store.read().unwrap().delegations_from(PLACE, &id(77)).unwrap().len(), 1);
    });
}

#[test]
fn a_proof_is_kept_and_a_recovery_code_is_used_once() {
    on_both(|county| {
        let store = county.open();
        let proof = ProofRow {
            account: id(77),
            active: true,
            totp_secret: Some(vec![0, 255, 3]),
            totp_on: true,
            totp_step: 58_000_000,
            password_at: 4,
        };
        assert_eq!(store.read().unwrap().proof(PLACE, &id(77)).unwrap(), None);
        for active in [true, false] {
            let row = ProofRow { active, ..proof.clone() };
            store.write(move |tx| tx.set_proof(PLACE, &row)).unwrap();
            let kept = store.write(|tx| tx.proof(PLACE, &id(77))).unwrap();
            assert_eq!(kept, Some(ProofRow { active, ..proof.clone() }));
        }
        store.write(|tx| tx.set_recovery_codes(PLACE, &id(77), &[[1; 32], [2; 32]])).unwrap();
        assert!(store.write(|tx| tx.use_recovery_code(PLACE, &id(77), &[1; 32], 5)).unwrap());
        assert!(!store.write(|tx| tx.use_recovery_code(PLACE, &id(77), &[1; 32], 6)).unwrap(), "used");
        assert!(!store.write(|tx| tx.use_recovery_code(PLACE, &id(78), &[2; 32], 6)).unwrap(), "another's");
        assert_eq!(store.read().unwrap().recovery_codes_left(PLACE, &id(77)).unwrap(), 1);
        store.write(|tx| tx.set_recovery_codes(PLACE, &id(77), &[[3; 32]])).unwrap();
        assert!(!store.write(|tx| tx.use_recovery_code(PLACE, &id(77), &[2; 32], 7)).unwrap(), "replaced");
        for hash in ["one", "two", "three"] {
            let at = i64::try_from(hash.len()).unwrap();
            store.write(move |tx| tx.remember_password(PLACE, &id(77), at, hash)).unwrap_or(());
        }
        assert_eq!(store.read().unwrap().earlier_passwords(PLACE, &id(77), 1).unwrap(), ["three"]);
    });
}

#[test]
fn attempts_to_sign_in_are_listed_by_login_and_by_time() {
    on_both(|county| {
        let store = county.open();
        let log = |login: &'static str, outcome: &'static str| {
            store.write(move |tx| tx.log_sign_in(PLACE, login, outcome, "", "10.0.0.8")).unwrap()
        };
        let (first, second, third) = (log("wang", "wrong"), log("li", "in"), log("wang", "in"));
        let mut reader = store.read().unwrap();
        let of = |reader: &mut zhiheng_store::Reader<'_>, login: Option<&str>, from, before| {
            let rows = reader.sign_ins(PLACE, login, from, before, 10).unwrap();
            rows.into_iter().map(|row| row.at).collect::<Vec<_>>()
        };
        assert_eq!(of(&mut reader, None, 0, i64::MAX), [third, second, first]);
        assert_eq!(of(&mut reader, Some("wang"), 0, i64::MAX), [third, first]);
        assert_eq!(of(&mut reader, None, second, third), [second]);
        assert_eq!(reader.last_sign_in(PLACE, "wang", "in").unwrap(), Some(third));
        assert_eq!(reader.last_sign_in(PLACE, "nobody", "in").unwrap(), None);
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
        let before = OperationsWanted { before: times[2], ..OperationsWanted::default() };
        assert_eq!(reader.operations(PLACE, &before, 10).unwrap().len(), 2);
        let of = |actor: &str| OperationsWanted { actor: Some(actor.to_owned()), ..OperationsWanted::default() };
        assert_eq!(reader.operations(PLACE, &of("王"), 10).unwrap().len(), 3);
        assert_eq!(reader.operations(PLACE, &of("李"), 10).unwrap(), []);
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
