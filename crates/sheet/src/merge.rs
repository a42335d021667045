//! Merged cells and rows that belong together. A value merged over several rows holds for each of them. A row that
//! brings only failing items continues the sample above it, and so does a row that repeats every other cell of it,
//! its number included.

use crate::grid::{Line, Span, Value};
use crate::table::{Cell, FailingItem, Row};

/// The vertical merges of a sheet, met one after another on the way down.
pub(crate) struct Merges {
    /// Sorted by their top row, last first.
    ahead: Vec<Span>,
    active: Vec<(Span, Value)>,
}

impl Merges {
    /// Merges right of `columns` are left out, as are their cells.
    pub(crate) fn new(spans: &[Span], columns: u32) -> Self {
        let is_down = |span: &Span| span.bottom > span.top && span.left < columns;
        let mut ahead: Vec<Span> = spans.iter().copied().filter(is_down).collect();
        ahead.sort_by_key(|span| std::cmp::Reverse(span.top));
        Self { ahead, active: Vec::new() }
    }

    /// Fills a line with what is merged down into it; tells which columns were filled.
    pub(crate) fn fill(&mut self, line: &mut Line) -> Vec<u32> {
        self.active.retain(|(span, _)| span.bottom >= line.row);
        while let Some(span) = self.ahead.last().copied().filter(|span| span.top <= line.row) {
            self.ahead.pop();
            if span.top == line.row
                && let Some(value) = line.at(span.left)
            {
                // Merges do not overlap; where a file says they do, the later one holds, and never more than one a column.
                self.active.retain(|(other, _)| other.left != span.left);
                self.active.push((span, value.clone()));
            }
        }
        let mut filled = Vec::new();
        for (span, value) in self.active.iter().filter(|(span, _)| span.top < line.row) {
            if line.at(span.left).is_none() {
                filled.push(span.left);
                let at = line.cells.partition_point(|(column, _)| *column < span.left);
                line.cells.insert(at, (span.left, value.clone()));
            }
        }
        filled
    }
}

/// Adds the failing items of a continuing row to the record above.
pub(crate) fn fold_into(row: &mut Row, items_at: usize, more: Vec<FailingItem>, from: u32) {
    row.folded.push(from);
    let place = row.cells.iter().position(|(index, _)| *index == items_at);
    match place.and_then(|place| row.cells.get_mut(place)) {
        Some((_, Cell::Items(items))) => {
            items.extend(more.into_iter().filter(|item| !items.contains(item)).collect::<Vec<_>>())
        }
        Some(_) => {}
        None => {
            row.cells.push((items_at, Cell::Items(more)));
            row.cells.sort_by_key(|(index, _)| *index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_value_holds_for_every_row_it_covers() {
        let mut merges = Merges::new(&[Span { top: 1, left: 0, bottom: 2, right: 0 }], 256);
        let mut first = Line { row: 1, cells: vec![(0, Value::text("某超市")), (1, Value::text("醋"))] };
        let mut second = Line { row: 2, cells: vec![(1, Value::text("酱油"))] };
        let mut third = Line { row: 3, cells: vec![(1, Value::text("盐"))] };
        assert!(merges.fill(&mut first).is_empty());
        assert_eq!(merges.fill(&mut second), [0]);
        assert_eq!(second.text(0), "某超市");
        assert!(merges.fill(&mut third).is_empty());
    }
}
