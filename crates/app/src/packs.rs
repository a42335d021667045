//! The life of a pack in a database: the first is taken, a differing one is shown (`pack diff`) and put into force (`pack apply`) in one
//! transaction with the cells it defines anew.
//!
//! A back-fill replays every version in its order, each under its own knowledge day: known-on under the new definition is then what the new
//! definition would have said, and the old definition's cells stay for the days on which it was in force.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Kind, Pack, PackFiles};
use zhiheng_store::{Cells, LevelRow, RecordId, RecordRow, Sum, VersionRow, ViewSpec};

use crate::recount::MovedDeadline;
use crate::submit::{distinct, level_row, read};
use crate::{App, Error, When};

/// How the pack at hand stands to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackState {
    /// The database has no pack yet.
    None,
    /// The pack in force.
    Active {
        /// Its number.
        seq: i64,
    },
    /// Another pack is in force.
    Differs {
        /// Its number.
        seq: i64,
        /// Its hash.
        hash: [u8; 32],
    },
}

/// What a pack would change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PackDiff {
    /// Kinds that come, and that go.
    pub kinds_added: Vec<String>,
    /// Kinds that go; their records stay readable.
    pub kinds_removed: Vec<String>,
    /// Indicators that come.
    pub indicators_added: Vec<String>,
    /// Indicators that go.
    pub indicators_removed: Vec<String>,
    /// Indicators whose computation changes: their cells are computed anew.
    pub redefined: Vec<String>,
    /// Indicators whose words, target or bodies change.
    pub reworded: Vec<String>,
    /// Values that change on the day of the diff: indicator, old, new.
    pub values: Vec<CellChange>,
    /// Stored records, by kind that goes.
    pub records_affected: i64,
    /// Open cases.
    pub open_cases: u64,
    /// Those whose deadlines move, up to a limit.
    pub deadlines: Vec<MovedDeadline>,
}

/// A value that a pack would change.
#[derive(Debug, Clone, PartialEq)]
pub struct CellChange {
    /// Indicator's id.
    pub indicator: String,
    /// Sum before: numerator, denominator.
    pub before: (i64, i64),
    /// Sum after.
    pub after: (i64, i64),
}

/// Moved deadlines that are listed one by one.
const DEADLINES: usize = 100;

impl App {
    /// How this program's pack stands to the database.
    pub fn pack_state(&self) -> Result<PackState, Error> {
        let active = self.store.read()?.active_pack(&self.pack.place)?;
        Ok(match active {
            None => PackState::None,
            Some(row) if row.hash == self.pack.hash => PackState::Active { seq: row.seq },
            Some(row) => PackState::Differs { seq: row.seq, hash: row.hash },
        })
    }

    /// The pack in force at a place of this database.
    pub fn pack_in_force(&self, place: &str) -> Result<Option<Pack>, Error> {
        Ok(self.files_in_force(place)?.map(|(_, pack)| pack))
    }

    /// The same with the files it was read from, the included ones first.
    pub fn files_in_force(&self, place: &str) -> Result<Option<(Vec<PackFiles>, Pack)>, Error> {
        let active = self.store.read()?.active_pack(place)?;
        active.map(|row| unpack(&row.bytes)).transpose()
    }

    /// A view a kind, for programs that analyse the database directly. Personal fields are not in it.
    fn declare_views(&self) -> Result<(), Error> {
        let view = |kind: &zhiheng_pack::Kind| ViewSpec {
            kind: kind.id.clone(),
            fields: kind.fields.iter().filter(|field| !field.personal).map(|field| field.id.clone()).collect(),
        };
        Ok(self.store.ensure_views(&self.pack.kinds.iter().map(view).collect::<Vec<_>>())?)
    }

