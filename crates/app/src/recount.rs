//! Open cases under another pack or calendar: what is owed is derived from the records, so a new arrangement of holidays, a changed length or another mode
//! shows in every open case at once. A case whose derived fields change – a provisional end that has moved, a lapse that has become void – is given a version
//! by the program, and the numbers move with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use zhiheng_pack::case::{Act as CaseAct, Run};
use zhiheng_pack::procedure::roles;
use zhiheng_pack::record::Record;
use zhiheng_pack::{Kind, Pack, Sight};
use zhiheng_store::{Change, Job, Needs, Op, Outcome, RecordId, Refused, Seen, Times};

use crate::error::Handed;
use crate::submit::{Deciding, Happens, Prepared, read};
use crate::{App, Error, hex};

/// The setting that says under which pack the open cases were counted last.
const COUNTED_UNDER: &str = "cases_counted_under";
/// How this program derives what is owed: raised whenever the same pack gives other lines of work than the program before.
const RULES: u32 = 2;
/// Cases that are counted in one transaction.
const TOGETHER: usize = 512;

/// An open case whose deadline another pack moves.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MovedDeadline {
    /// 种类名称
    pub kind: String,
    /// The case's title.
    pub label: String,
    /// 时限名称
    pub clock: String,
    /// Last day before; none: there was none.
    pub before: Option<String>,
    /// Last day after; none: there is none.
    pub after: Option<String>,
}

impl App {
    /// Counts the open cases anew, unless they were counted under this very pack. Safe to run at any time, and to run again after it was interrupted.
    pub fn recount_cases(&self) -> Result<u64, Error> {
        let now = format!("{}.{RULES}", hex(&self.pack.hash));
        if self.store.read()?.setting(&self.pack.place, COUNTED_UNDER)?.as_deref() == Some(now.as_str()) {
            return Ok(0);
        }
        let mut counted = 0;
        for kind in &self.pack.kinds {
            let mut ids = Vec::new();
            if self.pack.has_cases(kind) {
                self.store.read()?.scan_records(&self.pack.place, &kind.id, |row| {
                    ids.push(row.id);
                    Ok(())
                })?;
            }
            counted += self.recount(&kind.id, &ids)?;
        }
        self.drop_strays()?;
        let place = self.pack.place.clone();
        self.store.write(move |tx| tx.set_setting(&place, COUNTED_UNDER, &now))?;
        Ok(counted)
    }

    /// Lines of work of kinds that have no procedure any more.
    fn drop_strays(&self) -> Result<(), Error> {
        let mut strays: Vec<(String, RecordId)> = Vec::new();
        self.store.read()?.scan_tasks(&self.pack.place, |row| {
            if self.pack.kind(&row.kind).is_none_or(|kind| !self.pack.has_cases(kind)) {
                strays.push((row.kind, row.record));
            }
            Ok(())
        })?;
        strays.dedup();
        for (kind, id) in strays {
            self.recount(&kind, &[id])?;
        }
        Ok(())
    }

    fn recount(&self, kind: &str, ids: &[RecordId]) -> Result<u64, Error> {
        for chunk in ids.chunks(TOGETHER) {
            let salts = chunk.iter().map(|_| self.random_bytes()).collect();
            let job = Recounting {
                pack: Arc::clone(&self.pack),
                kind: kind.to_owned(),
                ids: chunk.to_vec(),
                subjects: self.subjects_of(chunk.iter().map(|id| (kind, *id)))?,
                salts,
                year: self.year(),
            };
            if let Outcome::Refused(Refused { answer }) = self.store.submit(&self.pack.place, Box::new(job))? {
                return Err(Handed::read(&answer));
            }
        }
        Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
    }

