//! board and visible: reading the board, and the time from a submission to a board that shows it. The peer recomputes every number from
//! all records, which is what a board without cells has to do. On PostgreSQL two more stand beside it: the `GROUP BY` of one rate, and a
//! materialised view of that rate with its refresh – one number each, against our whole board. All answers are compared before anything
//! is timed.

use anyhow::{Result, ensure};
use serde_json::json;
use zhiheng_app::{Board, When};
use zhiheng_pack::{Decimal, day};
use zhiheng_store::peers::{Rate, SqlPeer};

use super::{Bench, Found, Laps, demo_day, digits, filled, reading};
use crate::Common;

const BOARDS: usize = 400;

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let when = When { as_of: demo_day()?, known_on: None };
    let mut ours = Laps::default();
    let mut peer = Laps::default();
    let mut smaller = None;
    let named = common.db != crate::DEFAULT_DB;
    if !named && args.n >= 100_000 {
        // A tenth of the records first: what a board costs must not depend on how many there are.
        let tenth = filled(common, args, args.n / 10)?;
        let mut laps = Laps::default();
        for _ in 0..BOARDS {
            laps.time(|| Ok(tenth.app.board(when)?))?;
        }
        smaller = Some((tenth.records, laps));
    }
    let filled = filled(common, args, args.n)?;
    let store = reading(&filled.url, &filled.app.pack)?;
    agree(&filled.app.board(when)?, &filled.app, &store, when.as_of)?;
    let mut sql = Sql::open(&filled.url, &filled.app, when.as_of)?;
    if let Some(sql) = &mut sql {
        sql.agrees(&filled.app.board(when)?)?;
    }
    for _ in 0..args.rounds.max(1) {
        for _ in 0..BOARDS / args.rounds.max(1) {
            ours.time(|| Ok(filled.app.board(when)?))?;
        }
        peer.time(|| super::peer::recompute(&store, &filled.app.pack, when.as_of))?;
        if let Some(sql) = &mut sql {
            sql.take_laps()?;
        }
    }
    let growth = smaller.map(
        |(records, laps)| json!({ "n": records, "of": laps.json(), "p50_growth": digits(ours.at(0.5) / laps.at(0.5)) }),
    );
    Ok(Found {
        n: filled.records,
        ratio: peer.at(0.5) / ours.at(0.5),
        ours: json!({ "p50_ms": digits(ours.at(0.5)), "p99_ms": digits(ours.at(0.99)), "laps": ours.0.len(), "at_a_tenth": growth }),
        peer: json!({
            "name": "recomputation from all records", "p50_ms": digits(peer.at(0.5)), "p99_ms": digits(peer.at(0.99)), "laps": peer.0.len(),
            "sql_of_one_rate": sql.as_ref().map(|sql| sql.json(ours.at(0.5))),
        }),
    })
}

/// The rate of food samples in SQL.
struct Sql {
    peer: SqlPeer,
    rate: Rate,
    group_by: Laps,
    refresh: Laps,
}

impl Sql {
    /// Only PostgreSQL has materialised views.
    fn open(url: &str, app: &zhiheng_app::App, as_of: i32) -> Result<Option<Sql>> {
        if !url.starts_with("postgres") {
            return Ok(None);
        }
        let rate = Rate {
            place: app.pack.place.clone(),
            kind: "food_sample".to_owned(),
            totals: "sampling_total".to_owned(),
            days: (day::first_of_year(day::date(as_of).year()), as_of),
        };
        let mut peer = SqlPeer::open(url)?;
        peer.create_view(&rate)?;
        Ok(Some(Sql { peer, rate, group_by: Laps::default(), refresh: Laps::default() }))
    }

    fn agrees(&mut self, board: &Board) -> Result<()> {
        let row = board
            .rows
            .iter()
            .find(|row| board.pack.indicators.get(row.indicator).is_some_and(|one| one.id == "food_pass_rate"));
        let shown =
            row.map(|row| (row.number.numerator.unwrap_or_default(), row.number.denominator.unwrap_or_default()));
        let said = |(num, den): (i64, i64)| Some((Decimal::from(num), Decimal::from(den)));
        let (grouped, viewed) = (said(self.peer.group_by(&self.rate)?), said(self.peer.refresh(&self.rate)?));
        ensure!(shown == grouped && shown == viewed, "the board says {shown:?}, SQL says {grouped:?} and {viewed:?}");
        Ok(())
    }

