//! The preview: every row of a file once, from its cells to what it would do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use zhiheng_pack::rollup::Standing;
use zhiheng_pack::{Kind, Level, Record};
use zhiheng_sheet::{CellProblem, Limits, Row, Scope, Table, Wanted};

use super::columns::{check_fill, is_own, wanted_with};
use super::identity::{Classifier, Pending};
use super::near::{self, Likeness};
use super::problems::{ImportProblem, NO_TOTAL, NOT_OWN, say};
use super::row::{Drafter, Signatures, digest, texts};
use super::total::{self, Gathered, TotalRule};
use super::{Content, Identity, ImportColumn, ImportOptions, ImportPreview, ImportRow, Uncounted};
use crate::{App, Error};

/// Problems and rows with problems that are kept; the rest are counted.
const KEPT: usize = 10_000;

/// What one pass over the file gathered.
struct Pass<'a> {
    app: &'a App,
    position: usize,
    kind: &'a Kind,
    likeness: &'a Likeness,
    drafter: Drafter<'a>,
    today: i32,
    pending: Vec<Pending>,
    bad: Vec<ImportRow>,
    problems: Vec<ImportProblem>,
    problem_count: usize,
    /// Rows with problems, for the list of what to correct.
    wrong: Vec<Row>,
    kept: Vec<Row>,
    examples: Vec<String>,
    filled: BTreeMap<String, usize>,
    uncounted: BTreeMap<(usize, String), usize>,
    gathered: Gathered,
}

impl Pass<'_> {
    fn row(&mut self, row: Row, found: &[CellProblem]) {
        self.example(&row);
        let mut drafted = self.drafter.draft(&row, found);
        let checked = self.app.pack.check(self.kind, &drafted.draft, self.today);
        if let Some(record) = &checked.record {
            drafted.problems.extend(self.not_own(row.row, record));
        }
        let said: BTreeSet<String> = drafted.problems.iter().filter_map(|problem| problem.field.clone()).collect();
        for problem in checked.problems {
            let field = problem.field.as_deref().unwrap_or_default();
            if said.contains(field) && problem.code != zhiheng_pack::problem::CHECK_FAILED.0 {
                continue; // the reading has said it already, with the cell as it was written
            }
            let value = drafted.draft.fields.get(field).and_then(|json| json.as_str()).unwrap_or_default().to_owned();
            drafted.problems.push(ImportProblem::of_record(row.row, problem, value));
        }
        let refused = drafted.problems.iter().any(|problem| problem.level == Level::Refuse);
        if drafted.failing || refused {
            self.gathered.count_failing();
        }
        if !drafted.problems.is_empty() {
            self.problem_count += drafted.problems.len();
            let room = KEPT.saturating_sub(self.problems.len());
            self.problems.extend(drafted.problems.into_iter().take(room));
        }
        match checked.record.filter(|_| !refused) {
            Some(record) => {
                let envelope = self.app.pack.envelope(self.kind, &record);
                for (at, standing) in self.app.standings(self.position, &record, &envelope, true) {
                    if let Standing::Uncounted(reason) = standing {
                        *self.uncounted.entry((at, reason)).or_default() += 1;
                    }
                }
                for field in &drafted.filled {
                    *self.filled.entry(field.clone()).or_default() += 1;
                }
                self.gathered.row(&record, envelope.day);
                let said = texts(self.kind, &record);
                // The text has grown by doubling; a hundred thousand of them are worth the cut.
                let mut canonical = record.canonical(self.kind);
                canonical.shrink_to_fit();
                self.pending.push(Pending {
                    row: row.row,
                    explicit: drafted.explicit,
                    digest: digest(self.kind, self.likeness, &said, &drafted.filled),
                    signatures: Signatures::of(self.likeness, &said),
                    content: Box::new(Content { canonical, envelope }),
                });
            }
            None => self.bad.push(ImportRow { row: row.row, identity: Identity::Bad, near: Vec::new(), content: None }),
        }
        if self.drafter.options.keep_cells {
            self.kept.push(row);
        } else if (refused || !found.is_empty()) && self.wrong.len() < KEPT {
            self.wrong.push(row);
        }
    }

    /// A row of another body, in a file of a body that may bring only its own.
    fn not_own(&self, row: u32, record: &Record) -> Option<ImportProblem> {
        let own = self.drafter.options.own.as_deref()?;
        let body = self.app.pack.envelope(self.kind, record).body;
        if body.as_ref().is_some_and(|body| own.contains(body)) {
            return None;
        }
        let name = body.as_deref().map_or("没有写明或不在名单中", |body| self.app.body_name(body));
        let field = self.kind.body_field.and_then(|index| self.kind.fields.get(index)).map(|field| field.id.as_str());
        Some(ImportProblem::of_import(row, NOT_OWN, field, name, Level::Refuse))
    }

    /// The first value of every column.
    fn example(&mut self, row: &Row) {
        for (index, text) in row.raw.iter().enumerate() {
            if self.examples.len() <= index {
                self.examples.push(String::new());
            }
            if let Some(example) = self.examples.get_mut(index).filter(|example| example.is_empty()) {
                text.clone_into(example);
            }
        }
    }
}

