//! 公开: the one way out. What the public reads was reviewed, approved and frozen; live numbers are read by nobody outside.
//!
//! - A publication ([`Pack::publications`](zhiheng_pack::Pack::publications)) names what it publishes: a number, a list, one record, or a text of its own.
//! - Its step 公开 freezes the content in the transaction of the step, into a record that nobody writes, corrects or withdraws ([`freeze`]). What differs
//!   from what was approved is not published.
//! - The public reads only what was frozen and still stands ([`shown`]); a withdrawal takes effect in the commit of its step.
//! - What was published is compared with its recomputation ([`changed`]), and the audit recomputes it as it was known at its instant ([`audit`]).

mod audit;
mod bundle;
mod changed;
mod drafts;
mod freeze;
mod rows;
mod shown;

pub use bundle::{Answer, Bundle, BundleNumber, Counted, FEW, FORMAT, Formula, FormulaSource, LEAST, Restates};
pub use changed::PublishedChange;
pub use drafts::{Drafted, PublicPeriod};
pub use rows::{PublicColumn, PublicRow, PublicRows};
pub use shown::{PublicItem, PublicNumber, PublicPage, PublicStanding, PublicWanted};

pub(crate) use freeze::Member;
use zhiheng_pack::{Kind, Record};

/// The words of a field; empty where there are none.
fn text_of(kind: &Kind, record: &Record, field: &str) -> String {
    kind.field_index(field).and_then(|at| record.value(at)).map(zhiheng_pack::Value::plain).unwrap_or_default()
}

/// A day field.
fn day_of(kind: &Kind, record: &Record, field: &str) -> Option<i32> {
    kind.field_index(field).and_then(|at| record.day(at))
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// An instant, µs of UTC, as it is printed and read back: `2026-07-15T01:00:00.000000Z`.
fn instant_text(at: i64) -> String {
    let (days, within) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let (seconds, micros) = (within / SECOND, within % SECOND);
    let date = zhiheng_pack::day::date(i32::try_from(days).unwrap_or_default());
    format!("{date}T{:02}:{:02}:{:02}.{micros:06}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn instant_of(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (clock, micros) = time.split_once('.')?;
    let mut parts = clock.split(':').map(str::parse::<i64>);
    let (hour, minute, second) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let day = i64::from(zhiheng_pack::day::number(zhiheng_pack::day::parse(date)?));
    Some(day * DAY + ((hour * 60 + minute) * 60 + second) * SECOND + micros.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_as_it_was_written() {
        assert_eq!(instant_text(0), "1970-01-01T00:00:00.000000Z");
        for at in [0, 1, 1_784_000_000_123_456, -1] {
            assert_eq!(instant_of(&instant_text(at)), Some(at));
        }
        assert_eq!(instant_of("昨天"), None);
    }
}
