//! 年度任务: the measures and guarantees of the plan with the tasks of a year – who leads, how far, which milestones, what is late –, and one act that splits
//! them: a table of proposals to edit, checked as a whole, stored all together or not at all. What was not finished last year is carried over.

use zhiheng_pack::kind::Yearly;
use zhiheng_pack::record::Record;
use zhiheng_pack::{Draft, Kind, Level, Problem, Sight, Value, day};
use zhiheng_store::{RecordId, RecordRow};

use crate::amend::Hand;
use crate::submit::{Act, Receipt, RequestKey, Submission, read};
use crate::{Account, App, Error};

/// Proposals that are stored together at most.
pub const SPLIT_MOST: usize = 200;

/// A year of the plan.
#[derive(Debug, Clone)]
pub struct YearPlan {
    /// Which.
    pub year: i16,
    /// Years that have tasks, and this one.
    pub years: Vec<i16>,
    /// Position of the kind.
    pub kind: usize,
    /// Every measure, in the order of the plan.
    pub measures: Vec<MeasureTasks>,
}

/// A measure with its tasks.
#[derive(Debug, Clone)]
pub struct MeasureTasks {
    /// Id of its item.
    pub id: String,
    /// 第19条 提升检测能力.
    pub name: String,
    /// Where it stands in the document, in characters.
    pub at: Option<usize>,
    /// Bodies that the plan names for it, the lead first.
    pub bodies: Vec<String>,
    /// Its tasks.
    pub tasks: Vec<YearTask>,
}

/// A task.
#[derive(Debug, Clone)]
pub struct YearTask {
    /// The stored row.
    pub row: RecordRow,
    /// The record.
    pub record: Record,
    /// 状态名称.
    pub state: String,
    /// 已验收, 已终止.
    pub closed: bool,
    /// By when.
    pub due: Option<i32>,
    /// It is late: a time of it has run out.
    pub late: bool,
    /// What it opened: milestones, 协办, tasks of towns.
    pub parts: Vec<TaskPart>,
}

/// A part of a task: a record that it opened.
#[derive(Debug, Clone)]
pub struct TaskPart {
    /// Kind.
    pub kind: usize,
    /// The stored row.
    pub row: RecordRow,
    /// Its title.
    pub label: String,
    /// 状态名称.
    pub state: String,
    /// It is done.
    pub closed: bool,
    /// It is late.
    pub late: bool,
}

/// A task that is proposed for a year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposed {
    /// Id of the measure.
    pub measure: String,
    /// 任务内容
    pub title: String,
    /// Id of the lead body, as typed; empty where the plan names none.
    pub lead: String,
    /// Assisting bodies, by name, joined by 、.
    pub assisting: String,
    /// The last day, as typed.
    pub due: String,
    /// Carried over from last year.
    pub carried: bool,
    /// The measure has a task of the year already.
    pub has: bool,
}

impl App {
    fn yearly(&self) -> Result<(usize, &Kind, Yearly), Error> {
        let found = self.pack.kinds.iter().enumerate().find_map(|(at, kind)| Some((at, kind, kind.yearly?)));
        found.ok_or_else(|| Error::NotFound("年度任务".to_owned()))
    }

    /// Whether the county splits its plan into tasks of years.
    pub fn has_yearly(&self) -> bool {
        self.yearly().is_ok()
    }

    /// The year that is running, as the tasks count it.
    pub fn this_year(&self) -> i16 {
        self.year()
    }

