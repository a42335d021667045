//! What a version does to the course of its case: the event it makes, the running number it is given, and what is owed after it. Part of the decision:
//! pure, inside the writer.

use sha2::{Digest, Sha256};
use zhiheng_pack::case::{Act as CaseAct, Duty, Happening, MomentSort};
use zhiheng_pack::procedure::{RoleScope, roles};
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Kind, Sight, Value};
use zhiheng_store::{MessageRow, Op, RecordId, RecordRow, TaskRow, TaskSet, VersionRow};

use crate::error::Handed;
use crate::submit::{Deciding, Prepared, read};

/// The names of the running numbers that a new record of a kind takes.
pub(crate) fn counters(kind: &Kind, year: i16) -> impl Iterator<Item = String> + '_ {
    let of_field = move |field: &zhiheng_pack::Field| format!("{}.{}.{year}", kind.id, field.id);
    kind.fields.iter().filter(|field| field.serial.is_some()).map(of_field)
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
                version: before.map_or(1, |row| row.version + 1),
                reason: one.reason.clone(),
                note: happens.as_ref().and_then(|happens| happens.note.clone()),
                opened: happens.map(|happens| happens.opened).unwrap_or_default(),
            };
            self.pack.happen(kind, old.as_ref(), &mut record, happening);
        }
        Ok(Some((self.pack.envelope(kind, &record), record.canonical(kind))))
    }

    /// Somebody else may have taken a step meanwhile: a step is decided for the state its taker saw.
    fn check_state(&self, one: &Prepared, old: Option<&Record>) -> Result<(), Handed> {
        let Some(happens) = &one.happening else { return Ok(()) };
        let state = old.and_then(|record| record.case.as_ref()).map(|case| case.state.as_str());
        if state.is_some_and(|state| state != happens.from) {
            return Err(Handed::Conflict("这件事已有人往下办理".to_owned()));
        }
        Ok(())
    }

    /// Whether nobody but the program has changed a record since a version was seen.
    pub(crate) fn is_undisturbed(&self, kind: usize, row: &RecordRow, seen: i64) -> bool {
        if row.version == seen {
            return true;
        }
        let kind = self.pack.kinds.get(kind);
        let case = kind.and_then(|kind| read(kind, row)).and_then(|(record, _)| record.case);
        let own = |version: i64| {
            case.as_ref()
                .is_some_and(|case| case.events.iter().any(|it| it.version == version && it.by == roles::SYSTEM))
        };
        seen < row.version && (seen + 1..=row.version).all(own)
    }

    /// Gives the running numbers of a new record, where nobody has given one.
    fn number(&mut self, kind: &Kind, record: &mut Record) {
        for (index, field) in kind.fields.iter().enumerate() {
            let Some(pattern) = field.serial.as_ref().filter(|_| record.value(index).is_none()) else { continue };
            let name = format!("{}.{}.{}", kind.id, field.id, self.year);
            let last = self.change.counters.get(&name).copied().unwrap_or_else(|| self.seen.counter(&name));
            let next = last + 1 + std::mem::take(&mut self.skip);
            self.change.counters.insert(name, next);
            record.number(index, Value::Text(numbered(pattern, self.year, next)));
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
                let fired = known.map_or_else(|| fired_before(duty, row.recorded_at), |row| row.fired_until);
                task_row(row, &envelope, duty, &state, assignee.as_deref(), fired)
            })
            .collect();
        self.set_tasks(row.id, rows);
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
        for row in rows.iter().filter(working) {
            let owner = (row.body.as_str(), row.role.as_str());
            if told.contains(&owner) {
                continue;
            }
            told.push(owner);
            let title = format!("新待办：{}「{}」", kind.name, self.pack.title(kind, record, Sight::Hidden));
            let text = match self.clock_name(record, &row.clock).zip(row.due_day) {
                Some((clock, due)) => format!("{title}，{clock}：{}前。", zhiheng_pack::day::date(due)),
                None => format!("{title}。"),
            };
            let to = (row.role.clone(), row.body.clone());
            self.message(version.recorded_at, to, (kind.id.clone(), version.id), title, text);
        }
    }

    /// 时限名称
    pub(crate) fn clock_name(&self, record: &Record, clock: &str) -> Option<String> {
        let (_, procedure) = self.pack.case_of(record)?;
        procedure.clock(clock).map(|clock| clock.name.clone())
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

    /// Adds a message to one account, about no single case.
    pub(crate) fn message_to(&mut self, at: i64, login: &str, title: String, text: String) {
        let id = self.message_id(at, login.as_bytes(), &title);
        let (account, body, role) = (Some(login.to_owned()), String::new(), String::new());
        self.change.messages.push(MessageRow { id, at, account, body, role, record: None, title, text });
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
