//! What leaves the house: told in the transaction that brings it about, to those whom it concerns, without anything personal; a digest once a person and
//! day, however often the program begins anew. On both databases.

use std::sync::atomic::Ordering;

use zhiheng_app::{
    Account, App, Channel, Error, Hook, Letter, MailMode, MailServer, Outgoing, Parcel, Role, Security, TRIES,
};

use crate::cases::{counties, lodge};
use crate::county::{County, noon};

const HOUR: i64 = 3_600_000_000;
const PASSWORD: &str = "一句不短的口令 2026";
/// What must never leave.
const SECRET: &str = "王某某的事";

fn outgoing() -> Outgoing {
    let mail = MailServer {
        host: "127.0.0.1".to_owned(),
        port: 25,
        security: Security::None,
        user: String::new(),
        sender: "zl@example.gov.cn".to_owned(),
    };
    let hook = Hook { url: "http://127.0.0.1:9/".to_owned() };
    Outgoing { mail: Some(mail), digest_hour: 8, hook: Some(hook) }
}

/// The first account, and one of a bureau.
fn accounts(app: &App) -> (Account, Account) {
    let session = |token: String, login: &str| {
        let signed = app.accept(&token, login, "某某", PASSWORD, "").unwrap();
        app.session(&signed.session().unwrap().0).unwrap().unwrap()
    };
    let office = session(app.first_link().unwrap().unwrap(), "office");
    let clerk = session(app.invite(&office, Role::Bureau, Some("scjg"), "李").unwrap(), "clerk");
    (office, clerk)
}

fn code_in(letter: &Letter) -> String {
    letter.text.chars().filter(char::is_ascii_digit).take(8).collect()
}

fn subscribe(app: &App, account: &Account, mode: MailMode, address: &str) {
    let letter = app.choose_mail(account, mode, address).unwrap().expect("a code");
    app.confirm_mail(account, &code_in(&letter)).unwrap();
}

fn at(county: &County, day: &str, hour: i64) {
    county.clock.0.store(noon(day) + (hour - 12) * HOUR, Ordering::SeqCst);
}

/// Knowledge times run ahead of a clock that stands still.
fn fan_out(county: &County) {
    county.clock.0.fetch_add(1_000_000, Ordering::SeqCst);
    while county.app.fan_out().unwrap() > 0 {}
}

/// Carries everything that is due; every attempt succeeds.
fn carried(county: &County, channel: Channel) -> Vec<Parcel> {
    let app = &county.app;
    fan_out(county);
    let mut all = Vec::new();
    while let Some(parcel) = app.claim(channel).unwrap() {
        app.attempted(&parcel, None).unwrap();
        all.push(parcel);
    }
    all
}

