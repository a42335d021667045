//! The whole database against itself: every version's commitment, every record against its last version, every cell and reported value
//! against a recomputation from nothing, every month and year against its days, every history against its cells, the log against all that was done.
//!
//! Streams: what is kept in memory is a digest a record and the cells themselves.

mod log;

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest, Sha256};
use zhiheng_pack::rollup::Contribution;
use zhiheng_store::{Grain, LevelRow, Reader, RecordId, RecordRow, Sum, TaskRow, month_of, year_of};

use crate::course::task_row;
use crate::submit::{commitment_of_link, distinct, link_of, read};
use crate::{App, Error, hex};

/// Differences that are listed one by one; the rest are counted.
const LISTED: usize = 200;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// What: `version`, `record`, `cell`, `history`, `level`, `task`, `file`, `leaf`, `log`, `head`, `tile`, `published`; `row` where one cannot be read.
    pub what: &'static str,
    /// Which one, exactly.
    pub which: String,
    /// What is wrong with it.
    pub message: String,
}

/// The outcome of an audit.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct AuditReport {
    /// Versions checked.
    pub versions: u64,
    /// Records checked.
    pub records: u64,
    /// Cells checked.
    pub cells: u64,
    /// Rows of the cells' history checked.
    pub history: u64,
    /// Reported values checked.
    pub levels: u64,
    /// Lines of work checked.
    pub tasks: u64,
    /// Files checked.
    pub files: u64,
    /// Publications checked.
    pub published: u64,
    /// Leaves of the log checked.
    pub leaves: u64,
    /// Signed heads checked against the tree.
    pub heads: u64,
    /// Signed heads whose signatures could not be checked here, because the keys are not here: in a copy on another machine.
    pub unsigned_heads: u64,
    /// Everything that does not hold, up to a limit.
    pub differences: Vec<Difference>,
    /// How many there are.
    pub difference_count: u64,
}

impl AuditReport {
    /// Whether everything holds.
    pub fn is_clean(&self) -> bool {
        self.difference_count == 0
    }

    /// A row that cannot even be read is a difference, not the end of the audit: what depends on it is checked without it.
    fn or_unreadable<T: Default>(&mut self, checked: Result<T, Error>) -> Result<T, Error> {
        match checked {
            Err(Error::Corrupt(which)) => {
                self.say("row", which, "读不出来，被改动过");
                Ok(T::default())
            }
            other => other,
        }
    }

    fn say(&mut self, what: &'static str, which: impl Into<String>, message: impl Into<String>) {
        self.difference_count += 1;
        if self.differences.len() < LISTED {
            self.differences.push(Difference { what, which: which.into(), message: message.into() });
        }
    }
}

/// What the versions say of a record.
struct LastVersion {
    version: i64,
    /// Digest of the row that the last version makes.
    row: [u8; 32],
    link: [u8; 32],
}

type CellKey = (i64, String, i32);

/// Definition, dimension, day that counts, day of knowledge.
type HistoryKey = (i64, String, i32, i32);

impl App {
    /// Checks everything.
    pub fn audit(&self) -> Result<AuditReport, Error> {
        let mut report = AuditReport::default();
        let mut reader = self.store.read()?;
        let last = self.check_versions(&mut reader, &mut report);
        let last = report.or_unreadable(last)?;
        let read = self.check_records(&mut reader, last, &mut report);
        let (cells, levels) = report.or_unreadable(read)?;
        let done = self.check_cells(&mut reader, cells, &mut report);
        report.or_unreadable(done)?;
        let done = self.check_levels(&mut reader, levels, &mut report);
        report.or_unreadable(done)?;
        let done = self.check_tasks(&mut reader, &mut report);
        report.or_unreadable(done)?;
        let done = self.check_files(&mut reader, &mut report);
        report.or_unreadable(done)?;
        let read = self.check_published(&mut reader, &mut |which, message| report.say("published", which, message));
        report.published = report.or_unreadable(read)?;
        let done = self.check_log(&mut reader, &mut report);
        report.or_unreadable(done)?;
        Ok(report)
    }

