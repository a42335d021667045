//! 定格: what a publication's step writes down. Everything is read from one snapshot; its last knowledge time is the instant as of which the content is
//! known, and the record that holds it is stored in the transaction of the step.
//!
//! What was not approved is not published: another number than the one that was reviewed, a list with rows that changed since, are refused with what to do.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::indicator::{Form, Mode, Period};
use zhiheng_pack::publication::{self as names, asked, held};
use zhiheng_pack::record::Envelope;
use zhiheng_pack::{Decimal, Draft, Indicator, Kind, Level, Problem, Record, problem as codes};
use zhiheng_store::{Match, Op, Reader, RecordId, RecordRow};

use super::bundle::{FEW, Formula, FormulaSource, digest_of_json, is_small};
use super::{day_of, instant_text, text_of};
use crate::board::{Number, When, print};
use crate::cases::Look;
use crate::submit::Prepared;
use crate::{App, Error, hex};

/// Records whose commitments are read at a time.
const TOGETHER: usize = 500;

/// A number as it is frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrozenNumber {
    pub(super) value: String,
    pub(super) numerator: Option<String>,
    pub(super) denominator: Option<String>,
    pub(super) n: Option<i64>,
    pub(super) interval: Option<(String, String)>,
    pub(super) suppressed: bool,
}

impl App {
    /// The record that a step freezes; none where the step freezes nothing.
    pub(crate) fn frozen(
        &self,
        look: &Look<'_>,
        step: &str,
        content: &(Envelope, String),
    ) -> Result<Option<Prepared>, Error> {
        let Some(publishes) = look.kind.publishes.as_ref().filter(|publishes| publishes.step == step) else {
            return Ok(None);
        };
        let corrupt = || Error::Corrupt("公开的内容".to_owned());
        let after = Record::from_canonical(look.kind, &content.1).ok_or_else(corrupt)?;
        let position = self.pack.kind_position(&publishes.into).ok_or_else(corrupt)?;
        let into = self.pack.kinds.get(position).ok_or_else(corrupt)?;
        let mut reader = self.store.read()?;
        let sent = look
            .case
            .events
            .iter()
            .rev()
            .find(|event| matches!(&event.act, CaseAct::Step(step) if publishes.sends.contains(step)));
        let mut held = Held { fields: BTreeMap::new() };
        held.copy(look.kind, &after, into);
        held.say(held::PUBLICATION, serde_json::json!({ "as_written": text_of(look.kind, &after, asked::TITLE), "id": look.row.id.to_string() }));
        held.text(held::PUBLICATION_ID, look.row.id.to_string());
        held.text(held::PACK_HASH, hex(&self.pack.hash));
        held.text(held::TREE_SIZE, reader.log_size(&self.pack.place)?.to_string());
        held.text(held::KNOWN_AT, instant_text(reader.last_recorded_at(&self.pack.place)?));
        let earlier = self.editions(&mut reader, into, &look.row.id)?;
        held.text(held::EDITION, (earlier.len() + 1).to_string());
        if let Some((row, record)) = earlier.last() {
            let title = self.pack.title(into, record, zhiheng_pack::Sight::Hidden);
            held.say(held::RESTATES, serde_json::json!({ "as_written": title, "id": row.id.to_string() }));
            held.text(held::WAS, text_of(into, record, held::VALUE));
        } else {
            held.fields.remove(asked::CORRECTION);
        }
        match text_of(look.kind, &after, asked::ABOUT).as_str() {
            names::NUMBER => self.freeze_number(&mut reader, look.kind, &after, &mut held)?,
            names::LIST | names::RESULT | names::RECORD => {
                let reviewed = sent.map_or(i64::MAX, |event| event.at);
                self.freeze_rows(&mut reader, look.kind, &after, reviewed, &mut held)?;
            }
            _ => {}
        }
        drop(reader);
        self.prepare_frozen(position, into, held, look.today).map(Some)
    }

    fn prepare_frozen(&self, position: usize, into: &Kind, held: Held, today: i32) -> Result<Prepared, Error> {
        let draft = Draft { fields: held.fields, scope: None };
        let checked = self.pack.check(into, &draft, today);
        let refused = || checked.problems.iter().filter(|problem| problem.level == Level::Refuse).cloned().collect();
        let Some(record) = &checked.record else { return Err(Error::Invalid(refused())) };
        Ok(Prepared {
            op: Op::Create,
            old_subject: None,
            kind: position,
            kind_id: into.id.clone(),
            id: self.new_id(),
            expected_version: None,
            reason: None,
            content: Some((self.pack.envelope(into, record), record.canonical(into))),
            salt: self.random_bytes(),
            warnings: Vec::new(),
            happening: None,
        })
    }

