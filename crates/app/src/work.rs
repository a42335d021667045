//! Work (工作台): what an account owes, what is due soon, what is late, what it did, and the messages to it. Every question is bounded: a page of lines
//! from an index for each role that the account holds, merged.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use zhiheng_pack::case::Urgent;
use zhiheng_pack::procedure::{Length, Role, RoleScope, Unit};
use zhiheng_pack::record::Record;
use zhiheng_store::{
    AccountRow, DueBetween, MessageRow, MessagesOf, Reader, RecordId, Sorts, TaskCursor, TaskRow, TasksOf, VersionRow,
};

use crate::cases::Offers;
use crate::{Account, App, Error, hex};

/// Which part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bin {
    /// 待办: everything that is open.
    Open,
    /// 即将到期: within three working days.
    Soon,
    /// 超期
    Overdue,
}

/// Working days before an end within which it is due soon.
const SOON: Length = Length { count: 3, unit: Unit::Workday };
/// Counts above this are told as «1000+».
const COUNTED: usize = 1000;
/// Lines due within two days among which those that press are looked for.
const PRESSING: usize = 400;

/// A line of work as a list shows it.
#[derive(Debug, Clone)]
pub struct WorkItem {
    /// The stored line.
    pub task: TaskRow,
    /// 种类名称
    pub kind: String,
    /// The case's title, as the account sees it.
    pub label: String,
    /// Its number (编号), which tells nothing of anybody; none where the kind has none.
    pub number: Option<String>,
    /// 时限名称; empty for an open step.
    pub clock: String,
    /// 状态名称
    pub state: String,
    /// 单位名称
    pub body: String,
    /// 岗位名称
    pub role: String,
    /// It is late.
    pub late: bool,
    /// What the reader may do with the case.
    pub offers: Offers,
    /// 缓急: how soon the person whom it is about leaves, and when; none where nothing depends on it.
    pub urgent: Option<(Urgent, Option<i64>)>,
    /// Name of the absent person to whom it is assigned and for whom the reader acts (代办).
    pub instead_of: Option<String>,
}

/// What a line tells of its case: title, number, what may be done, and how urgent it is.
type Told = (String, Option<String>, Offers, Option<(Urgent, Option<i64>)>);

/// A page of work.
#[derive(Debug, Clone, Default)]
pub struct WorkPage {
    /// Lines, the earliest end first.
    pub items: Vec<WorkItem>,
    /// Where the next page begins.
    pub next: Option<TaskCursor>,
}

/// How much there is, each up to a thousand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkCounts {
    /// 待办
    pub open: i64,
    /// 即将到期
    pub soon: i64,
    /// 超期
    pub overdue: i64,
    /// 未读消息
    pub unread: i64,
}

/// A message with whether it was read.
#[derive(Debug, Clone)]
pub struct Received {
    /// The message.
    pub message: MessageRow,
    /// Read by this account.
    pub read: bool,
    /// For whom it was meant, where that role is nobody's (县交通委的单位负责人).
    pub meant_for: Option<String>,
    /// The absent person whom it tells, where the reader stands in for that person (代办).
    pub instead_of: Option<String>,
}

/// Something an account did.
#[derive(Debug, Clone)]
pub struct Done {
    /// The version it made.
    pub version: VersionRow,
    /// 种类名称
    pub kind: String,
    /// The case's title.
    pub label: String,
    /// 环节名称
    pub step: String,
}

impl App {
    /// A page of an account's work.
    pub fn work(
        &self,
        account: &Account,
        bin: Bin,
        after: Option<TaskCursor>,
        limit: usize,
    ) -> Result<WorkPage, Error> {
        let first = bin == Bin::Open && after.is_none();
        let mut page = self.lines(account, self.between(bin), after, limit.clamp(1, 200))?;
        if first {
            self.with_pressing(account, &mut page)?;
        }
        // Whoever leaves within a day is answered before he leaves, whatever else is due; the time limits themselves stay as they are.
        page.items.sort_by_key(|item| match item.urgent {
            Some((urgent, leaves)) if urgent.presses() => (urgent, leaves),
            _ => (Urgent::Later, None),
        });
        Ok(page)
    }

