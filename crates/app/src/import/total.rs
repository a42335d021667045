//! The tested batches of a failing list. A list of what failed says nothing of what passed; when its notice declares how many batches were
//! tested, one further record carries the passing ones, and the rate has its denominator.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use zhiheng_pack::{Draft, Kind, Level, Pack, Problem, Record, Type, day};
use zhiheng_store::Reader;

use super::columns::TOTAL_PREFIX;
use super::identity::{compare, derive};
use super::problems::{FEWER_TESTED, say};
use super::row::said;
use super::{Content, Identity, ImportOptions, ImportTotal};
use crate::{App, Error};

/// What a kind declares of its totals: the kind of the record that carries them, and its fields.
pub(super) struct TotalRule<'a> {
    /// Position of the kind of totals.
    pub(super) position: usize,
    pub(super) kind: &'a Kind,
    tested: &'a str,
    passed: &'a str,
    failed: &'a str,
    day: &'a str,
    /// Fields with a fixed value.
    set: Vec<(&'a str, &'a str)>,
}

impl<'a> TotalRule<'a> {
    /// The rule of a kind, where the pack's totals know it.
    pub(super) fn of(pack: &'a Pack, kind: &'a Kind) -> Option<TotalRule<'a>> {
        let (position, total) = pack.totals()?;
        let parts = total.totals.as_ref()?;
        let field = |at: usize| total.fields.get(at);
        let id = |at: usize| field(at).map(|field| field.id.as_str());
        let kinds = field(parts.of)?.list.and_then(|list| pack.lists.get(list))?;
        kinds.items.iter().any(|item| item.id == kind.id).then_some(())?;
        Some(TotalRule {
            position,
            kind: total,
            tested: id(parts.tested)?,
            passed: id(parts.passed)?,
            failed: id(parts.failed)?,
            day: id(total.day?)?,
            set: vec![(id(parts.of)?, &kind.id), (id(parts.detail.0)?, &parts.detail.1)],
        })
    }
}

/// What the rows of a file have in common, gathered on the way.
pub(super) struct Gathered {
    /// Index in the row's kind, field of the total, the common value.
    shared: Vec<(usize, String, Common)>,
    latest: Option<i32>,
    years: BTreeSet<i16>,
    failing: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Common {
    Nothing,
    One(String),
    Several,
}

impl Gathered {
    pub(super) fn new(rule: Option<&TotalRule<'_>>, kind: &Kind) -> Gathered {
        let own = |rule: &&TotalRule<'_>, id: &str| {
            [rule.tested, rule.passed, rule.failed, rule.day].contains(&id)
                || rule.set.iter().any(|(set, _)| *set == id)
        };
        let mut shared = Vec::new();
        for rule in rule.iter() {
            for (index, field) in kind.fields.iter().enumerate() {
                let same = rule.kind.field(&field.id).is_some_and(|total| total.kind == field.kind);
                // A place is a row's own: that all that failed lies in one town says nothing of what was tested.
                let plain = matches!(field.kind, Type::Text | Type::Choice | Type::Date | Type::YesNo);
                if same && plain && !own(rule, &field.id) {
                    shared.push((index, field.id.clone(), Common::Nothing));
                }
            }
        }
        Gathered { shared, latest: None, years: BTreeSet::new(), failing: 0 }
    }

    pub(super) fn count_failing(&mut self) {
        self.failing += 1;
    }

    pub(super) fn row(&mut self, record: &Record, on: Option<i32>) {
        self.latest = self.latest.max(on);
        self.years.extend(on.map(|on| day::date(on).year()));
        for (index, _, common) in &mut self.shared {
            *common = match (std::mem::replace(common, Common::Several), said(record, *index)) {
                (Common::Nothing, Some(value)) => Common::One(value),
                (Common::One(known), Some(value)) if known == value => Common::One(known),
                (Common::Nothing, None) => Common::Nothing,
                // One row without it is not another value.
                (Common::One(known), None) => Common::One(known),
                _ => Common::Several,
            };
        }
    }
}

