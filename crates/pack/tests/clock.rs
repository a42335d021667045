//! Deadlines against the law's own cases, against a counter that walks day by day, and against what must hold of every count.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::civil::Date;
use proptest::prelude::*;
use zhiheng_pack::clock::{
    Calendar, Counted, DayKind, Pause, count, count_span, count_time, elapsed, elapsed_time, opens,
};
use zhiheng_pack::day::{date, number, parse};
use zhiheng_pack::pack::Holiday;
use zhiheng_pack::procedure::{Length, Span, Unit};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The days of the shipped calendar as the file writes them, day → (worked, holiday).
fn arranged() -> BTreeMap<Date, (bool, String)> {
    let text = std::fs::read_to_string(repository().join("packs/wushan-2024/calendar.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    (table["holiday"].as_array().unwrap().iter())
        .map(|row| {
            let day = parse(&row["day"].as_datetime().unwrap().to_string()).unwrap();
            (day, (row["kind"].as_str() == Some("work"), row["name"].as_str().unwrap().to_owned()))
        })
        .collect()
}

fn calendar() -> &'static Calendar {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
        let holidays: Vec<Holiday> =
            arranged().into_iter().map(|(day, (working, name))| Holiday { day, working, name }).collect();
        Calendar::new(&holidays)
    });
    &CALENDAR
}

fn day(text: &str) -> i32 {
    number(parse(text).unwrap())
}

fn length(text: &str) -> Length {
    Length::parse(text).unwrap()
}

fn said(day: Option<i32>) -> String {
    day.map_or("open".to_owned(), |day| date(day).to_string())
}

/// As a clock declares it by default: everything but working days rolls.
fn counted(from: &str, text: &str, pauses: &[(&str, &str)], extensions: &[&str]) -> Counted {
    let length = length(text);
    let pauses: Vec<Pause> = pauses.iter().map(|(pause, resume)| (day(pause), parse(resume).map(number))).collect();
    let extensions: Vec<Length> = extensions.iter().map(|text| Length::parse(text).unwrap()).collect();
    count(calendar(), day(from), length, length.unit != Unit::Workday, &pauses, &extensions)
}

fn due(from: &str, text: &str) -> String {
    said(counted(from, text, &[], &[]).due)
}

#[test]
fn working_days_pass_over_holidays_and_count_days_made_up_for() {
    for (from, length, last) in [
        ("2026-02-11", "7 workday", "2026-02-27"), // Saturday 02-14 is worked
        ("2026-09-24", "7 workday", "2026-10-12"), // Saturday 10-10 is worked
        ("2025-09-26", "7 workday", "2025-10-13"),
        ("2024-04-26", "5 workday", "2024-05-07"), // Sunday 04-28 is worked
        ("2026-09-18", "20 workday", "2026-10-22"),
        ("2026-02-16", "1 workday", "2026-02-24"), // the event itself on a holiday
    ] {
        assert_eq!(due(from, length), last, "{from} + {length}");
    }
}

/// 民法典 203: the day after the holiday has ended.
#[test]
fn a_last_day_on_a_day_off_moves_to_the_first_working_day_after() {
    for (from, length, last) in [
        ("2026-08-04", "60 day", "2026-10-08"),
        ("2025-08-04", "60 day", "2025-10-09"),
        ("2026-02-03", "15 day", "2026-02-24"),
        ("2026-02-04", "10 day", "2026-02-14"), // a Saturday that is worked does not move
        ("2026-11-02", "5 day", "2026-11-09"),  // an ordinary Saturday does
    ] {
        assert_eq!(due(from, length), last, "{from} + {length}");
    }
    let kept = count(calendar(), day("2026-08-04"), length("60 day"), false, &[], &[]);
    assert_eq!(said(kept.due), "2026-10-03");
}

/// 民法典 202.
#[test]
fn months_and_years_end_on_the_corresponding_day_or_with_the_month() {
    for (from, length, last) in [
        ("2026-01-31", "1 month", "2026-02-28"),
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2026-03-31", "3 month", "2026-06-30"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2025-02-28", "1 year", "2026-02-28"),   // a Saturday, worked
        ("2024-12-16", "14 month", "2026-02-24"), // 02-16 is within the Spring Festival
    ] {
        assert_eq!(due(from, length), last, "{from} + {length}");
    }
}