    fn check_versions(
        &self,
        reader: &mut Reader<'_>,
        report: &mut AuditReport,
    ) -> Result<HashMap<RecordId, LastVersion>, Error> {
        let mut last: HashMap<RecordId, LastVersion> = HashMap::new();
        let mut time = 0;
        reader.scan_versions(&self.pack.place, 0, |version| {
            report.versions += 1;
            let before = last.get(&version.id);
            let which = format!("{} 第 {} 版", version.id, version.version);
            if version.recorded_at <= time {
                report.say("version", &which, "记录时间没有递增");
            }
            time = version.recorded_at;
            if version.version != before.map_or(1, |before| before.version + 1) {
                report.say("version", &which, "版本号不连续");
            }
            let commitment = commitment_of_link(&self.pack.place, &version, before.map(|before| before.link));
            if commitment.sha256 != version.digest || version.sm3.is_some_and(|sm3| sm3 != commitment.sm3) {
                report.say("version", &which, "内容与承诺值不符，该版本被改动过");
            }
            let row = version.record();
            last.insert(
                version.id,
                LastVersion { version: version.version, row: digest_of(&row), link: link_of(&row) },
            );
            Ok(())
        })?;
        Ok(last)
    }

    #[expect(clippy::type_complexity, reason = "two recomputations of one pass")]
    fn check_records(
        &self,
        reader: &mut Reader<'_>,
        mut last: HashMap<RecordId, LastVersion>,
        report: &mut AuditReport,
    ) -> Result<(BTreeMap<CellKey, Sum>, HashSet<(i64, String, i32, RecordId, i64)>), Error> {
        let mut cells: BTreeMap<CellKey, Sum> = BTreeMap::new();
        let mut levels = HashSet::new();
        let mut subjects: BTreeMap<(usize, String), Vec<RecordRow>> = BTreeMap::new();
        for count in reader.kind_counts(&self.pack.place)? {
            let known =
                self.pack.kind_position(&count.kind).and_then(|at| self.pack.kinds.get(at).map(|kind| (at, kind)));
            reader.scan_records(&self.pack.place, &count.kind, |row| {
                report.records += 1;
                match last.remove(&row.id) {
                    Some(version) if version.row == digest_of(&row) => {}
                    Some(_) => report.say("record", row.id.to_string(), "现行内容与最后一版不符"),
                    None => report.say("record", row.id.to_string(), "没有任何版本"),
                }
                let Some((position, kind)) = known else { return Ok(()) };
                let Some((record, envelope)) = read(kind, &row) else {
                    if row.live {
                        report.say("record", row.id.to_string(), "内容读不出来");
                    }
                    return Ok(());
                };
                add(&mut cells, self.pack.standing_contributions(position, &record, &envelope, row.live));
                if !row.live {
                    return Ok(());
                }
                for point in self.pack.levels(position, &record, &envelope) {
                    levels.insert((point.def, point.dimension.clone(), point.day, row.id, point.value));
                }
                for at in self.pack.distinct_indicators(position) {
                    if let Some(subject) = &row.subject {
                        subjects.entry((at, subject.clone())).or_default().push(row.clone());
                    }
                }
                Ok(())
            })?;
        }
        for id in reader.records_uncounted(&self.pack.place)? {
            report.say("record", id.to_string(), "属于没有登记过的种类，不是由本程序写入的");
        }
        for (id, _) in last {
            report.say("record", id.to_string(), "有版本而没有现行记录");
        }
        for ((at, _), rows) in subjects {
            add(&mut cells, distinct(&self.pack, at, &rows));
        }
        cells.retain(|_, sum| *sum != Sum::default());
        Ok((cells, levels))
    }

