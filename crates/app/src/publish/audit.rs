//! 公布的数自查: every published number against its recomputation as it was known at its instant, under the pack by which it was computed; every list
//! against its digest. A number that a later correction moved is no difference: the replay ends where the number was frozen.

use std::collections::{BTreeMap, BTreeSet};

use zhiheng_pack::Pack;
use zhiheng_pack::publication::{asked, held};
use zhiheng_store::{LevelRow, Reader, RecordId, Sum};

use super::bundle::digest_of_json;
use super::freeze::digest_of_lines;
use super::{day_of, instant_of, text_of};
use crate::board::{Known, When, start};
use crate::indicator::kinds_of;
use crate::packs::Replay;
use crate::{App, Error};

/// A published number on its way through the replay.
struct Checking {
    which: String,
    indicator: usize,
    when: When,
    known_at: i64,
    value: (String, String, String),
    formula_digest: String,
    records_digest: String,
    /// What contributes so far: version and commitment.
    members: BTreeMap<(String, RecordId), (i64, [u8; 32])>,
    /// What reports so far.
    reporters: BTreeMap<(String, RecordId), (i64, [u8; 32])>,
}

impl App {
    /// Says what does not hold; answers how many publications were looked at.
    pub(crate) fn check_published(
        &self,
        reader: &mut Reader<'_>,
        say: &mut dyn FnMut(String, String),
    ) -> Result<u64, Error> {
        let Some((_, into)) = self.publication_kinds() else { return Ok(0) };
        let mut by_pack: BTreeMap<String, Vec<(String, zhiheng_pack::Record)>> = BTreeMap::new();
        let mut checked = 0;
        let mut files = Vec::new();
        reader.scan_records(&self.pack.place, &into.id, |row| {
            let Some(record) = zhiheng_pack::Record::from_canonical(into, &row.fields) else { return Ok(()) };
            checked += 1;
            let which = format!("{} {}", row.id, text_of(into, &record, asked::TITLE));
            if row.version != 1 || !row.live {
                say(which.clone(), "已公布的内容被改动过：它只能有一版".to_owned());
            }
            if !text_of(into, &record, held::VALUE).is_empty() {
                by_pack.entry(text_of(into, &record, held::PACK_HASH)).or_default().push((which, record));
            } else if into.field_index(held::ROWS).is_some_and(|at| record.value(at).is_some()) {
                files.push((which, record));
            }
            Ok(())
        })?;
        for (which, record) in files {
            match self.frozen_rows(into, &record) {
                Ok(Some(rows)) if rows.rows.len().to_string() == text_of(into, &record, held::RECORDS) => {}
                Ok(_) => say(which, "名单的行数与公布的不符".to_owned()),
                Err(error) => say(which, format!("名单读不出来：{error}")),
            }
        }
        for (hash, records) in by_pack {
            let app = match self.under(reader, &hash)? {
                Some(pack) => self.with_pack(pack),
                None => {
                    records.into_iter().for_each(|(which, _)| say(which, format!("库里没有它所用的方案包 {hash}")));
                    continue;
                }
            };
            app.replay_published(reader, into, &records, say)?;
        }
        Ok(checked)
    }

    /// The pack of a hash, as it was stored.
    fn under(&self, reader: &mut Reader<'_>, hash: &str) -> Result<Option<Pack>, Error> {
        let Some(digest) = zhiheng_store::digest_of_hex(hash) else { return Ok(None) };
        let row = reader.packs(&self.pack.place, Some(&digest))?.pop();
        row.map(|row| crate::packs::unpack(&row.bytes).map(|(_, pack)| pack)).transpose()
    }

