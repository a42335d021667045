//! 工作台的处理: the tabs, messages, and one step for several cases – each taken by itself, so that one that cannot be taken stops no other.

use axum::extract::State;
use zhiheng_app::{Account, App, Bin, Done, Error, RequestKey, StepWanted, Taker, TaskCursor, WorkCounts, WorkItem};
use zhiheng_pack::case::Act;
use zhiheng_pack::procedure::{ReasonWanted, Step};
use zhiheng_pack::{Draft, Pack};
use zhiheng_store::RecordId;

use super::content::Content;
use super::course::{Left, left};
use super::forms::{KEY, REASON};
use super::steps::{NOTE, note_field, reason_of};
use crate::components::{
    Link,
    field::{Control, Field},
    flash::Flash,
    light::Tone,
    table::{Cell, Column, Row, Table},
    tabs::Tab,
    tag::Tag,
};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::{open_words, shell};
use crate::held::Once;
use crate::pages::{BatchPage, BatchResult, BatchResultPage, BatchStep, Hidden, MessageLine, WorkLine, WorkPage};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;
use crate::words::{date, moment};

/// Lines on a page.
const PAGE: usize = 50;
/// Messages that are shown.
const MESSAGES: usize = 100;
/// Cases that are handled together at most.
const TOGETHER: usize = 200;

/// A tab of the workbench.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Work(Bin),
    Done,
    Messages,
}

impl View {
    const ALL: [(&str, &str, View); 5] = [
        ("open", "待办", View::Work(Bin::Open)),
        ("soon", "即将到期", View::Work(Bin::Soon)),
        ("overdue", "超期", View::Work(Bin::Overdue)),
        ("done", "已办", View::Done),
        ("messages", "消息", View::Messages),
    ];

    fn of_name(name: &str) -> View {
        View::ALL.iter().find(|(known, ..)| *known == name).map_or(View::Work(Bin::Open), |(.., view)| *view)
    }

    fn entry(self) -> (&'static str, &'static str) {
        View::ALL.iter().find(|(.., view)| *view == self).map_or(("open", "待办"), |(id, name, _)| (id, name))
    }

    fn count(self, counts: &WorkCounts) -> Option<i64> {
        Some(match self {
            View::Work(Bin::Open) => counts.open,
            View::Work(Bin::Soon) => counts.soon,
            View::Work(Bin::Overdue) => counts.overdue,
            View::Messages => counts.unread,
            View::Done => return None,
        })
    }

    fn empty(self) -> &'static str {
        match self {
            View::Work(Bin::Open) => "没有待办。",
            View::Work(Bin::Soon) => "三个工作日内没有到期的。",
            View::Work(Bin::Overdue) => "没有超期的。",
            View::Done => "还没有办过。",
            View::Messages => "没有消息。",
        }
    }
}

fn write_cursor(cursor: TaskCursor) -> String {
    format!("{}.{}", cursor.due_at, cursor.record)
}

fn read_cursor(text: &str) -> Option<TaskCursor> {
    let (due_at, record) = text.split_once('.')?;
    Some(TaskCursor { due_at: due_at.parse().ok()?, record: record.parse().ok()? })
}

/// `GET /work?tab=…&after=…`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(account): Staff, params: Params) -> Answer {
    let view = View::of_name(params.get("tab"));
    let after = params.get("after").to_owned();
    let base = WorkPage {
        shell: shell(&server, &visit),
        tab: view.entry().1.to_owned(),
        ways: vec![Link::new("日历", "/work/calendar"), Link::new("轮岗交接", "/work/handover")],
        empty: view.empty().to_owned(),
        ..WorkPage::default()
    };
    let page = server
        .run(move |app| {
            let counts = app.work_counts(&account)?;
            let tabs = View::ALL.map(|(id, name, one)| Tab {
                label: name.to_owned(),
                count: one.count(&counts).map(open_words),
                href: format!("/work?tab={id}"),
                current: one == view,
            });
            let page = WorkPage { tabs: tabs.into(), ..base };
            match view {
                View::Work(bin) => with_work(app, &account, bin, &after, page),
                View::Done => with_done(app, &account, &after, page),
                View::Messages => with_messages(app, &account, page),
            }
        })
        .await?;
    Ok(page_of(page.render()))
}