    /// The measures with the tasks of a year.
    pub fn year_plan(&self, year: i16) -> Result<YearPlan, Error> {
        let (position, kind, parts) = self.yearly()?;
        let mut years = vec![year];
        let mut tasks: Vec<(String, YearTask)> = Vec::new();
        let rows = self.tasks_of_plan(kind)?;
        for (row, record) in rows {
            let own = year_of(&record, &parts);
            years.extend(own);
            if own != Some(year) {
                continue;
            }
            let Some(Value::Choice(measure)) = record.value(parts.measure).cloned() else { continue };
            tasks.push((measure, self.year_task(kind, &parts, row, record)?));
        }
        years.sort_unstable();
        years.dedup();
        let document = zhiheng_gongwen::read(&self.pack.document);
        let list = kind.fields.get(parts.measure).and_then(|field| self.pack.lists.get(field.list?));
        let items = list.map(|list| list.items.as_slice()).unwrap_or_default();
        let measures = items.iter().map(|item| {
            let own = document.items.iter().find(|one| item.names.contains(&one.no.to_string()));
            let named = own.map(|one| one.bodies.as_slice()).unwrap_or_default();
            // 牵头单位 first, as the plan prints its role.
            let mut named: Vec<_> = named.iter().collect();
            named.sort_by_key(|body| !body.role.contains("牵头"));
            MeasureTasks {
                id: item.id.clone(),
                name: item.name.clone(),
                at: own.map(|one| one.start),
                bodies: named.iter().filter_map(|it| self.pack.body_named(&it.name)).map(|it| it.id.clone()).collect(),
                tasks: tasks.iter().filter(|(measure, _)| *measure == item.id).map(|(_, task)| task.clone()).collect(),
            }
        });
        Ok(YearPlan { year, years, kind: position, measures: measures.collect() })
    }