    fn take_laps(&mut self) -> Result<()> {
        for _ in 0..5 {
            self.group_by.time(|| Ok(self.peer.group_by(&self.rate)?))?;
        }
        self.refresh.time(|| Ok(self.peer.refresh(&self.rate)?))?;
        Ok(())
    }

    fn json(&self, ours: f64) -> serde_json::Value {
        json!({
            "group_by": self.group_by.json(), "group_by_ratio": digits(self.group_by.at(0.5) / ours),
            "materialised_view_refreshed_and_read": self.refresh.json(), "view_ratio": digits(self.refresh.at(0.5) / ours),
        })
    }
}

impl Drop for Sql {
    fn drop(&mut self) {
        let _ = self.peer.drop_view();
    }
}

pub(super) fn visible(common: &Common, args: &Bench) -> Result<Found> {
    let filled = filled(common, args, args.n)?;
    let store = reading(&filled.url, &filled.app.pack)?;
    let today = filled.app.today();
    let when = When { as_of: today, known_on: None };
    let rate = |board: &Board| {
        let row = board.rows.iter().find(|row| {
            filled.app.pack.indicators.get(row.indicator).is_some_and(|indicator| indicator.id == "food_pass_rate")
        });
        row.and_then(|row| row.number.denominator)
    };
    let mut before = rate(&filled.app.board(when)?).unwrap_or_default();
    let mut sql = Sql::open(&filled.url, &filled.app, today)?;
    let (mut ours, mut peer) = (Laps::default(), Laps::default());
    for number in 0..args.rounds.max(1) * 20 {
        let submission = super::submit::submission(u64::try_from(number).unwrap_or_default(), today);
        let board = ours.time(|| {
            filled.app.submit("bench", &submission, None)?;
            Ok(filled.app.board(when)?)
        })?;
        let after = rate(&board).unwrap_or_default();
        ensure!(after > before, "the board does not show the record of its own commit");
        before = after;
        if number % 20 == 0 {
            let submission = super::submit::submission(1_000_000 + u64::try_from(number).unwrap_or_default(), today);
            peer.time(|| {
                filled.app.submit("bench", &submission, None)?;
                super::peer::recompute(&store, &filled.app.pack, today)
            })?;
            before = rate(&filled.app.board(when)?).unwrap_or_default();
            if let Some(sql) = &mut sql {
                let submission =
                    super::submit::submission(2_000_000 + u64::try_from(number).unwrap_or_default(), today);
                sql.refresh.time(|| {
                    filled.app.submit("bench", &submission, None)?;
                    Ok(sql.peer.refresh(&sql.rate)?)
                })?;
                before = rate(&filled.app.board(when)?).unwrap_or_default();
            }
        }
    }
    Ok(Found {
        n: filled.records,
        ratio: peer.at(0.5) / ours.at(0.5),
        ours: ours.json(),
        peer: json!({
            "name": "submit, then recomputation from all records", "p50_ms": digits(peer.at(0.5)), "p99_ms": digits(peer.at(0.99)), "laps": peer.0.len(),
            "submit_and_refresh_of_one_rate": sql.as_ref().map(|sql| sql.refresh.json()),
        }),
    })
}

/// Both sides must say the same before their time is taken.
fn agree(board: &Board, app: &zhiheng_app::App, store: &zhiheng_store::Store, as_of: i32) -> Result<()> {
    let sums = super::peer::recompute(store, &app.pack, as_of)?;
    for row in &board.rows {
        let Some(indicator) = app.pack.indicators.get(row.indicator).filter(|indicator| indicator.is_additive()) else {
            continue;
        };
        let sum = sums.get(&indicator.def).copied().unwrap_or_default();
        let scale = indicator.numerator_scale();
        let recomputed = zhiheng_pack::value::unscaled(sum.num, scale);
        let shown = row.number.numerator.unwrap_or_default();
        ensure!(shown == recomputed, "{}: the board says {shown}, the records say {recomputed}", indicator.id);
    }
    Ok(())
}
