//! What to look for in a file: a kind's fields as columns, each with every name under which files print it.

use zhiheng_pack::kind::{Field, Format, Kind, Type};
use zhiheng_pack::{Draft, Pack, Problem};
use zhiheng_sheet::{CellKind, Limits, Table, Wanted, WantedColumn};

use super::ImportOptions;
use crate::Error;

/// The column with the record's own number, which our exports carry.
pub(crate) const ID_FIELD: &str = "@id";
/// Its header.
pub(crate) const ID_HEADER: &str = "记录编号";
/// A column that the user left out.
const IGNORED: &str = "@ignored";
/// Fields of [`ImportOptions::fill`] that belong to the record of the tested batches.
pub(crate) const TOTAL_PREFIX: &str = "total.";

/// The columns of a kind: label first, then the synonyms, in the order of the declaration. Attachments are no cells.
pub fn wanted(pack: &Pack, kind: &Kind) -> Wanted {
    let column = |field: &Field| WantedColumn {
        field: field.id.clone(),
        names: std::iter::once(&field.name).chain(&field.names).cloned().collect(),
        kind: cell_kind(pack, field),
    };
    let mut columns: Vec<WantedColumn> =
        kind.given().map(|(_, field)| field).filter(|field| field.kind != Type::File).map(column).collect();
    columns.push(WantedColumn::new(ID_FIELD, &[ID_HEADER], CellKind::Text));
    Wanted { columns }
}

fn cell_kind(pack: &Pack, field: &Field) -> CellKind {
    match (field.kind, field.format) {
        (_, Some(Format::FailingItems)) => CellKind::FailingItems,
        (_, Some(Format::Uscc)) => CellKind::Uscc,
        (Type::Integer, _) => CellKind::Integer,
        (Type::Decimal, _) => CellKind::Decimal,
        (Type::Date, _) => CellKind::Date,
        (Type::Moment, _) => CellKind::Moment,
        (Type::YesNo, _) => CellKind::YesNo,
        (Type::Choice, _) => {
            let items = field.list.and_then(|list| pack.lists.get(list)).map(|list| list.items.as_slice());
            let names = |item: &zhiheng_pack::pack::Item| {
                (item.id.clone(), std::iter::once(&item.name).chain(&item.names).cloned().collect())
            };
            CellKind::Choice(items.unwrap_or_default().iter().map(names).collect())
        }
        _ => CellKind::Text,
    }
}

/// The columns of a kind with the user's own reading of headers in front.
pub(super) fn wanted_with(pack: &Pack, kind: &Kind, options: &ImportOptions) -> Wanted {
    let mut wanted = wanted(pack, kind);
    for (header, field) in &options.columns {
        for column in &mut wanted.columns {
            column.names.retain(|name| name != header);
        }
        let taken = field.as_ref().and_then(|field| wanted.columns.iter_mut().find(|column| column.field == *field));
        match taken {
            Some(column) => column.names.insert(0, header.clone()),
            None => wanted.columns.push(WantedColumn::new(IGNORED, &[header], CellKind::Text)),
        }
    }
    wanted
}

/// Whether a wanted field is one of the kind's own.
pub(super) fn is_own(field: &str) -> bool {
    !field.starts_with('@')
}

/// Reads a whole file under a kind; all rows are held.
pub fn read_table(
    pack: &Pack,
    kind: &Kind,
    bytes: &[u8],
    file_name: &str,
    options: &ImportOptions,
) -> Result<Table, Error> {
    let wanted = wanted_with(pack, kind, options);
    let mut rows = Vec::new();
    let sheet = options.sheet.as_deref();
    let mut table =
        zhiheng_sheet::read_rows(bytes, file_name, sheet, &wanted, &Limits::default(), &mut |row, _| rows.push(row))?;
    table.rows = rows;
    Ok(table)
}

/// The values for the whole file, checked once instead of in every row.
pub(super) fn check_fill(pack: &Pack, kind: &Kind, options: &ImportOptions, today: i32) -> Result<(), Error> {
    let own = |(field, value): (&String, &String)| {
        (!field.starts_with(TOTAL_PREFIX)).then(|| (field.clone(), value.clone().into()))
    };
    let draft = Draft { fields: options.fill.iter().filter_map(own).collect(), scope: None };
    let of_fill = |problem: &Problem| problem.field.as_ref().is_some_and(|field| draft.fields.contains_key(field));
    let wrong: Vec<Problem> = pack
        .check(kind, &draft, today)
        .problems
        .into_iter()
        .filter(|problem| of_fill(problem) && problem.level == zhiheng_pack::Level::Refuse)
        .filter(|problem| problem.code != zhiheng_pack::problem::CHECK_FAILED.0)
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}
