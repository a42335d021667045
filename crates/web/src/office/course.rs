//! 办理: what a case's page says of its course – the state, every deadline with its count, what this reader may do now, and what happened.
//!
//! Everything is computed by the use case ([`zhiheng_app::CaseView`]); here it becomes words. A withdrawn record offers nothing.

use std::collections::BTreeMap;

use zhiheng_app::{App, AskedView, CaseView, ClockView, Error, Origin, RecordView};
use zhiheng_pack::case::{Act, AskedEnd, Event, Run};
use zhiheng_pack::clock::CountedDay;
use zhiheng_pack::procedure::{Clock as Declared, ClockKind, Procedure, ReasonWanted, Span, Step, roles};
use zhiheng_pack::{Pack, day};
use zhiheng_store::RecordId;

use super::content::Content;
use super::raised::from_here;
use super::steps::line_of;
use crate::components::{
    Link,
    action::{Action, Weight},
    flash::Flash,
    light::Tone,
    raised::Raised,
    tag::Tag,
};
use crate::extract::Visit;
use crate::pages::{AskedGroup, AskedLine, Clock, CountLine, CourseEvent, Handling};
use crate::words::{date, encoded, moment};

/// From so many days before its end on, a deadline is told in amber.
const NEAR: i32 = 3;
const MINUTE: i64 = 60_000_000;

/// Records that a case opened, by id: what they are called and where they are.
pub(crate) type Opened = BTreeMap<String, Link>;

/// A case with what its page needs beside it.
pub(crate) struct Course<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) case: &'a CaseView,
    /// The record's address.
    pub(crate) here: String,
    /// µs of UTC.
    pub(crate) now: i64,
    pub(crate) people: &'a BTreeMap<String, String>,
    pub(crate) opened: &'a Opened,
    /// What was and may be opened because a clock ran out, by clock.
    pub(crate) raises: &'a BTreeMap<String, Raised>,
}

/// What was opened because times of a case ran out, and what may be. Blocks.
pub(crate) fn raises(
    app: &App,
    visit: &Visit,
    view: &RecordView,
    case: &CaseView,
) -> Result<BTreeMap<String, Raised>, Error> {
    let mut found = BTreeMap::new();
    let late = |run: &Run| run.late == Some(true) || run.is_open() && run.due.is_some_and(|due| due.at <= app.now());
    let duty = |clock: &Declared| clock.kind == ClockKind::Duty;
    let clocks = case.clocks.iter().filter(|one| duty(&one.clock) && late(&one.run)).map(|one| &one.clock.id);
    let asks = case.asked.iter().filter(|one| late(&one.asked.run)).map(|one| &one.ask.id);
    for clock in clocks.chain(asks) {
        let origin = Origin::Clock { kind: view.row.kind.clone(), id: view.row.id, clock: clock.clone() };
        if !found.contains_key(clock) {
            let shown = from_here(app, visit, &origin)?;
            let offers = view.row.live && visit.account.is_some();
            found.insert(clock.clone(), if offers { shown } else { Raised { actions: Vec::new(), ..shown } });
        }
    }
    Ok(found)
}

/// The records that a case opened, as one reader may see them. Blocks.
pub(crate) fn opened(app: &App, visit: &Visit, view: &RecordView) -> Result<Opened, Error> {
    let mut found = Opened::new();
    let events = view.record.case.iter().flat_map(|case| &case.events);
    for (kind_id, id) in events.flat_map(|event| &event.opened) {
        let (Some(kind), Ok(record)) = (app.pack.kind(kind_id), id.parse::<RecordId>()) else { continue };
        let Some((row, content)) = app.current(kind_id, &record)? else { continue };
        if kind.is_confidential() && !visit.may_read(kind, &row) {
            continue;
        }
        // What one's own case asked of another is known to who asked.
        let label = Content::of(&app.pack, kind, visit).at(&row).taking_part().label(&content);
        let state = app.pack.state_of(&content).map(|state| format!("（{}）", state.name)).unwrap_or_default();
        found.insert(id.clone(), Link::new(format!("{}：{label}{state}", kind.name), format!("/kinds/{kind_id}/{id}")));
    }
    Ok(found)
}

