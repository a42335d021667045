//! One row: its cells as a draft, completed by what the user said of the whole file, and the digest of what it says.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use zhiheng_pack::record::ListScope;
use zhiheng_pack::{Draft, Kind, Level, Record, Type};
use zhiheng_sheet::{Cell, CellProblem, FailingItem, Row, Scope, Verdict, Wanted, Weight};

use super::columns::{ID_FIELD, TOTAL_PREFIX, is_own};
use super::problems::{AGAINST_SCOPE, ITEMS_IN_PASSING, ImportProblem};
use super::{ImportOptions, near};

/// The running number of a list: no part of what a row says.
pub(super) const SEQ: &str = "seq";
/// 统一社会信用代码 is kept as written and only reminded of.
const USCC_CODES: [&str; 2] = ["ZH2109", "ZH2110"];
const CHOICE_CODE: &str = "ZH2108";

/// A row as a draft.
pub(super) struct Drafted {
    pub(super) draft: Draft,
    /// Fields that the user's words filled, not the row.
    pub(super) filled: Vec<String>,
    /// The record's number, where the file carries one.
    pub(super) explicit: Option<String>,
    pub(super) problems: Vec<ImportProblem>,
    /// The row is one of the failing batches.
    pub(super) failing: bool,
}

/// How the rows of one file are read.
pub(super) struct Drafter<'a> {
    pub(super) kind: &'a Kind,
    pub(super) wanted: &'a Wanted,
    pub(super) options: &'a ImportOptions,
    pub(super) scope: Option<Scope>,
}

/// What the user's words about a list mean for its records.
pub(super) fn list_scope(scope: Scope, tested: Option<i64>) -> ListScope {
    match (scope, tested) {
        (Scope::Passing, _) => ListScope::Passing,
        (Scope::Failing, None) => ListScope::FailingOnly,
        (Scope::Failing, Some(_)) => ListScope::FailingCounted,
        (Scope::Mixed, _) => ListScope::Mixed,
    }
}

impl Drafter<'_> {
    pub(super) fn draft(&self, row: &Row, found: &[CellProblem]) -> Drafted {
        let mut drafted = Drafted {
            draft: Draft::default(),
            filled: Vec::new(),
            explicit: None,
            problems: found.iter().map(ImportProblem::of_cell).collect(),
            failing: false,
        };
        for problem in &mut drafted.problems {
            if USCC_CODES.contains(&problem.code) {
                problem.level = Level::Warn;
            }
        }
        for (index, cell) in &row.cells {
            let Some(column) = self.wanted.columns.get(*index) else { continue };
            if column.field == ID_FIELD {
                drafted.explicit = text_of(cell);
            }
            let wrong = |problem: &CellProblem| {
                problem.weight == Weight::Error
                    && problem.field.as_ref() == Some(&column.field)
                    && !USCC_CODES.contains(&problem.code)
            };
            if is_own(&column.field) && !found.iter().any(wrong) {
                drafted.draft.fields.insert(column.field.clone(), json_of(cell));
            }
        }
        if self.kind.import.scope {
            self.judge(row, &mut drafted);
        }
        self.fill(&mut drafted);
        drafted
    }

    /// The verdict: the row's own word first, then what the list contains.
    fn judge(&self, row: &Row, drafted: &mut Drafted) {
        drafted.draft.scope = self.scope.map(|scope| list_scope(scope, self.options.tested));
        let Some((index, pass, fail)) = &self.kind.import.verdict else { return };
        let Some(field) = self.kind.fields.get(*index).map(|field| field.id.as_str()) else { return };
        let has_items = self
            .kind
            .import
            .items
            .and_then(|index| self.kind.fields.get(index))
            .is_some_and(|items| drafted.draft.fields.contains_key(&items.id));
        let said = match &row.verdict {
            Some(Verdict::Passing) => Some(pass),
            Some(Verdict::Failing) => Some(fail),
            _ => None,
        };
        if let Some(said) = said
            && !drafted.draft.fields.contains_key(field)
        {
            drafted.draft.fields.insert(field.to_owned(), Json::String(said.clone()));
            // The word was understood after all.
            drafted.problems.retain(|problem| problem.code != CHOICE_CODE || problem.field.as_deref() != Some(field));
        }
        let own = drafted.draft.fields.get(field).and_then(Json::as_str).map(str::to_owned);
        let wrong = drafted.problems.iter().any(|problem| problem.field.as_deref() == Some(field));
        let by_scope = match self.scope {
            Some(Scope::Passing) => Some(pass),
            Some(Scope::Failing) => Some(fail),
            Some(Scope::Mixed) if has_items => Some(fail),
            _ => None,
        };
        match (&own, by_scope) {
            (Some(own), Some(other)) if own != other && self.scope != Some(Scope::Mixed) => {
                let problem = ImportProblem::of_import(row.row, AGAINST_SCOPE, Some(field), own, Level::Warn);
                drafted.problems.push(problem);
            }
            (None, Some(verdict)) if !wrong => {
                drafted.draft.fields.insert(field.to_owned(), Json::String(verdict.clone()));
                drafted.filled.push(field.to_owned());
            }
            _ => {}
        }
        if self.scope == Some(Scope::Passing) && has_items && own.as_ref() != Some(fail) {
            drafted.problems.push(ImportProblem::of_import(row.row, ITEMS_IN_PASSING, Some(field), "", Level::Warn));
        }
        drafted.failing = own.as_ref().or(by_scope) == Some(fail);
    }

    fn fill(&self, drafted: &mut Drafted) {
        let body = self.kind.body_field.and_then(|index| self.kind.fields.get(index)).map(|field| field.id.as_str());
        if let (Some(body), Some(own)) = (body, self.options.own.as_ref().and_then(|own| own.first()))
            && !drafted.draft.fields.contains_key(body)
            && !drafted.problems.iter().any(|problem| problem.field.as_deref() == Some(body))
        {
            drafted.draft.fields.insert(body.to_owned(), Json::String(own.clone()));
        }
        for (field, value) in self.options.fill.iter().filter(|(field, _)| !field.starts_with(TOTAL_PREFIX)) {
            let wrong = drafted.problems.iter().any(|problem| problem.field.as_ref() == Some(field));
            if !drafted.draft.fields.contains_key(field) && !wrong {
                drafted.draft.fields.insert(field.clone(), Json::String(value.clone()));
                drafted.filled.push(field.clone());
            }
        }
    }
}