fn with_work(app: &App, account: &Account, bin: Bin, after: &str, page: WorkPage) -> Result<WorkPage, Error> {
    let work = app.work(account, bin, read_cursor(after), PAGE)?;
    let (id, _) = View::Work(bin).entry();
    Ok(WorkPage {
        lines: work.items.iter().map(|item| line(app, item)).collect(),
        steps: together(&work.items),
        next: work.next.map(|cursor| format!("/work?tab={id}&after={}", write_cursor(cursor))),
        ..page
    })
}

fn line(app: &App, item: &WorkItem) -> WorkLine {
    let task = &item.task;
    let duty = task.sort == "duty";
    let steps: Vec<&str> = item.offers.iter().map(|offer| offer.name.as_str()).collect();
    let what = match (item.clock.is_empty(), steps.is_empty()) {
        (false, _) => item.clock.clone(),
        (true, false) => steps.join("、"),
        (true, true) => "待办理".to_owned(),
    };
    let owner = match item.body == item.role {
        true => item.role.clone(),
        false => format!("{} {}", item.body, item.role).trim().to_owned(),
    };
    let label = if item.label.is_empty() { "（未填名称）".to_owned() } else { item.label.clone() };
    WorkLine {
        value: item.offers.iter().any(|offer| offer.plain).then(|| format!("{}.{}", task.kind, task.record)),
        case: Link::new(label, format!("/kinds/{}/{}", task.kind, task.record)),
        kind: item.kind.clone(),
        what,
        state: item.state.clone(),
        owner: match &item.instead_of {
            Some(absent) => format!("{owner}（代{absent}）"),
            None => owner,
        },
        due: task.due_day.map(|day| date(day) + if task.provisional { "（暂定）" } else { "" }).unwrap_or_default(),
        left: match (task.paused, task.due_day, task.due_at) {
            (true, ..) => Some(Tag::new(Tone::Neutral, "暂停中")),
            // The end of a day is the day's; an end within a day is a moment.
            (false, Some(day), Some(at)) => Some(match app.pack.day_of(at) == day {
                true => left(Left::Time(at - app.now()), duty),
                false => left(Left::Days(day - app.today()), duty),
            }),
            _ => None,
        },
    }
}

/// The steps that several of these lines can take together.
fn together(items: &[WorkItem]) -> Vec<BatchStep> {
    let mut found: Vec<(String, String, Vec<RecordId>)> = Vec::new();
    for item in items {
        for offer in item.offers.iter().filter(|offer| offer.plain) {
            let value = format!("{}.{}", item.task.kind, offer.step);
            match found.iter_mut().find(|(known, ..)| *known == value) {
                Some((.., cases)) if cases.contains(&item.task.record) => {}
                Some((.., cases)) => cases.push(item.task.record),
                None => found.push((value, format!("{}：{}", item.kind, offer.name), vec![item.task.record])),
            }
        }
    }
    found
        .into_iter()
        .map(|(value, label, cases)| BatchStep { value, label: format!("{label}（{} 件可办）", cases.len()) })
        .collect()
}

fn with_done(app: &App, account: &Account, before: &str, page: WorkPage) -> Result<WorkPage, Error> {
    let done = app.done(account, before.parse().unwrap_or(i64::MAX), PAGE)?;
    let row = |one: &Done| {
        let version = &one.version;
        Row::new(vec![
            Cell::Link(Link::new(one.label.clone(), format!("/kinds/{}/{}", version.kind, version.id))),
            Cell::Text(one.kind.clone()),
            Cell::Text(one.step.clone()),
            Cell::Text(moment(version.recorded_at, app.pack.utc_offset_hours)),
        ])
    };
    let last = done.last().filter(|_| done.len() == PAGE);
    Ok(WorkPage {
        next: last.map(|one| format!("/work?tab=done&after={}", one.version.recorded_at)),
        done: Some(Table {
            id: "done".into(),
            caption: "已办".into(),
            quiet_caption: true,
            columns: vec![Column::header("事项"), Column::text("种类"), Column::text("环节"), Column::text("时间")],
            rows: done.iter().map(row).collect(),
            stacked: true,
            empty: Some(View::Done.empty().to_owned()),
            ..Table::default()
        }),
        ..page
    })
}

