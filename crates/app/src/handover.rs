//! 轮岗交接: everything open that is assigned to one account passes to another in one act, with a record of it.
//!
//! - Each case gets the event that assigning it alone would give it, under the same right and to the same people: accounts of the body whose case it is.
//! - What cannot pass stays where it is, and is named with the reason. What the successor could not handle, for want of a post, is said before anything passes.
//! - Posts (岗位) pass only where whoever hands over may grant them: the security administrator, and nobody to himself. Once the three are separate, posts are
//!   all that he hands over: the cases are the office's and the units' own, and he sees none of them. With a post goes the open work of the post.
//! - Messages that were not read yet are passed on, each with whose it was.
//! - A transaction takes at most [`TOGETHER`] cases and tells both accounts what passed in it. A case that is no longer the first account's is left
//!   alone: after an interruption the act is simply repeated, and moves the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::{Pack, Problem, Sight, problem as codes};
use zhiheng_store::{
    AccountRow, Change, DueBetween, GrantRow, Job, MessageRow, MessagesOf, Needs, Op, Outcome, Reader, RecordId,
    Refused, Seen, TaskRow, TasksOf, Times,
};

use crate::cases::{Look, Taker};
use crate::error::Handed;
use crate::grants::Person;
use crate::permit::{EXPORT, Power, Verb, may};
use crate::submit::{Deciding, Happens, Prepared, read};
use crate::{Account, App, Error, Role};

/// Cases of one transaction.
const TOGETHER: usize = 500;
/// Characters of a reason.
const REASON: usize = 200;
/// Messages that pass at most, the newest.
const MESSAGES: usize = 200;

/// What an account would hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWork {
    /// Whose work.
    pub from: Person,
    /// Open cases by kind: the kind's name, how many.
    pub kinds: Vec<(String, usize)>,
    /// The posts that it holds by a grant today.
    pub posts: Vec<Post>,
    /// Whether the actor may pass posts on.
    pub grants: bool,
    /// Messages not read yet.
    pub unread: usize,
    /// Who may take some of it.
    pub takers: Vec<Person>,
}

/// A post that an account holds, with the open work of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The grant.
    pub key: i64,
    /// 岗位名称
    pub name: String,
    /// 单位名称; 全县 where it is for the county.
    pub body: String,
    /// Lines of work that wait for the post, up to a thousand; they follow it by themselves.
    pub lines: i64,
    /// Nobody else holds it: without it nobody would have that work among his own.
    pub alone: bool,
}

/// How a hand-over is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandOver {
    /// Why.
    pub reason: String,
    /// Grants that pass too.
    pub posts: Vec<i64>,
    /// Cases whose next step the successor cannot take pass all the same.
    pub all_the_same: bool,
}

/// A case, as a list of what passed names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedCase {
    /// Id of its kind.
    pub kind: String,
    /// 种类名称
    pub name: String,
    /// The record, 32 hexadecimal digits.
    pub id: String,
    /// The case's title; empty where whoever hands over may not see the case.
    pub label: String,
}

/// What became of a hand-over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// What passed.
    pub passed: Vec<PassedCase>,
    /// What stayed, each with the reason.
    pub stayed: Vec<(PassedCase, String)>,
    /// Posts that passed.
    #[serde(default)]
    pub posts: Vec<String>,
    /// Messages that were passed on.
    #[serde(default)]
    pub messages: usize,
}

/// Somebody whose work may be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub person: Person,
    /// 单位名称; empty where there is none.
    pub body: String,
    /// Lines of work that are assigned to the account, up to a thousand.
    pub lines: i64,
}

/// Lines of work are counted up to this.
const COUNTED: usize = 1000;

