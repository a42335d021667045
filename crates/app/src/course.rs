//! What a version does to the course of its case: the event it makes, the running number it is given, and what is owed after it. Part of the decision:
//! pure, inside the writer.

use sha2::{Digest, Sha256};
use zhiheng_pack::case::{Act as CaseAct, Duty, Event, Happening, MomentSort};
use zhiheng_pack::document::number_text;
use zhiheng_pack::procedure::{Document, RoleScope, roles};
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Draft, Kind, Pack, Sight, Value};
use zhiheng_store::{DocumentNumberRow, MessageRow, Op, RecordId, RecordRow, TaskRow, TaskSet, Times, VersionRow};

use crate::cases::{Doing, Taker, step_content};
use crate::error::Handed;
use crate::outgoing::{Occasion, Time, urges};
use crate::submit::{Deciding, Happens, Moved, Prepared, read};

/// The names of the running numbers that a new record of a kind takes.
pub(crate) fn counters(kind: &Kind, year: i16) -> impl Iterator<Item = String> + '_ {
    let of_field = move |field: &zhiheng_pack::Field| format!("{}.{}.{year}", kind.id, field.id);
    kind.fields.iter().filter(|field| field.serial.is_some()).map(of_field)
}

/// The documents that a step issues, with the field that holds their number.
pub(crate) fn issued<'p>(pack: &'p Pack, kind: &Kind, one: &Prepared) -> Vec<(&'p Document, usize)> {
    let Some(CaseAct::Step(id)) = one.happening.as_ref().map(|happens| &happens.act) else { return Vec::new() };
    let procedures = kind.procedures.iter().filter_map(|at| pack.procedures.get(*at));
    let steps = procedures.flat_map(|procedure| &procedure.steps).filter(|step| step.id == *id);
    let mut found: Vec<(&Document, usize)> = Vec::new();
    for document in steps.flat_map(|step| &step.documents).filter_map(|id| pack.document(id)) {
        if let Some(field) = document.number_field.filter(|_| document.number.is_some())
            && !found.iter().any(|(known, _)| known.id == document.id)
        {
            found.push((document, field));
        }
    }
    found
}

/// How many running numbers are passed over, attempt by attempt.
pub(crate) fn skips(numbered: bool) -> impl Iterator<Item = i64> {
    let further = (0..20).map(|power| 1 << power).filter(move |_| numbered);
    std::iter::once(0).chain(further)
}

/// A running number as its pattern prints it: `WSLY-{yyyy}-{00000}`.
fn numbered(pattern: &str, year: i16, number: i64) -> String {
    let mut text = pattern.replace("{yyyy}", &year.to_string());
    if let Some((before, rest)) = text.split_once("{0")
        && let Some((zeros, after)) = rest.split_once('}')
    {
        let width = zeros.len() + 1;
        text = format!("{before}{number:0width$}{after}");
    }
    text
}