/// 特种设备安全法 40: one month before the inspection falls due.
#[test]
fn a_negative_length_counts_back_and_no_pause_moves_it() {
    assert_eq!(due("2026-07-31", "-1 month"), "2026-06-30");
    assert_eq!(due("2026-10-12", "-2 workday"), "2026-10-09");
    assert_eq!(due("2026-02-24", "-1 workday"), "2026-02-14");
    assert_eq!(due("2026-10-13", "-10 day"), "2026-10-08"); // 10-03, a holiday
    let paused = counted("2026-07-31", "-1 month", &[("2026-06-01", "2026-06-20")], &[]);
    assert_eq!(said(paused.due), "2026-06-30");
}

#[test]
fn a_pause_takes_the_days_after_it_to_the_day_of_the_resumption() {
    // A pause and resumption on one day take nothing; overlapping pauses take a day once; after the end and before the beginning is too late and too early.
    for (pauses, last) in [
        (vec![], "2026-03-16"),
        (vec![("2026-03-09", "2026-03-12")], "2026-03-19"),
        (vec![("2026-03-09", "2026-03-09")], "2026-03-16"),
        (vec![("2026-03-09", "2026-03-11"), ("2026-03-10", "2026-03-12")], "2026-03-19"),
        (vec![("2026-03-10", "2026-03-12"), ("2026-03-03", "2026-03-04")], "2026-03-19"),
        (vec![("2026-03-16", "2026-03-20")], "2026-03-16"),
        (vec![("2026-02-01", "2026-02-20")], "2026-03-16"),
    ] {
        assert_eq!(said(counted("2026-03-02", "10 workday", &pauses, &[]).due), last, "{pauses:?}");
    }
    // Of months, the end moves by the paused days before it – and the moved end meets the second pause.
    let month = counted("2026-03-10", "1 month", &[("2026-03-20", "2026-03-25"), ("2026-04-12", "2026-04-14")], &[]);
    assert_eq!(said(month.due), "2026-04-17");
    let open = counted("2026-03-10", "1 month", &[("2026-03-20", "")], &[]);
    assert_eq!((open.due, open.unrolled, open.provisional), (None, None, false));
    assert_eq!(said(counted("2026-03-10", "10 day", &[("2026-03-20", "")], &[]).due), "2026-03-20");
}

#[test]
fn an_extension_lengthens_in_its_own_unit_and_is_counted_on_in_another() {
    assert_eq!(said(counted("2026-03-02", "15 workday", &[], &["15 workday"]).due), due("2026-03-02", "30 workday"));
    assert_eq!(said(counted("2026-01-31", "1 month", &[], &["1 month"]).due), due("2026-01-31", "2 month"));
    // 60 days end on 10-03, a holiday; the working days begin after that day, not after the 8th to which it would have moved.
    assert_eq!(said(counted("2026-08-04", "60 day", &[], &["1 workday"]).due), "2026-10-08");
    assert_eq!(said(counted("2026-08-04", "60 day", &[], &["3 workday"]).due), "2026-10-10");
    // A pause in the extension takes its days there.
    let paused = counted("2026-08-04", "60 day", &[("2026-10-08", "2026-10-09")], &["3 workday"]);
    assert_eq!(said(paused.due), "2026-10-12");
}

#[test]
fn beyond_the_last_published_arrangement_a_last_day_is_provisional() {
    let calendar = calendar();
    assert_eq!(said(calendar.published_until()), "2026-12-31");
    assert!(!counted("2026-12-24", "5 workday", &[], &[]).provisional);
    assert!(counted("2026-12-24", "6 workday", &[], &[]).provisional);
    assert!(count(&Calendar::new(&[]), day("2026-03-02"), length("1 workday"), false, &[], &[]).provisional);
    let days = counted("2026-12-30", "2 workday", &[], &[]).explain(calendar);
    assert_eq!(days.last().unwrap().why, "第2个工作日（当年的节假日安排尚未载入，按周一至周五算）");
}

#[test]
fn a_count_that_crosses_a_year_without_its_holidays_is_provisional_and_a_set_date_never() {
    let at = |from: &str, text: &str, roll: bool| count(calendar(), day(from), length(text), roll, &[], &[]);
    assert!(at("2023-09-25", "7 workday", true).provisional, "2023 was never loaded");
    assert!(at("2023-12-28", "30 workday", true).provisional, "it begins in 2023");
    assert!(!at("2024-01-02", "30 workday", true).provisional);
    assert!(at("2026-12-01", "60 day", true).provisional, "30 January 2027 might be a day off");
    assert!(!at("2026-12-01", "60 day", false).provisional, "and does not move");
    let set = at("2027-06-30", "0 day", false);
    assert!(!set.provisional);
    assert_eq!(set.explain(calendar()).into_iter().map(|day| day.why).collect::<Vec<_>>(), ["当日即为规定的日期"]);
}

