//! The count behind a last day, day by day (期限怎么算): what a citizen or a court can follow with a calendar in hand.
//!
//! What always holds: it is walked, not derived from the result; the days counted are as many as the length; the last one listed is the last day.

use crate::procedure::Unit;

use super::calendar::day_of_week;
use super::{Calendar, Counted, DayKind, Part};

/// A day of a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedDay {
    /// The day.
    pub day: i32,
    /// Whether it is counted.
    pub counted: bool,
    /// How many are counted up to it, in its stretch.
    pub number: i64,
    /// Why it is counted, or not.
    pub why: String,
}

impl Counted {
    /// Every day from the day of the event to the last one, with the reason. While a pause lasts it ends with the first day of that pause.
    ///
    /// `calendar` is the one it was counted with.
    pub fn explain(&self, calendar: &Calendar) -> Vec<CountedDay> {
        let mut days = vec![CountedDay {
            day: self.from,
            counted: false,
            number: 0,
            why: "起算的当日，不计（民法典第二百零一条）".to_owned(),
        }];
        if self.parts.iter().all(|part| part.count == 0) {
            // A date that somebody set: there is nothing to count.
            let set =
                CountedDay { day: self.from, counted: false, number: 0, why: "当日即为规定的日期".to_owned() };
            days = vec![set];
        }
        for (at, part) in self.parts.iter().enumerate() {
            self.walk(calendar, part, at > 0, &mut days);
        }
        if let (Some(end), Some(due)) = (self.unrolled, self.due)
            && end != due
        {
            roll(calendar, end, due, &mut days);
        }
        days
    }

    fn walk(&self, calendar: &Calendar, part: &Part, further: bool, days: &mut Vec<CountedDay>) {
        let prefix = if further { "续算，" } else { "" };
        let back = part.count < 0;
        let nominal = super::nominal_end(calendar, part.from, part.count, part.unit);
        let (mut day, mut number, mut made_up) = (part.from, 0, 0);
        while part.end != Some(day) {
            day += if back { -1 } else { 1 };
            // A pause does not hold up a count that goes back.
            let gap = self.gaps.iter().find(|gap| !back && gap.holds(day));
            let (counted, why) = match gap {
                Some(gap) if gap.last.is_none() => {
                    days.push(CountedDay {
                        day,
                        counted: false,
                        number,
                        why: format!("{prefix}暂停计时，尚未恢复；恢复后接着算"),
                    });
                    return;
                }
                Some(_) => (false, "暂停计时，不计".to_owned()),
                None if part.unit == Unit::Workday => workday(calendar, day, number + 1),
                None if matches!(part.unit, Unit::Month | Unit::Year) => {
                    made_up += i64::from(!back && day > nominal);
                    (true, month_day(part, day, nominal, number + 1, made_up))
                }
                None => (true, format!("第{}日", number + 1)),
            };
            number += i64::from(counted);
            days.push(CountedDay { day, counted, number, why: format!("{prefix}{why}") });
        }
    }
}

/// A day of a count in working days.
fn workday(calendar: &Calendar, day: i32, number: i64) -> (bool, String) {
    let kind = calendar.kind(day);
    let why = match kind {
        DayKind::Weekday if !calendar.is_loaded(day) => {
            format!("第{number}个工作日（当年的节假日安排尚未载入，按周一至周五算）")
        }
        DayKind::Weekday => format!("第{number}个工作日"),
        DayKind::MakeUp(_) => format!("第{number}个工作日（{}）", words(kind, day)),
        DayKind::Weekend | DayKind::Off(_) => format!("{}，不计", words(kind, day)),
    };
    (kind.is_working(), why)
}

/// A day of a count in months or years, where only the last one has a reason of its own.
fn month_day(part: &Part, day: i32, nominal: i32, number: i64, made_up: i64) -> String {
    let count = part.count.abs();
    let unit = part.unit.word();
    let before = if part.count < 0 { "之前" } else { "" };
    if made_up > 0 {
        format!("补足暂停的日数，第{made_up}日")
    } else if day != nominal {
        format!("第{number}日")
    } else if crate::day::date(day).day() == crate::day::date(part.from).day() {
        format!("{before}满{count}{unit}的对应日（民法典第二百零二条）")
    } else {
        format!("{before}满{count}{unit}，没有对应日，为当月末日（民法典第二百零二条）")
    }
}

/// The days by which a last day moves.
fn roll(calendar: &Calendar, end: i32, due: i32, days: &mut Vec<CountedDay>) {
    let number = days.last().map_or(0, |last| last.number);
    if let Some(last) = days.last_mut() {
        let words = words(calendar.kind(end), end);
        last.why = format!("{}；{words}，最后一日顺延", last.why);
    }
    for day in end + 1..due {
        let why = format!("{}，顺延", words(calendar.kind(day), day));
        days.push(CountedDay { day, counted: false, number, why });
    }
    let why = match calendar.kind(due) {
        kind @ DayKind::MakeUp(_) => {
            format!("顺延后的第一个工作日（{}），为最后一日（民法典第二百零三条）", words(kind, due))
        }
        _ => "顺延后的第一个工作日，为最后一日（民法典第二百零三条）".to_owned(),
    };
    days.push(CountedDay { day: due, counted: false, number, why });
}

/// 星期六，休息日; 春节放假; 星期日，春节调休上班.
fn words(kind: DayKind<'_>, day: i32) -> String {
    let weekday = match day_of_week(day) {
        0 => "星期一",
        1 => "星期二",
        2 => "星期三",
        3 => "星期四",
        4 => "星期五",
        5 => "星期六",
        _ => "星期日",
    };
    match kind {
        DayKind::Weekday => weekday.to_owned(),
        DayKind::Weekend => format!("{weekday}，休息日"),
        DayKind::Off("") => "放假".to_owned(),
        DayKind::Off(name) => format!("{name}放假"),
        DayKind::MakeUp("") => format!("{weekday}，调休上班"),
        DayKind::MakeUp(name) => format!("{weekday}，{name}调休上班"),
    }
}