    /// What was frozen of one publication, the first edition first.
    pub(super) fn editions(
        &self,
        reader: &mut Reader<'_>,
        into: &Kind,
        publication: &RecordId,
    ) -> Result<Vec<(RecordRow, Record)>, Error> {
        let mut found = self.frozen_where(reader, into, held::PUBLICATION_ID, &publication.to_string())?;
        found.sort_by_key(|(row, _)| row.recorded_at);
        Ok(found)
    }

    /// Everything frozen whose field says this.
    pub(super) fn frozen_where(
        &self,
        reader: &mut Reader<'_>,
        into: &Kind,
        field: &str,
        value: &str,
    ) -> Result<Vec<(RecordRow, Record)>, Error> {
        let Some(column) = into.field_index(field).and_then(|at| self.column(into, at)) else { return Ok(Vec::new()) };
        let mut query = zhiheng_store::ListQuery {
            kind: into.id.clone(),
            filters: vec![zhiheng_store::Filter { column, value: Match::Text(value.to_owned()) }],
            live: Some(true),
            limit: 1000,
            ..zhiheng_store::ListQuery::default()
        };
        let mut found = Vec::new();
        loop {
            let page = reader.list(&self.pack.place, &query)?;
            let read = |row: RecordRow| Record::from_canonical(into, &row.fields).map(|record| (row, record));
            found.extend(page.records.into_iter().filter_map(read));
            query.after = page.next;
            if query.after.is_none() {
                return Ok(found);
            }
        }
    }

    fn freeze_number(
        &self,
        reader: &mut Reader<'_>,
        kind: &Kind,
        after: &Record,
        held: &mut Held,
    ) -> Result<(), Error> {
        let id = text_of(kind, after, asked::INDICATOR);
        let refuse =
            |field: &str, why: String| Error::Invalid(vec![Problem::of_field(codes::NOT_TO_PUBLISH, field, why)]);
        let found = self.pack.indicator(&id).filter(|indicator| !indicator.helper);
        let Some(indicator) = found else {
            return Err(refuse(asked::INDICATOR, "请选择要公开的是哪个指标。".to_owned()));
        };
        let day = day_of(kind, after, asked::AS_OF);
        let Some(as_of) = day.filter(|day| *day <= self.today()) else {
            return Err(refuse(asked::AS_OF, "请填写数据截止日，不晚于今天。".to_owned()));
        };
        let when = When { as_of, known_on: None };
        let number = self.judged(reader, indicator, when)?;
        let Some(frozen) = self.freezing(indicator, &number, when) else {
            let day = zhiheng_pack::day::date(as_of);
            if self.is_restricted(indicator) {
                let why =
                    "这项数据由上级主管机关公布，由记录算得的数不自行公开。上级公布以后，把公布的数报送进来再公开。";
                return Err(refuse(asked::INDICATOR, why.to_owned()));
            }
            return Err(refuse(asked::INDICATOR, format!("截至 {day} 这个指标还没有数，不能公开。")));
        };
        let figure = text_of(kind, after, asked::FIGURE);
        if !is_same_figure(&figure, &frozen.value, &indicator.unit) {
            let why = match figure.is_empty() {
                true => format!("没有写明批准公开的数，现在算得 {}。请退回修改，填写后重新审查和审批。", frozen.value),
                false => format!(
                    "批准公开的数是 {figure}，现在按同一天算得 {}：送审以后记录有变动。请退回修改，重新审查和审批。",
                    frozen.value
                ),
            };
            return Err(refuse(asked::FIGURE, why));
        }
        let formula = self.formula(indicator, as_of);
        let members = self.contributing(reader, indicator, when, &number)?;
        held.text(held::VALUE, frozen.value.clone());
        held.text(held::UNIT, indicator.unit.clone());
        held.text(held::NUMERATOR, frozen.numerator.unwrap_or_default());
        held.text(held::DENOMINATOR, frozen.denominator.unwrap_or_default());
        held.text(held::N, frozen.n.map(|n| n.to_string()).unwrap_or_default());
        if let Some((low, high)) = frozen.interval {
            held.text(held::LOW, low);
            held.text(held::HIGH, high);
        }
        held.text(held::SUPPRESSED, if frozen.suppressed { "yes".to_owned() } else { "no".to_owned() });
        held.text(held::FORMULA_DIGEST, digest_of_json(&formula));
        held.text(held::FORMULA, serde_json::to_string(&formula).unwrap_or_default());
        held.text(held::RECORDS, members.len().to_string());
        held.text(held::RECORDS_DIGEST, self.digest_of_members(reader, &members)?);
        Ok(())
    }

