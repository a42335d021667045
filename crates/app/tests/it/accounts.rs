//! Accounts: the first link, invitations, locks, sessions, the three administrators, grants, deputies, second factors, passwords.

use std::sync::atomic::Ordering;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zhiheng_app::{Account, App, Error, Grant, LogWanted, Must, Power, Role, Scope, SignedIn};

use crate::county::{County, number};

const PASSWORD: &str = "一句足够长的话做密码 1";
const HERE: &str = "10.0.0.8";
const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn accept(app: &App, token: &str, login: &str) -> Result<Account, Error> {
    let session = app.accept(token, login, login, PASSWORD, HERE)?.session().expect("no second factor");
    Ok(app.session(&session.0)?.expect("a session"))
}

pub(crate) fn first(app: &App) -> Account {
    accept(app, &app.first_link().unwrap().unwrap(), "office").unwrap()
}

pub(crate) fn invited(app: &App, by: &Account, role: Role, body: Option<&str>, login: &str) -> Account {
    accept(app, &app.invite(by, role, body, login).unwrap(), login).unwrap()
}

/// The account as it is now.
pub(crate) fn again(app: &App, login: &str) -> Account {
    let session = app.sign_in(login, PASSWORD, HERE).unwrap().session().expect("no second factor");
    app.session(&session.0).unwrap().expect("a session")
}

/// What an authenticator shows: RFC 6238 written out a second time.
fn code(secret: &str, micros: i64) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret.chars().map(|c| format!("{:05b}", LETTERS.find(c).unwrap())).collect();
    let key: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(micros / 30_000_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let four = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", four % 1_000_000)
}

#[test]
fn the_first_link_makes_one_office_account_and_no_second() {
    for county in County::everywhere() {
        let app = &county.app;
        let stale = app.first_link().unwrap().unwrap();
        let token = app.first_link().unwrap().unwrap();
        assert!(accept(app, &stale, "zhang").is_err(), "an earlier link ends when a new one is made");
        let session = app.accept(&token, "zhang", "张三", PASSWORD, HERE).unwrap().session().unwrap();
        let account = app.session(&session.0).unwrap().unwrap();
        assert_eq!((account.role, account.name.as_str()), (Role::Office, "张三"));
        assert_eq!(app.first_link().unwrap(), None);
        assert!(accept(app, &token, "li").is_err(), "a link is used once");
        app.sign_out(&account, &session.0, HERE).unwrap();
        assert_eq!(app.session(&session.0).unwrap(), None);
        let log = app.sign_in_log(&again(app, "zhang"), &LogWanted::default(), 10).unwrap();
        let told: Vec<(&str, &str)> = log.iter().map(|row| (row.outcome.as_str(), row.address.as_str())).collect();
        assert_eq!(told, [("in", HERE), ("out", HERE), ("in", HERE)]);
    }
}

#[test]
fn a_short_password_is_refused_with_every_problem_at_once() {
    let county = County::sqlite();
    let token = county.app.first_link().unwrap().unwrap();
    let Err(Error::Invalid(problems)) = county.app.accept(&token, "z", "", "短 1a", HERE) else { panic!("refused") };
    let fields: Vec<&str> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!(fields, ["login", "name", "password"]);
}

#[test]
fn failures_lock_and_sessions_end_as_the_policy_says() {
    let county = County::sqlite();
    let app = &county.app;
    let pass = |time: i64| county.clock.0.fetch_add(time, Ordering::SeqCst);
    let office = first(app);
    for (policy, failures, minutes, idle) in [("djbh2", 5, 15, 30), ("djbh3", 5, 30, 15)] {
        if policy != "djbh2" {
            app.set_policy(&office, policy).unwrap();
        }
        for _ in 0..failures {
            assert!(matches!(app.sign_in("office", "猜错的密码猜错的密码", HERE), Err(Error::Invalid(_))));
        }
        pass((minutes - 1) * MINUTE);
        assert!(matches!(app.sign_in("office", PASSWORD, HERE), Err(Error::WrongState(_))), "locked");
        pass(MINUTE + 1);
        let session = app.sign_in("office", PASSWORD, HERE).unwrap().session().unwrap();
        pass((idle - 1) * MINUTE);
        assert!(app.session(&session.0).unwrap().is_some(), "{policy}: used in time");
        pass((idle + 1) * MINUTE);
        assert_eq!(app.session(&session.0).unwrap(), None, "{policy}: idle");
    }
    let session = app.sign_in("office", PASSWORD, HERE).unwrap().session().unwrap();
    for _ in 0..8 * 60 / 14 {
        assert!(app.session(&session.0).unwrap().is_some());
        pass(14 * MINUTE);
    }
    pass(5 * MINUTE);
    assert_eq!(app.session(&session.0).unwrap(), None, "eight hours, however busy");
}

