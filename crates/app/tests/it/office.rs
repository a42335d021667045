//! What an office is used to: whoever a case is given to is told, several cases are looked at before one step, and everybody keeps phrases of his own.
//! On both databases.

use zhiheng_app::{Account, App, Error, PHRASES, Role, Taker};
use zhiheng_pack::Draft;
use zhiheng_pack::case::Act as CaseAct;

use crate::accounts::{first, invited};
use crate::cases::{counties, lodge, wanted};

fn titles(app: &App, account: &Account) -> Vec<String> {
    app.messages(account, 20).unwrap().into_iter().map(|one| one.message.title).collect()
}

#[test]
fn whoever_is_given_a_case_is_told_in_the_transaction_that_gives_it() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
        invited(app, &office, Role::Bureau, Some("scjg"), "wang");
        let wang = crate::accounts::again(app, "wang");
        let head = Account { held: head_of("wlw"), ..invited(app, &office, Role::Bureau, Some("wlw"), "zhao") };
        let id = lodge(app, "缺斤短两");
        let assign = |by: &Account, to: &str| {
            let mut act = wanted("complaint", id, CaseAct::Assign(Some(to.to_owned())));
            act.note = Some("请今天联系投诉人".to_owned());
            app.take_step(Taker::Staff(by), &act, None).unwrap();
        };
        assign(&li, "wang");
        let told = app.messages(&wang, 20).unwrap();
        let told = told.iter().find(|one| one.message.title.starts_with("交办给您")).expect("wang is told");
        assert!(told.message.text.contains("缺斤短两") && told.message.text.contains("请今天联系投诉人"));
        assert_eq!(told.message.record.as_ref().map(|(kind, of)| (kind.as_str(), *of)), Some(("complaint", id)));
        assign(&wang, "wang");
        assert_eq!(titles(app, &wang).iter().filter(|it| it.starts_with("交办给您")).count(), 1, "not by oneself");
        assert!(!titles(app, &li).iter().any(|it| it.starts_with("交办给您")), "nobody else");

        let mut accept = wanted("complaint", id, CaseAct::Step("accept".to_owned()));
        accept.fields = Draft::of_texts([("helpers", "wlw")]);
        app.take_step(Taker::Staff(&li), &accept, None).unwrap();
        let told = titles(app, &head);
        assert_eq!(told.iter().filter(|it| it.starts_with("交由本单位办理：协办件")).count(), 1, "{told:?}");
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

fn head_of(body: &str) -> Vec<zhiheng_app::Held> {
    vec![zhiheng_app::Held { role: "head".to_owned(), bodies: Some(vec![body.to_owned()]), instead_of: None }]
}

#[test]
fn what_stands_before_a_step_is_told_for_each_case() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
        let stranger = invited(app, &office, Role::Bureau, Some("wlw"), "zhao");
        let (open, taken) = (lodge(app, "甲事"), lodge(app, "乙事"));
        let accept = CaseAct::Step("accept".to_owned());
        app.take_step(Taker::Staff(&li), &wanted("complaint", taken, accept.clone()), None).unwrap();
        let why = |account: &Account, id, act: &CaseAct| {
            app.foresee(account, "complaint", &id, act).unwrap().and_then(|found| found.obstacle)
        };
        assert_eq!(why(&li, open, &accept), None);
        assert_eq!(why(&li, taken, &accept).as_deref(), Some("现在是“处理中”，不能办理“受理”。"));
        assert_eq!(why(&stranger, open, &accept).as_deref(), Some("“受理”由县市场监管局的经办人办理。"));
        let close = CaseAct::Step("close".to_owned());
        let found = app.foresee(&li, "complaint", &taken, &close).unwrap().unwrap();
        let result = app.pack.kind("complaint").unwrap().field_index("result").unwrap();
        assert_eq!(found.lacks, vec![result], "it wants the result");
        assert_eq!(found.obstacle.as_deref(), Some("办结最早于 2026-01-08 办理，今天还不到。"));
        let assign = CaseAct::Assign(None);
        assert_eq!(why(&li, open, &assign), None);
        assert_eq!(why(&stranger, open, &assign).as_deref(), Some("由承办单位或者质量强县办转办。"));
        let mut refuse = wanted("complaint", open, CaseAct::Step("refuse".to_owned()));
        refuse.reason = Some("too_old".to_owned());
        app.take_step(Taker::Staff(&li), &refuse, None).unwrap();
        assert_eq!(why(&li, open, &assign).as_deref(), Some("已经办结，不用再转办。"));
        let nothing = app.foresee(&li, "complaint", &zhiheng_app::RecordId([9; 16]), &accept).unwrap();
        assert!(nothing.is_none());
    }
}

#[test]
fn phrases_are_ones_own_in_ones_own_order_and_not_without_end() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
        for text in ["同意。", "  已阅。 ", "同意。"] {
            app.keep_phrase(&li, text).unwrap();
        }
        assert_eq!(app.phrases(&li).unwrap(), ["同意。", "已阅。"]);
        assert!(app.phrases(&office).unwrap().is_empty(), "nobody else sees them");
        app.raise_phrase(&li, "已阅。").unwrap();
        app.raise_phrase(&li, "已阅。").unwrap();
        app.raise_phrase(&li, "没有这一条").unwrap();
        assert_eq!(app.phrases(&li).unwrap(), ["已阅。", "同意。"]);
        app.drop_phrase(&li, "已阅。").unwrap();
        assert_eq!(app.phrases(&li).unwrap(), ["同意。"]);
        for (text, code) in [(" ".to_owned(), "ZH1101"), ("长".repeat(201), "ZH1112")] {
            let Err(Error::Invalid(problems)) = app.keep_phrase(&li, &text) else { panic!("refused") };
            assert_eq!(problems[0].code, code);
        }
        for number in 1..PHRASES {
            app.keep_phrase(&li, &format!("第{number}条")).unwrap();
        }
        assert!(matches!(app.keep_phrase(&li, "再来一条"), Err(Error::Invalid(_))));
        app.keep_phrase(&li, "同意。").unwrap();
        assert_eq!(app.phrases(&li).unwrap().len(), PHRASES);
    }
}