    /// The number that stands on the board: computed, or where nothing can be computed, reported.
    pub(crate) fn judged(&self, reader: &mut Reader<'_>, indicator: &Indicator, when: When) -> Result<Number, Error> {
        Ok(self.publishable(indicator, self.pair(reader, indicator, when, "")?))
    }

    /// Of a computed number and the reported one beside it, the one that may be published.
    pub(super) fn publishable(&self, indicator: &Indicator, (number, reported): (Number, Option<Number>)) -> Number {
        match (indicator.mode, self.is_restricted(indicator)) {
            (Mode::Computed, true) => Number::default(),
            (Mode::Both, true) => reported.unwrap_or_default(),
            _ if number.value.is_none() => reported.unwrap_or(number),
            _ => number,
        }
    }

    /// Whether a higher authority publishes what these records say.
    pub(super) fn is_restricted(&self, indicator: &Indicator) -> bool {
        let kinds = indicator.over.iter().filter_map(|source| self.pack.kinds.get(source.kind));
        let of_terms = indicator.terms.iter().filter_map(|term| self.pack.indicators.get(term.indicator));
        kinds.into_iter().any(|kind| kind.public.released_only)
            || of_terms.into_iter().any(|one| self.is_restricted(one))
    }

    /// A number as the public may have it; none without data.
    pub(super) fn freezing(&self, indicator: &Indicator, number: &Number, when: When) -> Option<FrozenNumber> {
        let indicator = self.pack.in_force(indicator, when.as_of);
        let value = number.value?;
        let exact = |value: Option<Decimal>| value.map(|value| value.normalize().to_string());
        let mut frozen = FrozenNumber {
            value: print(value, indicator.decimals),
            numerator: exact(number.numerator),
            denominator: exact(number.denominator),
            n: number.n,
            interval: number.interval.map(|(low, high)| (low.to_string(), high.to_string())),
            suppressed: false,
        };
        let rest = number
            .denominator
            .zip(number.numerator)
            .map(|(all, part)| all - part)
            .filter(|_| indicator.form == Form::Ratio);
        let counts = [number.numerator, number.denominator, rest];
        // 少于五件的，公布了就认得出是谁: only where the records are about people.
        if self.is_personal(indicator) && counts.into_iter().flatten().any(is_small) {
            frozen = FrozenNumber {
                numerator: None,
                denominator: None,
                n: None,
                interval: None,
                suppressed: true,
                ..frozen
            };
            let too_few = if indicator.form == Form::Ratio { number.denominator } else { number.numerator };
            if too_few.is_some_and(is_small) {
                frozen.value = FEW.to_owned();
            }
        }
        Some(frozen)
    }

    /// Whether the records behind a number hold personal data.
    fn is_personal(&self, indicator: &Indicator) -> bool {
        let kinds = indicator.over.iter().filter_map(|source| self.pack.kinds.get(source.kind));
        kinds.flat_map(|kind| &kind.fields).any(|field| field.personal)
    }

    /// How a number is computed on a day.
    pub(super) fn formula(&self, indicator: &Indicator, as_of: i32) -> Formula {
        let indicator = self.pack.in_force(indicator, as_of);
        let reported = indicator.mode == Mode::Reported || self.is_restricted(indicator);
        let sources = indicator.over.iter().filter(|_| !reported).chain(indicator.reported.iter().filter(|_| reported));
        let source = |source: &zhiheng_pack::indicator::Source| {
            let kind = self.pack.kinds.get(source.kind)?;
            let (numerator, denominator) = source.formula_text.clone();
            Some(FormulaSource {
                kind: kind.id.clone(),
                day: kind.fields.get(source.day).map(|field| field.id.clone()).unwrap_or_default(),
                condition: source.condition_text.clone(),
                numerator,
                denominator,
            })
        };
        Formula {
            version: indicator.version,
            form: indicator.form.name().to_owned(),
            period: match indicator.period {
                Period::Year => "year",
                Period::ToDate => "to_date",
            }
            .to_owned(),
            mode: if reported { Mode::Reported } else { indicator.mode }.name().to_owned(),
            factor: indicator.factor.normalize().to_string(),
            decimals: indicator.decimals,
            sources: sources.filter_map(source).collect(),
        }
    }

