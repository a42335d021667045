//! Accounts: the first link, invitations, locks, sessions.

use std::sync::atomic::Ordering;

use zhiheng_app::{Error, Role};

use crate::county::County;

const PASSWORD: &str = "一句很长的话做密码";

#[test]
fn the_first_link_makes_one_office_account_and_no_second() {
    for county in County::everywhere() {
        let app = &county.app;
        let stale = app.first_link().unwrap().unwrap();
        let token = app.first_link().unwrap().unwrap();
        assert!(app.accept(&stale, "zhang", "张三", PASSWORD).is_err(), "an earlier link ends when a new one is made");
        let long = "一句足够长的话做密码";
        let session = app.accept(&token, "zhang", "张三", long).unwrap();
        let account = app.session(&session.0).unwrap().unwrap();
        assert_eq!((account.role, account.name.as_str()), (Role::Office, "张三"));
        assert_eq!(app.first_link().unwrap(), None);
        assert!(app.accept(&token, "li", "李四", long).is_err(), "a link is used once");
        app.sign_out(&session.0).unwrap();
        assert_eq!(app.session(&session.0).unwrap(), None);
    }
}

#[test]
fn a_short_password_is_refused_with_every_problem_at_once() {
    let county = County::sqlite();
    let token = county.app.first_link().unwrap().unwrap();
    let Err(Error::Invalid(problems)) = county.app.accept(&token, "z", "", PASSWORD) else { panic!("refused") };
    let fields: Vec<&str> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!(fields, ["login", "name", "password"]);
}

#[test]
fn five_failures_lock_for_a_quarter_of_an_hour_and_sessions_end() {
    let county = County::sqlite();
    let app = &county.app;
    let long = "一句足够长的话做密码";
    let session = app.accept(&app.first_link().unwrap().unwrap(), "zhang", "张三", long).unwrap();
    for _ in 0..5 {
        assert!(matches!(app.sign_in("zhang", "猜错的密码猜错的密码"), Err(Error::Invalid(_))));
    }
    assert!(matches!(app.sign_in("zhang", long), Err(Error::WrongState(_))), "locked");
    county.clock.0.fetch_add(16 * 60 * 1_000_000, Ordering::SeqCst);
    app.sign_in("zhang", long).unwrap();
    county.clock.0.fetch_add(3 * 3600 * 1_000_000, Ordering::SeqCst);
    assert_eq!(app.session(&session.0).unwrap(), None, "idle for three hours");
}

#[test]
fn a_bureau_sees_and_writes_its_own_and_administers_nothing() {
    let county = County::sqlite();
    let app = &county.app;
    let long = "一句足够长的话做密码";
    let office = app
        .session(&app.accept(&app.first_link().unwrap().unwrap(), "zhang", "张三", long).unwrap().0)
        .unwrap()
        .unwrap();
    assert!(matches!(app.invite(&office, Role::Bureau, None, "李四"), Err(Error::Invalid(_))));
    assert!(matches!(app.invite(&office, Role::Bureau, Some("没有的单位"), "李四"), Err(Error::NotFound(_))));
    let token = app.invite(&office, Role::Bureau, Some("kjj"), "李四").unwrap();
    let bureau = app.session(&app.accept(&token, "li", "李四", long).unwrap().0).unwrap().unwrap();
    assert!(bureau.may_write(Some("kjj")) && !bureau.may_write(Some("scjg")) && !bureau.may_write(None));
    assert_eq!(bureau.sees_only(), Some("kjj"));
    assert!(matches!(app.accounts(&bureau), Err(Error::NotPermitted)));
    assert!(matches!(app.invite(&bureau, Role::Office, None, "王五"), Err(Error::NotPermitted)));
    assert!(matches!(app.set_disabled(&office, &office.id, true), Err(Error::WrongState(_))));
    app.set_disabled(&office, &bureau.id, true).unwrap();
    assert!(app.sign_in("li", long).is_err(), "a disabled account does not sign in");
}