fn text_of(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn json_of(cell: &Cell) -> Json {
    match cell {
        Cell::Text(text)
        | Cell::Integer(text)
        | Cell::Decimal(text)
        | Cell::Date(text)
        | Cell::Moment(text)
        | Cell::Choice(text) => Json::String(text.clone()),
        Cell::YesNo(yes) => Json::String(if *yes { "yes" } else { "no" }.to_owned()),
        Cell::Items(items) => Json::String(items.iter().map(line_of).collect::<Vec<_>>().join("\n")),
    }
}

/// 项目║检验结果║标准值, as the records keep it.
fn line_of(item: &FailingItem) -> String {
    let mut line = item.item.clone();
    match (&item.result, &item.limit) {
        (None, None) => {}
        (Some(result), None) => line.extend(["║", result]),
        (result, Some(limit)) => line.extend(["║", result.as_deref().unwrap_or_default(), "║", limit]),
    }
    line
}

/// What a row says, as a digest: its own values in their canonical form, white space folded; without its number in the list and
/// without what the user filled in.
pub(super) fn digest(kind: &Kind, likeness: &near::Likeness, texts: &[Option<String>], filled: &[String]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for index in &likeness.order {
        let id = kind.fields.get(*index).map_or("", |field| field.id.as_str());
        if id == SEQ || filled.iter().any(|filled| filled == id) {
            continue;
        }
        if let Some(text) = texts.get(*index).and_then(Option::as_ref) {
            hasher.update(id);
            hasher.update([0]);
            hasher.update(text);
            hasher.update([0]);
        }
    }
    hasher.finalize().into()
}

/// What every field of a record says.
pub(super) fn texts(kind: &Kind, record: &Record) -> Vec<Option<String>> {
    (0..kind.fields.len()).map(|index| said(record, index)).collect()
}

/// A value's canonical text with white space folded.
pub(super) fn said(record: &Record, index: usize) -> Option<String> {
    let text = match record.value(index)?.to_json() {
        Json::String(text) => text,
        other => other.to_string(),
    };
    if !text.contains(char::is_whitespace) {
        return Some(text);
    }
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Signatures by which near-duplicates are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signatures {
    /// Everything but number, key and remark.
    pub(super) content: u64,
    /// The record's title and its first date: the same sample of the same party.
    pub(super) subject: Option<u64>,
}

impl Signatures {
    pub(super) fn of(likeness: &near::Likeness, texts: &[Option<String>]) -> Signatures {
        let text = |index: &usize| texts.get(*index).and_then(Option::as_ref);
        let hash = |indices: &[usize]| {
            let mut hasher = DefaultHasher::new();
            for index in indices {
                (index, text(index)).hash(&mut hasher);
            }
            hasher.finish()
        };
        let complete = likeness.subject.len() > 1 && likeness.subject.iter().all(|index| text(index).is_some());
        Signatures { content: hash(&likeness.content), subject: complete.then(|| hash(&likeness.subject)) }
    }
}

/// Whether a field is a date of the thing itself and not of its treatment.
pub(super) fn first_date(kind: &Kind) -> Option<usize> {
    kind.fields
        .iter()
        .enumerate()
        .find(|(index, field)| field.kind == Type::Date && Some(*index) != kind.day)
        .map(|(index, _)| index)
}