/// The record of the tested batches, and remarks about it.
pub(super) fn build(
    app: &App,
    reader: &mut Reader<'_>,
    rule: &TotalRule<'_>,
    gathered: &Gathered,
    options: &ImportOptions,
    kind: &Kind,
    file_digest: &[u8; 32],
) -> Result<(ImportTotal, Vec<String>), Error> {
    let tested = options.tested.unwrap_or_default();
    let failed = gathered.failing;
    if tested < failed {
        let message = say(FEWER_TESTED, &tested.to_string());
        let problem = Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, "tested", message);
        return Err(Error::Invalid(vec![Problem { code: FEWER_TESTED.0, ..problem }]));
    }
    let today = app.today();
    let mut remarks = Vec::new();
    let mut fields: BTreeMap<String, Json> = BTreeMap::new();
    for (_, field, common) in &gathered.shared {
        if let Common::One(value) = common {
            fields.insert(field.clone(), Json::String(value.clone()));
        }
    }
    if let Some(latest) = gathered.latest {
        fields.insert(rule.day.to_owned(), Json::String(day::date(latest).to_string()));
    }
    for (field, value) in rule.set.iter().map(|(field, value)| (*field, (*value).to_owned())).chain([
        (rule.tested, tested.to_string()),
        (rule.passed, (tested - failed).to_string()),
        (rule.failed, failed.to_string()),
    ]) {
        fields.insert(field.to_owned(), Json::String(value));
    }
    for (field, value) in &options.fill {
        if let Some(field) = field.strip_prefix(TOTAL_PREFIX) {
            fields.insert(field.to_owned(), Json::String(value.clone()));
        }
    }
    let record = checked(app, rule, fields, today)?;
    if rule.kind.day.is_some_and(|index| record.day(index).is_none()) {
        remarks.push("检验批次的汇总没有日期，列入“未计入”；请在统一填写的值里给出抽样日期。".to_owned());
    }
    if gathered.years.len() > 1 {
        remarks.push("名单跨年度，检验批次的汇总只能归入一个年度；请分年度导入。".to_owned());
    }
    let content = Content { envelope: app.pack.envelope(rule.kind, &record), canonical: record.canonical(rule.kind) };
    let id = derive(&app.pack.place, &rule.kind.id, &[b"total", kind.id.as_bytes(), file_digest], 0);
    let stored = reader.record(&app.pack.place, &rule.kind.id, &id)?;
    let covered: BTreeSet<String> = rule.kind.fields.iter().map(|field| field.id.clone()).collect();
    let (identity, corrected) = match &stored {
        None => (Identity::New { id }, None),
        Some(known) => {
            let (identity, content, _) = compare(app, rule.kind, known, &content.canonical, &covered, false, today);
            (identity, content)
        }
    };
    let content = corrected.unwrap_or_else(|| Box::new(content));
    Ok((ImportTotal { kind: rule.position, identity, tested, passed: tested - failed, failed, content }, remarks))
}

/// The total as a valid record: what the rows have in common is taken over only where the total can hold it.
fn checked(app: &App, rule: &TotalRule<'_>, mut fields: BTreeMap<String, Json>, today: i32) -> Result<Record, Error> {
    for _ in 0..2 {
        let found = app.pack.check(rule.kind, &Draft { fields: fields.clone(), scope: None }, today);
        if let Some(record) = found.record {
            return Ok(record);
        }
        let refused: Vec<Problem> =
            found.problems.into_iter().filter(|problem| problem.level == Level::Refuse).collect();
        let before = fields.len();
        for problem in &refused {
            let field = problem.field.as_deref().unwrap_or_default();
            let needed = [rule.tested, rule.passed, rule.failed, rule.day].contains(&field);
            if !needed && !rule.set.iter().any(|(set, _)| *set == field) {
                fields.remove(field);
            }
        }
        if fields.len() == before {
            return Err(Error::Invalid(refused));
        }
    }
    Err(Error::Internal("a total that stays refused".to_owned()))
}