impl App {
    /// Reads a file as records of a kind and says everything that is wrong and everything that would happen. Stores nothing.
    pub fn import_preview(
        &self,
        kind_id: &str,
        bytes: &[u8],
        file_name: &str,
        options: &ImportOptions,
    ) -> Result<ImportPreview, Error> {
        let missing = || Error::NotFound("这个登记种类".to_owned());
        let position = self.pack.kind_position(kind_id).ok_or_else(missing)?;
        let kind = self.pack.kinds.get(position).ok_or_else(missing)?;
        check_fill(&self.pack, kind, options, self.today())?;
        let wanted = wanted_with(&self.pack, kind, options);
        let likeness = Likeness::of(kind);
        let rule = TotalRule::of(&self.pack, kind);
        let pass = |scope: Option<Scope>| {
            self.pass(position, kind, &wanted, &likeness, rule.as_ref(), options, scope, bytes, file_name)
        };
        let (mut table, mut passed) = pass(options.scope)?;
        let hint = table.scope.filter(|_| kind.import.scope);
        if options.scope.is_none() && hint.is_some() {
            // What the list contains was not said: the rows are shown as the file suggests it, to be confirmed.
            drop(passed);
            (table, passed) = pass(hint)?;
        }
        let scope = if kind.import.scope { options.scope.or(hint) } else { None };
        let file_digest: [u8; 32] = Sha256::digest(bytes).into();
        let mut reader = self.store.read()?;
        let covered = covered(kind, &table, options, scope);
        let mut classifier = Classifier {
            app: self,
            reader: &mut reader,
            kind,
            file_digest,
            own: options.own.as_deref(),
            covered: &covered,
            today: self.today(),
            problems: Vec::new(),
            batches: HashMap::new(),
        };
        let by_row: HashMap<u32, Signatures> = passed.pending.iter().map(|one| (one.row, one.signatures)).collect();
        let mut rows = classifier.classify(std::mem::take(&mut passed.pending))?;
        let later = std::mem::take(&mut classifier.problems);
        passed.problem_count += later.len();
        passed.problems.extend(later);
        let mut remarks = Vec::new();
        let signatures: Vec<Option<Signatures>> = rows.iter().map(|row| by_row.get(&row.row).copied()).collect();
        if !near::flag(&mut reader, &self.pack.place, kind, &likeness, &mut rows, &signatures)? {
            remarks.push("已有记录较多，未与已有记录逐条比较是否相近。".to_owned());
        }
        rows.append(&mut passed.bad);
        rows.sort_by_key(|row| row.row);
        let mut total = None;
        let tested = options.tested.filter(|_| scope == Some(Scope::Failing));
        match (&rule, tested) {
            (Some(rule), Some(_)) => {
                let (built, said) =
                    total::build(self, &mut reader, rule, &passed.gathered, options, kind, &file_digest)?;
                total = Some(built);
                remarks.extend(said);
            }
            (None, Some(_)) => remarks.push(say(NO_TOTAL, &kind.name)),
            _ => {}
        }
        let near = rows.iter().filter(|row| !row.near.is_empty()).count();
        if near > 0 {
            remarks.push(format!(
                "有 {near} 行与已有记录很像（内容相同，或名称、单位、日期相同，而编号不同），不会自动合并，请核对。"
            ));
        }
        let before = reader.batches_of_file(&self.pack.place, &file_digest)?;
        let imported_before = before.iter().filter(|batch| batch.kind == kind.id).map(|batch| batch.recorded_at).max();
        drop(reader);
        table.rows = if options.keep_cells { Vec::new() } else { std::mem::take(&mut passed.wrong) };
        let mut preview = ImportPreview {
            kind: position,
            file_name: file_name.to_owned(),
            file_digest,
            format: table.format,
            sheet: table.sheet.clone(),
            encoding: table.encoding.clone(),
            header_row: table.header_row,
            titles: table.titles.clone(),
            columns: columns(&table, &passed.examples),
            asks_scope: kind.import.scope,
            scope_hint: hint,
            scope,
            scope_confirmed: options.scope.is_some(),
            tested,
            rows,
            total,
            filled: passed.filled,
            uncounted: uncounted(passed.uncounted),
            problem_count: passed.problem_count,
            problems: passed.problems,
            remarks,
            imported_before,
            kept: passed.kept,
            table,
            wanted: wanted.clone(),
        };
        preview.file_problems();
        preview.settle_problems(&|field| kind.field(field).map(|field| field.name.clone()));
        Ok(preview)
    }

