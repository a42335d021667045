//! 会签、征求意见、协办: several bodies are asked at once. Whatever the order of answers, requests taken back, times that run out, corrections, withdrawals and
//! restorations: the case goes on exactly once, every line of work closes, and the audit finds nothing. On both databases.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use zhiheng_app::{Account, Act, App, Bin, Error, RecordId, RequestKey, Role, StepWanted, Submission, Taker};
use zhiheng_pack::case::{Act as CaseAct, AskedEnd};
use zhiheng_pack::{Draft, PackFiles};

use crate::cases::wanted;
use crate::county::{County, noon};

const BODIES: [&str; 5] = ["scjg", "wlw", "jtj", "sww", "nync"];
const DAY: i64 = 86_400_000_000;

/// Three kinds of letters: all answers are waited for; the first objection sends back; two are enough, and silence agrees.
const KIND: &str = r#"
[[kind]]
id = "NAME"
name = "公文NAME"
group = "公文"
about = "一份公文"
mode = "handle"
label = "{title}"
body = "scjg"
columns = ["title", "state"]
[[kind.field]]
id = "title"
name = "标题"
type = "text"
required = true
[[kind.field]]
id = "bodies"
name = "会签单位"
type = "choices"
list = "bodies"
[[kind.sample]]
title = "通报"
[[procedure]]
id = "NAME"
kind = "NAME"
name = "签发"
start = "draft"
state = [{ id = "draft", name = "拟稿" }, { id = "round", name = "会签中" }, { id = "sign", name = "待签发" }, { id = "done", name = "已签发", final = true }]
step = [
  { id = "send", name = "送会签", from = "draft", to = "round", role = "officer", require = ["bodies"] },
  { id = "add", name = "增加会签单位", from = "round", role = "officer", require = ["bodies"] },
  { id = "agreed", name = "会签完毕", from = "round", to = "sign", role = "system" },
  { id = "back", name = "退回拟稿", from = "round", to = "draft", role = "system" },
  { id = "recall", name = "撤回会签", from = "round", to = "draft", role = "officer" },
  { id = "sign", name = "签发", from = "sign", to = "done", role = "office" },
]
[[procedure.ask]]
id = "countersign"
name = "会签"
bodies = "field:bodies"
starts = ["step:send", "step:add"]
during = "state:round"
role = "head"
answer = [{ id = "agree", name = "同意" }, { id = "object", name = "有意见", words = true, objects = true }]
length = "3 workday"
warn = ["-1 workday"]
escalate = [
  { at = "+0 day", to = "role:head" },
  { at = "+20 workday", to = "role:office", draft = { kind = "whole", set = { title = "催办{label}", bodies = "@each" } } },
]
then = "step:agreed"
objected = "step:back"
MORE
"#;