/// 产品质量监督抽查管理暂行办法 48: the second re-check after 60 and before 90 days: not on the sixtieth, and not moved by a day off.
#[test]
fn a_window_opens_the_day_after_its_length_and_does_not_roll() {
    let opened = opens(calendar(), day("2026-08-04"), length("60 day"), &[]);
    assert_eq!(said(opened.due), "2026-10-04");
    assert_eq!(due("2026-08-04", "90 day"), "2026-11-02");
}

/// TSG T7001-2023: lifts in years 1, 4, 7, 9, 11, 13 and 15, then every year.
#[test]
fn a_list_of_ages_goes_on_beyond_its_last() {
    let span = Span::Ages(vec![1, 4, 7, 9, 11, 13, 15], length("1 year"));
    let years: Vec<i16> = (0..10)
        .map(|done| {
            let counted = count_span(calendar(), day("2010-06-15"), &span, done, false, &[], &[]);
            date(counted.due.unwrap()).year() - 2010
        })
        .collect();
    assert_eq!(years, [1, 4, 7, 9, 11, 13, 15, 16, 17, 18]);
    let half_yearly = Span::Ages(vec![1], length("6 month"));
    let third = count_span(calendar(), day("2024-06-15"), &half_yearly, 2, false, &[], &[]);
    assert_eq!(said(third.due), "2026-06-15");
}

#[test]
fn hours_run_through_nights_and_holidays_and_stand_still_to_the_microsecond() {
    let calendar = calendar();
    let at = |text: &str, hour: i64, minute: i64| {
        i64::from(day(text)) * 86_400_000_000 + ((hour - 8) * 60 + minute) * 60_000_000
    };
    let from = at("2026-02-16", 22, 30);
    let time = |pauses: &[(i64, Option<i64>)], extensions: &[Length]| {
        count_time(calendar, 8, from, length("4 hour"), pauses, extensions)
    };
    assert_eq!(time(&[], &[]).due, Some(at("2026-02-17", 2, 30)));
    let pause = at("2026-02-16", 23, 0) + 1;
    assert_eq!(time(&[(pause, Some(pause + 7))], &[]).due, Some(at("2026-02-17", 2, 30) + 7));
    assert_eq!(time(&[(pause, None)], &[]).due, None);
    // Too late to matter: it had run out.
    assert_eq!(time(&[(at("2026-02-17", 2, 30), None)], &[]).due, Some(at("2026-02-17", 2, 30)));
    assert_eq!(time(&[], &[length("30 minute")]).due, Some(at("2026-02-17", 3, 0)));
    assert_eq!(time(&[], &[length("1 workday")]).due, Some(at("2026-02-24", 2, 30)));
    let days = time(&[(at("2026-02-16", 23, 0), Some(at("2026-02-16", 23, 20)))], &[]).explain(8);
    let days: Vec<(String, i64, &str)> =
        days.iter().map(|day| (date(day.day).to_string(), day.number, day.why.as_str())).collect();
    assert_eq!(
        days,
        [("2026-02-16".to_owned(), 70, "计1小时10分钟，暂停20分钟"), ("2026-02-17".to_owned(), 240, "计2小时50分钟"),]
    );
    // In time up to the very instant, a minute more when it is begun.
    let due = at("2026-02-17", 2, 30);
    assert_eq!(elapsed_time(from, due, Unit::Hour, &[]), 4);
    assert_eq!(elapsed_time(from, due + 1, Unit::Minute, &[]), 241);
    assert_eq!(elapsed_time(from, due + 20, Unit::Hour, &[(from + 5, Some(from + 25))]), 4);
}

#[test]
fn a_due_day_ends_at_midnight_of_the_place() {
    let end = counted("2026-02-11", "7 workday", &[], &[]).due_instant(8);
    assert_eq!(end, Some((i64::from(day("2026-02-27")) * 24 + 16) * 3_600_000_000));
}