#[test]
fn an_address_is_written_to_once_it_is_confirmed_and_no_longer_than_it_is_wanted() {
    for county in counties() {
        let app = &county.app;
        let (office, clerk) = accounts(app);
        app.set_outgoing(&office, &outgoing()).unwrap();
        assert!(matches!(app.choose_mail(&clerk, MailMode::Morning, "a@b.cn\r\nBcc: c@d.cn"), Err(Error::Invalid(_))));
        let letter = app.choose_mail(&clerk, MailMode::Morning, "li@example.gov.cn").unwrap().unwrap();
        let again = app.choose_mail(&clerk, MailMode::Morning, "other@example.gov.cn");
        assert!(matches!(again, Err(Error::WrongState(_))), "one code a minute");
        lodge(app, SECRET);
        assert_eq!(app.send_morning().unwrap(), 0, "nobody has confirmed");
        for _ in 0..5 {
            assert!(matches!(app.confirm_mail(&clerk, "00000000"), Err(Error::Invalid(_))));
        }
        assert!(matches!(app.confirm_mail(&clerk, &code_in(&letter)), Err(Error::Invalid(_))), "five times wrong");
        at(&county, "2026-01-06", 7);
        subscribe(app, &clerk, MailMode::Morning, "li@example.gov.cn");
        assert!(matches!(app.confirm_mail(&office, &code_in(&letter)), Err(Error::Invalid(_))), "another's code");
        at(&county, "2026-01-06", 9);
        assert_eq!(app.send_morning().unwrap(), 1);
        // A further address takes the place of the first only when it is confirmed.
        let further = app.choose_mail(&clerk, MailMode::Morning, "li@new.example.cn").unwrap().unwrap();
        let choice = app.mail_choice(&clerk).unwrap();
        assert_eq!(
            (choice.address.as_deref(), choice.asked.as_deref()),
            (Some("li@example.gov.cn"), Some("li@new.example.cn"))
        );
        let sent = carried(&county, Channel::Mail);
        assert_eq!(sent.iter().map(|one| one.to.as_str()).collect::<Vec<_>>(), ["li@example.gov.cn"]);
        app.confirm_mail(&clerk, &code_in(&further)).unwrap();
        assert_eq!(app.mail_choice(&clerk).unwrap().address.as_deref(), Some("li@new.example.cn"));
        // Who stops it is not sent what waited, and his address is forgotten.
        at(&county, "2026-01-07", 9);
        assert_eq!(app.send_morning().unwrap(), 1);
        app.choose_mail(&clerk, MailMode::None, "").unwrap();
        assert_eq!(carried(&county, Channel::Mail).len(), 0);
        assert_eq!(app.mail_choice(&clerk).unwrap().address, None);
    }
}

#[test]
fn a_digest_goes_out_once_a_person_and_working_day_through_any_number_of_restarts() {
    for mut county in counties() {
        let (office, clerk) = accounts(&county.app);
        county.app.set_outgoing(&office, &outgoing()).unwrap();
        subscribe(&county.app, &clerk, MailMode::AtOnce, "li@example.gov.cn");
        subscribe(&county.app, &office, MailMode::Morning, "office@example.gov.cn");
        lodge(&county.app, SECRET);
        let mut letters: Vec<(String, String)> = Vec::new();
        // Monday 5 January to Monday 12 January; every hour the program is asked, and every third time it begins anew.
        let begin = noon("2026-01-06") - 12 * HOUR;
        for hour in 0..7 * 24 {
            county.clock.0.store(begin + hour * HOUR, Ordering::SeqCst);
            county.app.send_morning().unwrap();
            if hour % 3 == 0 {
                county = reopened(county);
            }
            county.app.send_morning().unwrap();
            if hour % 5 == 0 {
                // Claimed, and the program dies: the claim runs out within the hour.
                county.app.claim(Channel::Mail).unwrap();
                continue;
            }
            letters.extend(carried(&county, Channel::Mail).into_iter().map(|one| (one.to.clone(), one.key)));
        }
        let of =
            |to: &str| letters.iter().filter(|(whom, _)| whom == to).map(|(_, key)| key.as_str()).collect::<Vec<_>>();
        // Four working days from Tuesday to Friday, and Monday.
        for to in ["li@example.gov.cn", "office@example.gov.cn"] {
            let mut keys = of(to);
            assert_eq!(keys.len(), 5, "{to} {keys:?}");
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), 5, "{to}");
        }
    }
}

/// The program ends and begins anew over the same database.
fn reopened(county: County) -> County {
    county.reopen(&crate::cases::files())
}