#[test]
fn a_bureau_sees_and_writes_its_own_and_administers_nothing() {
    let county = County::sqlite();
    let app = &county.app;
    let office = first(app);
    assert!(matches!(app.invite(&office, Role::Bureau, None, "李四"), Err(Error::Invalid(_))));
    assert!(matches!(app.invite(&office, Role::Bureau, Some("没有的单位"), "李四"), Err(Error::NotFound(_))));
    let bureau = invited(app, &office, Role::Bureau, Some("kjj"), "li");
    let kind = app.pack.kind("food_sample").unwrap();
    assert_eq!(bureau.scope(kind), Some(Scope { bodies: vec!["kjj".to_owned()], ..Scope::default() }));
    assert_eq!(bureau.export_scope(kind), Some(Scope::default()), "to see is not to take out");
    assert!(matches!(app.accounts(&bureau), Err(Error::NotPermitted)));
    assert!(matches!(app.invite(&bureau, Role::Office, None, "王五"), Err(Error::NotPermitted)));
    assert!(matches!(app.set_disabled(&office, &office.id, true), Err(Error::WrongState(_))));
    app.set_disabled(&office, &bureau.id, true).unwrap();
    assert!(app.sign_in("li", PASSWORD, HERE).is_err(), "a disabled account does not sign in");
    let log = app.operation_log(&office, &LogWanted { who: Some("office".to_owned()), ..LogWanted::default() }, 10);
    assert!(log.unwrap().iter().any(|row| row.verb == "停用账号" && row.object == "li"), "its name stays in the log");
}

