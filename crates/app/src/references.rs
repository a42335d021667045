//! 关联: which record a text means. A text resolves when exactly one record has it as its key or its title, or as one of the texts that the
//! title is made of; where several have it, they are offered, and nothing is guessed. What is on no list stays as it was written.
//!
//! Titles are not indexed: they are looked for in the newest records of the kind, so that a form answers at once in any register.

use zhiheng_pack::{Kind, Record, Sight, Value};
use zhiheng_store::{ListQuery, Reader, RecordId, RecordRow, Scope};

use crate::{App, Error};

/// Records in which a title is looked for.
const LOOKED: usize = 10_000;
/// Records read at a time.
const PAGE: usize = 1000;
/// Records that one text may offer.
const OFFERED: usize = 20;

/// A record that a reference may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The record.
    pub id: RecordId,
    /// Its business key.
    pub key: Option<String>,
    /// Its title.
    pub label: String,
}

impl Candidate {
    /// The title, with the key where there is one.
    pub fn name(&self) -> String {
        match &self.key {
            Some(key) => format!("{}（{key}）", self.label),
            None => self.label.clone(),
        }
    }
}

impl App {
    /// The newest records of a kind. Only what lies in `scope` may be named.
    pub fn newest(&self, kind: &Kind, scope: Option<&Scope>, limit: usize) -> Result<Vec<Candidate>, Error> {
        let mut found = Vec::new();
        self.walk(kind, &mut self.store.read()?, limit, |row, record| {
            found.extend(may(row, scope).then(|| self.candidate(kind, row, record)));
            found.len() < limit
        })?;
        Ok(found)
    }

    /// Every record that a text may mean: by its key alone, else by its title.
    pub fn resolve(&self, kind: &Kind, text: &str, scope: Option<&Scope>) -> Result<Vec<Candidate>, Error> {
        let mut reader = self.store.read()?;
        let by_key = reader.record_by_key(&self.pack.place, &kind.id, text)?.filter(|row| row.live && may(row, scope));
        if let Some(row) = by_key {
            let record = Record::from_canonical(kind, &row.fields);
            return Ok(record.map(|record| self.candidate(kind, &row, &record)).into_iter().collect());
        }
        let wanted = folded(text);
        let parts: Vec<usize> = (0..kind.fields.len()).filter(|index| names(kind, *index)).collect();
        let (mut whole, mut part) = (Vec::new(), Vec::new());
        self.walk(kind, &mut reader, LOOKED, |row, record| {
            if may(row, scope) {
                let says = |index: &usize| record.value(*index).is_some_and(|value| folded(&said(value)) == wanted);
                let candidate = self.candidate(kind, row, record);
                if folded(&candidate.label) == wanted || folded(&candidate.name()) == wanted {
                    whole.push(candidate);
                } else if parts.iter().any(says) {
                    part.push(candidate);
                }
            }
            whole.len() + part.len() < OFFERED
        })?;
        Ok(if whole.is_empty() { part } else { whole })
    }

    /// Its name is stored with the reference: everybody reads it.
    fn candidate(&self, kind: &Kind, row: &RecordRow, record: &Record) -> Candidate {
        Candidate { id: row.id, key: row.key.clone(), label: self.pack.title(kind, record, Sight::Hidden) }
    }

    /// Hands the newest records over, at most so many, until the receiver has enough.
    fn walk(
        &self,
        kind: &Kind,
        reader: &mut Reader<'_>,
        most: usize,
        mut each: impl FnMut(&RecordRow, &Record) -> bool,
    ) -> Result<(), Error> {
        let mut query =
            ListQuery { kind: kind.id.clone(), live: Some(true), limit: PAGE.min(most), ..ListQuery::default() };
        let mut seen = 0;
        loop {
            let page = reader.list(&self.pack.place, &query)?;
            for row in &page.records {
                let Some(record) = Record::from_canonical(kind, &row.fields) else { continue };
                if !each(row, &record) {
                    return Ok(());
                }
            }
            seen += page.records.len();
            query.after = page.next;
            if query.after.is_none() || seen >= most {
                return Ok(());
            }
        }
    }
}

fn may(row: &RecordRow, scope: Option<&Scope>) -> bool {
    scope.is_none_or(|scope| scope.holds(row.body.as_deref(), row.area.as_deref()))
}

/// Whether a field stands in the title of its kind and is nobody's personal data.
fn names(kind: &Kind, index: usize) -> bool {
    kind.fields.get(index).is_some_and(|field| !field.personal && kind.label.contains(&format!("{{{}}}", field.id)))
}

fn said(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Reference { as_written, .. } => as_written.clone(),
        // A number or a choice names nothing.
        _ => String::new(),
    }
}

/// White space is no difference.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