fn files() -> PackFiles {
    let mut header = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990101", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[holiday]]
day = 2026-01-01
kind = "off"
name = "元旦"
[[holiday]]
day = 2026-12-31
kind = "work"
name = "年末"
"#
    .to_owned();
    for body in BODIES {
        header.push_str(&format!("[[body]]\nid = \"{body}\"\nname = \"县{body}局\"\n"));
    }
    let mut plan = String::new();
    let silence = "enough = 2\nsilence = { answer = \"agree\", basis = \"示例县公文处理办法\" }";
    for (name, more) in [("whole", ""), ("fast", "at_once = true"), ("silent", silence)] {
        plan.push_str(&KIND.replace("NAME", name).replace("MORE", more));
    }
    plan.push_str("[[document]]\nid = \"sheet\"\nname = \"发文呈批单\"\nkind = \"whole\"\ntext = \"\"\"\n会签意见：\n{answers:countersign}\n\"\"\"\n");
    let files = [("pack.toml", header.as_str()), ("plan.toml", plan.as_str()), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    PackFiles { name: "test".to_owned(), files }
}

fn head(body: &str) -> Account {
    let held = zhiheng_app::Held { role: "head".to_owned(), bodies: Some(vec![body.to_owned()]), instead_of: None };
    let own = vec![body.to_owned()];
    let role = Role::Bureau;
    Account { role, body: Some(body.to_owned()), own, held: vec![held], ..Account::of_office(&format!("head_{body}")) }
}

fn clerk() -> Account {
    Account { held: Vec::new(), ..head("scjg") }
}

fn submit(app: &App, kind: &str, id: Option<RecordId>, act: Act) -> Result<RecordId, Error> {
    let reason = id.map(|_| "试".to_owned());
    let submission = Submission { act, kind: kind.to_owned(), id, expected_version: None, reason };
    // What is under way is taken back by somebody who has not handled it.
    let receipt = match submission.act {
        Act::Withdraw | Act::Restore => app.submit_as(&Account::of_office("chief"), &submission, None)?,
        _ => app.submit("clerk", &submission, None)?,
    };
    Ok(receipt.id.parse().unwrap())
}

fn draft(app: &App, kind: &str) -> RecordId {
    submit(app, kind, None, Act::Create(Draft::of_texts([("title", "关于抽查的通报")]))).unwrap()
}

fn send(app: &App, kind: &str, id: RecordId, step: &str, bodies: &[&str]) -> Result<(), Error> {
    let mut wanted = wanted(kind, id, CaseAct::Step(step.to_owned()));
    let bodies = bodies.join("、");
    wanted.fields = Draft::of_texts([("bodies", bodies.as_str())]);
    app.take_step(Taker::Staff(&clerk()), &wanted, None).map(drop)
}

fn answer(kind: &str, id: RecordId, body: &str, answer: &str, words: Option<&str>) -> StepWanted {
    let (ask, body, answer) = ("countersign".to_owned(), body.to_owned(), answer.to_owned());
    StepWanted { note: words.map(str::to_owned), ..wanted(kind, id, CaseAct::Answer { ask, body, answer }) }
}

fn unask(kind: &str, id: RecordId, body: &str) -> StepWanted {
    let act = CaseAct::Unask { ask: "countersign".to_owned(), body: body.to_owned() };
    StepWanted { reason: Some("不涉及".to_owned()), ..wanted(kind, id, act) }
}

fn state(app: &App, kind: &str, id: &RecordId) -> String {
    app.record(kind, id).unwrap().record.case.unwrap().state
}

/// The lines of what is asked that the workbench of the office shows for a case.
fn lines(app: &App, id: &RecordId) -> Vec<String> {
    let work = app.work(&Account::of_office("office"), Bin::Open, None, 200).unwrap().items;
    let own = work.into_iter().filter(|item| item.task.record == *id && item.task.clock == "countersign");
    own.map(|item| item.task.body).collect()
}

#[test]
fn all_are_asked_at_once_each_has_its_line_and_the_last_answer_carries_the_letter_on() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        let id = draft(app, "whole");
        send(app, "whole", id, "send", &["wlw", "jtj", "sww"]).unwrap();
        for body in ["wlw", "jtj", "sww"] {
            let work = app.work(&head(body), Bin::Open, None, 10).unwrap().items;
            let [line] = work.as_slice() else { panic!("{body}: {work:#?}") };
            assert_eq!((line.clock.as_str(), line.task.due_day), ("会签", Some(crate::county::number("2026-01-08"))));
            let told = app.messages(&head(body), 10).unwrap();
            assert!(told.iter().any(|one| one.message.text.contains("会签：2026-01-08前")), "{told:#?}");
        }
        let jtj = head("jtj");
        let refused = app.take_step(Taker::Staff(&jtj), &answer("whole", id, "wlw", "agree", None), None);
        assert!(matches!(refused, Err(Error::NotPermitted)), "one body does not answer for another");
        let bare = app.take_step(Taker::Staff(&jtj), &answer("whole", id, "jtj", "object", None), None);
        assert!(matches!(bare, Err(Error::Invalid(problems)) if problems[0].field.as_deref() == Some("note")));
        // Both had opened their forms before either answered; one sends it twice.
        let (seen, key) =
            (Some(app.record("whole", &id).unwrap().row.version), RequestKey("a-request-of-sixteen".into()));
        let first = StepWanted { expected_version: seen, ..answer("whole", id, "jtj", "agree", None) };
        for _ in 0..2 {
            app.take_step(Taker::Staff(&jtj), &first, Some(&key)).unwrap();
        }
        let objection = answer("whole", id, "wlw", "object", Some("第二段的数字请核对"));
        app.take_step(Taker::Staff(&head("wlw")), &StepWanted { expected_version: seen, ..objection }, None).unwrap();
        assert_eq!((state(app, "whole", &id).as_str(), lines(app, &id)), ("round", vec!["sww".to_owned()]));
        let view = app.case(Some(Taker::Staff(&head("sww"))), &app.record("whole", &id).unwrap()).unwrap();
        assert_eq!(
            view.asked.iter().filter(|one| one.answerable).map(|one| one.body.as_str()).collect::<Vec<_>>(),
            ["县sww局"]
        );
        assert_eq!(view.asked.iter().filter(|one| one.asked.answered().is_some()).count(), 2);
        app.take_step(Taker::Staff(&head("sww")), &answer("whole", id, "sww", "agree", None), None).unwrap();
        assert_eq!(
            (state(app, "whole", &id).as_str(), lines(app, &id)),
            ("draft", Vec::new()),
            "an objection sends it back"
        );
        let paper =
            app.document(Some(&zhiheng_app::Account::of_office("某")), "whole", &id, "sheet", None).unwrap().rendered;
        let printed: Vec<String> =
            paper.paragraphs.iter().filter_map(|it| zhiheng_pack::document::text_of(&it.line)).collect();
        assert_eq!(printed.len(), 4, "{printed:#?}");
        assert!(printed.iter().any(|line| line.contains("县wlw局　有意见：第二段的数字请核对")), "{printed:#?}");
        // Sent round again: a new round, with times of its own.
        send(app, "whole", id, "send", &["wlw"]).unwrap();
        app.take_step(Taker::Staff(&head("wlw")), &answer("whole", id, "wlw", "agree", None), None).unwrap();
        assert_eq!(state(app, "whole", &id), "sign");
        let late = app.take_step(Taker::Staff(&head("wlw")), &answer("whole", id, "wlw", "agree", None), None);
        assert!(matches!(late, Err(Error::WrongState(_))), "{late:?}");
        assert!(app.audit().unwrap().is_clean(), "{:?}", app.audit().unwrap().differences);
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end).unwrap()
    }
}