impl Deciding<'_> {
    /// The content of a version with its case brought forward, and the envelope that follows from it.
    pub(crate) fn on_course(
        &mut self,
        kind: &Kind,
        one: &Prepared,
        content: Option<(Envelope, String)>,
        before: Option<&RecordRow>,
        actor: &str,
        at: i64,
    ) -> Result<Option<(Envelope, String)>, Handed> {
        let numbers = one.op == Op::Create && kind.fields.iter().any(|field| field.serial.is_some());
        let moves = self.pack.has_cases(kind) && matches!(one.op, Op::Create | Op::Correct | Op::Step);
        if !numbers && !moves {
            return Ok(content);
        }
        let old = before.and_then(|row| read(kind, row)).map(|(record, _)| record);
        let given = content.and_then(|(_, canonical)| Record::from_canonical(kind, &canonical)).or_else(|| old.clone());
        let Some(mut record) = given else { return Err(Handed::NotFound("这条记录".to_owned())) };
        if numbers {
            self.number(kind, &mut record);
        }
        if moves {
            self.check_state(one, old.as_ref())?;
            let happens = one.happening.clone();
            let act = match &happens {
                Some(happens) => happens.act.clone(),
                None if one.op == Op::Create => CaseAct::Open,
                None => CaseAct::Change,
            };
            let happening = Happening {
                act,
                at,
                by: actor.to_owned(),
                instead_of: happens.as_ref().and_then(|happens| happens.instead_of.clone()),
                version: before.map_or(1, |row| row.version + 1),
                reason: one.reason.clone(),
                note: happens.as_ref().and_then(|happens| happens.note.clone()),
                opened: happens.map(|happens| happens.opened).unwrap_or_default(),
            };
            let version = happening.version;
            self.pack.happen(kind, old.as_ref(), &mut record, happening);
            self.number_documents(kind, one, &mut record, (version, at, actor));
        }
        Ok(Some((self.pack.envelope(kind, &record), record.canonical(kind))))
    }

    /// Somebody else may have taken a step meanwhile: a step is decided for the state its taker saw.
    fn check_state(&self, one: &Prepared, old: Option<&Record>) -> Result<(), Handed> {
        let Some(happens) = &one.happening else { return Ok(()) };
        // Whoever was asked answers, wherever the case has come to meanwhile, as long as the answer is still owed.
        if let CaseAct::Answer { ask, body, .. } | CaseAct::Unask { ask, body } = &happens.act {
            let owing = old.is_some_and(|record| self.pack.owing(record, ask, body).is_some());
            let gone = || Handed::Conflict("这一家已经答复，或者不再需要它答复".to_owned());
            return if owing { Ok(()) } else { Err(gone()) };
        }
        let state = old.and_then(|record| record.case.as_ref()).map(|case| case.state.as_str());
        if state.is_some_and(|state| state != happens.from) {
            return Err(Handed::Conflict("这件事已有人往下办理".to_owned()));
        }
        Ok(())
    }

    /// Whether nobody has changed a record since a version was seen, but for the program and those who were asked: an answer leaves the content as it is.
    pub(crate) fn is_undisturbed(&self, kind: usize, row: &RecordRow, seen: i64) -> bool {
        if row.version == seen {
            return true;
        }
        let kind = self.pack.kinds.get(kind);
        let case = kind.and_then(|kind| read(kind, row)).and_then(|(record, _)| record.case);
        let disturbs_nobody = |event: &Event| {
            event.by == roles::SYSTEM || matches!(event.act, CaseAct::Answer { .. } | CaseAct::Unask { .. })
        };
        let own = |version: i64| {
            case.as_ref().is_some_and(|case| case.events.iter().any(|it| it.version == version && disturbs_nobody(it)))
        };
        seen < row.version && (seen + 1..=row.version).all(own)
    }

    /// Gives the running numbers of a new record, where nobody has given one.
    fn number(&mut self, kind: &Kind, record: &mut Record) {
        for (index, field) in kind.fields.iter().enumerate() {
            let Some(pattern) = field.serial.as_ref().filter(|_| record.value(index).is_none()) else { continue };
            let name = format!("{}.{}.{}", kind.id, field.id, self.year);
            let last = self.change.counters.get(&name).copied().unwrap_or_else(|| self.seen.counter(&name));
            let mut next = last + 1 + std::mem::take(&mut self.skip);
            // A file may give some of its rows a number and leave it to us for the others.
            while self.given.contains(&(kind.id.clone(), numbered(pattern, self.year, next))) {
                next += 1;
            }
            self.change.counters.insert(name, next);
            record.number(index, Value::Text(numbered(pattern, self.year, next)));
        }
    }

    /// Numbers the documents that a step issues, where their number has a field and nobody has written one there: the paper and the record carry one
    /// number from the moment of the step.
    fn number_documents(
        &mut self,
        kind: &Kind,
        one: &Prepared,
        record: &mut Record,
        (version, at, actor): (i64, i64, &str),
    ) {
        let year = i32::from(self.year);
        for (document, field) in issued(self.pack, kind, one) {
            if record.value(field).is_some() {
                continue;
            }
            let own = self.change.documents.iter().rev().find(|it| it.document == document.id && it.year == year);
            let serial = own.map_or_else(|| self.seen.serial(&document.id, year), |last| last.serial) + 1;
            let day = zhiheng_pack::day::date(self.pack.day_of(at));
            let Some(text) = number_text(self.pack, kind, document, record, day, serial) else { continue };
            record.number(field, Value::Text(text));
            self.change.documents.push(DocumentNumberRow {
                document: document.id.clone(),
                year,
                serial,
                record: one.id,
                version,
                issued_at: at,
                actor: actor.to_owned(),
            });
        }
    }

    /// Replaces what was owed in a case by what is owed after a version, and tells those who owe something new.
    pub(crate) fn owe(&mut self, kind: &Kind, before: Option<&RecordRow>, version: &VersionRow) {
        if !self.pack.has_cases(kind) {
            return;
        }
        let row = version.record();
        let old = self.tasks_of(&row.id);
        self.owe_now(kind, &row);
        if before.is_none_or(|row| row.live)
            && let Some((record, _)) = read(kind, &row)
        {
            let rows = self.tasks_of(&row.id);
            self.tell_new_owners(kind, &record, version, &old, &rows);
            self.tell_of_citizen(kind, &record, version, if rows.is_empty() { &old } else { &rows });
        }
    }

    /// What a citizen did with his case – more material, a withdrawal – is news to whoever works on it.
    fn tell_of_citizen(&mut self, kind: &Kind, record: &Record, version: &VersionRow, rows: &[TaskRow]) {
        let Some((case, procedure)) = self.pack.case_of(record) else { return };
        let event = case.events.iter().find(|event| event.version == version.version && event.by == roles::CITIZEN);
        let Some(CaseAct::Step(id)) = event.map(|event| &event.act) else { return };
        let Some(step) = procedure.step(id) else { return };
        let title = format!("{}「{}」：当事人{}", kind.name, self.pack.title(kind, record, Sight::Hidden), step.name);
        let mut told: Vec<(String, String)> = Vec::new();
        for row in rows.iter().filter(|row| matches!(row.sort.as_str(), "duty" | "open")) {
            let owner = (row.role.clone(), row.body.clone());
            if !told.contains(&owner) {
                told.push(owner.clone());
                self.message(
                    version.recorded_at,
                    owner,
                    (kind.id.clone(), version.id),
                    title.clone(),
                    format!("{title}。"),
                );
            }
        }
    }

    /// Replaces what was owed in a case by what its record says.
    pub(crate) fn owe_now(&mut self, kind: &Kind, row: &RecordRow) {
        let Some((record, envelope)) = read(kind, row) else { return };
        let old = self.tasks_of(&row.id);
        let duties = if row.live { self.pack.duties(&record, &envelope) } else { Vec::new() };
        let state = record.case.as_ref().map(|case| case.state.clone()).unwrap_or_default();
        let assignee = record.case.as_ref().and_then(|case| case.assignee.clone());
        let rows: Vec<TaskRow> = duties
            .iter()
            .map(|duty| {
                let known = old.iter().find(|it| it.clock == duty.clock && it.run == i64::from(duty.run));
                let fired = match known {
                    None => fired_before(duty, row.recorded_at),
                    Some(known) => self.fired_of(&record, duty, known, row.recorded_at),
                };
                task_row(row, &envelope, duty, &state, assignee.as_deref(), fired)
            })
            .collect();
        self.set_tasks(row.id, rows);
    }

    /// Up to when everything has happened to a line that goes on. Where its end moves forward, some of what is to come lies before that instant: it
    /// happens still, each thing that has not happened, as for a case that is entered late.
    fn fired_of(&self, record: &Record, duty: &Duty, known: &TaskRow, at: i64) -> i64 {
        let Some((day, end)) =
            known.due_day.zip(known.due_at).filter(|(_, end)| duty.due_at.is_some_and(|at| at < *end))
        else {
            return known.fired_until;
        };
        let before = self.pack.moments_at(record, duty, (day, end));
        let happened = before.iter().filter(|moment| moment.at <= known.fired_until).count();
        let Some(next) = duty.moments.get(happened) else { return known.fired_until };
        fired_before(duty, at.max(known.fired_until)).max(next.at - 1).min(known.fired_until)
    }

    /// The lines of work of a case as the changes before this one left them.
    pub(crate) fn tasks_of(&self, id: &RecordId) -> Vec<TaskRow> {
        match self.change.tasks.iter().rev().find(|set| set.record == *id) {
            Some(set) => set.rows.clone(),
            None => self.seen.tasks(id).to_vec(),
        }
    }

    pub(crate) fn set_tasks(&mut self, record: RecordId, rows: Vec<TaskRow>) {
        self.change.tasks.retain(|set| set.record != record);
        self.change.tasks.push(TaskSet { record, rows });
    }

    fn tell_new_owners(
        &mut self,
        kind: &Kind,
        record: &Record,
        version: &VersionRow,
        old: &[TaskRow],
        rows: &[TaskRow],
    ) {
        let working = |row: &&TaskRow| matches!(row.sort.as_str(), "duty" | "open");
        let mut told: Vec<(&str, &str)> =
            old.iter().filter(working).map(|row| (row.body.as_str(), row.role.as_str())).collect();
        let asks = |row: &TaskRow| {
            let case = self.pack.case_of(record);
            case.is_some_and(|(_, procedure)| procedure.ask(&row.clock).is_some())
        };
        let rows: Vec<(&TaskRow, bool)> = rows.iter().filter(working).map(|row| (row, asks(row))).collect();
        for (row, asked) in rows {
            let owner = (row.body.as_str(), row.role.as_str());
            // A question is news, whatever else its body has to do in the case.
            let known = match asked {
                true => old.iter().any(|it| (&it.clock, it.run) == (&row.clock, row.run)),
                false => told.contains(&owner),
            };
            if known {
                continue;
            }
            if !asked {
                told.push(owner);
            }
            let title = format!("新待办：{}「{}」", kind.name, self.pack.title(kind, record, Sight::Hidden));
            let text = match self.clock_name(record, &row.clock).zip(row.due_day) {
                Some((clock, due)) => format!("{title}，{clock}：{}前。", zhiheng_pack::day::date(due)),
                None => format!("{title}。"),
            };
            let to = (row.role.clone(), row.body.clone());
            let time = Time { clock: &row.clock, due_day: row.due_day, due_at: row.due_at };
            let occasion = if urges(self.pack, kind) { Occasion::Supervision } else { Occasion::Task };
            self.tell(version.recorded_at, occasion, (kind, &version.id, record), to.clone(), &time);
            self.message(version.recorded_at, to, (kind.id.clone(), version.id), title, text);
        }
    }

    /// Tells a person that a case was given to them, and the head of a body that one came to it from another (`from`).
    pub(crate) fn tell_assigned(&mut self, one: &Prepared, from: Option<&str>, actor: &str) {
        let Some((kind, row)) = self.pack.kinds.get(one.kind).zip(self.current(&one.kind_id, &one.id)) else { return };
        // What is frozen is nobody's to handle.
        let Some((record, _)) = read(kind, &row).filter(|_| !kind.sealed) else { return };
        let what = format!("{}「{}」", kind.name, self.pack.title(kind, &record, Sight::Hidden));
        let due = self.tasks_of(&row.id).iter().filter_map(|task| task.due_day).min();
        let due = due.map(|day| format!("，{}前办理", zhiheng_pack::day::date(day))).unwrap_or_default();
        let happens = one.happening.as_ref();
        let note = happens.and_then(|happens| happens.note.as_ref()).map(|note| format!("说明：{note}"));
        let about = (kind.id.clone(), row.id);
        if let Some(CaseAct::Assign(Some(login))) = happens.map(|happens| &happens.act)
            && login != actor
        {
            let text = format!("{what}交办给您{due}。{}", note.clone().unwrap_or_default());
            self.message_to(row.recorded_at, login, Some(about.clone()), format!("交办给您：{what}"), text);
        }
        let Some(body) = row.body.as_deref().filter(|body| Some(*body) != from) else { return };
        let told = |message: &MessageRow| {
            message.role == roles::HEAD && message.body == body && message.record.as_ref() == Some(&about)
        };
        if !self.change.messages.iter().any(told) {
            let name = self.pack.body(body).map_or(body, |body| body.name.as_str());
            let text = format!("{what}交由{name}办理{due}。{}", note.unwrap_or_default());
            let to = (roles::HEAD.to_owned(), body.to_owned());
            self.message(row.recorded_at, to, about, format!("交由本单位办理：{what}"), text);
        }
    }

    /// 时限名称
    pub(crate) fn clock_name(&self, record: &Record, clock: &str) -> Option<String> {
        let (_, procedure) = self.pack.case_of(record)?;
        procedure.line_name(clock).map(str::to_owned)
    }

    /// The step that the program takes because the answers to what was asked are in. It is taken in the transaction that brings the last of them, so that it
    /// is taken once. Answers the cells that it moves.
    pub(crate) fn follow_up(
        &mut self,
        position: usize,
        kind: &Kind,
        id: &RecordId,
        salt: &[u8; 16],
        times: &mut Times,
    ) -> Result<Vec<Moved>, Handed> {
        let pack = self.pack;
        let Some(row) = self.current(&kind.id, id).filter(|row| row.live) else { return Ok(Vec::new()) };
        let Some((record, _)) = read(kind, &row) else { return Ok(Vec::new()) };
        let Some(step) = pack.follow_up(&record) else { return Ok(Vec::new()) };
        let from = record.case.as_ref().map(|case| case.state.clone()).unwrap_or_default();
        let doing = Doing::of(Taker::System, pack.day_of(row.recorded_at));
        let content = match step_content(pack, kind, &record, step, &Draft::default(), &doing) {
            Ok(content) => content,
            Err(problems) => {
                let why: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                let title =
                    format!("{}「{}」未能自动办理“{}”", kind.name, pack.title(kind, &record, Sight::Hidden), step.name);
                let owner = (roles::OFFICER.to_owned(), row.body.clone().unwrap_or_default());
                self.message(row.recorded_at, owner, (kind.id.clone(), *id), title, why.join("；"));
                return Ok(Vec::new());
            }
        };
        let mut hasher = Sha256::new();
        hasher.update(salt);
        hasher.update("follow-up");
        let mut own = [0; 16];
        for (slot, byte) in own.iter_mut().zip(hasher.finalize()) {
            *slot = byte;
        }
        let prepared = Prepared {
            op: Op::Step,
            old_subject: row.subject.clone(),
            kind: position,
            kind_id: kind.id.clone(),
            id: *id,
            expected_version: None,
            reason: None,
            content: Some(content.clone()),
            salt: own,
            warnings: Vec::new(),
            happening: Some(Happens {
                act: CaseAct::Step(step.id.clone()),
                note: None,
                from,
                opened: Vec::new(),
                instead_of: None,
            }),
        };
        Ok(self.one(&prepared, Some(content), roles::SYSTEM, None, times)?.moved)
    }

    /// Adds a message to whoever holds a role in a body.
    pub(crate) fn message(
        &mut self,
        at: i64,
        (role, body): (String, String),
        record: (String, RecordId),
        title: String,
        text: String,
    ) {
        // Whoever holds a role of the county holds it in no body.
        let county = self.pack.role(&role).is_some_and(|role| role.scope == RoleScope::County);
        let body = if county { String::new() } else { body };
        let id = self.message_id(at, &record.1.0, &title);
        self.change.messages.push(MessageRow { id, at, account: None, body, role, record: Some(record), title, text });
    }

    /// Adds a message to one account, about a case or about several.
    pub(crate) fn message_to(
        &mut self,
        at: i64,
        login: &str,
        record: Option<(String, RecordId)>,
        title: String,
        text: String,
    ) {
        let id = self.message_id(at, login.as_bytes(), &title);
        let (account, body, role) = (Some(login.to_owned()), String::new(), String::new());
        self.change.messages.push(MessageRow { id, at, account, body, role, record, title, text });
    }

    fn message_id(&self, at: i64, about: &[u8], title: &str) -> RecordId {
        let mut hasher = Sha256::new();
        hasher.update(about);
        hasher.update(at.to_be_bytes());
        hasher.update(self.change.messages.len().to_be_bytes());
        hasher.update(title);
        derived_id(at, &hasher.finalize().into())
    }
}

