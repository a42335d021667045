//! 记录的内容: what a reader may see of a record, as pages print it. Personal fields pass through here and nowhere else.

use zhiheng_app::shown_to;
use zhiheng_pack::kind::Format;
use zhiheng_pack::{Kind, Pack, Record, Sight, Type, Value};
use zhiheng_store::{Cursor, RecordId, RecordRow};

use crate::components::{
    Link,
    field::{Choice, Control},
    table::{Cell, Column},
};
use crate::extract::Visit;
use crate::words::date;

/// Letters of a choice that is not broken.
const SHORT: usize = 6;

/// The content of a kind for one reader: of no record yet, masked; [`Content::at`] a record, as that reader reads it.
#[derive(Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) kind: &'a Kind,
    visit: &'a Visit,
    row: Option<&'a RecordRow>,
    /// The reader sees the record, not only what was sent to him.
    whole: bool,
}

impl<'a> Content<'a> {
    pub(crate) fn of(pack: &'a Pack, kind: &'a Kind, visit: &'a Visit) -> Content<'a> {
        Content { pack, kind, visit, row: None, whole: true }
    }

    /// The same, of one record.
    pub(crate) fn at(self, row: &'a RecordRow) -> Content<'a> {
        Content { row: Some(row), whole: self.visit.sees(self.kind, row), ..self }
    }

    /// The same, for a reader who has a part in the case: he sees the record, whosever it is. Personal fields stay masked where his roles do
    /// not read them.
    pub(crate) fn taking_part(self) -> Content<'a> {
        Content { whole: true, ..self }
    }

    /// Whether a field has a place on the page at all.
    pub(crate) fn shows(&self, index: usize) -> bool {
        let personal = self.kind.fields.get(index).is_some_and(|field| field.personal);
        !personal || self.visit.account.is_some()
    }

    /// Whether a field is shown as it is: of a file there is no mask.
    pub(crate) fn reads(&self, index: usize) -> bool {
        let personal = self.kind.fields.get(index).is_some_and(|field| field.personal);
        !personal || self.row.is_some_and(|row| self.visit.reads(self.kind, index, row))
    }

    /// What becomes of a field's value before this reader.
    fn sight(&self, record: &Record, index: usize) -> Sight {
        if !self.has(record, index) {
            Sight::Hidden
        } else if self.reads(index) {
            Sight::Shown
        } else {
            Sight::Masked
        }
    }

    /// Whether a field of this record is the reader's: of what was sent to him, only what was sent.
    pub(crate) fn has(&self, record: &Record, index: usize) -> bool {
        self.shows(index) && (self.whole || self.was_sent(record).is_none_or(|sent| sent.contains(&index)))
    }

    fn was_sent(&self, record: &Record) -> Option<Vec<usize>> {
        match &self.visit.account {
            Some(account) => shown_to(account, self.kind, record),
            None => Some(Vec::new()),
        }
    }

    /// Whether the reader sees the whole record.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Personal fields of a record that are shown as they are.
    pub(crate) fn opened(&self, record: &Record) -> Vec<&'a str> {
        let personal = |(index, field): &(usize, &zhiheng_pack::Field)| {
            field.personal && record.value(*index).is_some() && self.has(record, *index) && self.reads(*index)
        };
        self.kind.fields.iter().enumerate().filter(personal).map(|(_, field)| field.name.as_str()).collect()
    }

    /// A field's value as printed.
    pub(crate) fn text(&self, record: &Record, index: usize) -> String {
        let Some(field) = self.kind.fields.get(index) else { return String::new() };
        let text = match record.value(index) {
            Some(Value::Date(day)) => date(zhiheng_pack::day::number(*day)),
            Some(Value::Decimal(number)) => crate::words::exact(*number),
            Some(_) => self.pack.show(self.kind, record, index),
            None => return String::new(),
        };
        let text = match field.format {
            Some(Format::FailingItems) => text.replace('║', "　"),
            // The address of a record is for the program; where it leads, the page of the record says.
            Some(Format::Record) => self.pack.record_named(&text).map_or(text.clone(), |(kind, _)| kind.name.clone()),
            _ => text,
        };
        let text = match (&field.unit, field.kind) {
            (Some(unit), Type::Integer | Type::Decimal) => format!("{text} {unit}"),
            _ => text,
        };
        self.seen(record, index, text)
    }

    /// A text of a field as the reader sees it.
    pub(crate) fn seen(&self, record: &Record, index: usize, text: String) -> String {
        match self.sight(record, index) {
            // What was not sent to the reader is not his, whether or not it is personal.
            Sight::Hidden => String::new(),
            sight => self.kind.seen(index, text, sight),
        }
    }

