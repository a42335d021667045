//! The peers: the same rows under the same committer without versions and cells, and every number recomputed from all records.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Result, bail};
use zhiheng_app::{RecordId, Submission};
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Draft, Pack};
use zhiheng_store::{Change, Job, Needs, Op, Outcome, Refused, Seen, Store, Sum, Times, VersionRow};

/// Stores one record as [`zhiheng_app::App::submit`] does, checks included, but keeps no version, no cell and no commitment.
pub(super) fn store_one(
    store: &Store,
    pack: &Arc<Pack>,
    submission: &Submission,
    draft: &Draft,
    id: RecordId,
    today: i32,
) -> Result<()> {
    let Some(kind) = pack.kind(&submission.kind) else { bail!("no such kind") };
    let Some(record) = pack.check(kind, draft, today).record else { bail!("a draft that does not check") };
    let envelope = pack.envelope(kind, &record);
    let fields = record.canonical(kind);
    let job = PlainRow { kind: kind.id.clone(), id, envelope, fields, pack: pack.hash };
    match store.submit(&pack.place, Box::new(job))? {
        Outcome::Done { .. } => Ok(()),
        Outcome::Refused(refused) => bail!(refused.answer),
    }
}

struct PlainRow {
    kind: String,
    id: RecordId,
    envelope: Envelope,
    fields: String,
    pack: [u8; 32],
}

impl Job for PlainRow {
    fn needs(&self) -> Needs {
        Needs {
            records: vec![(self.kind.clone(), self.id)],
            keys: self.envelope.key.iter().map(|key| (self.kind.clone(), key.clone())).collect(),
            ..Needs::default()
        }
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let taken = self.envelope.key.as_ref().and_then(|key| seen.by_key(&self.kind, key));
        if taken.is_some() || seen.record(&self.kind, &self.id).is_some() {
            return Err(Refused { answer: "taken".to_owned() });
        }
        let mut change = Change::new(times);
        let envelope = self.envelope.clone();
        change.versions.push(VersionRow {
            kind: self.kind.clone(),
            id: self.id,
            version: 1,
            op: Op::Create,
            recorded_at: times.next(),
            actor: "bench".to_owned(),
            reason: None,
            pack: self.pack,
            body: envelope.body,
            area: envelope.area,
            subject: envelope.subject,
            day: envelope.day,
            key: envelope.key,
            fields: self.fields.clone(),
            salt: [0; 16],
            digest: [0; 32],
            sm3: None,
            batch: None,
        });
        Ok(change)
    }
}

/// Every sum and every latest level of the whole place on a day, from nothing but the records.
pub(super) fn recompute(store: &Store, pack: &Pack, as_of: i32) -> Result<BTreeMap<i64, Sum>> {
    let mut sums: BTreeMap<i64, Sum> = BTreeMap::new();
    let mut levels: HashMap<i64, (i32, i64)> = HashMap::new();
    let year = zhiheng_pack::day::first_of_year(zhiheng_pack::day::date(as_of).year());
    let from: HashMap<i64, i32> = pack
        .indicators
        .iter()
        .filter(|indicator| indicator.form != zhiheng_pack::indicator::Form::Stock)
        .map(|indicator| (indicator.def, year))
        .collect();
    let mut reader = store.read()?;
    for (position, kind) in pack.kinds.iter().enumerate() {
        let distinct: Vec<usize> = pack.distinct_indicators(position).collect();
        let mut by_subject: HashMap<String, Vec<(Record, Envelope)>> = HashMap::new();
        let mut add = |part: zhiheng_pack::rollup::Contribution| {
            let within = part.day <= as_of && from.get(&part.def).is_none_or(|first| part.day >= *first);
            if part.dimension.is_empty() && within {
                let sum = sums.entry(part.def).or_default();
                sum.num += part.numerator;
                sum.den += part.denominator;
            }
        };
        reader.scan_records(&pack.place, &kind.id, |row| {
            let Some(record) = Record::from_canonical(kind, &row.fields).filter(|_| row.live) else { return Ok(()) };
            let envelope =
                Envelope { key: row.key, body: row.body, area: row.area, subject: row.subject, day: row.day };
            pack.contributions(position, &record, &envelope).into_iter().for_each(&mut add);
            for point in pack.levels(position, &record, &envelope) {
                let latest = levels.entry(point.def).or_insert((point.day, point.value));
                if point.day <= as_of && point.day >= latest.0 {
                    *latest = (point.day, point.value);
                }
            }
            if let Some(subject) = envelope.subject.clone().filter(|_| !distinct.is_empty()) {
                by_subject.entry(subject).or_default().push((record, envelope));
            }
            Ok(())
        })?;
        for records in by_subject.values() {
            let parts: Vec<_> = records.iter().map(|(record, envelope)| (position, record, envelope)).collect();
            distinct.iter().flat_map(|at| pack.distinct_contributions(*at, &parts)).for_each(&mut add);
        }
    }
    Ok(sums)
}