impl App {
    /// The accounts whose work this one may hand over and that have any, by login.
    pub fn holders(&self, actor: &Account) -> Result<Vec<Holder>, Error> {
        let mut reader = self.store.read()?;
        let mut found = Vec::new();
        for row in reader.accounts(&self.pack.place)?.into_iter().filter(|row| hands_over(actor, row)) {
            let lines: i64 = if actor.role == Role::SecurityAdmin {
                0
            } else {
                let assigned = reader.count_assigned(&self.pack.place, &row.login, DueBetween::ALL, COUNTED)?;
                assigned.iter().map(|(.., count)| count).sum()
            };
            let body = row.body.as_deref().and_then(|body| self.pack.body(body));
            let body = body.map(|body| body.name.clone()).unwrap_or_default();
            let posts = !self.posts_of(&mut reader, &row)?.is_empty();
            found.extend((lines > 0 || posts).then_some(Holder {
                person: Person { id: row.id, name: row.name },
                body,
                lines,
            }));
        }
        Ok(found)
    }

    /// The open cases that are assigned to an account, and who may take them.
    pub fn open_work_of(&self, actor: &Account, from: &RecordId) -> Result<OpenWork, Error> {
        let from = self.whose_work(actor, from)?;
        let (cases, unread) = self.to_pass(actor, &from)?;
        let mut kinds: BTreeMap<usize, (String, usize)> = BTreeMap::new();
        for task in cases.values() {
            let at = self.pack.kind_position(&task.kind).unwrap_or(usize::MAX);
            let name = self.pack.kind(&task.kind).map_or(task.kind.as_str(), |kind| kind.name.as_str());
            kinds.entry(at).or_insert_with(|| (name.to_owned(), 0)).1 += 1;
        }
        let takers = self.takers(&from, &cases)?;
        Ok(OpenWork {
            kinds: kinds.into_values().collect(),
            takers: takers.into_iter().map(|row| Person { id: row.id, name: row.name }).collect(),
            posts: self.posts_of(&mut self.store.read()?, &from)?,
            grants: self.may_pass_posts(actor, &from),
            unread: unread.len(),
            from: Person { id: from.id, name: from.name },
        })
    }