    #[expect(clippy::too_many_arguments, reason = "one pass, called from one place")]
    fn pass<'a>(
        &'a self,
        position: usize,
        kind: &'a Kind,
        wanted: &'a Wanted,
        likeness: &'a Likeness,
        rule: Option<&TotalRule<'_>>,
        options: &'a ImportOptions,
        scope: Option<Scope>,
        bytes: &[u8],
        file_name: &str,
    ) -> Result<(Table, Pass<'a>), Error> {
        let mut pass = Pass {
            app: self,
            position,
            kind,
            likeness,
            drafter: Drafter { kind, wanted, options, scope },
            today: self.today(),
            pending: Vec::new(),
            bad: Vec::new(),
            problems: Vec::new(),
            problem_count: 0,
            wrong: Vec::new(),
            kept: Vec::new(),
            examples: Vec::new(),
            filled: BTreeMap::new(),
            uncounted: BTreeMap::new(),
            gathered: Gathered::new(rule, kind),
        };
        // The rows carry their problems: what the table repeats of them is only wanted of the file as a whole.
        let limits = Limits::default();
        let each: &mut dyn FnMut(Row, &[CellProblem]) = &mut |row, found| pass.row(row, found);
        let table = zhiheng_sheet::read_rows(bytes, file_name, options.sheet.as_deref(), wanted, &limits, each)?;
        Ok((table, pass))
    }
}

impl ImportPreview {
    /// What is wrong with the file as a whole: the rows have told their own.
    fn file_problems(&mut self) {
        let rows: BTreeSet<u32> = self.rows.iter().map(|row| row.row).collect();
        let of_file = |problem: &&CellProblem| problem.row == 0 || !rows.contains(&problem.row);
        let found: Vec<ImportProblem> =
            self.table.problems.iter().filter(of_file).map(ImportProblem::of_cell).collect();
        self.problem_count += found.len();
        self.problems.extend(found);
        self.table.problems = Vec::new();
    }
}

/// Fields about which the file, or the user for all of it, says something.
fn covered(kind: &Kind, table: &Table, options: &ImportOptions, scope: Option<Scope>) -> BTreeSet<String> {
    let columns = table.columns.iter().chain(table.blocks.iter().flat_map(|block| &block.columns));
    let mut covered: BTreeSet<String> =
        columns.filter_map(|column| column.field.clone()).filter(|field| is_own(field)).collect();
    covered.extend(options.fill.keys().cloned());
    if let (Some(_), Some((index, _, _))) = (scope, &kind.import.verdict) {
        covered.extend(kind.fields.get(*index).map(|field| field.id.clone()));
    }
    covered
}

fn columns(table: &Table, examples: &[String]) -> Vec<ImportColumn> {
    let column = |column: &zhiheng_sheet::Column| ImportColumn {
        header: column.header.clone(),
        field: column.field.clone().filter(|field| is_own(field)),
        index: column.index,
        example: usize::try_from(column.index).ok().and_then(|at| examples.get(at)).cloned().unwrap_or_default(),
    };
    table.columns.iter().map(column).collect()
}

fn uncounted(found: BTreeMap<(usize, String), usize>) -> Vec<Uncounted> {
    found.into_iter().map(|((indicator, reason), rows)| Uncounted { indicator, reason, rows }).collect()
}
