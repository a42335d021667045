//! The import itself: what the preview offered and the user chose, as one change that is stored whole or not at all.

use zhiheng_pack::{Level, Problem};
use zhiheng_sheet::Scope;
use zhiheng_store::{BatchRow, Op, RecordId};

use super::row::list_scope;
use super::{
    Content, Identity, ImportChoice, ImportOptions, ImportPreview, ImportRow, ImportTotal, Imported, TOTAL_ROW, Take,
};
use crate::submit::Checked;
use crate::{App, Error};

impl App {
    /// Imports a file: all that was chosen becomes durable together with every number it moves. The same file again changes nothing.
    pub fn import(
        &self,
        actor: &str,
        kind_id: &str,
        bytes: &[u8],
        file_name: &str,
        options: &ImportOptions,
        choice: &ImportChoice,
    ) -> Result<Imported, Error> {
        let preview = self.import_preview(kind_id, bytes, file_name, options)?;
        self.import_previewed(actor, preview, choice)
    }

    /// As [`App::import`], of a preview that was just made: the file is not read again. A record that changed in between is a conflict.
    pub fn import_previewed(
        &self,
        actor: &str,
        preview: ImportPreview,
        choice: &ImportChoice,
    ) -> Result<Imported, Error> {
        if preview.asks_scope && !preview.scope_confirmed {
            return Err(Error::WrongState("请先确认这份名单里有什么：合格名单、不合格名单，还是两者都有".to_owned()));
        }
        let counts = preview.counts();
        if choice.take == Take::AllOrNothing && counts.bad > 0 {
            return Err(Error::Invalid(refusals(&preview)));
        }
        let id = self.new_id();
        let batch = BatchRow {
            id,
            kind: self.pack.kinds.get(preview.kind).map(|kind| kind.id.clone()).unwrap_or_default(),
            file_digest: preview.file_digest,
            file_name: preview.file_name.clone(),
            scope: preview.scope.map(|scope| list_scope(scope, preview.tested).name().to_owned()),
            tested: preview.tested,
            actor: actor.to_owned(),
            recorded_at: 0,
            rows: i64::try_from(preview.rows.len()).unwrap_or(i64::MAX),
        };
        let mut imported = Imported {
            unchanged: counts.unchanged,
            left_out: counts.bad + counts.withdrawn + counts.repeated,
            uncounted: preview.uncounted.clone(),
            ..Imported::default()
        };
        tally(&preview, choice, &mut imported);
        if imported.created + imported.corrected == 0 && !imported.total_stored {
            imported.message = nothing(&imported);
            return Ok(imported);
        }
        let reason = format!("导入文件「{}」的更正", preview.file_name);
        let ImportPreview { kind, mut rows, total, .. } = preview;
        // In the order of the ids the database writes side by side what lies side by side.
        rows.sort_by_key(|row| id_of(&row.identity));
        let ticked = |row: u32| choice.corrections.contains(&row);
        let of_row = |row: ImportRow| checked(kind, &row.identity, row.content, ticked(row.row), &reason);
        let of_total =
            |total: ImportTotal| checked(total.kind, &total.identity, Some(total.content), ticked(TOTAL_ROW), &reason);
        let chosen = rows.into_iter().filter_map(of_row).chain(total.into_iter().filter_map(of_total));
        imported.moved = self.submit_checked(actor, chosen, batch)?;
        imported.batch = Some(id);
        imported.message = done(&imported);
        Ok(imported)
    }
}

fn id_of(identity: &Identity) -> Option<RecordId> {
    match identity {
        Identity::New { id } | Identity::Correction { id, .. } => Some(*id),
        _ => None,
    }
}

/// How many of the offered rows were chosen.
fn tally(preview: &ImportPreview, choice: &ImportChoice, imported: &mut Imported) {
    for row in &preview.rows {
        match row.identity {
            Identity::New { .. } => imported.created += 1,
            Identity::Correction { .. } if choice.corrections.contains(&row.row) => imported.corrected += 1,
            Identity::Correction { .. } => imported.not_ticked += 1,
            _ => {}
        }
    }
    imported.total_stored = preview.total.as_ref().is_some_and(|total| match total.identity {
        Identity::New { .. } => true,
        Identity::Correction { .. } => choice.corrections.contains(&TOTAL_ROW),
        _ => false,
    });
}

fn checked(
    kind: usize,
    identity: &Identity,
    content: Option<Box<Content>>,
    ticked: bool,
    reason: &str,
) -> Option<Checked> {
    let (op, id, expected_version) = match identity {
        Identity::New { id } => (Op::Create, *id, None),
        Identity::Correction { id, version, .. } if ticked => (Op::Correct, *id, Some(*version)),
        _ => return None,
    };
    let Content { envelope, canonical } = *content?;
    let reason = expected_version.map(|_| reason.to_owned());
    Some(Checked { op, kind, id, expected_version, reason, envelope, canonical })
}

/// Everything that stops an import of all or nothing, each with its place in the file.
fn refusals(preview: &ImportPreview) -> Vec<Problem> {
    let refuse = preview.problems.iter().filter(|problem| problem.level == Level::Refuse);
    let placed = refuse.map(|problem| Problem {
        code: problem.code,
        level: problem.level,
        file: preview.file_name.clone(),
        line: problem.row,
        column: problem.index.map_or(0, |index| index + 1),
        field: problem.field.clone(),
        message: match problem.column.as_str() {
            "" => format!("第 {} 行：{}", problem.row, problem.message),
            column => format!("第 {} 行「{column}」：{}", problem.row, problem.message),
        },
    });
    placed.collect()
}

fn nothing(imported: &Imported) -> String {
    match (imported.unchanged, imported.not_ticked) {
        (_, 0) if imported.left_out == 0 => "文件里的记录都已登记，内容没有变化，没有重复导入。".to_owned(),
        (unchanged, not_ticked) => format!(
            "没有需要保存的行：内容未变 {unchanged} 行，未勾选的更正 {not_ticked} 行，未导入 {} 行。",
            imported.left_out
        ),
    }
}

fn done(imported: &Imported) -> String {
    let mut parts = Vec::new();
    for (count, word) in [
        (imported.created, "新增"),
        (imported.corrected, "更正"),
        (imported.unchanged, "内容未变"),
        (imported.not_ticked, "未勾选的更正"),
        (imported.left_out, "未导入"),
    ] {
        if count > 0 {
            parts.push(format!("{word} {count} 行"));
        }
    }
    if imported.total_stored {
        parts.push("检验批次汇总 1 条".to_owned());
    }
    format!("{}。", parts.join("，"))
}

/// The word for what a list contains.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Passing => "passing",
        Scope::Failing => "failing",
        Scope::Mixed => "mixed",
    }
}