    /// Puts this pack into force: computes the cells of every definition that the database does not have, beside the running ones, and
    /// switches in one transaction. Answers the pack's number and the indicators that were computed.
    pub fn apply_pack(&self, actor: &str, files: &[PackFiles]) -> Result<(i64, Vec<String>), Error> {
        let active = self.store.read()?.active_pack(&self.pack.place)?;
        let known = match &active {
            Some(row) if row.hash == self.pack.hash => return Ok((row.seq, Vec::new())),
            Some(row) => definitions(&unpack(&row.bytes)?.1),
            None => BTreeSet::new(),
        };
        let fresh: Vec<usize> = self.missing_definitions(&known);
        let names =
            fresh.iter().filter_map(|at| self.pack.indicators.get(*at)).map(|indicator| indicator.id.clone()).collect();
        let replayed = self.replay(&fresh)?;
        let bytes = pack_bytes(files);
        let (place, hash, actor) = (self.pack.place.clone(), self.pack.hash, actor.to_owned());
        let defs = definitions_of(&self.pack, &fresh);
        let pack = Arc::clone(&self.pack);
        let seq = self.store.write(move |tx| {
            // What was recorded while the replay ran joins it here: nothing can come in between inside the write.
            // The write may have to run again: it works on a copy.
            let mut state = replayed.clone();
            tx.versions_after(&place, state.last, |version| {
                state.take(&pack, version);
                Ok(())
            })?;
            let mut cells = tx.cells();
            state.pour(&mut cells);
            tx.replace_cells(&place, &defs, &cells, state.levels.clone())?;
            let seq = tx.activate_pack(&place, &hash, &bytes)?;
            tx.log_operation(&place, &actor, "启用方案包", &seq.to_string(), &crate::hex(&hash))?;
            Ok(seq)
        })?;
        self.declare_views()?;
        self.recount_cases()?;
        Ok((seq, names))
    }

    /// Indicators whose cells the database does not have under this pack's definitions.
    fn missing_definitions(&self, known: &BTreeSet<i64>) -> Vec<usize> {
        let missing = |indicator: &zhiheng_pack::Indicator| {
            (!indicator.over.is_empty() && !known.contains(&indicator.def))
                || (indicator.reported.is_some() && !known.contains(&indicator.reported_def))
        };
        self.pack.indicators.iter().enumerate().filter(|(_, indicator)| missing(indicator)).map(|(at, _)| at).collect()
    }

    fn replay(&self, fresh: &[usize]) -> Result<Replay, Error> {
        let mut replay = Replay::new(fresh);
        if fresh.is_empty() {
            replay.last = self.store.read()?.last_recorded_at(&self.pack.place)?;
            return Ok(replay);
        }
        self.store.read()?.scan_versions(&self.pack.place, 0, |version| {
            replay.take(&self.pack, version);
            Ok(())
        })?;
        Ok(replay)
    }

    /// What this pack would change against the pack in force.
    pub fn pack_diff(&self) -> Result<PackDiff, Error> {
        let mut reader = self.store.read()?;
        let Some(active) = reader.active_pack(&self.pack.place)? else { return Ok(PackDiff::default()) };
        let (_, old) = unpack(&active.bytes)?;
        let new = &self.pack;
        let mut diff = PackDiff {
            kinds_added: absent(&new.kinds, &old.kinds, |kind| &kind.id),
            kinds_removed: absent(&old.kinds, &new.kinds, |kind| &kind.id),
            indicators_added: absent(&new.indicators, &old.indicators, |indicator| &indicator.id),
            indicators_removed: absent(&old.indicators, &new.indicators, |indicator| &indicator.id),
            ..PackDiff::default()
        };
        for indicator in &new.indicators {
            let Some(before) = old.indicator(&indicator.id) else { continue };
            if before.def != indicator.def {
                diff.redefined.push(indicator.id.clone());
            } else if format!("{before:?}") != format!("{indicator:?}") {
                diff.reworded.push(indicator.id.clone());
            }
        }
        let counts = reader.kind_counts(&self.pack.place)?;
        diff.records_affected = counts
            .iter()
            .filter(|count| diff.kinds_removed.contains(&count.kind))
            .map(|count| count.live + count.withdrawn)
            .sum();
        drop(reader);
        diff.values = self.changed_values(&old, &diff.redefined)?;
        (diff.open_cases, diff.deadlines) = self.moved_deadlines(&old, DEADLINES)?;
        Ok(diff)
    }