/// Who did something, in words.
pub(crate) fn who(login: &str, people: &BTreeMap<String, String>) -> String {
    match login {
        roles::SYSTEM => "系统".to_owned(),
        roles::CITIZEN => "当事人".to_owned(),
        // Readers without an account get no names. Who has none, as somebody at the server, is called as the record says.
        _ if people.is_empty() => String::new(),
        login => people.get(login).cloned().unwrap_or_else(|| login.to_owned()),
    }
}

/// Who acted, and in whose place.
fn acted(event: &Event, people: &BTreeMap<String, String>) -> String {
    let by = who(&event.by, people);
    let instead = event.instead_of.as_ref().map(|login| who(login, people)).filter(|name| !name.is_empty());
    instead.map_or_else(|| by.clone(), |name| format!("{by}（代{name}）"))
}

/// A reason in words: the name of a listed one.
pub(crate) fn reason_name(pack: &Pack, procedure: &Procedure, event: &Event) -> String {
    let Some(reason) = &event.reason else { return String::new() };
    let step = match &event.act {
        Act::Step(id) => procedure.step(id),
        _ => None,
    };
    let listed = match step.map(|step| &step.reason) {
        Some(ReasonWanted::Listed(list)) => pack.lists.get(*list),
        _ => None,
    };
    let item = listed.and_then(|list| list.items.iter().find(|item| item.id == *reason));
    item.map_or_else(|| reason.clone(), |item| item.name.clone())
}