    fn replay_published(
        &self,
        reader: &mut Reader<'_>,
        into: &zhiheng_pack::Kind,
        records: &[(String, zhiheng_pack::Record)],
        say: &mut dyn FnMut(String, String),
    ) -> Result<(), Error> {
        let mut waiting: Vec<Checking> = Vec::new();
        for (which, record) in records {
            let text = |field: &str| text_of(into, record, field);
            let position = self
                .pack
                .indicators
                .iter()
                .position(|one| one.id == text(asked::INDICATOR) && one.version_of.is_none());
            let parts = position.zip(day_of(into, record, asked::AS_OF)).zip(instant_of(&text(held::KNOWN_AT)));
            let Some(((indicator, as_of), known_at)) = parts else {
                say(which.clone(), "指标、截止日或者时点读不出来".to_owned());
                continue;
            };
            waiting.push(Checking {
                which: which.clone(),
                indicator,
                when: When { as_of, known_on: None },
                known_at,
                value: (text(held::VALUE), text(held::NUMERATOR), text(held::DENOMINATOR)),
                formula_digest: text(held::FORMULA_DIGEST),
                records_digest: text(held::RECORDS_DIGEST),
                members: BTreeMap::new(),
                reporters: BTreeMap::new(),
            });
        }
        waiting.sort_by_key(|one| std::cmp::Reverse(one.known_at));
        let mut replay = Replay::new(&self.needed(&waiting));
        let mut due = waiting;
        let mut done: Vec<(String, String)> = Vec::new();
        let Some(until) = due.first().map(|one| one.known_at) else { return Ok(()) };
        let whole = reader.scan_versions(&self.pack.place, 0, |version| {
            while due.last().is_some_and(|one| one.known_at < version.recorded_at) {
                let Some(one) = due.pop() else { break };
                done.extend(self.differs(&one, &replay).map(|why| (one.which.clone(), why)));
            }
            if version.recorded_at > until {
                return Ok(());
            }
            for one in &mut due {
                self.weigh_published(one, &version);
            }
            replay.take(&self.pack, version);
            Ok(())
        });
        whole?;
        while let Some(one) = due.pop() {
            done.extend(self.differs(&one, &replay).map(|why| (one.which.clone(), why)));
        }
        done.into_iter().for_each(|(which, why)| say(which, why));
        Ok(())
    }

    /// The indicators that published ones rest on, themselves included.
    fn needed(&self, waiting: &[Checking]) -> Vec<usize> {
        let mut found: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = waiting.iter().map(|one| one.indicator).collect();
        while let Some(at) = open.pop() {
            if !found.insert(at) {
                continue;
            }
            let Some(indicator) = self.pack.indicators.get(at) else { continue };
            open.extend(&indicator.earlier);
            open.extend(indicator.terms.iter().map(|term| term.indicator));
            open.extend(indicator.denominator_level.map(|(level, _)| level));
        }
        found.into_iter().collect()
    }

    /// A version comes to count, or ceases to.
    fn weigh_published(&self, one: &mut Checking, version: &zhiheng_store::VersionRow) {
        let Some(position) = self.pack.kind_position(&version.kind) else { return };
        let counts = self.parts(one.indicator, one.when.as_of).into_iter().any(|indicator| {
            kinds_of(indicator).contains(&position)
                && !indicator.over.is_empty()
                && self.counting(indicator, position, one.when).counts(&version.record())
        });
        let (key, what) = ((version.kind.clone(), version.id), (version.version, version.digest));
        let reports = self.reports(one, position, &version.record());
        for (set, belongs) in [(&mut one.members, counts), (&mut one.reporters, reports)] {
            if belongs {
                set.insert(key.clone(), what);
            } else {
                set.remove(&key);
            }
        }
    }

    /// Whether a row reports a value of the number's series.
    fn reports(&self, one: &Checking, position: usize, row: &zhiheng_store::RecordRow) -> bool {
        let Some(indicator) = self.pack.indicators.get(one.indicator) else { return false };
        let indicator = self.pack.in_force(indicator, one.when.as_of);
        let read = self.pack.kinds.get(position).filter(|_| row.live).and_then(|kind| crate::submit::read(kind, row));
        read.is_some_and(|(record, envelope)| {
            let points = self.pack.levels(position, &record, &envelope);
            points.iter().any(|point| point.def == indicator.def || point.def == indicator.reported_def)
        })
    }