#[test]
fn what_is_urgent_is_told_at_once_to_those_it_concerns_and_nothing_personal_leaves() {
    for county in counties() {
        let app = &county.app;
        let (office, clerk) = accounts(app);
        lodge(app, SECRET);
        county.clock.0.fetch_add(1_000_000, Ordering::SeqCst);
        app.set_outgoing(&office, &outgoing()).unwrap();
        subscribe(app, &clerk, MailMode::AtOnce, "li@example.gov.cn");
        subscribe(app, &office, MailMode::Morning, "office@example.gov.cn");
        let id = lodge(app, SECRET);
        let pushed = carried(&county, Channel::Webhook);
        let told: serde_json::Value = serde_json::from_str(&pushed[0].content).unwrap();
        assert_eq!(pushed.len(), 1, "of the first, nobody listened: nothing was kept");
        for (name, value) in [
            ("event", "task"),
            ("place", "990199"),
            ("kind", "complaint"),
            ("number", "TS2026-002"),
            ("state", "lodged"),
            ("clock", "decide"),
            ("due_day", "2026-01-14"),
            ("body", "scjg"),
        ] {
            assert_eq!(told[name], value, "{told}");
        }
        assert_eq!(told["case"], id.to_string());
        assert_eq!(carried(&county, Channel::Mail).len(), 0, "a new task is not urgent");
        at(&county, "2026-01-15", 9);
        app.fire().unwrap();
        let letters = carried(&county, Channel::Mail);
        let pushed = carried(&county, Channel::Webhook);
        // Both cases lapsed; the clerk hears of each once, the office, which asked for the morning only, of none.
        assert_eq!(letters.iter().filter(|one| one.to == "li@example.gov.cn").count(), letters.len());
        assert_eq!(letters.len(), 2, "{letters:?}");
        assert!(pushed.iter().any(|one| one.content.contains("\"event\":\"lapsed\"")));
        for one in letters.iter().chain(&pushed) {
            assert!(!one.content.contains("王某某") && !one.content.contains("clerk"), "{}", one.content);
        }
        let letter = letters[0].letter().unwrap();
        assert!(letter.subject.contains("投诉超期") && letter.text.contains("2026年1月14日"), "{letter:?}");
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

#[test]
fn what_cannot_be_delivered_is_given_up_seen_and_sent_again_and_a_closed_way_keeps_nothing() {
    for county in counties() {
        let app = &county.app;
        let (office, clerk) = accounts(app);
        app.set_outgoing(&office, &outgoing()).unwrap();
        lodge(app, SECRET);
        fan_out(&county);
        let mut tried = 0;
        for hour in 0..100 {
            at(&county, "2026-01-05", 13 + hour);
            while let Some(parcel) = app.claim(Channel::Webhook).unwrap() {
                tried += 1;
                // Every fourth time the program dies instead of hearing why.
                if tried % 4 != 0 {
                    app.attempted(&parcel, Some("ZH4211 接收方回答了 503")).unwrap();
                }
            }
        }
        assert_eq!(tried, TRIES);
        let seen = app.outstanding(&office, 10).unwrap();
        assert_eq!((seen.waiting.len(), seen.given_up.len()), (0, 1));
        assert!(seen.given_up[0].error.starts_with("ZH3011"), "nobody knows what became of the last one");
        assert!(matches!(app.outstanding(&clerk, 10), Err(Error::NotPermitted)));
        assert!(matches!(app.send_again(&clerk, seen.given_up[0].seq), Err(Error::NotPermitted)));
        app.send_again(&office, seen.given_up[0].seq).unwrap();
        assert_eq!(carried(&county, Channel::Webhook).len(), 1);
        lodge(app, SECRET);
        fan_out(&county);
        app.set_outgoing(&office, &Outgoing { hook: None, ..outgoing() }).unwrap();
        app.set_outgoing(&office, &outgoing()).unwrap();
        assert_eq!(carried(&county, Channel::Webhook).len(), 0, "what waited is not sent when the way opens again");
        let wrong = Outgoing {
            mail: Some(MailServer {
                sender: "x".to_owned(),
                port: 0,
                user: "zl".to_owned(),
                host: "mail.example.cn".to_owned(),
                ..outgoing().mail.unwrap()
            }),
            digest_hour: 3,
            hook: None,
        };
        let Err(Error::Invalid(problems)) = app.set_outgoing(&office, &wrong) else { panic!("it was taken") };
        assert_eq!(problems.len(), 4, "all at once: {problems:?}");
    }
}