impl Course<'_> {
    /// 状态
    pub(crate) fn state(&self) -> Tag {
        let tone = match (self.case.closed, self.late()) {
            (true, _) => Tone::Good,
            (false, true) => Tone::Bad,
            (false, false) => Tone::Neutral,
        };
        Tag::new(tone, &self.case.state)
    }

    fn late(&self) -> bool {
        let overdue = |view: &ClockView| view.run.is_open() && self.is_over(&view.run) && !view.run.paused;
        self.case.clocks.iter().chain(&self.owed()).any(|view| view.clock.kind == ClockKind::Duty && overdue(view))
    }

    /// The times of the bodies that still owe an answer, as deadlines: 会签：县文化旅游委.
    fn owed(&self) -> Vec<ClockView> {
        let open = self.case.asked.iter().filter(|one| one.asked.is_open());
        let view = |one: &AskedView| ClockView {
            clock: Declared { name: format!("{}：{}", one.ask.name, one.body), ..one.ask.clock.clone() },
            run: one.asked.run.clone(),
            count: one.count.clone(),
        };
        open.map(view).collect()
    }

    /// 会签: 3 家，已回 2 – every body that was asked, with its answer. The words are for the staff.
    pub(crate) fn asked(&self, staff: bool) -> Vec<AskedGroup> {
        let mut groups: Vec<(usize, u32, Vec<&AskedView>)> = Vec::new();
        for one in &self.case.asked {
            // What waits in some states is sent round again each time; what is open to the end of the case is one list.
            let round = if one.ask.during.is_empty() { 0 } else { one.asked.round };
            match groups.iter_mut().find(|(ask, known, _)| (*ask, *known) == (one.asked.ask, round)) {
                Some((.., all)) => all.push(one),
                None => groups.push((one.asked.ask, round, vec![one])),
            }
        }
        groups.iter().rev().map(|(_, round, all)| self.group(*round, all, staff)).collect()
    }

    fn group(&self, round: u32, all: &[&AskedView], staff: bool) -> AskedGroup {
        let name = all.first().map_or("", |one| one.ask.name.as_str());
        let again = if round > 0 { format!("（第 {} 次）", round + 1) } else { String::new() };
        let answered = all.iter().filter(|one| one.asked.answered().is_some()).count();
        AskedGroup {
            title: format!("{name}{again}：{} 家，已回 {answered}", all.len()),
            lines: all.iter().map(|one| self.asked_line(one, staff)).collect(),
        }
    }

    fn asked_line(&self, one: &AskedView, staff: bool) -> AskedLine {
        let (run, at) = (&one.asked.run, |at: i64| moment(at, self.pack.utc_offset_hours));
        let mut line = AskedLine { body: one.body.clone(), ..AskedLine::default() };
        match &one.asked.end {
            None => {
                line.tag = Some(self.verdict(&one.ask.clock, run));
                line.note = run.due.map(|due| format!("{}前答复", date(due.day))).unwrap_or_default();
            }
            Some(AskedEnd::Answered(answered)) => {
                let answer = one.ask.answers.get(answered.answer);
                let tone = if answer.is_some_and(|it| it.objects) { Tone::Warn } else { Tone::Good };
                line.tag = Some(Tag::new(tone, answer.map_or("", |it| it.name.as_str())));
                line.words = answered.words.clone().filter(|_| staff).unwrap_or_default();
                let late = if run.late == Some(true) && !answered.is_silence() { "　逾期答复" } else { "" };
                line.note = format!("{}　{}{late}", at(answered.at), who(&answered.by, self.people));
            }
            Some(AskedEnd::TakenBack { by, reason }) => {
                line.tag = Some(Tag::new(Tone::Neutral, "已收回"));
                line.words = reason.clone().filter(|_| staff).unwrap_or_default();
                line.note = run
                    .stopped_at
                    .map(|stopped| format!("{}　{}", at(stopped), who(by, self.people)))
                    .unwrap_or_default();
            }
            Some(AskedEnd::Passed) => {
                line.tag = Some(Tag::new(Tone::Neutral, "未答复，不再等候"));
                line.note = run.stopped_at.map(at).unwrap_or_default();
            }
        }
        let act = |word: &str, name: &str| {
            Action::open(word, format!("{}/acts/{name}?clock={}", self.here, encoded(&line_of(one))))
        };
        let word = |word: &str| format!("{word}{}：{}", one.ask.name, one.body);
        if one.retractable {
            line.actions.push(act(&word("收回"), "unask"));
        }
        line
    }

    fn is_over(&self, run: &Run) -> bool {
        run.due.is_some_and(|due| due.at <= self.now)
    }

    /// 时限: the running ones first.
    pub(crate) fn clocks(&self) -> Vec<Clock> {
        let owed = self.owed();
        let mut views: Vec<&ClockView> = self.case.clocks.iter().chain(&owed).collect();
        views.sort_by_key(|view| (!view.run.is_open(), view.run.due.map_or(i64::MAX, |due| due.at)));
        views.into_iter().map(|view| self.clock(view)).collect()
    }

    fn clock(&self, view: &ClockView) -> Clock {
        let many = self.case.clocks.iter().filter(|other| other.clock.id == view.clock.id).count() > 1;
        let name = match many {
            true => format!("{}（第 {} 次）", view.clock.name, view.run.number + 1),
            false => view.clock.name.clone(),
        };
        Clock {
            name,
            verdict: self.verdict(&view.clock, &view.run),
            text: self.text(view),
            notes: self.notes(view),
            how: count_lines(&view.count),
            actions: self.clock_actions(view).into_iter().chain(self.raise_actions(view)).collect(),
            raised: self.of_lateness(view).map(|raised| raised.lines.clone()).unwrap_or_default(),
        }
    }

    /// 还有 3 天, 今天到期, 已超期 2 天, 暂停中, 按期, 逾期.
    pub(crate) fn verdict(&self, clock: &Declared, run: &Run) -> Tag {
        let duty = clock.kind == ClockKind::Duty;
        if !run.is_open() {
            return match run.late {
                Some(true) if run.stands => Tag::new(Tone::Bad, "曾逾期"),
                Some(true) => Tag::new(Tone::Bad, "逾期"),
                Some(false) => Tag::new(Tone::Good, "按期"),
                None if run.uncounted => Tag::new(Tone::Neutral, "随办结停止，不计"),
                None => Tag::new(Tone::Neutral, "已结束"),
            };
        }
        if run.paused {
            return Tag::new(Tone::Neutral, "暂停中");
        }
        let Some(due) = run.due else { return Tag::new(Tone::Neutral, "没有止期") };
        let today = self.pack.day_of(self.now);
        let by_time = matches!(&clock.span, Span::Length(length) if length.unit.is_clock_time());
        left(if by_time { Left::Time(due.at - self.now) } else { Left::Days(due.day - today) }, duty)
    }

    fn text(&self, view: &ClockView) -> String {
        let run = &view.run;
        let offset = self.pack.utc_offset_hours;
        let (length, by_time, before) = match &view.clock.span {
            Span::Length(length) if length.count < 0 => {
                let words = zhiheng_pack::procedure::Length { count: -length.count, ..*length }.words();
                (words, length.unit.is_clock_time(), true)
            }
            Span::Length(length) => (length.words(), length.unit.is_clock_time(), false),
            Span::Ages(ages, every) => {
                let at = usize::try_from(run.number).unwrap_or_default();
                (
                    ages.get(at).map_or_else(|| format!("此后每{}", every.words()), |age| format!("满{age}年")),
                    false,
                    false,
                )
            }
        };
        let told = |at: i64, on: i32| if by_time { moment(at, offset) } else { date(on) };
        let from = told(run.started_at, run.from_day);
        // A time that ends on the day somebody has set is not counted from anywhere.
        let set = matches!(&view.clock.span, Span::Length(length) if length.count == 0);
        let mut text = match (set, before) {
            (true, _) => format!("所定日期 {from}"),
            (_, true) => format!("{from} 前 {length}"),
            (_, false) => format!("{length}，自 {from} 起算"),
        };
        for (_, was) in run.moves.iter().rev() {
            text.push_str(&format!("（更正前 {}）", date(*was)));
        }
        for extension in &run.extensions {
            text.push_str(&format!("，延长 {}", extension.words()));
        }
        if let Some(due) = run.due {
            let last = if by_time { due.at } else { due.at - 1 };
            text.push_str(&format!("，到 {}", told(last, due.day)));
        }
        if let Some(stopped) = run.stopped_at {
            text.push_str(&format!("，实际 {}", told(stopped, day::of_instant(stopped, offset))));
        }
        text
    }

    fn notes(&self, view: &ClockView) -> Vec<String> {
        let mut notes = Vec::new();
        if view.run.is_open() {
            let opens = view.run.opens.filter(|opens| *opens > self.pack.day_of(self.now));
            notes.extend(opens.map(|day| format!("最早 {} 办理。", date(day))));
        }
        if view.run.due.is_some_and(|due| due.provisional) && view.run.is_open() {
            notes.push("暂定：经过的年份有放假安排还没有公布或者没有载入，补上后可能变动。".to_owned());
        }
        if view.run.stands {
            let when = view.run.lapsed_at.map(|at| format!("（{}）", moment(at, self.pack.utc_offset_hours)));
            notes.push(format!(
                "曾逾期{}：更正以前已经届满，仍按逾期计；更正属实的，由第三人确认。",
                when.unwrap_or_default()
            ));
        } else if view.run.lapsed_at.is_some() && !view.run.moves.is_empty() {
            notes.push("曾记逾期，日期更正已由第三人确认。".to_owned());
        }
        let law = view.clock.promise_of.and_then(|at| self.case.procedure.clocks.get(at));
        notes.extend(law.map(|law| format!("承诺时限；法定时限见“{}”。", law.name)));
        notes.extend(view.clock.basis.as_ref().map(|basis| format!("依据：{basis}")));
        if !(view.clock.verified && self.case.procedure.verified) {
            notes.push("未核实：这个期限还没有对照原文核对。".to_owned());
        }
        notes
    }

    /// What belongs to a clock that ran out, shown at its last run.
    fn of_lateness(&self, view: &ClockView) -> Option<&Raised> {
        let later = |other: &&ClockView| other.clock.id == view.clock.id && other.run.number > view.run.number;
        self.raises.get(&view.clock.id).filter(|_| !self.case.clocks.iter().any(|other| later(&other)))
    }

    fn raise_actions(&self, view: &ClockView) -> Vec<Action> {
        self.of_lateness(view).map(|raised| raised.actions.clone()).unwrap_or_default()
    }

    fn clock_actions(&self, view: &ClockView) -> Vec<Action> {
        let at = view.run.clock;
        let act = |word: &str, name: &str| {
            Action::open(word, format!("{}/acts/{name}?clock={}", self.here, encoded(&view.clock.id)))
        };
        let confirm =
            Some(act("确认更正", "confirm")).filter(|_| view.run.stands && self.case.confirmable.contains(&at));
        if !view.run.is_open() {
            return confirm.into_iter().collect();
        }
        let offered = [
            (&self.case.pausable, act("暂停计时", "pause")),
            (&self.case.resumable, act("恢复计时", "resume")),
            (&self.case.extensible, act("延长期限", "extend")),
        ];
        let open = offered.into_iter().filter(|(allowed, _)| allowed.contains(&at)).map(|(_, action)| action);
        open.chain(confirm).collect()
    }

    /// 可办理, for somebody of the staff.
    pub(crate) fn handling(&self) -> Handling {
        let mut first = true;
        let mut steps = Vec::new();
        for step in self.case.steps.iter().filter(|step| !self.case.blocked.contains_key(&step.id)) {
            let action = Action::open(&step.name, format!("{}/steps/{}", self.here, step.id));
            steps.push(if std::mem::take(&mut first) { action.weight(Weight::Primary) } else { action });
        }
        let answerable: Vec<&AskedView> = self.case.asked.iter().filter(|one| one.answerable).collect();
        for one in &answerable {
            let href = format!("{}/acts/answer?clock={}", self.here, encoded(&line_of(one)));
            let action = Action::open(format!("答复{}：{}", one.ask.name, one.body), href);
            steps.push(if std::mem::take(&mut first) { action.weight(Weight::Primary) } else { action });
        }
        let assignee = self.case.case.assignee.as_ref().map(|login| who(login, self.people)).unwrap_or_default();
        let word = if assignee.is_empty() { "交办" } else { "改派" };
        let assign = (self.case.assignable && !self.case.closed)
            .then(|| Action::open(word, format!("{}/acts/assign", self.here)));
        Handling {
            nothing: match (self.case.closed, self.case.steps.is_empty() && answerable.is_empty()) {
                (true, true) => "已经办结，没有需要办理的环节。".to_owned(),
                (false, true) => "现在没有您可以办理的环节。".to_owned(),
                _ => String::new(),
            },
            steps,
            blocked: self.case.blocked.values().chain(&self.case.vacant).map(|why| format!("{why}。")).collect(),
            advice: {
                let met = self.case.source_met.iter().map(|words| advice(words, None));
                met.chain(self.case.advice.iter().map(|(_, words, basis)| advice(words, basis.as_deref()))).collect()
            },
            others: assign.into_iter().collect(),
            assignee,
        }
    }

    /// 办理经过, newest first. Reasons and remarks are for the staff.
    pub(crate) fn events(&self, app: &App, staff: bool) -> Vec<CourseEvent> {
        let case = &self.case.case;
        let one = |event: &Event| CourseEvent {
            act: app.act_name(
                case,
                &match &event.act {
                    Act::Assign(Some(login)) => Act::Assign(Some(who(login, self.people))),
                    other => other.clone(),
                },
            ),
            state: self.case.procedure.state(&event.state).map(|state| state.name.clone()).unwrap_or_default(),
            when: moment(event.at, self.pack.utc_offset_hours),
            who: acted(event, self.people),
            reason: if staff { reason_name(self.pack, &self.case.procedure, event) } else { String::new() },
            note: event.note.clone().filter(|_| staff).unwrap_or_default(),
            opened: event.opened.iter().filter_map(|(_, id)| self.opened.get(id).cloned()).collect(),
        };
        case.events.iter().rev().map(one).collect()
    }

    /// What a step does to the running deadlines, a sentence each.
    pub(crate) fn stopped_by(&self, step: &Step) -> Vec<Flash> {
        let owed = self.owed();
        let running = self.case.clocks.iter().filter(|view| view.run.is_open()).chain(&owed);
        let stopped = running.filter(|view| self.case.procedure.stops(step, &view.clock));
        stopped
            .map(|view| {
                let tag = self.verdict(&view.clock, &view.run);
                let until = view.run.due.map(|due| format!("，{}到期", date(due.day))).unwrap_or_default();
                let text = format!("办理后“{}”停止计时{until}（{}）。", view.clock.name, tag.word);
                Flash { tone: tag.tone, text, link: None }
            })
            .collect()
    }
}