fn with_messages(app: &App, account: &Account, page: WorkPage) -> Result<WorkPage, Error> {
    let received = app.messages(account, MESSAGES)?;
    let offset = app.pack.utc_offset_hours;
    let text: Vec<String> = received
        .iter()
        .zip(1..)
        .map(|(one, number): (_, usize)| format!("{number}. {} {}", moment(one.message.at, offset), one.message.text))
        .collect();
    let lines = received.iter().map(|one| {
        let href = one.message.record.as_ref().map(|(kind, id)| format!("/kinds/{kind}/{id}"));
        MessageLine {
            id: one.message.id.to_string(),
            title: Link::new(one.message.title.clone(), href.unwrap_or_default()),
            text: one.message.text.clone(),
            when: moment(one.message.at, offset),
            unread: !one.read,
        }
    });
    let rows = u32::try_from(text.len().clamp(3, 12)).unwrap_or(3);
    let copy = Control::Passage { value: text.join("\n"), max_len: None, rows };
    let copy = Field::new("all-messages", "消息清单", copy).hint("全选后复制，可贴到其他办公软件");
    Ok(WorkPage { messages: Some(lines.collect()), copy: Some(copy), ..page })
}

/// `POST /work/messages`
pub(crate) async fn mark_read(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    form: FormBody,
) -> Answer {
    let all = form.get("do") == "all";
    let chosen: Vec<RecordId> = form.all("message").filter_map(|id| id.parse().ok()).take(MESSAGES).collect();
    let marked = server
        .run(move |app| {
            // Only what is addressed to the account can be read by it.
            let own = app.messages(&account, MESSAGES)?;
            let own = own.iter().filter(|one| !one.read).map(|one| one.message.id);
            let ids: Vec<RecordId> = own.filter(|id| all || chosen.contains(id)).collect();
            app.mark_read(&account, &ids)?;
            Ok(ids.len())
        })
        .await?;
    say(&server, &visit, Tone::Good, format!("{marked} 条消息已标为已读。"));
    Ok(see("/work?tab=messages"))
}

fn say(server: &Server, visit: &Visit, tone: Tone, text: String) {
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone, text, link: None }), link: None });
}

/// What a batch is about: `kind.step`, and cases as `kind.record`.
struct Batch {
    kind: String,
    step: String,
    items: Vec<(String, RecordId)>,
}

impl Batch {
    fn of(form: &FormBody) -> Option<Batch> {
        let (kind, step) = form.get("step").split_once('.')?;
        let item = |text: &str| {
            let (kind, id) = text.split_once('.')?;
            Some((kind.to_owned(), id.parse().ok()?))
        };
        let mut items: Vec<(String, RecordId)> = Vec::new();
        for one in form.all("item").filter_map(item).take(TOGETHER) {
            if !items.contains(&one) {
                items.push(one);
            }
        }
        Some(Batch { kind: kind.to_owned(), step: step.to_owned(), items })
    }

    /// The step as the kind's newest procedure that has it declares it.
    fn declared<'a>(&self, pack: &'a Pack) -> Result<&'a Step, Error> {
        let procedures = pack.kind(&self.kind).into_iter().flat_map(|kind| &kind.procedures).rev();
        let mut steps = procedures.filter_map(|at| pack.procedures.get(*at)?.step(&self.step));
        steps.next().ok_or_else(|| Error::NotFound("这个环节".to_owned()))
    }

    fn hidden(&self, key: &str) -> Vec<Hidden> {
        let one = |name: &str, value: String| Hidden { name: name.to_owned(), value };
        let mut hidden = vec![one(KEY, key.to_owned()), one("step", format!("{}.{}", self.kind, self.step))];
        hidden.extend(self.items.iter().map(|(kind, id)| one("item", format!("{kind}.{id}"))));
        hidden
    }
}

/// What a case is called, for somebody who may know it.
fn case_link(app: &App, visit: &Visit, kind_id: &str, id: &RecordId) -> Result<Link, Error> {
    let href = format!("/kinds/{kind_id}/{id}");
    let Some(kind) = app.pack.kind(kind_id) else { return Ok(Link::new("（没有这个种类）", "/work")) };
    let label = match app.current(kind_id, id)? {
        Some((row, record)) if visit.may_read(kind, &row) => {
            Content::of(&app.pack, kind, visit).at(&row).label(&record)
        }
        _ => kind.name.clone(),
    };
    Ok(Link::new(label, href))
}