    /// The sums over everything of redefined indicators, before and after.
    fn changed_values(&self, old: &Pack, redefined: &[String]) -> Result<Vec<CellChange>, Error> {
        let positions: Vec<usize> = self
            .pack
            .indicators
            .iter()
            .enumerate()
            .filter(|(_, indicator)| redefined.contains(&indicator.id) && indicator.is_additive())
            .map(|(at, _)| at)
            .collect();
        let replay = self.replay(&positions)?;
        let today = self.today();
        let mut reader = self.store.read()?;
        let mut changes = Vec::new();
        for indicator in positions.iter().filter_map(|at| self.pack.indicators.get(*at)) {
            let Some(before) = old.indicator(&indicator.id) else { continue };
            let sums = reader.sums(&self.pack.place, "", &[before.def], None, today)?;
            let before = sums.get(&before.def).copied().unwrap_or_default();
            let after = replay.total(indicator.def, today);
            if before != after {
                changes.push(CellChange {
                    indicator: indicator.id.clone(),
                    before: (before.num, before.den),
                    after: (after.num, after.den),
                });
            }
        }
        Ok(changes)
    }

    /// The pack that was in force at the end of a day, when it is not the present one.
    pub fn pack_known_on(&self, known_on: i32) -> Result<Option<Pack>, Error> {
        let end = zhiheng_store::end_of_day(known_on, self.store.offset_seconds());
        let row = self.store.read()?.pack_before(&self.pack.place, end)?;
        match row {
            Some(row) if row.hash != self.pack.hash => unpack(&row.bytes).map(|(_, pack)| Some(pack)),
            _ => Ok(None),
        }
    }

    /// The county under the pack that was in force on the day of a look back, when it is not the present one.
    pub(crate) fn looked_back(&self, when: When) -> Result<Option<App>, Error> {
        let pack = when.known_on.map(|known| self.pack_known_on(known)).transpose()?.flatten();
        Ok(pack.map(|pack| self.with_pack(pack)))
    }
}

fn absent<T>(of: &[T], from: &[T], id: impl Fn(&T) -> &String) -> Vec<String> {
    of.iter().filter(|one| !from.iter().any(|other| id(other) == id(one))).map(|one| id(one).clone()).collect()
}

fn definitions(pack: &Pack) -> BTreeSet<i64> {
    pack.indicators.iter().flat_map(|indicator| [indicator.def, indicator.reported_def]).collect()
}

/// The definitions in a pack as it was stored.
pub(crate) fn definitions_in(bytes: &[u8]) -> Result<BTreeSet<i64>, Error> {
    unpack(bytes).map(|(_, pack)| definitions(&pack))
}

fn definitions_of(pack: &Pack, positions: &[usize]) -> Vec<i64> {
    positions.iter().filter_map(|at| pack.indicators.get(*at)).flat_map(|one| [one.def, one.reported_def]).collect()
}

