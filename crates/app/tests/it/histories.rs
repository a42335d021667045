//! The law of the cells: after any history – created, corrected, withdrawn, restored, late, out of order, from several threads – every
//! cell equals its recomputation from nothing, and what was known on a day equals a replay of that prefix into an empty database.

use std::sync::atomic::Ordering;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use zhiheng_app::{Act, Error, Submission, When};
use zhiheng_pack::{Draft, day};

use crate::county::{County, number};

/// One act of a history; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Deed {
    Sample { day: u16, verdict: u8, firm: u8, area: u8 },
    Title { from: u16, length: u16, holder: u8 },
    Report { day: u16, value: u32 },
    Correct { which: usize, deed: Box<Deed> },
    Withdraw { which: usize },
    Restore { which: usize },
    Wait { days: u8 },
}

fn content() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0_u16..900, 0_u8..3, 0_u8..4, 0_u8..4).prop_map(|(day, verdict, firm, area)| Deed::Sample { day, verdict, firm, area }),
        3 => (0_u16..900, 0_u16..600, 0_u8..3).prop_map(|(from, length, holder)| Deed::Title { from, length, holder }),
        1 => (0_u16..900, 0_u32..90_000_000).prop_map(|(day, value)| Deed::Report { day, value }),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        5 => content(),
        3 => (any::<usize>(), content()).prop_map(|(which, deed)| Deed::Correct { which, deed: Box::new(deed) }),
        1 => any::<usize>().prop_map(|which| Deed::Withdraw { which }),
        1 => any::<usize>().prop_map(|which| Deed::Restore { which }),
        1 => (1_u8..60).prop_map(|days| Deed::Wait { days }),
    ]
}

fn date(offset: u16) -> String {
    day::date(number("2023-06-01") + i32::from(offset)).to_string()
}

fn draft(deed: &Deed) -> Option<(&'static str, Draft)> {
    let texts = |kind, pairs: &[(&str, String)]| {
        (
            kind,
            Draft::of_texts(pairs.iter().filter(|(_, text)| !text.is_empty()).map(|(id, text)| (*id, text.as_str()))),
        )
    };
    Some(match deed {
        Deed::Sample { day, verdict, firm, area } => texts(
            "food_sample",
            &[
                ("sample_name", "样品".to_owned()),
                ("sampled_on", if *day < 30 { String::new() } else { date(*day) }),
                ("verdict", ["合格", "不合格", ""][usize::from(*verdict)].to_owned()),
                ("firm", ["甲厂", "乙厂", "丙厂", ""][usize::from(*firm)].to_owned()),
                ("area", ["甲街道", "青石镇", "外县", ""][usize::from(*area)].to_owned()),
                ("mass", format!("{}.{:03}", day % 7, day)),
            ],
        ),
        Deed::Title { from, length, holder } => texts(
            "title",
            &[
                ("holder", ["甲厂", "乙厂", "丙厂"][usize::from(*holder)].to_owned()),
                ("valid_from", date(*from)),
                ("valid_to", if *length > 500 { String::new() } else { date(from.saturating_add(*length)) }),
            ],
        ),
        Deed::Report { day, value } => texts(
            "reported_value",
            &[
                ("indicator", "brand_value".to_owned()),
                ("as_of", date(*day)),
                ("value", format!("{}.{:06}", value / 1_000_000, value % 1_000_000)),
            ],
        ),
        _ => return None,
    })
}

struct Story<'a> {
    county: &'a County,
    ids: Vec<(String, &'static str)>,
    /// Days on which something was recorded.
    days: Vec<i32>,
}

