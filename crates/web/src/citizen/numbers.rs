//! 投诉公开统计: the counts of an entry as of yesterday, and those of every entry on one page.

use std::sync::Arc;

use axum::extract::{Path, State};
use zhiheng_app::{public_entries, public_entry};

use crate::extract::Visit;
use crate::frame::shell;
use crate::pages::{AllNumbersPage, CountsBy, PublicNumbersPage};
use crate::problem::{Answer, Failure, show as page_of};
use crate::server::Server;
use crate::words::{count, date};

/// `GET /report/ENTRY/numbers`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Path(path): Path<String>) -> Answer {
    let page = counted(&server, &path).await?;
    Ok(page_of(PublicNumbersPage { shell: shell(&server, &visit), ..page }.render()))
}

/// `GET /complaints/numbers`: everything that is handled here and published.
pub(crate) async fn all(State(server): State<Server>, visit: Visit) -> Answer {
    let pack = server.app().pack.clone();
    let published = public_entries(&pack).filter(|(_, entry)| !entry.numbers.is_empty());
    let paths: Vec<String> = published.map(|(_, entry)| entry.path.clone()).collect();
    let mut entries = Vec::with_capacity(paths.len());
    for path in &paths {
        entries.push(counted(&server, path).await?);
    }
    Ok(page_of(AllNumbersPage { shell: shell(&server, &visit), entries }.render()))
}

/// The counts of an entry, without what is around the page.
async fn counted(server: &Server, path: &str) -> Result<PublicNumbersPage, Failure> {
    let pack = server.app().pack.clone();
    let (_, entry) = public_entry(&pack, path)?;
    let numbers = match server.citizens().known_numbers(path, server.app().today() - 1) {
        Some(known) => known,
        None => {
            let of = path.to_owned();
            let made = Arc::new(server.run(move |app| app.public_numbers(&of)).await?);
            server.citizens().keep_numbers(path, Arc::clone(&made));
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
    Ok(PublicNumbersPage {
        shell: Default::default(),
        verb: format!("我要{}", entry.word),
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
                let said = rows.iter().any(|row| row.name != zhiheng_app::UNSORTED);
                let shown = rows.iter().filter_map(|row| {
                    let on_time = row.on_time.map_or_else(|| "不列".to_owned(), |(kept, all)| share(kept, all));
                    Some((row.name.clone(), count(row.count?), on_time))
                });
                let kept_back = rows.iter().filter(|row| row.count.is_none()).count();
                let name = name.clone();
                if said {
                    CountsBy { name, rows: shown.collect(), kept_back }
                } else {
                    CountsBy { name, ..CountsBy::default() }
                }
            })
            .collect(),
        cut: numbers.cut,
    })
}