#[test]
fn once_all_three_are_named_the_office_administers_nothing_and_nobody_another() {
    let county = County::sqlite();
    let app = &county.app;
    let office = first(app);
    invited(app, &office, Role::SystemAdmin, None, "sys");
    invited(app, &office, Role::SecurityAdmin, None, "sec");
    assert!(again(app, "office").has(Power::Audit), "two of three change nothing");
    let late = app.invite(&office, Role::SecurityAdmin, None, "late").unwrap();
    let audit = invited(app, &office, Role::AuditAdmin, None, "aud");
    assert!(app.administrators_are_separate().unwrap());
    let (office, system, security) = (again(app, "office"), again(app, "sys"), again(app, "sec"));
    let denied = |result: Result<(), Error>| assert!(matches!(result, Err(Error::NotPermitted)), "{result:?}");
    denied(app.invite(&office, Role::Bureau, Some("kjj"), "x").map(drop));
    denied(app.operation_log(&office, &LogWanted::default(), 1).map(drop));
    // The system administrator makes accounts and lets none in; the link he made gives whoever uses it nothing.
    let own_office = invited(app, &system, Role::Office, None, "mine");
    let kind = app.pack.kind("food_sample").unwrap();
    assert!(!own_office.acts() && own_office.scope(kind) == Some(Scope::default()));
    denied(app.let_in(&system, &own_office.id));
    denied(app.set_role(&system, &own_office.id, Role::Bureau, Some("kjj")));
    denied(app.sign_in_log(&system, &LogWanted::default(), 1).map(drop));
    // The security administrator lets in, makes no account, and does nothing for himself.
    denied(app.invite(&security, Role::Office, None, "x").map(drop));
    denied(app.reset(&security, &office.id).map(drop));
    denied(app.operation_log(&security, &LogWanted::default(), 1).map(drop));
    for own in [
        app.set_role(&security, &security.id, Role::Office, None),
        app.let_in(&security, &security.id),
        app.reset_second_factor(&security, &security.id),
    ] {
        assert!(matches!(own, Err(Error::WrongState(_))), "{own:?}");
    }
    // A link made while the office still could, used afterwards, lets nobody in by itself.
    let latecomer = accept(app, &late, "late").unwrap();
    assert!(!latecomer.has(Power::Security));
    app.let_in(&security, &latecomer.id).unwrap();
    assert!(again(app, "late").has(Power::Security));
    // A new password by a link shuts the account until the security administrator lets it in.
    let token = app.reset(&system, &office.id).unwrap();
    assert!(!accept(app, &token, "").unwrap().acts(), "who made the link may have used it");
    app.let_in(&security, &office.id).unwrap();
    assert!(again(app, "office").acts());
    // The audit administrator reads and does nothing else.
    denied(app.invite(&audit, Role::Office, None, "x").map(drop));
    denied(app.let_in(&audit, &office.id));
    denied(app.set_setting(&audit, "public_address", ""));
    let log = app.operation_log(&again(app, "aud"), &LogWanted::default(), 100).unwrap();
    assert!(log.iter().any(|row| row.verb == "三员分立") && log.iter().any(|row| row.verb == "批准启用"));
    assert!(matches!(app.set_disabled(&system, &audit.id, true), Err(Error::WrongState(_))), "the last of his kind");
    // From the server itself an account comes back without anybody's leave, and that is written down.
    app.set_disabled(&system, &latecomer.id, true).unwrap();
    let token = app.rescue("late").unwrap();
    assert!(accept(app, &token, "").unwrap().has(Power::Security));
    let log = app.operation_log(&again(app, "aud"), &LogWanted::default(), 100).unwrap();
    assert!(log.iter().any(|row| row.verb == "在服务器上启用账号" && row.object == "late"));
    // Nor does a provider that the system administrator named: a new tie waits for the security administrator.
    let entered = app.sign_in_as("https://id.example", "s1", Some("aud"), HERE).unwrap().session().unwrap();
    assert!(!app.session(&entered.0).unwrap().unwrap().acts());
    app.let_in(&security, &audit.id).unwrap();
    let entered = app.sign_in_as("https://id.example", "s1", None, HERE).unwrap().session().unwrap();
    assert!(app.session(&entered.0).unwrap().unwrap().has(Power::Audit), "tied and let in");
    denied(app.set_setting(&system, "administrators", ""));
    denied(app.set_policy(&system, "asvs"));
}

#[test]
fn grants_hold_on_their_days_and_a_deputy_holds_them_on_his() {
    let county = County::sqlite();
    let app = &county.app;
    let today = number("2026-01-05");
    let office = first(app);
    let li = invited(app, &office, Role::Bureau, Some("kjj"), "li");
    let wang = invited(app, &office, Role::Bureau, Some("kjj"), "wang");
    let stranger = invited(app, &office, Role::Bureau, Some("scjg"), "zhao");
    let grant = |role: &str, body: Option<&str>, since, until| Grant {
        role: role.to_owned(),
        body: body.map(str::to_owned),
        since,
        until,
    };
    for wrong in [
        grant("office", None, today, None),
        grant("head", None, today, None),
        grant("leader", Some("kjj"), today, None),
        grant("head", Some("kjj"), today, Some(today - 1)),
        grant("head", Some("nobody"), today, None),
    ] {
        assert!(matches!(app.grant(&office, &li.id, &wrong), Err(Error::Invalid(_))), "{wrong:?}");
    }
    app.grant(&office, &li.id, &grant("head", Some("kjj"), today + 1, Some(today + 2))).unwrap();
    app.grant(&office, &li.id, &grant("export", Some("kjj"), today, None)).unwrap();
    app.delegate(&li, &wang.id, today + 2, today + 9).unwrap();
    assert!(matches!(app.delegate(&li, &stranger.id, today, today), Err(Error::Invalid(_))), "of another unit");
    assert!(matches!(app.delegate(&li, &li.id, today, today), Err(Error::Invalid(_))), "himself");
    for (day, li_holds, wang_holds) in [(0, false, false), (1, true, false), (2, true, true), (3, false, false)] {
        if day > 0 {
            county.clock.0.fetch_add(DAY, Ordering::SeqCst);
        }
        let (li, wang) = (again(app, "li"), again(app, "wang"));
        let holds = (li.holds("head", Some("kjj")), wang.holds("head", Some("kjj")));
        assert_eq!(holds, (li_holds, wang_holds), "day {day}");
        let kind = app.pack.kind("food_sample").unwrap();
        assert_eq!(wang.export_scope(kind) != Some(Scope::default()), (2..=9).contains(&day), "day {day}");
        assert_eq!(app.deputises_for(&wang).unwrap(), if day >= 2 { vec![li.id] } else { vec![] });
    }
    let wang = again(app, "wang");
    let li = again(app, "li");
    app.end_delegation(&li, app.delegations(&li).unwrap()[0].key).unwrap();
    assert_eq!(again(app, "wang").held, []);
    let key = app.grants(&office, &li.id).unwrap()[1].recorded_at;
    app.withdraw_grant(&office, &li.id, key).unwrap();
    assert_eq!(app.grants(&office, &li.id).unwrap().len(), 2, "what was granted stays on record");
    assert_eq!(again(app, "li").held, []);
    assert!(!wang.holds("leader", None));
}