impl Story<'_> {
    fn act(&mut self, deed: &Deed) {
        let app = &self.county.app;
        let of =
            |ids: &[(String, &'static str)], which: usize| (!ids.is_empty()).then(|| ids[which % ids.len()].clone());
        let (act, kind, id) = match deed {
            Deed::Wait { days } => {
                self.county.clock.0.fetch_add(i64::from(*days) * 86_400_000_000, Ordering::SeqCst);
                return;
            }
            Deed::Correct { which, deed } => {
                let Some((id, kind)) = of(&self.ids, *which) else { return };
                let Some((_, draft)) = draft(deed).filter(|(of, _)| *of == kind) else { return };
                (Act::Correct(draft), kind, Some(id))
            }
            Deed::Withdraw { which } | Deed::Restore { which } => {
                let Some((id, kind)) = of(&self.ids, *which) else { return };
                (if matches!(deed, Deed::Withdraw { .. }) { Act::Withdraw } else { Act::Restore }, kind, Some(id))
            }
            content => {
                let Some((kind, draft)) = draft(content) else { return };
                (Act::Create(draft), kind, None)
            }
        };
        let fresh = id.is_none();
        let id = id.map(|id| id.parse().unwrap());
        let reason = (!fresh).then(|| "核对".to_owned());
        match app.submit("甲", &Submission { act, kind: kind.into(), id, expected_version: None, reason }, None) {
            Ok(receipt) => {
                self.days.push(app.today());
                if fresh {
                    self.ids.push((receipt.id, kind));
                }
            }
            Err(Error::WrongState(_)) => {} // withdrawn twice, restored while live
            Err(error) => panic!("{error}"),
        }
    }
}

/// Every number on several days, as text.
fn numbers(county: &County, known_on: Option<i32>) -> Vec<String> {
    let mut found = Vec::new();
    for as_of in ["2023-07-15", "2023-12-31", "2024-05-20", "2024-12-31", "2025-06-30", "2027-01-01"] {
        let board = county.app.board(When { as_of: number(as_of), known_on }).unwrap();
        for row in board.rows {
            found.push(format!("{as_of} {} {:?} {:?}", row.indicator, row.number.value, row.number.denominator));
        }
    }
    found
}

fn cells_equal_recomputation(everywhere: fn() -> Vec<County>, cases: u32) {
    let strategy = (proptest::collection::vec(deed(), 1..40), any::<prop::sample::Index>());
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
        .run(&strategy, |(deeds, cut)| {
            for county in everywhere() {
                let mut story = Story { county: &county, ids: Vec::new(), days: Vec::new() };
                let cut = cut.index(deeds.len());
                deeds[..cut].iter().for_each(|deed| story.act(deed));
                let known_day = story.county.app.today();
                let prefix = numbers(&county, None);
                // The rest is recorded on later days only.
                story.act(&Deed::Wait { days: 1 });
                deeds[cut..].iter().for_each(|deed| story.act(deed));
                let report = county.app.audit().unwrap();
                prop_assert!(report.is_clean(), "{:?}", report.differences);
                prop_assert_eq!(numbers(&county, Some(known_day)), prefix, "known-on equals the prefix");
                prop_assert_eq!(
                    numbers(&county, Some(county.app.today())),
                    numbers(&county, None),
                    "known today is everything"
                );
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn cells_equal_recomputation_and_known_on_equals_the_prefix() {
    cells_equal_recomputation(|| vec![County::sqlite()], 48);
}

#[test]
fn the_same_law_on_every_database() {
    cells_equal_recomputation(County::everywhere, 6);
}

#[test]
fn eight_threads_lose_nothing() {
    for county in County::everywhere() {
        std::thread::scope(|scope| {
            for thread in 0..8_u16 {
                let app = &county.app;
                scope.spawn(move || {
                    for turn in 0..25_u16 {
                        let deed = Deed::Sample {
                            day: 40 + thread * 25 + turn,
                            verdict: (turn % 2) as u8,
                            firm: (thread % 3) as u8,
                            area: 0,
                        };
                        let (kind, draft) = draft(&deed).unwrap();
                        let submission = Submission {
                            act: Act::Create(draft),
                            kind: kind.into(),
                            id: None,
                            expected_version: None,
                            reason: None,
                        };
                        app.submit("甲", &submission, None).unwrap();
                    }
                });
            }
        });
        let report = county.app.audit().unwrap();
        assert!(report.is_clean(), "{:?}", report.differences);
        assert_eq!(report.records, 200);
    }
}