    /// Stored months and years against the recomputed days, and the history, which holds the days, against both.
    fn check_cells(
        &self,
        reader: &mut Reader<'_>,
        mut days: BTreeMap<CellKey, Sum>,
        report: &mut AuditReport,
    ) -> Result<(), Error> {
        let ours: HashSet<i64> = self.pack.indicators.iter().map(|indicator| indicator.def).collect();
        let earlier = self.earlier_definitions(reader)?;
        let unknown = |def: i64| earlier.as_ref().is_some_and(|earlier| !earlier.contains(&def));
        let mut wanted: BTreeMap<(i64, Grain, String, i32), Sum> = BTreeMap::new();
        for ((def, dimension, day), sum) in &days {
            for (grain, period) in [(Grain::Month, month_of(*day)), (Grain::Year, year_of(*day))] {
                let cell = wanted.entry((*def, grain, dimension.clone(), period)).or_default();
                cell.num += sum.num;
                cell.den += sum.den;
            }
        }
        wanted.retain(|_, sum| *sum != Sum::default());
        reader.scan_cells(&self.pack.place, |cell| {
            if !ours.contains(&cell.def) {
                if unknown(cell.def) {
                    let which = self.cell_name(cell.def, &cell.dim, &format!("{:?} {}", cell.grain, cell.period));
                    report.say("cell", which, "没有一版方案包有这个指标，不是由本程序写入的");
                }
                return Ok(()); // a definition of an earlier pack
            }
            report.cells += 1;
            let stored = Sum { num: cell.num, den: cell.den };
            let computed = wanted.remove(&(cell.def, cell.grain, cell.dim.clone(), cell.period)).unwrap_or_default();
            if stored != computed {
                let which = self.cell_name(cell.def, &cell.dim, &format!("{:?} {}", cell.grain, cell.period));
                report.say(
                    "cell",
                    which,
                    format!("存 {}/{}，应为 {}/{}", stored.num, stored.den, computed.num, computed.den),
                );
            }
            Ok(())
        })?;
        for ((def, grain, dimension, period), sum) in wanted {
            let which = self.cell_name(def, &dimension, &format!("{grain:?} {period}"));
            report.say("cell", which, format!("缺少，应为 {}/{}", sum.num, sum.den));
        }
        let mut history = self.history_of_versions(reader)?;
        let distinct: HashSet<i64> = (0..self.pack.kinds.len())
            .flat_map(|kind| self.pack.distinct_indicators(kind))
            .filter_map(|at| self.pack.indicators.get(at).map(|indicator| indicator.def))
            .collect();
        reader.scan_deltas(&self.pack.place, |delta| {
            let name = |app: &App| {
                let day = |day| zhiheng_pack::day::date(day).to_string();
                app.cell_name(delta.def, &delta.dim, &format!("{}（{} 所知）", day(delta.day), day(delta.known_day)))
            };
            if !ours.contains(&delta.def) && unknown(delta.def) {
                report.say("history", name(self), "没有一版方案包有这个指标，不是由本程序写入的");
            }
            if ours.contains(&delta.def) {
                report.history += 1;
                let (stored, key) = (
                    Sum { num: delta.num, den: delta.den },
                    (delta.def, delta.dim.clone(), delta.day, delta.known_day),
                );
                let computed = history.remove(&key).unwrap_or_default();
                if stored != computed && !distinct.contains(&delta.def) {
                    let message = format!("存 {}/{}，应为 {}/{}", stored.num, stored.den, computed.num, computed.den);
                    report.say("history", name(self), message);
                }
                let sum = days.entry((delta.def, delta.dim, delta.day)).or_default();
                sum.num -= delta.num;
                sum.den -= delta.den;
            }
            Ok(())
        })?;
        history.retain(|key, sum| *sum != Sum::default() && !distinct.contains(&key.0));
        let date = |day| zhiheng_pack::day::date(day).to_string();
        for ((def, dimension, day, known), sum) in history {
            let which = self.cell_name(def, &dimension, &format!("{}（{} 所知）", date(day), date(known)));
            report.say("history", which, format!("缺少，应为 {}/{}", sum.num, sum.den));
        }
        for ((def, dimension, day), sum) in days.into_iter().filter(|(_, sum)| *sum != Sum::default()) {
            let which = self.cell_name(def, &dimension, &zhiheng_pack::day::date(day).to_string());
            report.say("history", which, format!("历史合计与当前合计相差 {}/{}", sum.num, sum.den));
        }
        Ok(())
    }

    /// What every day of knowledge changed on every day that counts, from the versions alone: a version's contributions less those of the
    /// version before it. Distinct counts depend on other records and are not among them.
    fn history_of_versions(&self, reader: &mut Reader<'_>) -> Result<BTreeMap<HistoryKey, Sum>, Error> {
        let mut history: BTreeMap<HistoryKey, Sum> = BTreeMap::new();
        let mut before: Option<RecordRow> = None;
        reader.scan_versions_by_record(&self.pack.place, |version| {
            let after = version.record();
            let known = self.pack.day_of(version.recorded_at);
            let old = before.take().filter(|row| row.id == after.id);
            let position = self.pack.kind_position(&after.kind);
            if let Some((position, kind)) = position.and_then(|at| self.pack.kinds.get(at).map(|kind| (at, kind))) {
                for (row, sign) in old.iter().map(|row| (row, -1)).chain([(&after, 1)]) {
                    let Some((record, envelope)) = read(kind, row) else { continue };
                    for part in self.pack.standing_contributions(position, &record, &envelope, row.live) {
                        let sum = history.entry((part.def, part.dimension, part.day, known)).or_default();
                        sum.num += sign * part.numerator;
                        sum.den += sign * part.denominator;
                    }
                }
            }
            before = Some(after);
            Ok(())
        })?;
        Ok(history)
    }

