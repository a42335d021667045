//! 乡镇的首页 (基层减负): of what a town owes only the most urgent, each with what it rests on; and what it has just reported and may still take back.

use std::collections::BTreeSet;

use zhiheng_pack::case::Act;
use zhiheng_store::RecordId;

use crate::work::{Bin, WorkItem};
use crate::{Account, App, Error};

/// Tasks that are shown at a time: what somebody in a town can keep in mind.
const SHOWN: usize = 5;
/// Lines that are looked through for them, and to count the rest.
const LOOKED: usize = 200;
/// Reports that are offered to be taken back.
const TAKEN: usize = 3;

/// A task of a town.
#[derive(Debug, Clone)]
pub struct TownTask {
    /// The line of work.
    pub item: WorkItem,
    /// The version of the record.
    pub version: i64,
    /// 依据: field and text – an item of the list of duties, or an approval.
    pub basis: Vec<(String, String)>,
}

/// A step that its taker may still take back.
#[derive(Debug, Clone)]
pub struct TakenStep {
    /// The record.
    pub kind: String,
    /// The record.
    pub id: RecordId,
    /// The version of the record.
    pub version: i64,
    /// The case's title.
    pub label: String,
    /// 本期无变化.
    pub step: String,
    /// The step that takes it back.
    pub undo: String,
    /// 撤回反馈.
    pub undo_name: String,
}

/// What a town's home shows.
#[derive(Debug, Clone, Default)]
pub struct TownHome {
    /// At most five, the earliest end first.
    pub tasks: Vec<TownTask>,
    /// How many more there are.
    pub more: usize,
    /// There are more than could be counted.
    pub uncounted: bool,
    /// What was just done.
    pub taken: Vec<TakenStep>,
}

impl App {
    /// Whether an account works for a town.
    pub fn is_of_town(&self, account: &Account) -> bool {
        account.acts() && account.body.as_deref().is_some_and(|body| self.pack.is_town(body))
    }

    /// What the home of a town's account shows.
    pub fn town_home(&self, account: &Account) -> Result<TownHome, Error> {
        let page = self.work(account, Bin::Open, None, LOOKED)?;
        let mut seen = BTreeSet::new();
        let mut items: Vec<WorkItem> = page.items.into_iter().filter(|item| seen.insert(item.task.record)).collect();
        let more = items.len().saturating_sub(SHOWN);
        items.truncate(SHOWN);
        let mut tasks = Vec::with_capacity(items.len());
        for item in items {
            let Some((row, record)) = self.current(&item.task.kind, &item.task.record)? else { continue };
            let kind = self.pack.kind(&item.task.kind);
            let fields = kind.into_iter().flat_map(|kind| kind.town_basis.iter().map(move |at| (kind, *at)));
            let named = fields.filter_map(|(kind, at)| {
                record.value(at)?;
                Some((kind.fields.get(at)?.name.clone(), self.pack.show(kind, &record, at)))
            });
            tasks.push(TownTask { basis: named.collect(), version: row.version, item });
        }
        Ok(TownHome { tasks, more, uncounted: page.next.is_some(), taken: self.still_taken(account)? })
    }

    /// The newest steps of an account that nobody has built upon yet and that it may take back.
    fn still_taken(&self, account: &Account) -> Result<Vec<TakenStep>, Error> {
        let mut found: Vec<TakenStep> = Vec::new();
        for done in self.done(account, i64::MAX, LOOKED / 10)? {
            if found.len() == TAKEN {
                break;
            }
            let (kind, version) = (&done.version.kind, done.version.version);
            let Some((row, record)) = self.current(kind, &done.version.id)?.filter(|(row, _)| row.version == version)
            else {
                continue;
            };
            let Some((kind, case)) = self.pack.kind(kind).zip(record.case.as_ref()) else { continue };
            let Some(procedure) = self.pack.procedure_of(case) else { continue };
            let last = case.events.last().filter(|event| event.version == version).map(|event| &event.act);
            let Some(Act::Step(step)) = last else { continue };
            let undo = procedure.step(step).and_then(|step| procedure.steps.get(step.undo?));
            let Some(undo) = undo else { continue };
            if self.offers(account, kind, &row).steps.iter().any(|offer| offer.step == undo.id) {
                found.push(TakenStep {
                    kind: kind.id.clone(),
                    id: row.id,
                    version,
                    label: done.label,
                    step: done.step,
                    undo: undo.id.clone(),
                    undo_name: undo.name.clone(),
                });
            }
        }
        Ok(found)
    }
}
