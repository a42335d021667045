//! 工作台: the tabs and messages.

use axum::extract::State;
use zhiheng_app::{Account, App, Bin, Done, Error, Origin, TaskCursor, WorkCounts, WorkItem};
use zhiheng_pack::case::Urgent;
use zhiheng_store::RecordId;

use super::case_address;
use super::course::{Left, left};
use super::raised::{lines, offered as offered_from};
use super::together::offered;
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
use crate::pages::{MessageLine, RegisterPage, WorkLine, WorkPage};
use crate::problem::{Answer, see, show as page_of};
use crate::server::Server;
use crate::words::{date, moment};

/// Lines on a page.
const PAGE: usize = 50;
/// Lines that are printed at a time.
const PRINTED: usize = 200;
/// Messages that are shown.
const MESSAGES: usize = 100;

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
    let reader = visit.clone();
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
                View::Work(bin) => {
                    let (page, items) = with_work(app, &account, bin, &after, page)?;
                    let mut page = page;
                    if bin == Bin::Overdue {
                        with_raises(app, &reader, &account, &items, &mut page)?;
                    }
                    Ok(page)
                }
                View::Done => with_done(app, &account, &after, page),
                View::Messages => with_messages(app, &account, page),
            }
        })
        .await?;
    Ok(page_of(page.render()))
}

/// `GET /work/print?tab=…`: the lines of a tab as a register.
pub(crate) async fn print(State(server): State<Server>, visit: Visit, Staff(account): Staff, params: Params) -> Answer {
    let view = View::of_name(params.get("tab"));
    let (id, name) = view.entry();
    let View::Work(bin) = view else { return Ok(see(&format!("/work?tab={id}"))) };
    let made_by = account.name.clone();
    let (lines, more) = server
        .run(move |app| {
            let work = app.work(&account, bin, None, PRINTED)?;
            // More than one page of a list is taking out, also on paper.
            let out = |item: &WorkItem| app.pack.kind(&item.task.kind).is_some_and(|kind| account.exports(kind));
            let most = if work.items.iter().all(out) { PRINTED } else { PAGE };
            let more = work.next.is_some() || work.items.len() > most;
            let lines: Vec<_> = work.items.iter().take(most).map(|item| line(app, item)).collect();
            if !lines.is_empty() && !app.is_read_only() {
                app.log_export(&account, "work", "，打印工作台台账", lines.len())?;
            }
            Ok((lines, more))
        })
        .await?;
    let row = |line: WorkLine| {
        let left = line.left.map_or(Cell::Text(String::new()), Cell::Tag);
        let texts = [line.kind, line.what, line.state, line.owner, line.due].map(Cell::Text);
        std::iter::once(Cell::Text(line.case.label)).chain(texts).chain([left]).collect()
    };
    let headings = ["种类", "环节或时限", "状态", "单位和岗位", "到期", "剩余"].map(Column::text);
    let register = RegisterPage {
        shell: shell(&server, &visit),
        title: format!("{}{name}台账", visit.body_name(&server.app().pack)),
        kind: "工作台".to_owned(),
        kind_href: format!("/work?tab={id}"),
        extent: format!("共 {} 项，即将离开的在前，其余先到期的在前", lines.len()),
        columns: std::iter::once(Column::header("事项")).chain(headings).collect(),
        cut: more.then(|| format!("只印前 {} 项，后面还有；一次打印超过 {PAGE} 项须有“数据导出”。", lines.len())),
        rows: lines.into_iter().map(row).collect(),
        made_by,
        made_on: date(server.app().today()),
    };
    Ok(page_of(register.render()))
}

fn with_work(
    app: &App,
    account: &Account,
    bin: Bin,
    after: &str,
    page: WorkPage,
) -> Result<(WorkPage, Vec<WorkItem>), Error> {
    let work = app.work(account, bin, TaskCursor::read(after), PAGE)?;
    let (id, _) = View::Work(bin).entry();
    let page = WorkPage {
        ways: std::iter::once(Link::new("打印台账", format!("/work/print?tab={id}")))
            .chain(page.ways.clone())
            .collect(),
        lines: work.items.iter().map(|item| line(app, item)).collect(),
        steps: offered(
            work.items.iter().filter_map(|one| Some((app.pack.kind(&one.task.kind)?, one.task.record, &one.offers))),
            true,
        ),
        next: work.next.map(|cursor| format!("/work?tab={id}&after={}", cursor.write())),
        ..page
    };
    Ok((page, work.items))
}