    /// Hands the open cases that are assigned to one account over to another.
    pub fn hand_over(
        &self,
        actor: &Account,
        from: &RecordId,
        to: &RecordId,
        wanted: &HandOver,
    ) -> Result<HandedOver, Error> {
        let reason = wanted.reason.as_str();
        let from = self.whose_work(actor, from)?;
        let (cases, mut unread) = self.to_pass(actor, &from)?;
        let to = self.takers(&from, &cases)?.into_iter().find(|row| row.id == *to);
        let mut problems = Vec::new();
        let mut say = |field: &str, text: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, field, text));
        if to.is_none() {
            say("to", "请选择接手人：与所移交的事项同一单位的在用账号。");
        }
        match reason.trim().chars().count() {
            0 => say("reason", "请写明移交原因，例如“轮岗”。"),
            length if length > REASON => say("reason", "移交原因最多 200 个字。"),
            _ => {}
        }
        let posts = self.chosen_posts(actor, &from, to.as_ref(), &wanted.posts, &mut problems)?;
        if let Some(to) = to.as_ref().filter(|_| !wanted.all_the_same) {
            problems.extend(self.beyond(&from, to, &cases, &posts)?);
        }
        if cases.is_empty() && posts.is_empty() && unread.is_empty() {
            let text = format!("{}名下没有可以移交的事项，也没有勾选岗位。", from.name);
            problems.push(Problem::of_field(codes::CHECK_FAILED, "to", text));
        }
        let Some(to) = to.filter(|_| problems.is_empty()) else { return Err(Error::Invalid(problems)) };
        self.begin_hand_over(actor, &from, &to, cases.len(), reason, &posts)?;
        let mut done = HandedOver { messages: unread.len(), ..HandedOver::default() };
        done.posts = posts.iter().map(|(name, _)| name.clone()).collect();
        let all: Vec<(RecordId, String)> = cases.into_iter().map(|(id, task)| (id, task.kind)).collect();
        // Messages pass with the first cases, and where there are none, by themselves.
        let nothing: &[(RecordId, String)] = &[];
        let alone = (all.is_empty() && !unread.is_empty()).then_some(nothing);
        let passed: Vec<RecordId> = unread.iter().map(|message| message.id).collect();
        for part in all.chunks(TOGETHER).chain(alone) {
            let cases: BTreeMap<_, _> =
                part.iter().map(|(id, kind)| (*id, (kind.clone(), self.random_bytes()))).collect();
            let job = Passing {
                pack: Arc::clone(&self.pack),
                actor: actor.clone(),
                from: from.clone(),
                to: to.clone(),
                reason: reason.trim().to_owned(),
                unread: std::mem::take(&mut unread),
                subjects: self.subjects_of(part.iter().map(|(id, kind)| (kind.as_str(), *id)))?,
                cases,
                year: self.year(),
                today: self.today(),
                now: self.now(),
            };
            match self.store.submit(&self.pack.place, Box::new(job))? {
                Outcome::Done { answer, .. } => {
                    let part: HandedOver = serde_json::from_str(&answer)
                        .map_err(|error| Error::Internal(format!("an answer that does not read: {error}")))?;
                    done.passed.extend(part.passed);
                    done.stayed.extend(part.stayed);
                }
                Outcome::Refused(Refused { answer }) => return Err(Handed::read(&answer)),
            }
        }
        if !passed.is_empty() {
            let place = self.pack.place.clone();
            self.store.write(move |tx| tx.mark_read(&place, &from.login, &passed))?;
        }
        Ok(done)
    }

    /// The log tells of the act before the first case passes: an interrupted one is in it too. Posts pass with that line.
    fn begin_hand_over(
        &self,
        actor: &Account,
        from: &AccountRow,
        to: &AccountRow,
        count: usize,
        reason: &str,
        posts: &[(String, GrantRow)],
    ) -> Result<(), Error> {
        let (place, by, object) = (self.pack.place.clone(), actor.login.clone(), from.login.clone());
        let names: Vec<&str> = posts.iter().map(|(name, _)| name.as_str()).collect();
        let with = if names.is_empty() { String::new() } else { format!("，岗位{}", names.join("、")) };
        let detail = format!("→ {}，{count} 件{with}：{}", to.login, reason.trim());
        let (today, to) = (self.today(), to.clone());
        let posts: Vec<GrantRow> = posts.iter().map(|(_, grant)| grant.clone()).collect();
        Ok(self.store.write(move |tx| {
            for grant in &posts {
                if tx.end_grant(&place, &grant.account, grant.recorded_at)?.is_none() {
                    continue;
                }
                let passed = GrantRow {
                    account: to.id,
                    recorded_at: 0,
                    since: grant.since.max(today),
                    granted_by: by.clone(),
                    ..grant.clone()
                };
                tx.grant(&place, &passed)?;
                let what = format!("{} {}", grant.role, grant.body.as_deref().unwrap_or("全县"));
                tx.log_operation(&place, &by, "收回岗位", &object, &what)?;
                tx.log_operation(&place, &by, "授予岗位", &to.login, &what)?;
            }
            tx.log_operation(&place, &by, "轮岗交接", &object, &detail).map(|_| ())
        })?)
    }

    /// Posts are given by who may grant them, and by nobody to himself or of his own.
    fn may_pass_posts(&self, actor: &Account, from: &AccountRow) -> bool {
        actor.has(Power::Security) && actor.id != from.id
    }

    /// The grants of an account that are in force.
    fn posts_of(&self, reader: &mut Reader<'_>, from: &AccountRow) -> Result<Vec<Post>, Error> {
        let (today, place) = (self.today(), &self.pack.place);
        let in_force = |grant: &GrantRow| {
            grant.ended_at.is_none() && grant.since <= today && grant.until.is_none_or(|until| today <= until)
        };
        let own: Vec<GrantRow> = reader.grants_of(place, &from.id)?.into_iter().filter(in_force).collect();
        if own.is_empty() {
            return Ok(Vec::new());
        }
        let others = reader.grants(place)?;
        let mut posts = Vec::new();
        for grant in own {
            let same =
                |other: &GrantRow| other.account != from.id && (&other.role, &other.body) == (&grant.role, &grant.body);
            let mut lines = 0;
            for body in self.pack.bodies.iter().filter(|body| grant.body.as_deref().is_none_or(|own| own == body.id)) {
                let of = TasksOf::Owner { body: body.id.clone(), role: grant.role.clone() };
                lines += reader.count_tasks(place, &of, DueBetween::ALL, COUNTED)?;
            }
            posts.push(Post {
                key: grant.recorded_at,
                name: self.post_name(&grant.role),
                body: grant.body.as_deref().map_or_else(|| "全县".to_owned(), |body| self.body_name(body).to_owned()),
                lines,
                alone: !others.iter().any(|other| in_force(other) && same(other)),
            });
        }
        Ok(posts)
    }

    fn post_name(&self, role: &str) -> String {
        match role {
            EXPORT => "数据导出".to_owned(),
            role => self.pack.role(role).map_or_else(|| role.to_owned(), |role| role.name.clone()),
        }
    }

    /// The grants that are to pass, with their names.
    fn chosen_posts(
        &self,
        actor: &Account,
        from: &AccountRow,
        to: Option<&AccountRow>,
        keys: &[i64],
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<(String, GrantRow)>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut say = |text: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, "posts", text));
        if !self.may_pass_posts(actor, from) {
            say("岗位由安全管理员移交，并且不能移交自己的：请安全管理员办理，或者不勾选岗位。");
        } else if to.is_some_and(|to| to.id == actor.id) {
            say("不能把岗位移交给自己，请由另一位安全管理员办理。");
        }
        let mut reader = self.store.read()?;
        let known = self.posts_of(&mut reader, from)?;
        let rows = reader.grants_of(&self.pack.place, &from.id)?.into_iter();
        let chosen = rows.filter(|row| keys.contains(&row.recorded_at));
        let named = chosen.filter_map(|row| {
            let post = known.iter().find(|post| post.key == row.recorded_at)?;
            Some((format!("{}（{}）", post.name, post.body), row))
        });
        Ok(named.collect())
    }

    /// What the successor could not handle: open work for posts that whoever hands over holds and the successor neither holds nor is given.
    fn beyond(
        &self,
        from: &AccountRow,
        to: &AccountRow,
        cases: &BTreeMap<RecordId, TaskRow>,
        posts: &[(String, GrantRow)],
    ) -> Result<Option<Problem>, Error> {
        let mut reader = self.store.read()?;
        let (Some(old), Some(new)) = (self.account_of(&mut reader, from)?, self.account_of(&mut reader, to)?) else {
            return Ok(None);
        };
        let given = |role: &str, body: &str| {
            let covers = |of: &str| self.pack.bodies_within(of).iter().any(|within| within.id == body);
            posts.iter().any(|(_, grant)| grant.role == role && grant.body.as_deref().is_none_or(covers))
        };
        let mut missing: BTreeMap<String, usize> = BTreeMap::new();
        for task in cases.values() {
            let body = Some(task.body.as_str()).filter(|body| !body.is_empty());
            let active = Account { must: None, ..old.clone() };
            if active.holds(&task.role, body) && !new.holds(&task.role, body) && !given(&task.role, &task.body) {
                *missing.entry(self.post_name(&task.role)).or_default() += 1;
            }
        }
        let named: Vec<String> = missing.iter().map(|(post, count)| format!("“{post}”（{count} 件）")).collect();
        Ok((!missing.is_empty()).then(|| {
            let text = format!(
                "{}没有{}，这些事项他接手以后办不了：请把岗位一并移交，或者先由安全管理员授予，或者另选一人；勾选“仍然移交”也可以移交，等授予以后再办。",
                to.name,
                named.join("、")
            );
            Problem::of_field(codes::CHECK_FAILED, "to", text)
        }))
    }

    /// The messages to an account itself that it has not read.
    fn unread_of(&self, login: &str) -> Result<Vec<MessageRow>, Error> {
        let mut reader = self.store.read()?;
        let of = MessagesOf::Account(login.to_owned());
        let found = reader.messages(&self.pack.place, &of, i64::MAX, MESSAGES)?;
        let ids: Vec<RecordId> = found.iter().map(|message| message.id).collect();
        let read = reader.read_by(&self.pack.place, login, &ids)?;
        // What tells of no case, as the list of an earlier hand-over, is his own.
        Ok(found.into_iter().filter(|message| !read.contains(&message.id) && message.record.is_some()).collect())
    }

    fn whose_work(&self, actor: &Account, from: &RecordId) -> Result<AccountRow, Error> {
        let row = self.stored_account(from)?;
        if hands_over(actor, &row) { Ok(row) } else { Err(Error::NotPermitted) }
    }

    /// The cases and the unread messages of an account that this one passes on: none for the security administrator, who passes posts alone.
    fn to_pass(
        &self,
        actor: &Account,
        from: &AccountRow,
    ) -> Result<(BTreeMap<RecordId, TaskRow>, Vec<MessageRow>), Error> {
        if actor.role == Role::SecurityAdmin {
            return Ok((BTreeMap::new(), Vec::new()));
        }
        Ok((self.assigned_to(&from.login)?, self.unread_of(&from.login)?))
    }

    /// The open cases that are assigned to a login, each with one of its lines of work.
    fn assigned_to(&self, login: &str) -> Result<BTreeMap<RecordId, TaskRow>, Error> {
        let mut reader = self.store.read()?;
        let of = TasksOf::Assignee(login.to_owned());
        let mut found = BTreeMap::new();
        let mut after = None;
        loop {
            let rows = reader.tasks(&self.pack.place, &of, DueBetween::ALL, after.as_ref(), TOGETHER)?;
            after = rows.last().map(TaskRow::cursor);
            let more = rows.len() == TOGETHER;
            for row in rows {
                found.entry(row.record).or_insert(row);
            }
            if !more {
                return Ok(found);
            }
        }
    }

    /// Who may take some of these cases: the accounts in use of the bodies whose cases they are.
    fn takers(&self, from: &AccountRow, cases: &BTreeMap<RecordId, TaskRow>) -> Result<Vec<AccountRow>, Error> {
        let mut reader = self.store.read()?;
        // Who has nothing but posts passes them on within his unit.
        let mut bodies: BTreeSet<Option<String>> = cases.is_empty().then(|| from.body.clone()).into_iter().collect();
        for (id, task) in cases {
            bodies.insert(reader.record(&self.pack.place, &task.kind, id)?.and_then(|row| row.body));
        }
        let mut rows = reader.accounts(&self.pack.place)?;
        let administers = |row: &AccountRow| Role::ADMINISTRATORS.iter().any(|role| role.name() == row.role);
        rows.retain(|row| row.id != from.id && row.disabled_at.is_none() && bodies.contains(&row.body));
        rows.retain(|row| !administers(row));
        Ok(rows)
    }
}