#[test]
fn the_explanation_names_the_reason_of_every_day() {
    let counted = counted("2026-02-11", "4 workday", &[("2026-02-12", "2026-02-13")], &[]);
    let days: Vec<String> = (counted.explain(calendar()).iter())
        .map(|day| format!("{} {} {}", date(day.day), if day.counted { '+' } else { '-' }, day.why))
        .collect();
    assert_eq!(
        days,
        [
            "2026-02-11 - 起算的当日，不计（民法典第二百零一条）",
            "2026-02-12 + 第1个工作日",
            "2026-02-13 - 暂停计时，不计",
            "2026-02-14 + 第2个工作日（星期六，春节调休上班）",
            "2026-02-15 - 春节放假，不计",
            "2026-02-16 - 春节放假，不计",
            "2026-02-17 - 春节放假，不计",
            "2026-02-18 - 春节放假，不计",
            "2026-02-19 - 春节放假，不计",
            "2026-02-20 - 春节放假，不计",
            "2026-02-21 - 春节放假，不计",
            "2026-02-22 - 春节放假，不计",
            "2026-02-23 - 春节放假，不计",
            "2026-02-24 + 第3个工作日",
            "2026-02-25 + 第4个工作日",
        ]
    );
}

#[test]
fn the_explanation_of_a_last_day_that_moves_says_so() {
    let days = counted("2026-09-02", "1 month", &[], &[]).explain(calendar());
    let last: Vec<String> = days[days.len() - 7..].iter().map(|day| format!("{} {}", date(day.day), day.why)).collect();
    assert_eq!(
        last,
        [
            "2026-10-02 满1个月的对应日（民法典第二百零二条）；国庆节放假，最后一日顺延",
            "2026-10-03 国庆节放假，顺延",
            "2026-10-04 国庆节放假，顺延",
            "2026-10-05 国庆节放假，顺延",
            "2026-10-06 国庆节放假，顺延",
            "2026-10-07 国庆节放假，顺延",
            "2026-10-08 顺延后的第一个工作日，为最后一日（民法典第二百零三条）",
        ]
    );
    let open = counted("2026-03-10", "10 day", &[("2026-03-11", "")], &[]).explain(calendar());
    assert_eq!(open.last().unwrap().why, "暂停计时，尚未恢复；恢复后接着算");
    let days = counted("2026-01-31", "1 month", &[], &[]).explain(calendar());
    assert_eq!(days.last().unwrap().why, "满1个月，没有对应日，为当月末日（民法典第二百零二条）");
}

#[test]
fn absurd_lengths_end_at_the_end_of_the_calendar() {
    for unit in [Unit::Workday, Unit::Day, Unit::Month, Unit::Year, Unit::Hour, Unit::Minute] {
        for count_of in [i32::MIN, -1, 0, 1, i32::MAX] {
            for from in [i32::MIN, 0, i32::MAX] {
                let length = Length { count: count_of, unit };
                let pauses = [(i32::MIN, Some(i32::MAX)), (i32::MAX, Some(i32::MIN)), (3, Some(i32::MAX))];
                let counted = count(calendar(), from, length, true, &pauses, &[length]);
                let due = counted.due.unwrap();
                assert!(number(Date::MIN) <= due && due <= number(Date::MAX), "{from} {length:?}");
                elapsed(calendar(), from, due, unit, &pauses);
                count_time(calendar(), 8, i64::from(from), length, &[(i64::MIN, Some(i64::MAX))], &[length]);
            }
        }
    }
}

/// The totals that the yearly arrangements come to.
#[test]
fn the_shipped_years_have_251_248_and_248_working_days() {
    let calendar = calendar();
    for (year, total) in [(2024, 251), (2025, 248), (2026, 248)] {
        let (first, last) = (day(&format!("{year}-01-01")), day(&format!("{year}-12-31")));
        assert_eq!((first..=last).filter(|day| calendar.is_working(*day)).count(), total, "{year}");
        assert_eq!(elapsed(calendar, first - 1, last, Unit::Workday, &[]), i32::try_from(total).unwrap(), "{year}");
    }
    assert_eq!(calendar.kind(day("2026-02-14")), DayKind::MakeUp("春节"));
    assert_eq!(calendar.kind(day("2026-02-15")), DayKind::Off("春节"));
    assert_eq!(calendar.kind(day("2026-03-07")), DayKind::Weekend);
}

/// Counts as a clerk does with a wall calendar: turns a page, asks whether the day counts, and moves a finger. Shares nothing with the crate's
/// counting, not even the calendar.
mod clerk {
    use super::*;

    pub(super) struct Clerk {
        pub(super) arranged: BTreeMap<Date, (bool, String)>,
    }

