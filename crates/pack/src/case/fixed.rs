//! What of a case stands fast (办理中不能随意更正的内容). Derived from the procedure, not listed by hand:
//!
//! - a field from which a time runs, on which it depends whether one runs, or which gives the day of opening and so the version of the law;
//! - a field that a step sets or asks for: from that step on it says what was done then, and before it there is nothing to say;
//! - once a state is frozen (`frozen`: 已签发、已批准), whatever the kind's documents print;
//! - what only the citizen fills in.
//!
//! The first two are corrected by another person than who gave them, in one of the procedure's `correct` roles; the others by nobody. Everything
//! here is pure: who asks, and which roles he holds, is the caller's to know.

use super::{Act, Case, Corrected, Event};
use crate::kind::Kind;
use crate::pack::Pack;
use crate::procedure::{Frozen, Procedure, Step, Trigger, roles};
use crate::record::Record;

/// Why a field is not open to an ordinary correction.
#[derive(Debug, Clone, Copy)]
pub enum Fixed<'a> {
    /// 起算字段: a time or the version of the law depends on it.
    Anchor,
    /// 环节写下的: by a step that was taken.
    Said(&'a Step),
    /// A step says it, and has not been taken.
    Unsaid(&'a Step),
    /// 定稿: printed by a document of a frozen case; the step that sends it back, where there is one.
    Frozen(Option<&'a Step>),
    /// 当事人填写的
    Citizens,
}

impl Fixed<'_> {
    /// Whether one of the procedure's `correct` roles may change it, being another person.
    pub fn is_correctable(self) -> bool {
        matches!(self, Fixed::Anchor | Fixed::Said(_))
    }
}

/// A fixed field that a version changes.
#[derive(Debug, Clone, Copy)]
pub struct FixedChange<'a> {
    /// The field.
    pub field: usize,
    /// Why it is fixed.
    pub why: Fixed<'a>,
    /// Who gave what stands there now: login.
    pub giver: &'a str,
}

impl Procedure {
    /// Whether a time, or the version of the law, depends on a field.
    pub fn is_anchor(&self, field: usize) -> bool {
        let starts = |start: &Trigger| *start == Trigger::Field(field);
        self.opened == Some(field)
            || self.clocks.iter().any(|clock| {
                clock.starts.iter().any(starts) || clock.when.as_ref().is_some_and(|when| when.asks(field))
            })
    }

    /// Whether a field is open when a case is entered: nothing of what later steps write down.
    fn is_entry(&self, kind: &Kind, field: usize) -> bool {
        let of_entry = |entry: &crate::procedure::PublicEntry| {
            entry.ask.iter().flatten().any(|at| *at == field) || entry.set.iter().any(|(at, _)| *at == field)
        };
        let declared = self.entry.contains(&field)
            || self.opened == Some(field)
            || kind.fields.get(field).is_some_and(|field| field.required)
            || kind.public_entry.as_ref().is_some_and(of_entry);
        let at_start = |step: &Step| step.from.contains(&self.start) && step.asks(field) && !step.is_citizens();
        let asked_first = self.steps.iter().any(at_start);
        declared || asked_first || !self.steps.iter().any(|step| step.touches(field))
    }

    fn touching(&self, field: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.touches(field))
    }
}

impl Step {
    /// Whether nobody but the citizen takes it.
    fn is_citizens(&self) -> bool {
        !self.roles.is_empty() && self.roles.iter().all(|role| role == roles::CITIZEN)
    }
}

impl Case {
    /// Whether the case left its first state, or a duty of it lapsed: from then on it is not simply an entry that can be taken back.
    pub fn is_under_way(&self, procedure: &Procedure) -> bool {
        let started = procedure.state_position(&self.state) != Some(procedure.start);
        let acted = |event: &Event| matches!(event.act, Act::Step(_) | Act::Lapse(_));
        started || self.events.iter().any(acted)
    }
}