#[test]
fn a_second_factor_is_asked_for_each_code_once_and_a_recovery_code_once() {
    for county in County::everywhere() {
        let app = &county.app;
        let now = || county.clock.0.load(Ordering::SeqCst);
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("kjj"), "li");
        let (address, secret) = app.begin_second_factor(&li).unwrap();
        assert!(address.contains(&secret));
        assert!(matches!(app.confirm_second_factor(&li, "000000", HERE), Err(Error::Invalid(_))));
        let codes = app.confirm_second_factor(&li, &code(&secret, now()), HERE).unwrap();
        assert_eq!(codes.len(), 10);
        let ticket = || match app.sign_in("li", PASSWORD, HERE).unwrap() {
            SignedIn::SecondFactor(ticket) => ticket,
            SignedIn::Session(_) => panic!("the password alone let in"),
        };
        let replayed = app.second_factor(&ticket(), &code(&secret, now()), HERE);
        assert!(matches!(replayed, Err(Error::Invalid(_))), "the code of the enrolment");
        county.clock.0.fetch_add(31 * 1_000_000, Ordering::SeqCst);
        let (half, right) = (ticket(), code(&secret, now()));
        let session = app.second_factor(&half, &right, HERE).unwrap();
        assert!(app.session(&session.0).unwrap().unwrap().acts());
        assert!(matches!(app.second_factor(&half, &right, HERE), Err(Error::WrongState(_))), "a ticket is used once");
        assert!(matches!(app.second_factor(&ticket(), &right, HERE), Err(Error::Invalid(_))), "a code is used once");
        app.second_factor(&ticket(), &codes[3].to_uppercase(), HERE).unwrap();
        assert!(app.second_factor(&ticket(), &codes[3], HERE).is_err(), "a recovery code is used once");
        assert_eq!(app.recovery_codes_left(&li).unwrap(), 9);
        // Who has the password cannot try codes for ever.
        let half = ticket();
        let tries: Vec<bool> =
            (0..6).map(|_| matches!(app.second_factor(&half, "123456", HERE), Err(Error::WrongState(_)))).collect();
        assert!(tries[5] && !tries[0], "{tries:?}");
        county.clock.0.fetch_add(16 * MINUTE, Ordering::SeqCst);
        assert!(matches!(app.second_factor(&half, &code(&secret, now()), HERE), Err(Error::WrongState(_))), "too late");
        app.reset_second_factor(&office, &li.id).unwrap();
        assert!(app.sign_in("li", PASSWORD, HERE).unwrap().session().is_some());
    }
}

#[test]
fn a_policy_that_wants_a_second_factor_shuts_everything_else() {
    let county = County::sqlite();
    let app = &county.app;
    let office = first(app);
    app.set_policy(&office, "asvs").unwrap();
    let owing = again(app, "office");
    assert_eq!(owing.must, Some(Must::SecondFactor));
    assert!(matches!(app.accounts(&owing), Err(Error::NotPermitted)));
    let (_, secret) = app.begin_second_factor(&owing).unwrap();
    app.confirm_second_factor(&owing, &code(&secret, app.now()), HERE).unwrap();
    county.clock.0.fetch_add(31 * 1_000_000, Ordering::SeqCst);
    let SignedIn::SecondFactor(ticket) = app.sign_in("office", PASSWORD, HERE).unwrap() else { panic!("asked for") };
    let session = app.second_factor(&ticket, &code(&secret, app.now()), HERE).unwrap();
    assert_eq!(app.session(&session.0).unwrap().unwrap().must, None);
}