    /// The definitions in force that a number adds up: itself, or the terms of a composite.
    fn parts(&self, indicator: usize, as_of: i32) -> Vec<&zhiheng_pack::Indicator> {
        let Some(indicator) = self.pack.indicators.get(indicator).map(|one| self.pack.in_force(one, as_of)) else {
            return Vec::new();
        };
        if indicator.terms.is_empty() {
            return vec![indicator];
        }
        let positions = self.pack.indicators.iter();
        let terms: Vec<usize> = indicator.terms.iter().map(|term| term.indicator).collect();
        positions
            .enumerate()
            .filter(|(at, _)| terms.contains(at))
            .map(|(_, one)| self.pack.in_force(one, as_of))
            .collect()
    }

    /// What differs between a published number and the replay that ends at its instant.
    fn differs(&self, one: &Checking, replay: &Replay) -> Option<String> {
        let indicator = self.pack.indicators.get(one.indicator)?;
        if digest_of_json(&self.formula(indicator, one.when.as_of)) != one.formula_digest {
            return Some("口径的摘要与它的方案包不符".to_owned());
        }
        let (cells, levels) = (self.replayed_sums(replay, one.when.as_of), replayed_levels(replay, one.when.as_of));
        let known = Known { pack: &self.pack, as_of: one.when.as_of, cells: &cells, levels: &levels };
        let number = self.publishable(indicator, known.pair(indicator));
        let frozen = self.freezing(indicator, &number, one.when);
        let now = frozen.map(|now| (now.value, now.numerator.unwrap_or_default(), now.denominator.unwrap_or_default()));
        if now.as_ref() != Some(&one.value) {
            let words = |(value, numerator, denominator): &(String, String, String)| {
                format!("{value}（{numerator} / {denominator}）")
            };
            let computed = now.as_ref().map_or_else(|| "无数据".to_owned(), words);
            return Some(format!("公布的是 {}，按当时所知重算是 {computed}", words(&one.value)));
        }
        let members = match number.reported_by {
            Some(id) => one
                .reporters
                .iter()
                .filter(|((_, known), _)| *known == id)
                .map(|(key, value)| (key.clone(), *value))
                .collect(),
            None => one.members.clone(),
        };
        (digest_of_lines(&members) != one.records_digest).then(|| "计入的记录的摘要与按当时所知重算的不符".to_owned())
    }

    fn replayed_sums(&self, replay: &Replay, as_of: i32) -> BTreeMap<i64, Sum> {
        let mut sums: BTreeMap<i64, Sum> = BTreeMap::new();
        let mut touched: BTreeMap<(i64, i32), Sum> = BTreeMap::new();
        let from: BTreeMap<i64, Option<i32>> =
            self.pack.indicators.iter().map(|one| (one.def, start(&self.pack, one, as_of))).collect();
        for ((def, dimension, day, _), (_, sum)) in &replay.sums {
            let begins = from.get(def).copied().flatten();
            if dimension.is_empty() && *day <= as_of && begins.is_none_or(|begins| *day >= begins) {
                let cell = touched.entry((*def, *day)).or_default();
                cell.num += sum.num;
                cell.den += sum.den;
            }
        }
        // A definition is there when a day of it is not zero, as the board has it.
        for ((def, _), sum) in touched.into_iter().filter(|(_, sum)| *sum != Sum::default()) {
            let total = sums.entry(def).or_default();
            total.num += sum.num;
            total.den += sum.den;
        }
        sums
    }
}

/// The latest value of every series on a day, of those that had not ended.
fn replayed_levels(replay: &Replay, as_of: i32) -> BTreeMap<i64, LevelRow> {
    let mut latest: BTreeMap<i64, LevelRow> = BTreeMap::new();
    let open =
        replay.levels.iter().filter(|level| level.ended_at.is_none() && level.dim.is_empty() && level.day <= as_of);
    for level in open {
        let later = |known: &LevelRow| (known.day, known.recorded_at) < (level.day, level.recorded_at);
        if latest.get(&level.def).is_none_or(later) {
            latest.insert(level.def, level.clone());
        }
    }
    latest
}