    fn freeze_rows(
        &self,
        reader: &mut Reader<'_>,
        kind: &Kind,
        after: &Record,
        reviewed: i64,
        held: &mut Held,
    ) -> Result<(), Error> {
        let wanted = self.rows_wanted(kind, after).map_err(Error::Invalid)?;
        let (rows, kept, changed) = self.rows_now(reader, &wanted, reviewed)?;
        let refuse = |why: String| Error::Invalid(vec![Problem::of_field(codes::NOT_TO_PUBLISH, asked::KIND, why)]);
        if changed > 0 {
            return Err(refuse(format!(
                "送审以后名单里有 {changed} 条记录新增或者有改动，没有经过审查。请退回修改，重新审查和审批。"
            )));
        }
        if rows.rows.is_empty() {
            return Err(refuse("没有可以公开的记录，请核对种类、筛选和日期。".to_owned()));
        }
        let members: Vec<Member> = kept.iter().map(Member::of).collect();
        let bytes = serde_json::to_vec(&rows).map_err(|error| Error::Internal(error.to_string()))?;
        let file = self.store_file(zhiheng_pack::procedure::roles::SYSTEM, "名单.json", "application/json", &bytes)?;
        held.say(held::ROWS, zhiheng_pack::Value::File(file).to_json());
        held.text(asked::SHOWN, rows.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>().join("、"));
        held.text(held::RECORDS, rows.rows.len().to_string());
        held.text(held::RECORDS_DIGEST, self.digest_of_members(reader, &members)?);
        Ok(())
    }

    /// SHA-256 over the contributing records: a line each of kind, id, version and salted commitment, in the order of their ids. It tells nothing of what
    /// they say, and no other set of versions has it.
    pub(super) fn digest_of_members(&self, reader: &mut Reader<'_>, members: &[Member]) -> Result<String, Error> {
        let mut lines: BTreeMap<(String, RecordId), (i64, [u8; 32])> = BTreeMap::new();
        for chunk in members.chunks(TOGETHER) {
            let ids: Vec<RecordId> = chunk.iter().map(|member| member.id).collect();
            let known = reader.commitments(&self.pack.place, &ids)?;
            let known: BTreeMap<(RecordId, i64), [u8; 32]> =
                known.into_iter().map(|(id, version, digest)| ((id, version), digest)).collect();
            for member in chunk {
                let digest = known.get(&(member.id, member.version));
                let digest =
                    digest.ok_or_else(|| Error::Corrupt(format!("记录 {} 第 {} 版", member.id, member.version)))?;
                lines.insert((member.kind.clone(), member.id), (member.version, *digest));
            }
        }
        Ok(digest_of_lines(&lines))
    }
}

/// A record that contributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) kind: String,
    pub(crate) id: RecordId,
    pub(crate) version: i64,
}

impl Member {
    pub(crate) fn of(row: &RecordRow) -> Member {
        Member { kind: row.kind.clone(), id: row.id, version: row.version }
    }
}

pub(super) fn digest_of_lines(lines: &BTreeMap<(String, RecordId), (i64, [u8; 32])>) -> String {
    let mut hasher = Sha256::new();
    for ((kind, id), (version, digest)) in lines {
        hasher.update(format!("{kind} {id} {version} {}\n", hex(digest)));
    }
    hex(&hasher.finalize())
}

/// Whether what was approved is what is published; its unit may stand behind it, thousands may be set apart.
pub(super) fn is_same_figure(approved: &str, value: &str, unit: &str) -> bool {
    let bare: String = approved.chars().filter(|c| !c.is_whitespace() && *c != ',' && *c != '，').collect();
    let unit: String = unit.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.strip_suffix(unit.as_str()).unwrap_or(&bare).replace('％', "%");
    bare.trim_end_matches('%') == value
}

/// The fields of what is frozen.
struct Held {
    fields: BTreeMap<String, Json>,
}

impl Held {
    /// What the publication says and its frozen record says after it.
    fn copy(&mut self, from: &Kind, record: &Record, into: &Kind) {
        for (at, field) in from.fields.iter().enumerate().filter(|(_, field)| !field.derived) {
            if let (Some(_), Some(value)) = (into.field(&field.id), record.value(at)) {
                self.fields.insert(field.id.clone(), value.to_json());
            }
        }
    }

    fn text(&mut self, field: &str, text: String) {
        if text.is_empty() {
            self.fields.remove(field);
        } else {
            self.say(field, Json::String(text));
        }
    }

    fn say(&mut self, field: &str, value: Json) {
        self.fields.insert(field.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approved_figure_is_the_published_one() {
        for approved in ["98.4", "98.4%", " 98.4 ％", "98.4 %"] {
            assert!(is_same_figure(approved, "98.4", "%"), "{approved}");
        }
        assert!(is_same_figure("1,250 家", "1250", "家"));
        assert!(is_same_figure("少于5", FEW, "件"));
        for other in ["98.5", "8.4", "", "984", "98.40"] {
            assert!(!is_same_figure(other, "98.4", "%"), "{other}");
        }
    }
}