/// A prompt with its article.
pub(crate) fn advice(words: &str, basis: Option<&str>) -> Flash {
    let basis = basis.map(|basis| format!("（{basis}）")).unwrap_or_default();
    Flash { tone: Tone::Warn, text: format!("提示：{words}{basis}"), link: None }
}

/// What is left of a time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Left {
    /// Days to the last one; negative after it.
    Days(i32),
    /// µs to the end; negative after it.
    Time(i64),
}

/// 还有 3 天, 今天到期, 已超期 2 天; only a duty is late.
pub(crate) fn left(left: Left, duty: bool) -> Tag {
    let over = |much: String| match duty {
        true => Tag::new(Tone::Bad, format!("已超期 {much}")),
        false => Tag::new(Tone::Neutral, "已到期"),
    };
    let calm = if duty { Tone::Good } else { Tone::Neutral };
    match left {
        Left::Days(days) if days < 0 => over(format!("{} 天", days.unsigned_abs())),
        Left::Days(0) => Tag::new(Tone::Warn, "今天到期"),
        Left::Days(days) => Tag::new(if days <= NEAR { Tone::Warn } else { calm }, format!("还有 {days} 天")),
        Left::Time(micros) => {
            let minutes = micros.abs() / MINUTE;
            let much = match minutes {
                ..120 => format!("{minutes} 分钟"),
                120..2880 => format!("{} 小时", minutes / 60),
                _ => format!("{} 天", minutes / 1440),
            };
            match micros > 0 {
                true => Tag::new(if minutes < 2880 { Tone::Warn } else { calm }, format!("还有 {much}")),
                false => over(much),
            }
        }
    }
}

