//! The whole database against itself: every version's commitment, every record against its last version, every cell and reported value
//! against a recomputation from nothing, every month and year against its days, every history against its cells.
//!
//! Streams: what is kept in memory is a digest a record and the cells themselves.

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
    /// What: `version`, `record`, `cell`, `history`, `level`, `task`, `file`, `published`.
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

impl App {
    /// Checks everything.
    pub fn audit(&self) -> Result<AuditReport, Error> {
        let mut report = AuditReport::default();
        let mut reader = self.store.read()?;
        let last = self.check_versions(&mut reader, &mut report)?;
        let (cells, levels) = self.check_records(&mut reader, last, &mut report)?;
        self.check_cells(&mut reader, cells, &mut report)?;
        self.check_levels(&mut reader, levels, &mut report)?;
        self.check_tasks(&mut reader, &mut report)?;
        self.check_files(&mut reader, &mut report)?;
        report.published =
            self.check_published(&mut reader, &mut |which, message| report.say("published", which, message))?;
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
            if commitment_of_link(&self.pack.place, &version, before.map(|before| before.link)) != version.digest {
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
        reader.scan_deltas(&self.pack.place, |delta| {
            if ours.contains(&delta.def) {
                report.history += 1;
                let sum = days.entry((delta.def, delta.dim, delta.day)).or_default();
                sum.num -= delta.num;
                sum.den -= delta.den;
            }
            Ok(())
        })?;
        for ((def, dimension, day), sum) in days.into_iter().filter(|(_, sum)| *sum != Sum::default()) {
            let which = self.cell_name(def, &dimension, &zhiheng_pack::day::date(day).to_string());
            report.say("history", which, format!("历史合计与当前合计相差 {}/{}", sum.num, sum.den));
        }
        Ok(())
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
    let parts = [&row.kind, &row.fields]
        .into_iter()
        .chain([&row.key, &row.body, &row.area, &row.subject].into_iter().flatten());
    for part in parts {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part);
    }
    hasher.update(format!("{:?} {} {} {}", row.day, row.version, row.live, row.recorded_at));
    hasher.finalize().into()
}