    /// Every task that counts, in the order in which they were entered: some hundred records.
    fn tasks_of_plan(&self, kind: &Kind) -> Result<Vec<(RecordRow, Record)>, Error> {
        let mut found = Vec::new();
        self.store.read()?.scan_records(&self.pack.place, &kind.id, |row| {
            if let Some((record, _)) = read(kind, &row).filter(|_| row.live) {
                found.push((row, record));
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn year_task(&self, kind: &Kind, parts: &Yearly, row: RecordRow, record: Record) -> Result<YearTask, Error> {
        let state = self.pack.state_of(&record);
        let mut found = Vec::new();
        for (id, part) in record.case.iter().flat_map(|case| &case.events).flat_map(|event| &event.opened) {
            let Some((at, of)) = self.pack.kind_position(id).and_then(|at| Some((at, self.pack.kinds.get(at)?))) else {
                continue;
            };
            let Some((row, own)) =
                part.parse::<RecordId>().ok().map(|part| self.current(id, &part)).transpose()?.flatten()
            else {
                continue;
            };
            let state = self.pack.state_of(&own);
            found.push(TaskPart {
                kind: at,
                label: self.pack.title(of, &own, Sight::Hidden),
                state: state.map(|state| state.name.clone()).unwrap_or_default(),
                closed: !row.live || state.is_some_and(|state| state.closed),
                late: row.live && self.is_late(of, &row, &own),
                row,
            });
        }
        Ok(YearTask {
            state: state.map(|state| state.name.clone()).unwrap_or_default(),
            closed: state.is_some_and(|state| state.closed),
            due: record.day(parts.due),
            late: self.is_late(kind, &row, &record),
            parts: found,
            row,
            record,
        })
    }

    fn is_late(&self, kind: &Kind, row: &RecordRow, record: &Record) -> bool {
        let Some((_, envelope)) = read(kind, row) else { return false };
        let now = self.now();
        self.pack.duties(record, &envelope).iter().any(|duty| duty.due_at.is_some_and(|at| at <= now))
    }

    /// Tasks for every measure of a year: what was not finished the year before, with the same bodies and a day a year later; for a measure without any,
    /// one for the bodies that the plan names, to the end of the year.
    pub fn propose(&self, year: i16) -> Result<Vec<Proposed>, Error> {
        let (_, kind, parts) = self.yearly()?;
        let (this, before) = (self.year_plan(year)?, self.year_plan(year - 1)?);
        let name = |body: &String| self.body_name(body).to_owned();
        let mut found = Vec::new();
        for (own, old) in this.measures.iter().zip(&before.measures) {
            let has = !own.tasks.is_empty();
            let text = |record: &Record, at: usize| record.value(at).map(Value::plain).unwrap_or_default();
            let carried = old.tasks.iter().filter(|task| !task.closed).map(|task| Proposed {
                measure: own.id.clone(),
                title: text(&task.record, parts.title),
                lead: text(&task.record, parts.lead),
                assisting: self.pack.show(kind, &task.record, parts.assisting),
                due: next_year(task.due, year),
                carried: true,
                has,
            });
            let carried: Vec<Proposed> = carried.collect();
            if !carried.is_empty() {
                found.extend(carried);
                continue;
            }
            found.push(Proposed {
                measure: own.id.clone(),
                title: own.name.split_once(' ').map_or(own.name.as_str(), |(_, title)| title).to_owned(),
                lead: own.bodies.first().cloned().unwrap_or_default(),
                assisting: own.bodies.iter().skip(1).map(name).collect::<Vec<_>>().join("、"),
                due: format!("{year}-12-31"),
                carried: false,
                has,
            });
        }
        Ok(found)
    }

    fn as_draft_of_year(&self, year: i16, one: &Proposed) -> Result<(usize, Draft), Error> {
        let (position, kind, parts) = self.yearly()?;
        let id = |at: usize| kind.fields.get(at).map(|field| field.id.clone()).unwrap_or_default();
        let year = year.to_string();
        let texts = [
            (parts.measure, one.measure.as_str()),
            (parts.year, year.as_str()),
            (parts.title, one.title.as_str()),
            (parts.lead, one.lead.as_str()),
            (parts.assisting, one.assisting.as_str()),
            (parts.due, one.due.as_str()),
        ];
        let mut draft = Draft::default();
        for (at, text) in texts.into_iter().filter(|(_, text)| !text.trim().is_empty()) {
            draft.fields.insert(id(at), text.trim().into());
        }
        Ok((position, draft))
    }

    /// What is wrong with proposals, each with its problems; a task without lead or day is not ready to be given out and is refused here.
    pub fn check_split(&self, year: i16, proposed: &[Proposed]) -> Result<Vec<Vec<Problem>>, Error> {
        let (_, kind, parts) = self.yearly()?;
        let mut all = Vec::with_capacity(proposed.len());
        for (at, one) in proposed.iter().enumerate() {
            let (_, draft) = self.as_draft_of_year(year, one)?;
            let checked = self.pack.check(kind, &draft, self.today());
            let mut problems: Vec<Problem> =
                checked.problems.into_iter().filter(|problem| problem.level == Level::Refuse).collect();
            for (field, text) in [(parts.lead, &one.lead), (parts.due, &one.due)] {
                if let Some(field) = kind.fields.get(field).filter(|_| text.trim().is_empty()) {
                    problems.push(Problem::of_field(zhiheng_pack::problem::REQUIRED, &field.id, &field.name));
                }
            }
            let twin = |other: &Proposed| {
                (other.measure.as_str(), other.title.trim(), other.lead.as_str())
                    == (one.measure.as_str(), one.title.trim(), one.lead.as_str())
            };
            if proposed.iter().take(at).any(twin) {
                let field = kind.fields.get(parts.title).map_or("", |field| field.id.as_str());
                let why = "同一条措施、同一单位、同一内容的任务在表里写了两次。请改写，或者去掉一条。";
                problems.push(Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, field, why));
            }
            all.push(problems);
        }
        Ok(all)
    }

    /// 分解年度任务: stores proposals as tasks, all of them or none.
    pub fn split(
        &self,
        account: &Account,
        year: i16,
        proposed: &[Proposed],
        key: Option<&RequestKey>,
    ) -> Result<Vec<Receipt>, Error> {
        self.only_office(account)?;
        if proposed.is_empty() || proposed.len() > SPLIT_MOST {
            return Err(Error::WrongState(format!("请勾选要分解的任务，一次最多 {SPLIT_MOST} 条")));
        }
        let problems: Vec<Problem> = self.check_split(year, proposed)?.into_iter().flatten().collect();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let mut submissions = Vec::with_capacity(proposed.len());
        for one in proposed {
            let (position, draft) = self.as_draft_of_year(year, one)?;
            let kind = self.pack.kinds.get(position).map(|kind| kind.id.clone()).unwrap_or_default();
            let act = Act::Create(draft);
            submissions.push(Submission { act, kind, id: None, expected_version: None, reason: None });
        }
        self.submit_by(Hand::Staff(account), &submissions, key, None)
    }
}

fn year_of(record: &Record, parts: &Yearly) -> Option<i16> {
    match record.value(parts.year) {
        Some(Value::Integer(year)) => i16::try_from(*year).ok(),
        _ => None,
    }
}

/// The same day of a year, or its last: what was due at the end of February of a leap year included.
fn next_year(due: Option<i32>, year: i16) -> String {
    let day = due.map(day::date).and_then(|old| day::parse(&format!("{year}-{:02}-{:02}", old.month(), old.day())));
    day.map_or_else(|| format!("{year}-12-31"), |day| day.to_string())
}