/// A time-ordered id from an instant and a digest: the same decision gives the same id.
pub(crate) fn derived_id(at: i64, digest: &[u8; 32]) -> RecordId {
    let mut bytes = [0; 16];
    for (slot, byte) in bytes.iter_mut().zip(digest) {
        *slot = *byte;
    }
    crate::time_ordered(bytes, at)
}

/// A line of work as it is stored.
pub(crate) fn task_row(
    row: &RecordRow,
    envelope: &Envelope,
    duty: &Duty,
    state: &str,
    assignee: Option<&str>,
    fired_until: i64,
) -> TaskRow {
    TaskRow {
        record: row.id,
        clock: duty.clock.clone(),
        run: i64::from(duty.run),
        kind: row.kind.clone(),
        sort: duty.sort.name().to_owned(),
        state: state.to_owned(),
        body: duty.body.clone().unwrap_or_default(),
        role: duty.role.clone(),
        assignee: assignee.map(str::to_owned),
        area: envelope.area.clone(),
        since: duty.since,
        due_day: duty.due_day,
        due_at: duty.due_at,
        provisional: duty.provisional,
        paused: duty.paused,
        fired_until,
        next_at: duty.moments.iter().map(|moment| moment.at).find(|at| *at > fired_until),
    }
}

/// Up to when everything counts as having happened for a line that is new: what lay before it is not made up for, but for the last of it and for a
/// time that has run out. A case that is entered late is late at once, and its whole ladder is not climbed in one night.
fn fired_before(duty: &Duty, at: i64) -> i64 {
    let passed = duty.moments.iter().filter(|moment| moment.at <= at);
    let last = passed.clone().map(|moment| moment.at).max();
    let lapse = passed.filter(|moment| moment.sort == MomentSort::Lapse).map(|moment| moment.at).min();
    match (last, lapse) {
        (Some(last), Some(lapse)) => last.min(lapse) - 1,
        (Some(last), None) => last - 1,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn a_running_number_prints_as_its_pattern_says() {
        assert_eq!(numbered("WSLY-{yyyy}-{00000}", 2026, 12), "WSLY-2026-00012");
        assert_eq!(numbered("{yyyy}{000}", 2026, 1234), "20261234");
        assert_eq!(numbered("无号", 2026, 1), "无号");
    }
}