/// Whose work an account may hand over: its own and a colleague's of the same unit, anybody's for the office; the security administrator anybody's posts.
fn hands_over(actor: &Account, from: &AccountRow) -> bool {
    let colleague = actor.body == from.body && from.role == actor.role.name();
    actor.acts()
        && match actor.role {
            Role::Office => true,
            Role::Bureau => actor.id == from.id || colleague,
            Role::SecurityAdmin => {
                actor.has(Power::Security) && [Role::Office, Role::Bureau].iter().any(|role| role.name() == from.role)
            }
            Role::SystemAdmin | Role::AuditAdmin => false,
        }
}

/// One transaction of a hand-over.
struct Passing {
    pack: Arc<Pack>,
    actor: Account,
    from: AccountRow,
    to: AccountRow,
    reason: String,
    /// Messages that pass with this transaction.
    unread: Vec<MessageRow>,
    /// Cases with their kind and the salt of the new version.
    cases: BTreeMap<RecordId, (String, [u8; 16])>,
    /// Subjects whose records are counted together with theirs.
    subjects: BTreeSet<(String, String)>,
    year: i16,
    today: i32,
    now: i64,
}

impl Job for Passing {
    fn needs(&self) -> Needs {
        Needs {
            records: self.cases.iter().map(|(id, (kind, _))| (kind.clone(), *id)).collect(),
            tasks: self.cases.keys().copied().collect(),
            subjects: self.subjects.iter().cloned().collect(),
            ..Needs::default()
        }
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut deciding = Deciding::new(&self.pack, seen, times, self.year);
        let mut done = HandedOver::default();
        for (id, (kind, salt)) in &self.cases {
            let Some(position) = self.pack.kind_position(kind) else { continue };
            let passing = self.pass(&mut deciding, times, position, *id, *salt);
            let Some((case, stays)) = passing.map_err(|handed| Refused { answer: handed.write() })? else { continue };
            match stays {
                None => done.passed.push(case),
                Some(why) => done.stayed.push((case, why)),
            }
        }
        self.tell(&mut deciding, times, &done.passed);
        for message in &self.unread {
            let title = format!("{}移交：{}", self.from.name, message.title);
            deciding.message_to(times.next(), &self.to.login, message.record.clone(), title, message.text.clone());
        }
        let mut change = deciding.change;
        change.answer = serde_json::to_string(&done).unwrap_or_default();
        Ok(change)
    }
}

