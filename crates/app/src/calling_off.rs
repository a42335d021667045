//! 随原件撤销: a case that is closed, withdrawn or cancelled takes along what it opened and still waits for – 协办, tasks of towns, milestones –, as far as the
//! pack says so at the spawn (`cancel`). All of it is decided in the transaction that closes the case; who had the work is told, with the reason. And the bodies
//! that still owed an answer are told that nobody waits for it any more.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::procedure::{Procedure, ReasonWanted, Spawn, roles};
use zhiheng_pack::record::Record;
use zhiheng_pack::{Draft, Kind, Pack, Sight};
use zhiheng_store::{Op, RecordId, RecordRow, TaskRow, Times};

use crate::cases::{Doing, Taker, step_content};
use crate::error::Handed;
use crate::submit::{Deciding, Happens, Moved, Prepared, read};
use crate::{App, Error};

/// How many generations are followed: a case opens a task, which may have opened another.
const GENERATIONS: usize = 4;

/// The step that a case takes when the case that opened it is over; none: it goes on by itself.
fn called_off_by<'p>(pack: &'p Pack, procedure: &'p Procedure, act: &CaseAct, kind: &str) -> Option<&'p str> {
    let of = |spawn: &&Spawn| spawn.kind == kind && spawn.cancel.is_some();
    let CaseAct::Step(id) = act else { return None };
    // A case may have gone on under its procedure's later version: the step is looked for in all of the kind's.
    let of_kind = pack.procedures.iter().filter(|it| it.kind == procedure.kind);
    let step = procedure.step(id).or_else(|| of_kind.into_iter().find_map(|it| it.step(id)))?;
    step.spawn.iter().find(of)?.cancel.as_deref()
}

/// The records that a case opened and that end with it, each with the step that ends it.
fn wards<'p>(pack: &'p Pack, record: &Record) -> Vec<(String, RecordId, &'p str)> {
    let Some((case, procedure)) = pack.case_of(record) else { return Vec::new() };
    let one = |event: &zhiheng_pack::case::Event| -> Vec<(String, RecordId, &'p str)> {
        let of = |(kind, id): &(String, String)| {
            let step = called_off_by(pack, procedure, &event.act, kind)?;
            Some((kind.clone(), id.parse().ok()?, step))
        };
        event.opened.iter().filter_map(of).collect()
    };
    case.events.iter().flat_map(one).collect()
}

/// Records that end with the cases of a job, should these end, and the subjects that are counted together with them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wards {
    pub(crate) records: Vec<(String, RecordId)>,
    pub(crate) subjects: BTreeSet<(String, String)>,
}

fn is_over(pack: &Pack, record: &Record, live: bool) -> bool {
    !live || pack.state_of(record).is_some_and(|state| state.closed)
}

impl App {
    /// The records that some cases take along should they end now, to be read with them.
    pub(crate) fn wards_of<'i>(&self, cases: impl Iterator<Item = (&'i str, RecordId)>) -> Result<Wards, Error> {
        let mut found: Vec<(String, RecordId)> = Vec::new();
        let mut next: Vec<(String, RecordId)> =
            cases.filter(|(kind, _)| self.takes_along(kind)).map(|(kind, id)| (kind.to_owned(), id)).collect();
        for _ in 0..GENERATIONS {
            let mut children = Vec::new();
            for (kind_id, id) in &next {
                let Some(kind) = self.pack.kind(kind_id) else { continue };
                let Some(row) = self.store.read()?.record(&self.pack.place, kind_id, id)? else { continue };
                let Some((record, _)) = read(kind, &row) else { continue };
                let own = wards(&self.pack, &record).into_iter().map(|(kind, id, _)| (kind, id));
                children.extend(own.filter(|one| !found.contains(one)));
            }
            if children.is_empty() {
                break;
            }
            found.extend(children.iter().cloned());
            next = children;
        }
        let subjects = self.subjects_of(found.iter().map(|(kind, id)| (kind.as_str(), *id)))?;
        Ok(Wards { records: found, subjects })
    }

    fn takes_along(&self, kind: &str) -> bool {
        let procedures = self.pack.kind(kind).into_iter().flat_map(|kind| &kind.procedures);
        let mut steps = procedures.filter_map(|at| self.pack.procedures.get(*at)).flat_map(|it| &it.steps);
        steps.any(|step| step.spawn.iter().any(|spawn| spawn.cancel.is_some()))
    }
}