    impl Clerk {
        pub(super) fn works(&self, day: Date) -> bool {
            match self.arranged.get(&day) {
                Some((works, _)) => *works,
                None => day.weekday().to_monday_one_offset() <= 5,
            }
        }

        /// None while a pause lasts.
        pub(super) fn last_day(
            &self,
            from: Date,
            length: Length,
            roll: bool,
            pauses: &[(Date, Option<Date>)],
            extensions: &[Length],
        ) -> Option<Date> {
            let rests =
                |day: Date| pauses.iter().any(|(pause, resume)| *pause < day && resume.is_none_or(|end| day <= end));
            let lasts = |day: Date| pauses.iter().any(|(pause, resume)| *pause < day && resume.is_none());
            let mut unit = length.unit;
            let mut stretches = vec![(length.count, unit)];
            for extension in extensions {
                if extension.unit == unit {
                    stretches.last_mut().unwrap().0 += extension.count;
                } else {
                    unit = extension.unit;
                    stretches.push((extension.count, unit));
                }
            }
            let mut today = from;
            for (count, unit) in stretches {
                let (mut left, months) = match unit {
                    Unit::Workday | Unit::Day => (count, 0),
                    Unit::Year => (0, 12 * count),
                    _ => (0, count),
                };
                if months > 0 {
                    // The days of the plain period, each of which has to be counted once, whatever pauses.
                    let mut plain = today;
                    let (mut year, mut month) = (today.year(), today.month());
                    for _ in 0..months {
                        month += 1;
                        if month == 13 {
                            (year, month) = (year + 1, 1);
                        }
                    }
                    let wanted = (1..=today.day()).rev().find_map(|day| Date::new(year, month, day).ok()).unwrap();
                    while plain < wanted {
                        plain = plain.tomorrow().unwrap();
                        left += 1;
                    }
                }
                while left > 0 {
                    today = today.tomorrow().unwrap();
                    if lasts(today) {
                        return None;
                    }
                    if !rests(today) && (unit != Unit::Workday || self.works(today)) {
                        left -= 1;
                    }
                }
            }
            while roll && unit != Unit::Workday && !self.works(today) {
                today = today.tomorrow().unwrap();
            }
            Some(today)
        }
    }
}

prop_compose! {
    fn a_length()(which in 0..4_usize, share in 0..360_i32) -> Length {
        let (most, unit) = [(90, Unit::Workday), (120, Unit::Day), (9, Unit::Month), (2, Unit::Year)][which];
        Length { count: 1 + share % most, unit }
    }
}

prop_compose! {
    fn a_pause(from: i32)(begins in -5..160_i32, lasts in prop::option::weighted(0.9, 0..60_i32)) -> Pause {
        (from + begins, lasts.map(|lasts| from + begins + lasts))
    }
}

