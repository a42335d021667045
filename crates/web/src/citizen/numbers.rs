//! 投诉公开统计: the counts of an entry as of yesterday.

use std::sync::Arc;

use axum::extract::{Path, State};
use zhiheng_app::public_entry;

use crate::extract::Visit;
use crate::frame::shell;
use crate::pages::{CountsBy, PublicNumbersPage};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::{count, date};

/// `GET /report/ENTRY/numbers`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Path(path): Path<String>) -> Answer {
    let pack = server.app().pack.clone();
    let (_, entry) = public_entry(&pack, &path)?;
    let numbers = match server.citizens().known_numbers(&path, server.app().today() - 1) {
        Some(known) => known,
        None => {
            let of = path.clone();
            let made = Arc::new(server.run(move |app| app.public_numbers(&of)).await?);
            server.citizens().keep_numbers(&path, Arc::clone(&made));
            made
        }
    };
    let shown = |number: Option<u64>| number.map_or_else(|| "少于 5".to_owned(), count);
    // In whole hundredths of a percent by integers: a share for the public is rounded once, down.
    let share = |one: u64, all: u64| match (one * 1000).checked_div(all) {
        Some(thousandths) => format!("{}.{}%", thousandths / 10, thousandths % 10),
        None => "—".to_owned(),
    };
    let closed_share = numbers.closed.zip(numbers.opened).map_or("—".to_owned(), |(one, all)| share(one, all));
    let page = PublicNumbersPage {
        shell: shell(&server, &visit),
        title: format!("{}公开统计", entry.name),
        entry: entry.name.clone(),
        action: format!("/report/{}", entry.path),
        as_of: format!("{} 年，截至 {} 24 时", numbers.year, date(numbers.as_of)),
        totals: vec![
            ("收到".to_owned(), shown(numbers.opened)),
            ("已办结".to_owned(), shown(numbers.closed)),
            ("办结比例".to_owned(), closed_share),
        ],
        clocks: numbers
            .clocks
            .iter()
            .map(|(name, met, all)| (name.clone(), count(*all), count(*met), share(*met, *all)))
            .collect(),
        by: numbers
            .by
            .iter()
            .map(|(name, rows)| {
                // Nobody said what the case is about or where: that is no breakdown.
                let said = rows.iter().any(|(item, _)| item != zhiheng_app::UNSORTED);
                let shown = rows.iter().filter_map(|(item, number)| Some((item.clone(), count((*number)?))));
                let kept_back = rows.iter().filter(|(_, number)| number.is_none()).count();
                let name = name.clone();
                if said {
                    CountsBy { name, rows: shown.collect(), kept_back }
                } else {
                    CountsBy { name, ..CountsBy::default() }
                }
            })
            .collect(),
        cut: numbers.cut,
    };
    Ok(page_of(page.render()))
}