    /// A field's value as data, covered like its text; none where there is nothing to show.
    pub(crate) fn json(&self, record: &Record, index: usize) -> Option<serde_json::Value> {
        let value = record.value(index)?;
        let told = || if self.reads(index) { value.to_json() } else { self.text(record, index).into() };
        self.has(record, index).then(told)
    }

    /// A record's title.
    pub(crate) fn label(&self, record: &Record) -> String {
        self.pack.title_by(self.kind, record, |index| self.sight(record, index))
    }

    /// The columns of a list.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let shown = self.kind.columns.iter().filter(|index| self.shows(**index));
        let column = |(at, field): (usize, &zhiheng_pack::Field)| match field.kind {
            _ if at == 0 => Column::header(&field.name),
            Type::Integer | Type::Decimal => Column::number(&field.name),
            _ => Column::text(&field.name),
        };
        shown.filter_map(|index| self.kind.fields.get(*index)).enumerate().map(column).collect()
    }

    /// A record's cells under those columns; the first opens the record.
    pub(crate) fn cells(&self, record: &Record, id: &RecordId) -> Vec<Cell> {
        let shown = self.kind.columns.iter().filter(|index| self.shows(**index));
        let cell = |(at, index): (usize, &usize)| {
            let text = self.text(record, *index);
            match at {
                0 => {
                    let label = if text.is_empty() { "查看".to_owned() } else { text };
                    Cell::Link(Link::new(label, self.href(id)))
                }
                _ => self.plain(*index, text),
            }
        };
        shown.enumerate().map(cell).collect()
    }

    /// The same cells on paper, where nothing can be opened.
    pub(crate) fn printed(&self, record: &Record) -> Vec<Cell> {
        let shown = self.kind.columns.iter().filter(|index| self.shows(**index));
        shown.map(|index| self.plain(*index, self.text(record, *index))).collect()
    }

    /// Dates and short choices stay on one line; the long texts beside them give way.
    fn plain(&self, index: usize, text: String) -> Cell {
        match self.kind.fields.get(index).map(|field| &field.kind) {
            Some(Type::Date | Type::Moment | Type::YesNo) => Cell::Short(text),
            Some(Type::Choice | Type::Area) if text.chars().count() <= SHORT => Cell::Short(text),
            _ => Cell::Text(text),
        }
    }

    /// A record's address.
    pub(crate) fn href(&self, id: &RecordId) -> String {
        format!("/kinds/{}/{id}", self.kind.id)
    }
}

/// The control that asks for one of a field's choices, and whether the field has any.
pub(crate) fn choices(pack: &Pack, field: &zhiheng_pack::Field, chosen: &[&str]) -> Vec<Choice> {
    let choice = |id: &str, name: &str| Choice::new(id, name).chosen(chosen.contains(&id));
    match field.kind {
        Type::Area => pack.areas.iter().map(|area| choice(&area.code, &area.name)).collect(),
        _ => {
            let items = field.list.and_then(|list| pack.lists.get(list)).map(|list| list.items.as_slice());
            let items = items.unwrap_or_default().iter();
            let fits = |item: &&zhiheng_pack::pack::Item| {
                field.levels.is_empty() || pack.body(&item.id).is_some_and(|body| field.levels.contains(&body.level))
            };
            items.filter(|item| item.until.is_none()).filter(fits).map(|item| choice(&item.id, &item.name)).collect()
        }
    }
}

/// A condition of a list for a field.
pub(crate) fn condition(pack: &Pack, field: &zhiheng_pack::Field, value: &str) -> Control {
    match field.kind {
        Type::Choice | Type::Choices => Control::Choice { options: choices(pack, field, &[value]) },
        Type::Area => Control::Area { options: choices(pack, field, &[value]) },
        Type::YesNo => Control::Area {
            options: [("yes", "是"), ("no", "否")].map(|(id, name)| Choice::new(id, name).chosen(id == value)).into(),
        },
        _ => Control::Text { value: value.to_owned(), max_len: None, autocomplete: None },
    }
}

/// A place in a list as an address carries it: `20780.0192…`, or `-.0192…` without a day.
pub(crate) fn write_cursor(cursor: &Cursor) -> String {
    let day = cursor.day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    format!("{day}.{}", cursor.id)
}

/// The place that an address names.
pub(crate) fn read_cursor(text: &str) -> Option<Cursor> {
    let (day, id) = text.split_once('.')?;
    let day = if day == "-" { None } else { Some(day.parse().ok()?) };
    Some(Cursor { day, id: id.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_survives_its_address() {
        for day in [None, Some(20_780), Some(-3)] {
            let cursor = Cursor { day, id: RecordId([7; 16]) };
            assert_eq!(read_cursor(&write_cursor(&cursor)), Some(cursor));
        }
        assert_eq!(read_cursor("nonsense"), None);
    }
}