fn line(app: &App, item: &WorkItem) -> WorkLine {
    let task = &item.task;
    let duty = task.sort == "duty";
    let steps: Vec<&str> = item.offers.steps.iter().map(|offer| offer.name.as_str()).collect();
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
        value: (item.offers.assign || item.offers.steps.iter().any(|offer| offer.together))
            .then(|| format!("{}.{}", task.kind, task.record)),
        case: Link::new(label, case_address(app, &task.kind, &task.record)),
        kind: item.kind.clone(),
        what,
        state: item.state.clone(),
        owner: match &item.instead_of {
            Some(absent) => format!("{owner}（代{absent}）"),
            None => owner,
        },
        due: task.due_day.map(|day| date(day) + if task.provisional { "（暂定）" } else { "" }).unwrap_or_default(),
        urgent: item.urgent.and_then(|(urgent, leaves)| urgent_tag(urgent, leaves, app.pack.utc_offset_hours)),
        left: match (task.paused, task.due_day, task.due_at) {
            (true, ..) => Some(Tag::new(Tone::Neutral, "暂停中")),
            // The end of a day is the day's; an end within a day is a moment.
            (false, Some(day), Some(at)) => Some(match app.pack.day_of(at) == day {
                true => left(Left::Time(at - app.now()), duty),
                false => left(Left::Days(day - app.today()), duty),
            }),
            _ => None,
        },
        raised: Vec::new(),
        raises: Vec::new(),
    }
}

/// What was opened because lines are late, and what may be: in the list of what is late.
fn with_raises(
    app: &App,
    visit: &Visit,
    account: &Account,
    items: &[WorkItem],
    page: &mut WorkPage,
) -> Result<(), Error> {
    for (item, line) in items.iter().zip(&mut page.lines).filter(|(item, _)| item.late) {
        let task = &item.task;
        let origin = Origin::Clock { kind: task.kind.clone(), id: task.record, clock: task.clock.clone() };
        line.raised = lines(app, visit, &app.raised(&origin)?);
        line.raises = offered_from(app, account, &origin)?;
    }
    Ok(())
}

/// 今日离开 15:00. What does not press is not shown: a list of work has more to say.
pub(super) fn urgent_tag(urgent: Urgent, leaves: Option<i64>, offset: i64) -> Option<Tag> {
    let tone = match urgent {
        Urgent::Today => Tone::Bad,
        Urgent::Soon => Tone::Warn,
        Urgent::Later | Urgent::Unknown | Urgent::Gone => return None,
    };
    // The end of a day is no hour that somebody said.
    let hour = leaves.map(|at| moment(at, offset)).filter(|text| !text.ends_with("00:00"));
    let hour = hour.and_then(|text| text.split(' ').next_back().map(str::to_owned)).unwrap_or_default();
    Some(Tag::new(tone, format!("{} {hour}", urgent.name()).trim_end().to_owned()))
}

fn with_done(app: &App, account: &Account, before: &str, page: WorkPage) -> Result<WorkPage, Error> {
    let done = app.done(account, before.parse().unwrap_or(i64::MAX), PAGE)?;
    let row = |one: &Done| {
        let version = &one.version;
        Row::new(vec![
            Cell::Link(Link::new(one.label.clone(), case_address(app, &version.kind, &version.id))),
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
        let href = one.message.record.as_ref().map(|(kind, id)| case_address(app, kind, id));
        MessageLine {
            id: one.message.id.to_string(),
            title: Link::new(one.message.title.clone(), href.unwrap_or_default()),
            text: match (&one.meant_for, &one.instead_of) {
                (Some(whose), _) => format!("{}（本应送{whose}，没有人担任，转到您这里。）", one.message.text),
                (None, Some(name)) => format!("代{name}：{}", one.message.text),
                (None, None) => one.message.text.clone(),
            },
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

pub(super) fn say(server: &Server, visit: &Visit, tone: Tone, text: String) {
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone, text, link: None }), link: None });
}