#[test]
fn a_password_is_changed_in_time_and_does_not_come_back() {
    let county = County::sqlite();
    let app = &county.app;
    let elsewhere = app.accept(&app.first_link().unwrap().unwrap(), "office", "王", PASSWORD, HERE).unwrap();
    let elsewhere = elsewhere.session().unwrap();
    county.clock.0.fetch_add(89 * DAY, Ordering::SeqCst);
    assert_eq!(again(app, "office").must, None);
    county.clock.0.fetch_add(2 * DAY, Ordering::SeqCst);
    let owing = again(app, "office");
    assert_eq!(owing.must, Some(Must::Password));
    let change = |old: &str, new: &str| app.change_password(&owing, old, new, HERE);
    let field = |result: Result<zhiheng_app::SessionToken, Error>| match result {
        Err(Error::Invalid(problems)) => problems[0].field.clone().unwrap(),
        other => panic!("{:?}", other.map(|_| ())),
    };
    assert_eq!(field(change("不是这个 1", "另一句足够长的话 2")), "old");
    assert_eq!(field(change(PASSWORD, "短 1a")), "password");
    assert_eq!(field(change(PASSWORD, PASSWORD)), "password", "the present one");
    let session = change(PASSWORD, "另一句足够长的话 2").unwrap();
    assert_eq!(app.session(&session.0).unwrap().unwrap().must, None);
    assert_eq!(app.session(&elsewhere.0).unwrap(), None, "every other session ended");
    assert_eq!(field(change("另一句足够长的话 2", PASSWORD)), "password", "the one before");
}

#[test]
fn an_identity_leads_to_the_account_it_was_tied_to_and_makes_none() {
    for county in County::everywhere() {
        let app = &county.app;
        let office = first(app);
        invited(app, &office, Role::Bureau, Some("kjj"), "li");
        let issuer = "https://id.example";
        let enter = |subject: &str, login: Option<&str>| app.sign_in_as(issuer, subject, login, HERE);
        assert!(matches!(enter("s9", Some("nobody")), Err(Error::WrongState(_))), "none is made");
        let session = enter("s1", Some("li")).unwrap().session().unwrap();
        assert_eq!(app.session(&session.0).unwrap().unwrap().login, "li");
        let session = enter("s1", Some("renamed")).unwrap().session().unwrap();
        assert_eq!(app.session(&session.0).unwrap().unwrap().login, "li", "tied by what never changes");
        assert!(enter("s2", Some("li")).is_err(), "a login given to another leads nowhere");
        assert!(enter("s3", None).is_err());
        let id = app.accounts(&office).unwrap().into_iter().find(|one| one.login == "li").unwrap().id;
        app.set_disabled(&office, &id, true).unwrap();
        assert!(enter("s1", Some("li")).is_err(), "disabled");
        let log = app.sign_in_log(
            &again(app, "office"),
            &LogWanted { who: Some("li".to_owned()), ..LogWanted::default() },
            1,
        );
        assert_eq!(log.unwrap()[0].outcome, "disabled");
    }
}

/// Who was made yesterday is not dormant; who never came, or has not come for long, is, and who is disabled is not asked about.
#[test]
fn an_account_is_dormant_from_the_day_it_was_made_or_last_used() {
    for county in County::everywhere() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("kjj"), "li");
        invited(app, &office, Role::Bureau, Some("kjj"), "wang");
        assert_eq!(app.dormant(&office).unwrap(), Vec::<String>::new(), "made today");
        let days = app.policy().unwrap().dormant_days;
        county.clock.0.fetch_add((days - 1) * DAY, Ordering::SeqCst);
        again(app, "office");
        assert_eq!(app.dormant(&office).unwrap(), Vec::<String>::new());
        county.clock.0.fetch_add(DAY + MINUTE, Ordering::SeqCst);
        assert_eq!(app.dormant(&office).unwrap(), ["li", "wang"]);
        app.set_disabled(&office, &li.id, true).unwrap();
        assert_eq!(app.dormant(&office).unwrap(), ["wang"]);
    }
}