    /// The deadlines of open cases that this pack would move against another: how many cases are open, and those that move, up to a limit.
    pub(crate) fn moved_deadlines(&self, old: &Pack, limit: usize) -> Result<(u64, Vec<MovedDeadline>), Error> {
        let (mut open, mut moved) = (0, Vec::new());
        let mut reader = self.store.read()?;
        for kind in &old.kinds {
            if !old.has_cases(kind) {
                continue;
            }
            reader.scan_records(&self.pack.place, &kind.id, |row| {
                let Some((record, _)) = read(kind, &row).filter(|_| row.live) else { return Ok(()) };
                let before = ends(old, kind, &record);
                if before.is_empty() {
                    return Ok(());
                }
                open += 1;
                let after = self.pack.kind(&kind.id).and_then(|new| Some(ends(&self.pack, new, &read(new, &row)?.0)));
                let after = after.unwrap_or_default();
                for (id, clock, day) in &before {
                    let then = after.iter().find(|(known, ..)| known == id).map(|(.., day)| *day);
                    if then != Some(*day) && moved.len() < limit {
                        let print = |day: i32| zhiheng_pack::day::date(day).to_string();
                        moved.push(MovedDeadline {
                            kind: kind.name.clone(),
                            label: old.title(kind, &record, Sight::Hidden),
                            clock: clock.clone(),
                            before: day.map(print),
                            after: then.flatten().map(print),
                        });
                    }
                }
                Ok(())
            })?;
        }
        Ok((open, moved))
    }
}

/// The running clocks of a case: id, name, last day.
fn ends(pack: &Pack, kind: &Kind, record: &Record) -> Vec<(String, String, Option<i32>)> {
    if !pack.has_cases(kind) {
        return Vec::new();
    }
    let Some((_, procedure)) = pack.case_of(record) else { return Vec::new() };
    let one = |run: &Run| {
        let clock = procedure.clocks.get(run.clock)?;
        Some((clock.id.clone(), clock.name.clone(), run.due.map(|due| due.day)))
    };
    pack.runs(record).iter().filter(|run| run.is_open()).filter_map(one).collect()
}

struct Recounting {
    pack: Arc<Pack>,
    kind: String,
    ids: Vec<RecordId>,
    /// Subjects whose records are counted together with theirs.
    subjects: BTreeSet<(String, String)>,
    salts: Vec<[u8; 16]>,
    year: i16,
}

impl Job for Recounting {
    fn needs(&self) -> Needs {
        let records = self.ids.iter().map(|id| (self.kind.clone(), *id)).collect();
        let subjects = self.subjects.iter().cloned().collect();
        Needs { records, subjects, tasks: self.ids.clone(), ..Needs::default() }
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut deciding = Deciding::new(&self.pack, seen, times, self.year);
        for (id, salt) in self.ids.iter().zip(&self.salts) {
            one(&mut deciding, times, &self.kind, *id, *salt).map_err(|it| Refused { answer: it.write() })?;
        }
        Ok(deciding.change)
    }
}

fn one(
    deciding: &mut Deciding<'_>,
    times: &mut Times,
    kind_id: &str,
    id: RecordId,
    salt: [u8; 16],
) -> Result<(), Handed> {
    let Some(row) = deciding.current(kind_id, &id) else { return Ok(()) };
    let pack = deciding.pack;
    let known = pack.kind_position(kind_id).and_then(|at| Some((at, pack.kinds.get(at)?)));
    let Some((position, kind)) = known.filter(|(_, kind)| pack.has_cases(kind)) else {
        deciding.set_tasks(id, Vec::new());
        return Ok(());
    };
    let Some((mut record, _)) = read(kind, &row).filter(|_| row.live) else {
        deciding.set_tasks(id, Vec::new());
        return Ok(());
    };
    let Some(case) = record.case.clone() else { return Ok(()) };
    pack.derive(kind, &mut record);
    if record.canonical(kind) == row.fields {
        deciding.owe_now(kind, &row);
        return Ok(());
    }
    let prepared = Prepared {
        op: Op::Step,
        old_subject: row.subject.clone(),
        kind: position,
        kind_id: kind.id.clone(),
        id,
        expected_version: None,
        reason: Some("时限按新的方案包重新计算".to_owned()),
        content: None,
        salt,
        warnings: Vec::new(),
        happening: Some(Happens {
            act: CaseAct::Change,
            note: None,
            from: case.state,
            opened: Vec::new(),
            instead_of: None,
        }),
    };
    deciding.one(&prepared, None, roles::SYSTEM, None, times).map(|_| ())
}