/// The files of a pack as they are stored with it: JSON, the included packs first.
pub fn pack_bytes(files: &[PackFiles]) -> Vec<u8> {
    let folders: Vec<_> = files.iter().map(|folder| (&folder.name, &folder.files)).collect();
    serde_json::to_vec(&folders).unwrap_or_default()
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<(Vec<PackFiles>, Pack), Error> {
    let folders: Vec<(String, BTreeMap<String, String>)> =
        serde_json::from_slice(bytes).map_err(|error| Error::Corrupt(format!("存储的方案包：{error}")))?;
    let mut folders: Vec<PackFiles> = folders.into_iter().map(|(name, files)| PackFiles { name, files }).collect();
    let main = folders.pop().ok_or_else(|| Error::Corrupt("存储的方案包是空的".to_owned()))?;
    let (pack, _) = zhiheng_pack::read(&main, &|name| folders.iter().find(|folder| folder.name == name).cloned());
    folders.push(main);
    let pack =
        pack.ok_or_else(|| Error::WrongState("库中现行的方案包由较早的版本写成，本程序已不能读取".to_owned()))?;
    Ok((folders, pack))
}

/// Every version taken in turn, with the cells that some definitions would have.
#[derive(Clone)]
pub(crate) struct Replay {
    wanted: BTreeSet<usize>,
    rows: HashMap<RecordId, RecordRow>,
    subjects: HashMap<(String, String), BTreeSet<RecordId>>,
    /// (def, dimension, day, knowledge time) → sum.
    pub(crate) sums: BTreeMap<(i64, String, i32, i32), (i64, Sum)>,
    pub(crate) levels: Vec<LevelRow>,
    /// Positions in `levels` of the values that a record's present version reports.
    open: HashMap<RecordId, Vec<usize>>,
    /// Knowledge time of the last version taken.
    pub(crate) last: i64,
}

impl Replay {
    pub(crate) fn new(wanted: &[usize]) -> Replay {
        Replay {
            wanted: wanted.iter().copied().collect(),
            rows: HashMap::new(),
            subjects: HashMap::new(),
            sums: BTreeMap::new(),
            levels: Vec::new(),
            open: HashMap::new(),
            last: 0,
        }
    }

    pub(crate) fn take(&mut self, pack: &Pack, version: VersionRow) {
        self.last = self.last.max(version.recorded_at);
        let Some(position) = pack.kind_position(&version.kind) else { return };
        let Some(kind) = pack.kinds.get(position) else { return };
        if !pack.moved_by(position).iter().any(|(at, _)| self.wanted.contains(at)) {
            return; // only rows that move a wanted number are kept in memory
        }
        let before = self.rows.get(&version.id).cloned();
        let after = self.under(pack, kind, &version);
        let at = version.recorded_at;
        let known = pack.day_of(at);
        for (row, sign) in before.iter().map(|row| (row, -1)).chain([(&after, 1)]) {
            let Some((record, envelope)) = read(kind, row) else { continue };
            for part in pack.standing_contributions(position, &record, &envelope, row.live) {
                self.add(pack, part, sign, at, known);
            }
        }
        let subjects: BTreeSet<String> = before.iter().chain([&after]).filter_map(|row| row.subject.clone()).collect();
        let indicators: Vec<usize> =
            pack.distinct_indicators(position).filter(|one| self.wanted.contains(one)).collect();
        let olds: Vec<_> = self.distinct_of(pack, &indicators, &subjects);
        self.replace(after.clone());
        let news = self.distinct_of(pack, &indicators, &subjects);
        for (parts, sign) in [(olds, -1), (news, 1)] {
            parts.into_iter().for_each(|part| self.add(pack, part, sign, at, known));
        }
        self.move_levels(pack, position, kind, &after, &version);
    }

    /// The row as this pack would have written it: the envelope may be another under a new pack.
    fn under(&self, pack: &Pack, kind: &Kind, version: &VersionRow) -> RecordRow {
        let mut row = version.record();
        if let Some(record) = Record::from_canonical(kind, &row.fields) {
            let envelope: Envelope = pack.envelope(kind, &record);
            row.body = envelope.body;
            row.area = envelope.area;
            row.subject = envelope.subject;
            row.day = envelope.day;
        }
        row
    }

    fn replace(&mut self, row: RecordRow) {
        if let Some(subject) = &row.subject {
            self.subjects.entry((row.kind.clone(), subject.clone())).or_default().insert(row.id);
        }
        self.rows.insert(row.id, row);
    }

    fn distinct_of(
        &self,
        pack: &Pack,
        indicators: &[usize],
        subjects: &BTreeSet<String>,
    ) -> Vec<zhiheng_pack::rollup::Contribution> {
        let mut found = Vec::new();
        for at in indicators {
            let sources = pack.indicators.get(*at).map_or(&[][..], |indicator| &indicator.over);
            let kinds: BTreeSet<&str> =
                sources.iter().filter_map(|source| pack.kinds.get(source.kind)).map(|kind| kind.id.as_str()).collect();
            for subject in subjects {
                let ids =
                    kinds.iter().filter_map(|kind| self.subjects.get(&((*kind).to_owned(), subject.clone()))).flatten();
                let rows: Vec<RecordRow> = ids
                    .filter_map(|id| self.rows.get(id))
                    .filter(|row| row.live && row.subject.as_ref() == Some(subject))
                    .cloned()
                    .collect();
                found.extend(distinct(pack, *at, &rows));
            }
        }
        found
    }

    fn add(&mut self, pack: &Pack, part: zhiheng_pack::rollup::Contribution, sign: i64, at: i64, known: i32) {
        let of = |at: &usize| pack.indicators.get(*at).is_some_and(|indicator| indicator.def == part.def);
        if !self.wanted.iter().any(of) {
            return;
        }
        let (time, sum) = self.sums.entry((part.def, part.dimension, part.day, known)).or_insert((at, Sum::default()));
        *time = at;
        sum.num += sign * part.numerator;
        sum.den += sign * part.denominator;
    }

    fn move_levels(&mut self, pack: &Pack, position: usize, kind: &Kind, after: &RecordRow, version: &VersionRow) {
        for at in self.open.remove(&version.id).unwrap_or_default() {
            if let Some(level) = self.levels.get_mut(at) {
                level.ended_at = Some(version.recorded_at);
            }
        }
        let Some((record, envelope)) = after.live.then(|| read(kind, after)).flatten() else { return };
        let wanted = |def: i64| {
            let of = |at: &usize| pack.indicators.get(*at).is_some_and(|one| one.def == def || one.reported_def == def);
            self.wanted.iter().any(of)
        };
        let points: Vec<_> =
            pack.levels(position, &record, &envelope).into_iter().filter(|point| wanted(point.def)).collect();
        if !points.is_empty() {
            let first = self.levels.len();
            self.open.insert(version.id, (first..first + points.len()).collect());
        }
        self.levels.extend(points.into_iter().map(|point| level_row(point, version)));
    }

    /// Pours the sums into cells.
    pub(crate) fn pour(&self, cells: &mut Cells) {
        for ((def, dimension, day, _), (at, sum)) in &self.sums {
            cells.add(*at, *def, dimension, *day, *sum);
        }
    }

    fn total(&self, def: i64, until: i32) -> Sum {
        let mut total = Sum::default();
        for ((of, dimension, day, _), (_, sum)) in self.sums.range((def, String::new(), i32::MIN, i32::MIN)..) {
            if *of != def || !dimension.is_empty() || *day > until {
                break;
            }
            total.num += sum.num;
            total.den += sum.den;
        }
        total
    }
}

impl App {
    /// The same database under the pack that is in force in it, whatever pack the program was started with. A database of one place that
    /// is not this pack's is found too.
    pub fn under_its_own_pack(&self) -> Result<App, Error> {
        let mut reader = self.store.read()?;
        let mut places = reader.places()?;
        if places.is_empty() {
            places.push(self.pack.place.clone());
        }
        for place in places {
            if let Some(row) = reader.active_pack(&place)? {
                drop(reader);
                let (_, pack) = unpack(&row.bytes)?;
                return Ok(self.with_pack(pack));
            }
        }
        Err(Error::WrongState("库中还没有启用任何方案包".to_owned()))
    }

    /// Writes the whole database as one archive, from one snapshot, while the server goes on. Answers the number of rows.
    pub fn backup(&self, into: impl std::io::Write) -> Result<u64, Error> {
        let archive = self.store.backup(into)?;
        Ok(archive.tables.iter().map(|table| table.rows).sum())
    }

    /// Reads an archive into an empty database. All of it, or nothing.
    pub fn restore(url: &str, setup: &crate::Setup, from: impl std::io::Read) -> Result<u64, Error> {
        let options = zhiheng_store::Options::new(Arc::clone(&setup.clock), Arc::clone(&setup.random));
        let archive = zhiheng_store::Store::restore(url, &options, from).map_err(Error::of_restoring)?;
        Ok(archive.tables.iter().map(|table| table.rows).sum())
    }
}