/// `POST /work/batch`: shows what was chosen, and asks for reason and remark.
pub(crate) async fn batch(State(server): State<Server>, visit: Visit, _: Staff, form: FormBody) -> Answer {
    let Some(batch) = Batch::of(&form).filter(|batch| !batch.items.is_empty()) else {
        say(&server, &visit, Tone::Warn, "请先勾选要办理的事项，再选一起办的环节。".to_owned());
        return Ok(see("/work"));
    };
    let page = batch_page(&server, &visit, batch, ("", ""), None).await?;
    Ok(page_of(page.render()))
}

async fn batch_page(
    server: &Server,
    visit: &Visit,
    batch: Batch,
    (reason, note): (&str, &str),
    error: Option<String>,
) -> Result<BatchPage, Error> {
    let pack = server.app().pack.clone();
    let step = batch.declared(&pack)?;
    let mut fields: Vec<Field> = reason_of(&pack, step, reason, error).into_iter().collect();
    fields.push(note_field(note));
    let hidden = batch.hidden(&server.chance::<16>());
    let reader = visit.clone();
    let cases =
        server.run(move |app| batch.items.iter().map(|(kind, id)| case_link(app, &reader, kind, id)).collect()).await?;
    Ok(BatchPage { shell: shell(server, visit), step: step.name.clone(), cases, hidden, fields })
}

/// `POST /work/batch/take`: takes the step case by case and says what became of each.
pub(crate) async fn take(State(server): State<Server>, visit: Visit, Staff(account): Staff, form: FormBody) -> Answer {
    let batch = Batch::of(&form).ok_or_else(|| Error::NotFound("这个环节".to_owned()))?;
    let pack = server.app().pack.clone();
    let step = batch.declared(&pack)?;
    let (reason, note) = (form.get(REASON).to_owned(), form.get(NOTE).replace("\r\n", "\n"));
    if step.reason != ReasonWanted::None && reason.is_empty() {
        let why = Some("请写明理由。".to_owned());
        return Ok(refused(batch_page(&server, &visit, batch, (&reason, &note), why).await?.render()));
    }
    let key = form.get(KEY).to_owned();
    let reader = visit.clone();
    let name = step.name.clone();
    let results = server
        .run(move |app| {
            let mut results = Vec::with_capacity(batch.items.len());
            for (kind, id) in &batch.items {
                let case = case_link(app, &reader, kind, id)?;
                let why = one_of(app, &account, &batch, (kind, *id), (&reason, &note), &key);
                results.push(BatchResult { case, why: why.err().unwrap_or_default() });
            }
            Ok(results)
        })
        .await?;
    Ok(page_of(BatchResultPage { shell: shell(&server, &visit), step: name, results }.render()))
}

/// Takes the step of one case; says why not.
fn one_of(
    app: &App,
    account: &Account,
    batch: &Batch,
    (kind, id): (&str, RecordId),
    (reason, note): (&str, &str),
    key: &str,
) -> Result<(), String> {
    if kind != batch.kind {
        return Err("这一类没有这个环节。".to_owned());
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let wanted = StepWanted {
        kind: kind.to_owned(),
        id,
        act: Act::Step(batch.step.clone()),
        fields: Draft::default(),
        reason: some(reason),
        note: some(note),
        expected_version: None,
    };
    let key = (key.len() >= 16).then(|| RequestKey(format!("{key}.{id}")));
    match app.take_step(Taker::Staff(account), &wanted, key.as_ref()) {
        Ok(_) => Ok(()),
        Err(Error::Invalid(problems)) => {
            let all: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            Err(all.join("；"))
        }
        Err(error) => Err(error.message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_of_work_survives_its_address() {
        let cursor = TaskCursor { due_at: i64::MAX, record: RecordId([7; 16]) };
        assert_eq!(read_cursor(&write_cursor(cursor)), Some(cursor));
        assert_eq!(read_cursor("nonsense"), None);
    }
}