/// How often the program carried a case on.
fn carried_on(app: &App, kind: &str, id: &RecordId) -> usize {
    let case = app.record(kind, id).unwrap().record.case.unwrap();
    let system = |step: &String| ["agreed", "back"].contains(&step.as_str());
    case.events.iter().filter(|event| matches!(&event.act, CaseAct::Step(step) if system(step))).count()
}

fn one_round(county: &County, kind: &str, seed: u64) -> RecordId {
    let app = &county.app;
    let mut dice = Dice(seed);
    let asked: Vec<&str> = BODIES.iter().copied().take(1 + dice.below(5)).collect();
    let id = draft(app, kind);
    send(app, kind, id, "send", &asked).unwrap();
    let mut live = true;
    for _ in 0..40 {
        let body = asked[dice.below(asked.len() as u64)];
        let by = head(body);
        // Whatever is refused is refused for a reason that somebody may run into; nothing else goes wrong.
        let done = match dice.below(9) {
            0 | 1 => app.take_step(Taker::Staff(&by), &answer(kind, id, body, "agree", None), None).map(drop),
            2 => app.take_step(Taker::Staff(&by), &answer(kind, id, body, "object", Some("请核对")), None).map(drop),
            3 => app.take_step(Taker::Staff(&clerk()), &unask(kind, id, body), None).map(drop),
            4 => {
                county.clock.0.fetch_add(DAY, Ordering::SeqCst);
                app.fire().map(drop)
            }
            5 => submit(app, kind, Some(id), if live { Act::Withdraw } else { Act::Restore }).map(|_| live = !live),
            6 => {
                let other = Draft::of_texts([("title", "改正"), ("bodies", "nync")]);
                submit(app, kind, Some(id), Act::Correct(other)).map(drop)
            }
            7 => send(app, kind, id, "add", &[body]),
            _ => app.fire().map(drop),
        };
        // Who was asked is written by a step, and not corrected by whoever asked.
        let fixed = matches!(&done, Err(Error::Invalid(problems)) if problems.iter().all(|one| one.code == "ZH1131"));
        let usual = matches!(done, Ok(()) | Err(Error::WrongState(_) | Error::Conflict(_)));
        assert!(usual || fixed, "seed {seed}: {done:?}");
        let view = app.record(kind, &id).unwrap();
        let open: Vec<String> =
            app.pack.asked(&view.record).into_iter().filter(|it| it.is_open()).map(|it| it.body).collect();
        let (mut shown, mut owed) = (lines(app, &id), if live { open } else { Vec::new() });
        shown.sort();
        owed.sort();
        assert_eq!(shown, owed, "seed {seed}: who owes an answer has a line of work, and nobody else");
        assert!(carried_on(app, kind, &id) <= 1, "seed {seed}");
        if view.record.case.unwrap().state != "round" {
            break;
        }
    }
    if !live {
        submit(app, kind, Some(id), Act::Restore).unwrap();
    }
    for body in BODIES {
        let by = head(body);
        let _ = app.take_step(Taker::Staff(&by), &answer(kind, id, body, "agree", None), None);
    }
    assert_ne!(state(app, kind, &id), "round", "seed {seed}: it has gone on");
    assert_eq!((carried_on(app, kind, &id), lines(app, &id)), (1, Vec::new()), "seed {seed}");
    let ends: Vec<AskedEnd> =
        app.pack.asked(&app.record(kind, &id).unwrap().record).into_iter().filter_map(|it| it.end).collect();
    assert!(ends.len() >= asked.len(), "seed {seed}: every body that was asked has its end");
    id
}