prop_compose! {
    fn a_case()(from in day("2024-01-01")..=day("2026-12-31"))(
        from in Just(from),
        length in a_length(),
        roll in any::<bool>(),
        pauses in prop::collection::vec(a_pause(from), 0..4),
        extensions in prop::collection::vec(a_length(), 0..3),
    ) -> (i32, Length, bool, Vec<Pause>, Vec<Length>) {
        (from, length, roll, pauses, extensions)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn every_count_is_that_of_a_clerk_with_a_wall_calendar((from, length, roll, pauses, extensions) in a_case()) {
        static CLERK: LazyLock<clerk::Clerk> = LazyLock::new(|| clerk::Clerk { arranged: arranged() });
        let calendar = calendar();
        let counted = count(calendar, from, length, roll, &pauses, &extensions);
        let dates: Vec<_> = pauses.iter().map(|(pause, resume)| (date(*pause), resume.map(date))).collect();
        let walked = CLERK.last_day(date(from), length, roll, &dates, &extensions);
        prop_assert_eq!(counted.due.map(date), walked);

        // The explanation walks too, and comes to the same day.
        let days = counted.explain(calendar);
        if let (Some(due), Some(end)) = (counted.due, counted.unrolled) {
            prop_assert_eq!(days.last().map(|day| day.day), Some(due));
            let in_days = matches!(length.unit, Unit::Workday | Unit::Day);
            if in_days && extensions.iter().all(|more| more.unit == length.unit) {
                let whole = length.count + extensions.iter().map(|more| more.count).sum::<i32>();
                let counted_days = days.iter().filter(|day| day.counted).count();
                prop_assert_eq!(counted_days, usize::try_from(whole).unwrap());
                prop_assert_eq!(elapsed(calendar, from, end, length.unit, &pauses), whole);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_longer_length_is_not_due_earlier((from, length, roll, pauses, _) in a_case()) {
        let calendar = calendar();
        let longer = Length { count: length.count + 1, ..length };
        let [short, long] = [length, longer].map(|length| count(calendar, from, length, roll, &pauses, &[]));
        prop_assert!(long.due.is_none_or(|long| short.due.is_some_and(|short| short <= long)));
        let extended = count(calendar, from, length, roll, &pauses, &[Length { count: 1, ..length }]);
        prop_assert_eq!(extended.due, long.due);
    }

    #[test]
    fn a_pause_never_shortens((from, length, roll, pauses, extensions) in a_case()) {
        let calendar = calendar();
        let due = |pauses: &[Pause]| count(calendar, from, length, roll, pauses, &extensions).due;
        let fewer = &pauses[..pauses.len().saturating_sub(1)];
        prop_assert!(due(&pauses).is_none_or(|paused| due(fewer).is_some_and(|plain| plain <= paused)));
    }

    #[test]
    fn what_took_no_longer_than_the_length_came_in_time((from, length, _, pauses, _) in a_case(), took in 0..200_i32) {
        prop_assume!(matches!(length.unit, Unit::Workday | Unit::Day));
        let calendar = calendar();
        let to = from + took;
        let in_time = count(calendar, from, length, false, &pauses, &[]).due.is_none_or(|due| to <= due);
        let within = elapsed(calendar, from, to, length.unit, &pauses) <= length.count;
        // A day off or paused after the last one adds nothing to what was taken, and is late all the same.
        let idle = in_time || (count(calendar, from, length, false, &pauses, &[]).due.unwrap() + 1..=to).all(|day| {
            elapsed(calendar, day - 1, day, length.unit, &[]) == 0
                || pauses.iter().any(|(pause, resume)| *pause < day && resume.is_none_or(|end| day <= end))
        });
        prop_assert_eq!(within, idle);
    }

    /// A watch that somebody holds: a minute passes, and counts unless a pause covers it.
    #[test]
    fn minutes_are_those_of_a_held_watch(
        minutes in 1..600_i64,
        hours in 0..5_i32,
        pauses in prop::collection::vec((-50..700_i64, prop::option::weighted(0.8, 0..200_i64)), 0..4),
    ) {
        const MINUTE: i64 = 60_000_000;
        let held: Vec<_> = pauses.iter().map(|(pause, lasts)| (*pause, lasts.map(|lasts| pause + lasts))).collect();
        let still = |minute: i64| held.iter().any(|(pause, resume)| *pause <= minute && resume.is_none_or(|end| minute < end));
        let (mut now, mut left) = (0, minutes + 60 * i64::from(hours));
        let walked = loop {
            match left {
                0 => break Some(now * MINUTE),
                _ if held.iter().any(|(pause, resume)| *pause <= now && resume.is_none()) => break None,
                _ => left -= i64::from(!still(now)),
            }
            now += 1;
        };
        let length = Length { count: i32::try_from(minutes).unwrap(), unit: Unit::Minute };
        let extended = Length { count: hours, unit: Unit::Hour };
        let pauses: Vec<_> = held.iter().map(|(pause, resume)| (pause * MINUTE, resume.map(|end| end * MINUTE))).collect();
        let counted = count_time(calendar(), 8, 0, length, &pauses, &[extended]);
        prop_assert_eq!(counted.due, walked);
        if let Some(due) = counted.due {
            prop_assert_eq!(elapsed_time(0, due, Unit::Minute, &pauses), minutes + 60 * i64::from(hours));
        }
        let told = counted.explain(8).last().map(|day| day.number);
        prop_assert!(counted.due.is_none() || told == Some(minutes + 60 * i64::from(hours)));
    }

    #[test]
    fn the_day_of_a_number_is_the_first_with_so_many_working_days(offset in -3000..3000_i32) {
        let calendar = calendar();
        let start = day("2025-06-30") + offset;
        let number = calendar.working_until(start) + 1;
        let next = calendar.working_day(number);
        prop_assert!(calendar.is_working(next));
        prop_assert!((start + 1..next).all(|day| !calendar.is_working(day)));
        prop_assert_eq!(calendar.working_until(next), number);
    }
}