impl Passing {
    /// Passes one case; answers it, and why it stays. None where it is no longer the first account's.
    fn pass(
        &self,
        deciding: &mut Deciding<'_>,
        times: &mut Times,
        position: usize,
        id: RecordId,
        salt: [u8; 16],
    ) -> Result<Option<(PassedCase, Option<String>)>, Handed> {
        let Some(kind) = self.pack.kinds.get(position) else { return Ok(None) };
        let Some(row) = deciding.current(&kind.id, &id).filter(|row| row.live) else { return Ok(None) };
        let Some((record, envelope)) = read(kind, &row) else { return Ok(None) };
        let Some(case) = record.case.as_ref().filter(|case| case.assignee.as_deref() == Some(&*self.from.login)) else {
            return Ok(None);
        };
        let Some(procedure) = self.pack.procedure_of(case) else { return Ok(None) };
        let seen = may(&self.actor, Verb::See, kind, envelope.body.as_deref(), envelope.area.as_deref());
        let label = if seen { self.pack.title(kind, &record, Sight::Hidden) } else { String::new() };
        let (kind_id, name) = (kind.id.clone(), kind.name.clone());
        let named = PassedCase { kind: kind_id, name, id: id.to_string(), label };
        let (pack, today) = (&*self.pack, self.today);
        let look = Look {
            pack,
            kind,
            row: &row,
            record: &record,
            envelope: &envelope,
            case,
            procedure,
            today,
            now: self.now,
            runs: Default::default(),
        };
        if !look.is_own(Taker::Staff(&self.actor)) {
            return Ok(Some((named, Some("您没有交办这件事的权限，请由承办单位或质量强县办移交。".to_owned()))));
        }
        if self.to.body != envelope.body {
            return Ok(Some((named, Some("接手人不是承办单位的账号，请另选该单位的人接手。".to_owned()))));
        }
        let prepared = Prepared {
            op: Op::Step,
            old_subject: row.subject.clone(),
            kind: position,
            kind_id: kind.id.clone(),
            id,
            expected_version: None,
            reason: Some(self.reason.clone()),
            content: None,
            salt,
            warnings: Vec::new(),
            happening: Some(Happens {
                act: CaseAct::Assign(Some(self.to.login.clone())),
                note: None,
                from: case.state.clone(),
                opened: Vec::new(),
                instead_of: None,
            }),
        };
        deciding.one(&prepared, None, &self.actor.login, None, times)?;
        Ok(Some((named, None)))
    }

    /// Tells both accounts what passed: the list that each keeps (移交清单).
    fn tell(&self, deciding: &mut Deciding<'_>, times: &mut Times, passed: &[PassedCase]) {
        if passed.is_empty() {
            return;
        }
        let at = times.next();
        let (from, to, count) = (&self.from.name, &self.to.name, passed.len());
        let list: Vec<String> = passed.iter().map(|case| format!("{}「{}」", case.name, case.label)).collect();
        let text = format!("{from}移交给{to} {count} 件（{}）：{}。", self.reason, list.join("、"));
        deciding.message_to(at, &self.to.login, None, format!("{from}移交给您 {count} 件"), text.clone());
        deciding.message_to(at, &self.from.login, None, format!("您的 {count} 件已移交给{to}"), text);
    }
}