    /// Definitions of every pack that was ever in force here. None: one of them cannot be read any more.
    fn earlier_definitions(&self, reader: &mut Reader<'_>) -> Result<Option<HashSet<i64>>, Error> {
        let mut known = HashSet::new();
        for row in reader.packs(&self.pack.place, None)? {
            match crate::packs::definitions_in(&row.bytes) {
                Ok(definitions) => known.extend(definitions),
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(known))
    }

    fn check_levels(
        &self,
        reader: &mut Reader<'_>,
        mut wanted: HashSet<(i64, String, i32, RecordId, i64)>,
        report: &mut AuditReport,
    ) -> Result<(), Error> {
        let ours: HashSet<i64> =
            self.pack.indicators.iter().flat_map(|indicator| [indicator.def, indicator.reported_def]).collect();
        reader.scan_levels(&self.pack.place, |level: LevelRow| {
            if !ours.contains(&level.def) {
                return Ok(());
            }
            report.levels += 1;
            let key = (level.def, level.dim.clone(), level.day, level.id, level.value);
            if level.ended_at.is_none() && !wanted.remove(&key) {
                report.say("level", level.id.to_string(), "报送值与记录不符");
            }
            Ok(())
        })?;
        for (_, _, _, id, _) in wanted {
            report.say("level", id.to_string(), "记录的报送值没有登记");
        }
        Ok(())
    }

    /// What is owed against what the cases say, but for the instant up to which everything has happened, which is the line's own.
    fn check_tasks(&self, reader: &mut Reader<'_>, report: &mut AuditReport) -> Result<(), Error> {
        let mut wanted: BTreeMap<(RecordId, String, i64), (TaskRow, Vec<i64>)> = BTreeMap::new();
        for kind in self.pack.kinds.iter().filter(|kind| self.pack.has_cases(kind)) {
            reader.scan_records(&self.pack.place, &kind.id, |row| {
                let Some((record, envelope)) = read(kind, &row).filter(|_| row.live) else { return Ok(()) };
                let Some(case) = &record.case else { return Ok(()) };
                for duty in self.pack.duties(&record, &envelope) {
                    let line = task_row(&row, &envelope, &duty, &case.state, case.assignee.as_deref(), 0);
                    let moments = duty.moments.iter().map(|moment| moment.at).collect();
                    wanted.insert((row.id, duty.clock, i64::from(duty.run)), (line, moments));
                }
                Ok(())
            })?;
        }
        reader.scan_tasks(&self.pack.place, |row| {
            report.tasks += 1;
            let which = format!("{} {} 第 {} 次", row.record, row.clock, row.run);
            let Some((line, moments)) = wanted.remove(&(row.record, row.clock.clone(), row.run)) else {
                report.say("task", which, "记录里没有这项待办");
                return Ok(());
            };
            let (fired_until, next_at) = (row.fired_until, moments.into_iter().find(|at| *at > row.fired_until));
            if (TaskRow { fired_until, next_at, ..line }) != row {
                report.say("task", which, "待办与记录的办理经过不符");
            }
            Ok(())
        })?;
        for (record, clock, run) in wanted.into_keys() {
            report.say("task", format!("{record} {clock} 第 {run} 次"), "缺少这项待办");
        }
        Ok(())
    }

    fn check_files(&self, reader: &mut Reader<'_>, report: &mut AuditReport) -> Result<(), Error> {
        for file in reader.files(&self.pack.place)? {
            report.files += 1;
            match self.store.file_bytes(&file.digest) {
                Ok(Some(_)) => {}
                Ok(None) => report.say("file", hex(&file.digest), format!("附件「{}」不在", file.name)),
                Err(error) => report.say("file", hex(&file.digest), format!("附件「{}」：{error}", file.name)),
            }
        }
        Ok(())
    }

    fn cell_name(&self, def: i64, dimension: &str, period: &str) -> String {
        let indicator = self.pack.indicators.iter().find(|indicator| indicator.def == def);
        let id = indicator.map_or_else(|| def.to_string(), |indicator| indicator.id.clone());
        format!("{id} {dimension} {period}")
    }
}

fn add(cells: &mut BTreeMap<CellKey, Sum>, contributions: Vec<Contribution>) {
    for part in contributions {
        let cell = cells.entry((part.def, part.dimension, part.day)).or_default();
        cell.num += part.numerator;
        cell.den += part.denominator;
    }
}

fn digest_of(row: &RecordRow) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let batch = row.batch.map(|id| id.to_string());
    let parts = [Some(&row.kind), Some(&row.fields), row.key.as_ref(), row.body.as_ref()];
    let parts = parts.into_iter().chain([row.area.as_ref(), row.subject.as_ref(), batch.as_ref()]);
    for part in parts {
        // Nothing has a length of its own: a text cannot move to the empty column beside it.
        hasher.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        hasher.update(part.map_or(&[][..], |part| part.as_bytes()));
    }
    hasher.update(format!("{:?} {} {} {}", row.day, row.version, row.live, row.recorded_at));
    hasher.finalize().into()
}