#[test]
fn whatever_the_order_the_case_goes_on_once_and_every_line_closes() {
    for county in County::everywhere_with(&files()) {
        const SEEDS: u64 = 12;
        for seed in 0..SEEDS {
            for kind in ["whole", "fast", "silent"] {
                let id = one_round(&county, kind, seed);
                // The workbench stays short; what is audited in the end are the last ones.
                if seed + 4 < SEEDS {
                    submit(&county.app, kind, Some(id), Act::Withdraw).unwrap();
                }
            }
        }
        let audit = county.app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

#[test]
fn silence_agrees_only_where_the_pack_says_so() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        let (waits, silent) = (draft(app, "whole"), draft(app, "silent"));
        send(app, "whole", waits, "send", &["wlw", "jtj"]).unwrap();
        send(app, "silent", silent, "send", &["wlw", "jtj", "sww"]).unwrap();
        county.clock.0.store(noon("2026-01-12"), Ordering::SeqCst);
        app.fire().unwrap();
        assert_eq!(
            (state(app, "whole", &waits).as_str(), lines(app, &waits).len()),
            ("round", 2),
            "late, and waited for"
        );
        assert_eq!(state(app, "silent", &silent), "sign");
        let record = app.record("silent", &silent).unwrap().record;
        let words: Vec<String> = app.pack.asked(&record).iter().filter_map(|it| it.answered()?.words.clone()).collect();
        assert_eq!(
            words, ["逾期未复，视为同意（示例县公文处理办法）"; 2],
            "two are enough; the third is not waited for"
        );
        assert_eq!(app.fire().unwrap().lapses, 0, "it happens once");
        county.clock.0.store(noon("2026-03-02"), Ordering::SeqCst);
        assert_eq!(app.fire().unwrap().drafts, 2, "a letter to each of those who are late");
        assert!(app.audit().unwrap().is_clean());
    }
}
