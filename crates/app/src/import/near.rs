//! Near-duplicates: rows that look like a stored record under another identity. Flagged for a person, never merged.

use std::collections::HashMap;

use zhiheng_pack::{Kind, Record};
use zhiheng_store::{Reader, RecordId};

use super::row::{SEQ, Signatures, first_date, texts};
use super::{Identity, ImportRow};
use crate::Error;

/// Records of a kind above which nobody waits for the comparison.
const COMPARED: i64 = 200_000;
/// Likenesses kept for one row.
const SHOWN: usize = 3;
const REMARK: &str = "remark";

/// The fields by which two records are compared.
pub(super) struct Likeness {
    /// Everything but number, key and remark.
    pub(super) content: Vec<usize>,
    /// The fields of the title, and the first date that is not the record's own day (生产日期).
    pub(super) subject: Vec<usize>,
    /// Every field, in the order of their ids: a pack that sorts its fields anew finds its records again.
    pub(super) order: Vec<usize>,
}

impl Likeness {
    pub(super) fn of(kind: &Kind) -> Likeness {
        let apart = |index: &usize| {
            let id = kind.fields.get(*index).map_or("", |field| field.id.as_str());
            id != SEQ && id != REMARK && Some(*index) != kind.key
        };
        let in_title = |index: &usize| {
            kind.fields.get(*index).is_some_and(|field| kind.label.contains(&format!("{{{}}}", field.id)))
        };
        let mut subject: Vec<usize> = (0..kind.fields.len()).filter(apart).filter(in_title).collect();
        match first_date(kind) {
            Some(date) => subject.push(date),
            // A title alone is no likeness: every week has its leek of the same stall.
            None => subject.clear(),
        }
        let mut order: Vec<usize> = (0..kind.fields.len()).collect();
        order.sort_by_key(|index| kind.fields.get(*index).map(|field| field.id.as_str()));
        Likeness { order, content: (0..kind.fields.len()).filter(apart).collect(), subject }
    }
}

/// Writes into the new rows which stored records they look like. Answers false when there were too many to compare.
pub(super) fn flag(
    reader: &mut Reader<'_>,
    place: &str,
    kind: &Kind,
    likeness: &Likeness,
    rows: &mut [ImportRow],
    signatures: &[Option<Signatures>],
) -> Result<bool, Error> {
    let mut by_signature: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, (row, signature)) in rows.iter().zip(signatures).enumerate() {
        let (Identity::New { .. }, Some(signature)) = (&row.identity, signature) else { continue };
        by_signature.entry(signature.content).or_default().push(at);
        if let Some(subject) = signature.subject {
            by_signature.entry(subject).or_default().push(at);
        }
    }
    let stored = reader.kind_counts(place)?.iter().find(|count| count.kind == kind.id).map_or(0, |count| count.live);
    if by_signature.is_empty() || stored == 0 {
        return Ok(true);
    }
    if stored > COMPARED {
        return Ok(false);
    }
    let mut found: Vec<(usize, RecordId)> = Vec::new();
    reader.scan_records(place, &kind.id, |record| {
        let Some(content) = Record::from_canonical(kind, &record.fields).filter(|_| record.live) else { return Ok(()) };
        let signatures = Signatures::of(likeness, &texts(kind, &content));
        for signature in [Some(signatures.content), signatures.subject].into_iter().flatten() {
            let rows = by_signature.get(&signature).map(Vec::as_slice).unwrap_or_default();
            found.extend(rows.iter().map(|at| (*at, record.id)));
        }
        Ok(())
    })?;
    for (at, id) in found {
        if let Some(row) = rows.get_mut(at).filter(|row| row.near.len() < SHOWN && !row.near.contains(&id)) {
            row.near.push(id);
        }
    }
    Ok(true)
}