impl Deciding<'_> {
    /// Ends what a case takes along, once it is over. Answers the cells that it moves.
    pub(crate) fn call_off(
        &mut self,
        kind: &Kind,
        one: &Prepared,
        before: Option<&RecordRow>,
        tasks_before: &[TaskRow],
        times: &mut Times,
    ) -> Result<Vec<Moved>, Handed> {
        let pack = self.pack;
        let Some(row) = self.current(&kind.id, &one.id) else { return Ok(Vec::new()) };
        let Some((record, _)) = read(kind, &row) else { return Ok(Vec::new()) };
        let was_over = |row: &RecordRow| read(kind, row).is_none_or(|(record, _)| is_over(pack, &record, row.live));
        if before.is_none_or(was_over) || !is_over(pack, &record, row.live) {
            return Ok(Vec::new());
        }
        let why = why(pack, kind, &record, &row, one);
        self.tell_no_longer_asked(kind, &record, &row, tasks_before, &why);
        let mut moved = Vec::new();
        for (number, (of, id, step)) in wards(pack, &record).into_iter().enumerate() {
            let salt = salt_of(&one.salt, number);
            moved.extend(self.call_one_off(&of, id, step, &why, salt, times)?);
        }
        Ok(moved)
    }

    fn call_one_off(
        &mut self,
        of: &str,
        id: RecordId,
        step: &str,
        why: &str,
        salt: [u8; 16],
        times: &mut Times,
    ) -> Result<Vec<Moved>, Handed> {
        let pack = self.pack;
        let Some((at, kind)) = pack.kind_position(of).and_then(|at| Some((at, pack.kinds.get(at)?))) else {
            return Ok(Vec::new());
        };
        let Some(row) = self.current(of, &id).filter(|row| row.live) else { return Ok(Vec::new()) };
        let Some((record, _)) = read(kind, &row) else { return Ok(Vec::new()) };
        let Some((case, procedure)) = pack.case_of(&record) else { return Ok(Vec::new()) };
        let state = procedure.state_position(&case.state);
        let step = procedure.step(step).filter(|step| state.is_some_and(|state| step.from.contains(&state)));
        let Some(step) = step else { return Ok(Vec::new()) };
        let doing = Doing::of(Taker::System, pack.day_of(row.recorded_at));
        let owner = (roles::OFFICER.to_owned(), row.body.clone().unwrap_or_default());
        let label = pack.title(kind, &record, Sight::Hidden);
        let about = (kind.id.clone(), id);
        let content = match step_content(pack, kind, &record, step, &Draft::default(), &doing) {
            Ok(content) => content,
            Err(problems) => {
                let words: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                let title = format!("{}「{label}」未能随原件撤销", kind.name);
                self.message(row.recorded_at, owner, about, title, format!("{why}。{}", words.join("；")));
                return Ok(Vec::new());
            }
        };
        let prepared = Prepared {
            op: Op::Step,
            old_subject: row.subject.clone(),
            kind: at,
            kind_id: kind.id.clone(),
            id,
            expected_version: None,
            reason: Some(why.to_owned()),
            content: Some(content.clone()),
            salt,
            warnings: Vec::new(),
            happening: Some(Happens {
                act: CaseAct::Step(step.id.clone()),
                note: None,
                from: case.state.clone(),
                opened: Vec::new(),
                instead_of: None,
            }),
        };
        let receipt = self.one(&prepared, Some(content), roles::SYSTEM, None, times)?;
        let at = self.current(of, &id).map_or(row.recorded_at, |row| row.recorded_at);
        let title = format!("不用再办：{}「{label}」", kind.name);
        self.message(at, owner, about, title, format!("{}「{label}」已撤销：{why}。不用再办，时限不计。", kind.name));
        Ok(receipt.moved)
    }

    /// Bodies that still owed an answer when the case ended.
    fn tell_no_longer_asked(&mut self, kind: &Kind, record: &Record, row: &RecordRow, before: &[TaskRow], why: &str) {
        let Some((_, procedure)) = self.pack.case_of(record) else { return };
        let label = self.pack.title(kind, record, Sight::Hidden);
        let owed = before.iter().filter(|task| procedure.ask(&task.clock).is_some());
        let owed: Vec<(String, String, String)> = owed
            .filter_map(|task| {
                let name = procedure.ask(&task.clock)?.name.clone();
                Some((task.role.clone(), task.body.clone(), name))
            })
            .collect();
        for (role, body, name) in owed {
            let title = format!("不用再答复{name}：{}「{label}」", kind.name);
            let text = format!("{}「{label}」{why}，{name}不用再答复。", kind.name);
            self.message(row.recorded_at, (role, body), (kind.id.clone(), row.id), title, text);
        }
    }
}

/// 原件“投诉 TS2026-001”已办结（撤回投诉）：已经和解.
fn why(pack: &Pack, kind: &Kind, record: &Record, row: &RecordRow, one: &Prepared) -> String {
    let label = pack.title(kind, record, Sight::Hidden);
    let step = match one.happening.as_ref().map(|happens| &happens.act) {
        Some(CaseAct::Step(id)) => pack.case_of(record).and_then(|(_, procedure)| procedure.step(id)),
        _ => None,
    };
    let done = match (row.live, step) {
        (false, _) => "已撤销".to_owned(),
        (true, Some(step)) => format!("已办理“{}”", step.name),
        (true, None) => "已办结".to_owned(),
    };
    let listed = step.and_then(|step| match step.reason {
        ReasonWanted::Listed(list) => pack.lists.get(list)?.find(one.reason.as_deref()?).map(|item| item.name.clone()),
        _ => None,
    });
    let reason = listed.or_else(|| one.reason.clone()).map(|reason| format!("：{reason}")).unwrap_or_default();
    format!("原件{}「{label}」{done}{reason}", kind.name)
}

fn salt_of(salt: &[u8; 16], number: usize) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update("called-off");
    hasher.update(number.to_be_bytes());
    let mut own = [0; 16];
    for (slot, byte) in own.iter_mut().zip(hasher.finalize()) {
        *slot = byte;
    }
    own
}