    /// Adds the lines of cases that press and are due later than this page reaches: the first page shows them all. They are found by the time limit that ends
    /// with the day of leaving, today's and tomorrow's.
    fn with_pressing(&self, account: &Account, page: &mut WorkPage) -> Result<(), Error> {
        if page.next.is_none() || self.pack.kinds.iter().all(|kind| kind.urgency.is_none()) {
            return Ok(());
        }
        let now = self.now();
        let soon = self.lines(
            account,
            DueBetween { from: now, to: now + 2 * 86_400_000_000, sorts: Sorts::All },
            None,
            PRESSING,
        )?;
        let by_leaving = |item: &WorkItem| {
            let kind = self.pack.kind(&item.task.kind);
            kind.and_then(|kind| kind.urgency.as_ref()).is_some_and(|urgency| urgency.clock == item.task.clock)
        };
        for item in soon.items {
            let presses = item.urgent.is_some_and(|(urgent, _)| urgent.presses());
            if presses && by_leaving(&item) && !page.items.iter().any(|known| known.task.record == item.task.record) {
                page.items.push(item);
            }
        }
        Ok(())
    }

    fn lines(
        &self,
        account: &Account,
        between: DueBetween,
        after: Option<TaskCursor>,
        limit: usize,
    ) -> Result<WorkPage, Error> {
        let mut reader = self.store.read()?;
        let mut rows: Vec<TaskRow> = Vec::new();
        let absent = self.absent(&mut reader, account)?;
        for of in self.whose(account, &absent) {
            rows.extend(reader.tasks(&self.pack.place, &of, between, after.as_ref(), limit + 1)?);
        }
        rows.sort_by_cached_key(TaskRow::cursor);
        rows.dedup_by(|one, other| (one.record, &one.clock, one.run) == (other.record, &other.clock, other.run));
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more);
        let next = last.map(TaskRow::cursor);
        let mut items = Vec::with_capacity(rows.len());
        let mut cases: BTreeMap<RecordId, Told> = BTreeMap::new();
        for task in rows {
            let (label, number, offers, urgent) = match cases.entry(task.record) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(free) => {
                    let row = reader.record(&self.pack.place, &task.kind, &task.record)?;
                    let case = self.pack.kind(&task.kind).zip(row).map(|(kind, row)| {
                        let record = Record::from_canonical(kind, &row.fields);
                        let urgent = record.as_ref().and_then(|record| self.pack.urgent(kind, record, self.now()));
                        let label = record.map(|record| account.title(&self.pack, kind, &record)).unwrap_or_default();
                        (label, row.key.clone(), self.offers(account, kind, &row), urgent)
                    });
                    free.insert(case.unwrap_or_default()).clone()
                }
            };
            let instead_of = absent.iter().find(|one| task.assignee.as_deref() == Some(&*one.login));
            let instead_of = instead_of.map(|one| one.name.clone());
            items.push(WorkItem { offers, instead_of, number, urgent, ..self.item(task, label) });
        }
        Ok(WorkPage { items, next })
    }

    /// The lines of an account's work themselves, at most so many of each role.
    pub(crate) fn owed(&self, account: &Account, bin: Bin, limit: usize) -> Result<Vec<TaskRow>, Error> {
        let mut reader = self.store.read()?;
        let absent = self.absent(&mut reader, account)?;
        let mut rows = Vec::new();
        for of in self.whose(account, &absent) {
            rows.extend(reader.tasks(&self.pack.place, &of, self.between(bin), None, limit)?);
        }
        Ok(rows)
    }

    fn item(&self, task: TaskRow, label: String) -> WorkItem {
        let kind = self.pack.kind(&task.kind);
        let procedures =
            || kind.into_iter().flat_map(|kind| &kind.procedures).filter_map(|at| self.pack.procedures.get(*at));
        let clock = procedures().find_map(|it| it.line_name(&task.clock)).map(str::to_owned);
        let state = procedures().find_map(|it| it.state(&task.state)).map(|state| state.name.clone());
        WorkItem {
            kind: kind.map_or_else(|| task.kind.clone(), |kind| kind.name.clone()),
            clock: clock.unwrap_or_default(),
            state: state.unwrap_or_default(),
            body: self.pack.body(&task.body).map_or_else(String::new, |body| body.name.clone()),
            role: self.pack.role(&task.role).map_or_else(String::new, |role| role.name.clone()),
            late: task.due_at.is_some_and(|at| at <= self.now()) && task.sort == "duty",
            offers: Offers::default(),
            instead_of: None,
            urgent: None,
            number: None,
            label,
            task,
        }
    }

    /// How much work an account has.
    pub fn work_counts(&self, account: &Account) -> Result<WorkCounts, Error> {
        let mut reader = self.store.read()?;
        let absent = self.absent(&mut reader, account)?;
        let mut count = |bin| self.count(&mut reader, account, &absent, bin);
        let mut counts = WorkCounts {
            open: count(Bin::Open)?,
            soon: count(Bin::Soon)?,
            overdue: count(Bin::Overdue)?,
            ..WorkCounts::default()
        };
        drop(reader);
        counts.unread = i64::try_from(self.messages(account, 50)?.iter().filter(|it| !it.read).count()).unwrap_or(50);
        Ok(counts)
    }

    /// 超期 and 快到期 are of duties: a right that ran out is nobody's debt, and nobody's work any more.
    fn between(&self, bin: Bin) -> DueBetween {
        let now = self.now();
        match bin {
            Bin::Open => DueBetween { sorts: Sorts::Alive(now), ..DueBetween::ALL },
            Bin::Overdue => DueBetween { to: now, sorts: Sorts::Duties, ..DueBetween::ALL },
            Bin::Soon => {
                let counted = zhiheng_pack::clock::count(&self.pack.calendar, self.today(), SOON, false, &[], &[]);
                let to = counted.due_instant(self.pack.utc_offset_hours).unwrap_or(now);
                DueBetween { from: now + 1, to, sorts: Sorts::Duties }
            }
        }
    }

    /// What an account did, newest first.
    pub fn done(&self, account: &Account, before: i64, limit: usize) -> Result<Vec<Done>, Error> {
        let mut reader = self.store.read()?;
        let versions = reader.steps_of(&self.pack.place, &account.login, before, limit)?;
        let done = versions.into_iter().filter_map(|version| {
            let kind = self.pack.kind(&version.kind)?;
            let record = Record::from_canonical(kind, &version.fields)?;
            let case = record.case.as_ref()?;
            let event = case.events.iter().find(|event| event.version == version.version)?;
            let step = self.act_name(case, &event.act);
            Some(Done { kind: kind.name.clone(), label: account.title(&self.pack, kind, &record), step, version })
        });
        Ok(done.collect())
    }

    /// What an event is called: 受理, 暂停计时：办结, 时限届满：受理决定.
    pub fn act_name(&self, case: &zhiheng_pack::case::Case, act: &zhiheng_pack::case::Act) -> String {
        use zhiheng_pack::case::Act;
        let procedure = self.pack.procedure_of(case);
        let clock =
            |id: &String| procedure.and_then(|it| it.clock(id)).map_or_else(|| id.clone(), |clock| clock.name.clone());
        let asked =
            |id: &String| procedure.and_then(|it| it.ask(id)).map_or_else(|| id.clone(), |ask| ask.name.clone());
        match act {
            Act::Open => "登记".to_owned(),
            Act::Change => "更正".to_owned(),
            Act::Confirm(id) => format!("确认更正，撤回逾期认定：{}", clock(id)),
            Act::Step(id) => procedure.and_then(|it| it.step(id)).map_or_else(|| id.clone(), |step| step.name.clone()),
            Act::Pause(id) => format!("暂停计时：{}", clock(id)),
            Act::Resume(id) => format!("恢复计时：{}", clock(id)),
            Act::Extend(id, length) => {
                let words = Length::parse(length).map_or_else(|| length.clone(), Length::words);
                format!("延长{words}：{}", clock(id))
            }
            Act::Lapse(id) => format!("时限届满：{}", clock(id)),
            Act::Answer { ask, body, answer } => {
                let ask = procedure.and_then(|it| it.ask(ask));
                let name = ask.and_then(|ask| ask.answers.iter().find(|it| it.id == *answer));
                let (what, answer) = (ask.map_or("", |ask| &ask.name), name.map_or(answer, |it| &it.name));
                format!("{what}：{}{answer}", self.body_name(body))
            }
            Act::Unask { ask, body } => format!("收回{}：{}", asked(ask), self.body_name(body)),
            Act::Overdue { ask, body } => format!("{}逾期未复：{}", asked(ask), self.body_name(body)),
            Act::Assign(Some(to)) => format!("交办：{to}"),
            Act::Assign(None) => "取消交办".to_owned(),
        }
    }

    /// The newest messages to an account, newest first.
    pub fn messages(&self, account: &Account, limit: usize) -> Result<Vec<Received>, Error> {
        let mut reader = self.store.read()?;
        let mut found =
            reader.messages(&self.pack.place, &MessagesOf::Account(account.login.clone()), i64::MAX, limit)?;
        for (role, body) in self.addresses(account) {
            found.extend(reader.messages(&self.pack.place, &MessagesOf::Owner { body, role }, i64::MAX, limit)?);
        }
        let own: BTreeSet<RecordId> = found.iter().map(|message| message.id).collect();
        // Whoever stands in for somebody is told what is for that person alone, as he has that person's work.
        let absent = self.absent(&mut reader, account)?;
        for one in &absent {
            let of = MessagesOf::Account(one.login.clone());
            found.extend(reader.messages(&self.pack.place, &of, i64::MAX, limit)?);
        }
        for vacant in self.vacant_for(&mut reader, account)? {
            let of = MessagesOf::Bodies { bodies: vacant.bodies, role: vacant.role };
            found.extend(reader.messages(&self.pack.place, &of, i64::MAX, limit)?);
        }
        found.sort_by_key(|message| (std::cmp::Reverse(message.at), message.id));
        found.dedup_by_key(|message| message.id);
        found.truncate(limit);
        let ids: Vec<RecordId> = found.iter().map(|message| message.id).collect();
        let read = reader.read_by(&self.pack.place, &account.login, &ids)?;
        let one = |message: MessageRow| {
            let person = absent.iter().find(|one| message.account.as_deref() == Some(&*one.login));
            let instead_of = person.map(|one| one.name.clone());
            let vacant = !own.contains(&message.id) && instead_of.is_none();
            let meant_for = vacant.then(|| self.meant_for(&message));
            Received { read: read.contains(&message.id), meant_for, instead_of, message }
        };
        Ok(found.into_iter().map(one).collect())
    }

    /// To which roles and bodies a message must be addressed for an account to have it. A message to a role of the county names no body. An account that
    /// sees everybody's work is told what is for the county's own roles.
    fn addresses(&self, account: &Account) -> Vec<(String, String)> {
        let county = |role: &&Role| role.scope == RoleScope::County && account.holds(&role.id, None);
        let own = self.pack.roles.iter().filter(county).map(|role| (role.id.clone(), String::new()));
        own.chain(self.owners(account).unwrap_or_default()).collect()
    }

    /// The same, with the roles for which it is told because nobody holds them.
    pub(crate) fn all_addresses(&self, account: &Account) -> Result<Vec<(String, String)>, Error> {
        let mut found = self.addresses(account);
        for vacant in self.vacant_for(&mut self.store.read()?, account)? {
            found.extend(vacant.bodies.into_iter().map(|body| (vacant.role.clone(), body)));
        }
        Ok(found)
    }

    /// The roles and bodies whose work an account sees, one by one; `None` sees everybody's.
    fn owners(&self, account: &Account) -> Option<Vec<(String, String)>> {
        let all = || self.pack.bodies.iter().map(|body| body.id.clone()).chain([String::new()]).collect();
        let each = |(role, bodies): (String, Option<Vec<String>>)| {
            bodies.unwrap_or_else(all).into_iter().map(move |body| (role.clone(), body))
        };
        let mut owners: Vec<(String, String)> = account.owners()?.into_iter().flat_map(each).collect();
        owners.sort();
        owners.dedup();
        Some(owners)
    }

    /// Whose work an account sees: of the roles it holds, what is assigned to it, and what is assigned to those for whom it acts.
    fn whose(&self, account: &Account, absent: &[AccountRow]) -> Vec<TasksOf> {
        match self.owners(account) {
            None => vec![TasksOf::Everybody],
            Some(owners) => {
                let owner = |(role, body)| TasksOf::Owner { body, role };
                let assignees = std::iter::once(&account.login).chain(absent.iter().map(|one| &one.login));
                owners.into_iter().map(owner).chain(assignees.cloned().map(TasksOf::Assignee)).collect()
            }
        }
    }

    /// Marks messages as read.
    pub fn mark_read(&self, account: &Account, messages: &[RecordId]) -> Result<(), Error> {
        let (place, login, ids) = (self.pack.place.clone(), account.login.clone(), messages.to_vec());
        Ok(self.store.write(move |tx| tx.mark_read(&place, &login, &ids))?)
    }

    /// The ends of an account's work between two days, both included, for a calendar; at most so many.
    pub fn due_between(&self, account: &Account, from: i32, to: i32, limit: usize) -> Result<WorkPage, Error> {
        let offset = self.pack.utc_offset_hours * 3_600_000_000;
        let begin = |day: i32| i64::from(day) * 86_400_000_000 - offset;
        let within = DueBetween { from: begin(from) + 1, to: begin(to.saturating_add(1)), sorts: Sorts::All };
        self.lines(account, within, None, limit.clamp(1, 1000))
    }

    /// How much is open, up to a thousand: the number beside 工作台.
    pub fn open_work(&self, account: &Account) -> Result<i64, Error> {
        let mut reader = self.store.read()?;
        let absent = self.absent(&mut reader, account)?;
        self.count(&mut reader, account, &absent, Bin::Open)
    }

    /// How many lines there are in one part of the work: a line that is both assigned and of a role that is held counts once.
    fn count(&self, reader: &mut Reader<'_>, account: &Account, absent: &[AccountRow], bin: Bin) -> Result<i64, Error> {
        let (place, between) = (&self.pack.place, self.between(bin));
        let Some(owners) = self.owners(account) else {
            return Ok(reader.count_tasks(place, &TasksOf::Everybody, between, COUNTED)?);
        };
        let mut found = 0;
        for login in std::iter::once(&account.login).chain(absent.iter().map(|one| &one.login)) {
            let assigned = reader.count_assigned(place, login, between, COUNTED)?;
            let apart = assigned.into_iter().filter(|(body, role, _)| !owners.contains(&(role.clone(), body.clone())));
            found += apart.map(|(.., count)| count).sum::<i64>();
        }
        for (role, body) in owners {
            found += reader.count_tasks(place, &TasksOf::Owner { body, role }, between, COUNTED)?;
        }
        Ok(found)
    }

    /// Makes the secret of an account's calendar feed, in place of the one it had. Only its hash is kept.
    pub fn renew_feed(&self, account: &Account) -> Result<String, Error> {
        let token = format!("{}{}", account.id, hex(&self.random_bytes::<32>()));
        self.set_feed(account, &feed_hash(&token), "启用日历订阅")?;
        Ok(token)
    }

    /// Ends an account's calendar feed.
    pub fn revoke_feed(&self, account: &Account) -> Result<(), Error> {
        self.set_feed(account, "", "停用日历订阅")
    }

    /// Whether an account has a calendar feed.
    pub fn has_feed(&self, account: &Account) -> Result<bool, Error> {
        Ok(self.setting(&feed_setting(&account.id))?.is_some_and(|hash| !hash.is_empty()))
    }

    fn set_feed(&self, account: &Account, hash: &str, verb: &'static str) -> Result<(), Error> {
        let (place, login) = (self.pack.place.clone(), account.login.clone());
        let (name, hash) = (feed_setting(&account.id), hash.to_owned());
        self.store.write(move |tx| {
            tx.set_setting(&place, &name, &hash)?;
            tx.log_operation(&place, &login, verb, &login, "").map(|_| ())
        })?;
        Ok(())
    }

    /// The account that a feed's token names, and the hash that the token must have; the caller compares the two in constant time.
    pub fn feed(&self, token: &str) -> Result<Option<(Account, String)>, Error> {
        let Some(id) = token.get(..32).and_then(|id| id.parse::<RecordId>().ok()) else { return Ok(None) };
        let hash = self.setting(&feed_setting(&id))?.filter(|hash| !hash.is_empty());
        let mut reader = self.store.read()?;
        let Some(row) = reader.account(&self.pack.place, &id)? else { return Ok(None) };
        let account = self.account_of(&mut reader, &row)?.filter(|account| !account.disabled && account.active);
        Ok(account.zip(hash))
    }

    /// How many lines of a kind's cases are late, by reading every case and asking it: what a list without lines of work of its own would cost.
    #[doc(hidden)]
    pub fn overdue_by_asking(&self, kind: &str) -> Result<u64, Error> {
        let Some(of) = self.pack.kind(kind) else { return Ok(0) };
        let (now, mut late) = (self.now(), 0);
        self.store.read()?.scan_records(&self.pack.place, kind, |row| {
            if let Some((record, envelope)) = crate::submit::read(of, &row).filter(|_| row.live) {
                let is_late = |duty: &zhiheng_pack::case::Duty| duty.due_at.is_some_and(|at| at <= now);
                late += self.pack.duties(&record, &envelope).iter().filter(|duty| is_late(duty)).count() as u64;
            }
            Ok(())
        })?;
        Ok(late)
    }
}

fn feed_setting(account: &RecordId) -> String {
    format!("calendar_feed.{account}")
}

/// What is kept of a feed's token.
pub fn feed_hash(token: &str) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(token.as_bytes()))
}