/// Day by day; days of one and the same reason in a row share a line.
fn count_lines(days: &[CountedDay]) -> Vec<CountLine> {
    // 第3个工作日 → 个工作日: what is left when the number is taken away.
    let plain = |day: &CountedDay| {
        let why = day.why.strip_prefix("续算，").unwrap_or(&day.why);
        why.strip_prefix(&format!("第{}", day.number)).map(str::to_owned)
    };
    let mut lines: Vec<CountLine> = Vec::new();
    let mut at = 0;
    while let Some(first) = days.get(at) {
        let more = days.iter().skip(at + 1).zip(1..).take_while(|(next, step)| {
            let follows = next.day == first.day + step;
            let same = match plain(first) {
                Some(unit) => plain(next).as_deref() == Some(unit.as_str()),
                None => next.why == first.why && !first.counted,
            };
            follows && same
        });
        let run: Vec<&CountedDay> = std::iter::once(first).chain(more.map(|(next, _)| next)).collect();
        let last = run.last().copied().unwrap_or(first);
        let when = match run.len() {
            1 => date(first.day),
            _ => format!("{}至{}", date(first.day), date(last.day)),
        };
        let why = match plain(first) {
            Some(unit) if run.len() > 1 => format!("第{}至{}{unit}", first.number, last.number),
            _ => first.why.clone(),
        };
        lines.push(CountLine { when, why, counted: first.counted });
        at += run.len();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_in_the_unit_in_which_it_is_felt() {
        for (given, duty, words) in [
            (Left::Days(12), true, "还有 12 天"),
            (Left::Days(0), true, "今天到期"),
            (Left::Days(-2), true, "已超期 2 天"),
            (Left::Days(-2), false, "已到期"),
            (Left::Time(90 * MINUTE), true, "还有 90 分钟"),
            (Left::Time(-180 * MINUTE), true, "已超期 3 小时"),
            (Left::Time(5 * 1440 * MINUTE), true, "还有 5 天"),
        ] {
            assert_eq!(left(given, duty).word, words);
        }
    }

    #[test]
    fn a_count_says_every_day_and_joins_those_that_are_alike() {
        let monday = day::number(day::parse("2026-01-05").unwrap());
        let length = zhiheng_pack::procedure::Length::parse("7 workday").unwrap();
        let calendar = zhiheng_pack::clock::Calendar::default();
        let counted = zhiheng_pack::clock::count(&calendar, monday, length, true, &[], &[]);
        let days = counted.explain(&calendar);
        let lines = count_lines(&days);
        assert_eq!(lines.first().unwrap().when, "2026年1月5日");
        assert_eq!(lines.last().unwrap().when, "2026年1月12日至2026年1月14日");
        let covered: usize = lines.iter().filter(|line| line.counted).count();
        assert!(covered < 7 && lines.len() < days.len(), "{lines:?}");
    }
}