impl Pack {
    /// Fields of a kind that nobody fills in when a case is entered, each with the step that does. Empty for kinds without a procedure.
    pub fn not_of_entry<'a>(&'a self, kind: &'a Kind) -> impl Iterator<Item = (usize, &'a Step)> {
        let procedures: Vec<&Procedure> = kind.procedures.iter().filter_map(|at| self.procedures.get(*at)).collect();
        kind.given().filter_map(move |(field, _)| {
            let open = procedures.is_empty() || procedures.iter().any(|procedure| procedure.is_entry(kind, field));
            (!open)
                .then(|| procedures.iter().find_map(|procedure| procedure.touching(field).next()))?
                .map(|step| (field, step))
        })
    }

    /// Why a field of a case is not open to an ordinary correction; none where it is.
    pub fn fixed<'a>(&'a self, kind: &Kind, record: &Record, field: usize) -> Option<Fixed<'a>> {
        let (case, procedure) = self.case_of(record)?;
        let mut touching = procedure.touching(field).peekable();
        if touching.peek().is_some() && touching.all(Step::is_citizens) || kind.rates(field) {
            return Some(Fixed::Citizens);
        }
        if let Some(frozen) = procedure.state(&case.state).and_then(|state| state.frozen)
            && self.is_printed(kind, procedure, field)
        {
            let back = match frozen {
                Frozen::Refused => None,
                Frozen::After(step) => procedure.steps.get(step),
            };
            return Some(Fixed::Frozen(back));
        }
        if procedure.is_anchor(field) {
            return Some(Fixed::Anchor);
        }
        let taken = |step: &&Step| case.taken(&step.id).is_some();
        if let Some(step) = procedure.touching(field).find(taken) {
            return Some(Fixed::Said(step));
        }
        let first = procedure.touching(field).next().filter(|_| !procedure.is_entry(kind, field))?;
        // What came in with an import stands there without a step having said it.
        Some(if record.value(field).is_some() { Fixed::Said(first) } else { Fixed::Unsaid(first) })
    }

    /// Whether a field belongs to what is signed: a document of the kind prints it, a step writes it there by itself (签发人、日期), a step depends on it
    /// (文种), or it is a file that was given with the draft (附件).
    fn is_printed(&self, kind: &Kind, procedure: &Procedure, field: usize) -> bool {
        let prints = |document: &crate::procedure::Document| {
            document.kind == kind.id
                && document.text.iter().chain(&document.number).any(|line| line.prints(kind, field))
        };
        let thawed = |at: &usize| procedure.states.get(*at).is_some_and(|state| state.frozen.is_none());
        let file = kind.fields.get(field).is_some_and(|field| field.kind == crate::Type::File);
        let guards = |step: &Step| step.guard.as_ref().is_some_and(|guard| guard.asks(field));
        procedure.steps.iter().any(|step| step.sets(field) || guards(step))
            || file && procedure.touching(field).any(|step| step.from.iter().any(thawed))
            || self.documents.iter().any(prints)
    }

    /// The fixed fields in which two contents of one case differ.
    pub fn fixed_changes<'a>(&'a self, kind: &Kind, old: &'a Record, new: &Record) -> Vec<FixedChange<'a>> {
        let Some((case, procedure)) = self.case_of(old) else { return Vec::new() };
        let changed = kind.given().map(|(index, _)| index).filter(|index| old.value(*index) != new.value(*index));
        let one = |field: usize| {
            let id = kind.fields.get(field).map_or("", |field| field.id.as_str());
            Some(FixedChange { field, why: self.fixed(kind, old, field)?, giver: giver(case, procedure, field, id) })
        };
        changed.filter_map(one).collect()
    }

    /// Of the fields that a step was given, those that a frozen case no longer lets it change: it stays frozen, and they are printed.
    pub fn frozen_by(&self, kind: &Kind, record: &Record, step: &Step, after: &Record) -> Vec<usize> {
        let Some((case, procedure)) = self.case_of(record) else { return Vec::new() };
        let frozen = |state: Option<&crate::procedure::State>| state.is_some_and(|state| state.frozen.is_some());
        let stays = step.to.is_none_or(|to| frozen(procedure.states.get(to)));
        if !frozen(procedure.state(&case.state)) || !stays {
            return Vec::new();
        }
        let thawed = |at: &usize| procedure.states.get(*at).is_some_and(|state| state.frozen.is_none());
        // What is written down only after the signature (反馈、公开网址) may still be filled in; what was signed, even a gap in it, may not.
        let signed = |field: &usize| {
            record.value(*field).is_some() || procedure.touching(*field).any(|other| other.from.iter().any(thawed))
        };
        let given = step.require.iter().chain(&step.ask).copied();
        let changed = given.filter(|field| record.value(*field) != after.value(*field)).filter(signed);
        changed.filter(|field| !step.sets(*field) && self.is_printed(kind, procedure, *field)).collect()
    }

    /// What a correction changed of what was fixed, as its event keeps it. Of a step: the days that it moves without having met them.
    pub(super) fn corrected(&self, kind: &Kind, before: &Record, after: &Record, act: &Act) -> Vec<Corrected> {
        let Some((_, procedure)) = self.case_of(before) else { return Vec::new() };
        let changes = self.fixed_changes(kind, before, after);
        let kept = |change: &&FixedChange<'_>| match act {
            Act::Change => true,
            Act::Step(_) => procedure.is_anchor(change.field) && before.value(change.field).is_some(),
            _ => false,
        };
        let one = |change: &FixedChange<'_>| {
            let field = kind.fields.get(change.field)?;
            let plain = |record: &Record| record.value(change.field).map(crate::Value::plain);
            Some(Corrected {
                field: field.id.clone(),
                was: plain(before),
                now: plain(after),
                giver: change.giver.to_owned(),
            })
        };
        changes.iter().filter(kept).filter_map(one).collect()
    }
}

/// Who gave what stands in a field: the last correction of it, or the last step that touches it, else who opened the case.
fn giver<'a>(case: &'a Case, procedure: &Procedure, field: usize, id: &str) -> &'a str {
    let gave = |event: &&Event| match &event.act {
        Act::Change => event.corrected.iter().any(|one| one.field == id),
        Act::Step(step) => procedure.step(step).is_some_and(|step| step.touches(field)),
        _ => false,
    };
    let last = case.events.iter().rev().find(gave).or_else(|| case.opening());
    last.map_or("", |event| event.by.as_str())
}
