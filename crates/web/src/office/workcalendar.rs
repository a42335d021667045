//! 工作日历: the ends of a month on one page, and the same for a calendar program (RFC 5545) behind a secret address that belongs to one account.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use subtle::ConstantTimeEq;
use zhiheng_app::{Error, WorkItem, feed_hash};
use zhiheng_pack::clock::DayKind;
use zhiheng_pack::{Pack, day};

use crate::components::{Link, flash::Flash, light::Tone};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{CalendarDay, Feed, WorkCalendarPage};
use crate::problem::{Answer, see, show as page_of};
use crate::server::Server;
use crate::words::{date, moment, plain_date};

/// Ends that a month shows, and a day of it.
const OF_MONTH: usize = 500;
const OF_DAY: usize = 5;
/// The feed reaches from so many days ago to so many days from now.
const BACK: i32 = 31;
const AHEAD: i32 = 366;
const OF_FEED: usize = 1000;

/// First and last day of a month that an address names; this one where it names none.
fn month_of(text: &str, today: i32) -> (i32, i32) {
    let named = day::parse(&format!("{text}-01"));
    let first = named.unwrap_or_else(|| day::date(today).first_of_month());
    (day::number(first), day::number(first.last_of_month()))
}

/// `2026-01` of the month that holds a day.
fn month_name(number: i32) -> String {
    plain_date(number).chars().take(7).collect()
}

/// `GET /work/calendar?month=2026-01`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, Staff(account): Staff, params: Params) -> Answer {
    let today = server.app().today();
    let (first, last) = month_of(params.get("month"), today);
    let (work, on) =
        server.run(move |app| Ok((app.due_between(&account, first, last, OF_MONTH)?, app.has_feed(&account)?))).await?;
    let address = server.held().take_link(&visit.secret).map(|(_, address)| address);
    let pack = &server.app().pack;
    let named = day::date(first);
    let page = WorkCalendarPage {
        shell: shell(&server, &visit),
        month: format!("{}年{}月", named.year(), named.month()),
        before: month_name(first - 1),
        after: month_name(last + 1),
        weeks: weeks(pack, (first, last), today, &work.items),
        more: work.next.map(|_| format!("这个月到期的超过 {OF_MONTH} 件，只列出最早的；全部在工作台里。")),
        feed: Feed { on, address },
    };
    Ok(page_of(page.render()))
}

fn weeks(pack: &Pack, (first, last): (i32, i32), today: i32, items: &[WorkItem]) -> Vec<Vec<Option<CalendarDay>>> {
    // 1970-01-01 was a Thursday: three days after a Monday.
    let since_monday = (first + 3).rem_euclid(7);
    let mut days: Vec<Option<CalendarDay>> = (0..since_monday).map(|_| None).collect();
    days.extend((first..=last).map(|number| Some(one_day(pack, number, today, items))));
    while !days.len().is_multiple_of(7) {
        days.push(None);
    }
    days.chunks(7).map(<[_]>::to_vec).collect()
}

fn one_day(pack: &Pack, number: i32, today: i32, items: &[WorkItem]) -> CalendarDay {
    let kind = pack.calendar.kind(number);
    let offset = pack.utc_offset_hours;
    let due: Vec<&WorkItem> = items.iter().filter(|item| item.task.due_day == Some(number)).collect();
    let mut ends: Vec<Link> = due.iter().take(OF_DAY).map(|item| Link::new(title(item, offset), href(item))).collect();
    if due.len() > OF_DAY {
        ends.push(Link::new(format!("另有 {} 件", due.len() - OF_DAY), "/work"));
    }
    CalendarDay {
        day: day::date(number).day(),
        word: match kind {
            DayKind::Off(name) => format!("{name}休"),
            DayKind::MakeUp(_) => "调休上班".to_owned(),
            DayKind::Weekend => "休".to_owned(),
            DayKind::Weekday => String::new(),
        },
        off: !kind.is_working(),
        today: number == today,
        ends,
    }
}

/// 14:30前 受理决定：缺斤短两（暂定）.
fn title(item: &WorkItem, offset: i64) -> String {
    let time = timed(item, offset).map(|at| format!("{}前 ", clock_of(at, offset))).unwrap_or_default();
    let name = if item.clock.is_empty() { &item.kind } else { &item.clock };
    format!("{time}{name}：{}{}", item.label, doubt(item))
}

/// The instant of an end that has a time of day of its own: of minutes or hours; all others end with their day.
fn timed(item: &WorkItem, offset: i64) -> Option<i64> {
    let (due, at) = (item.task.due_day?, item.task.due_at?);
    (moment(at, offset) != format!("{} 00:00", date(due.saturating_add(1)))).then_some(at)
}

/// 14:30.
fn clock_of(at: i64, offset: i64) -> String {
    let minute = (at.div_euclid(60_000_000) + offset * 60).rem_euclid(24 * 60);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Said of an end that a holiday arrangement yet to be published may move.
fn doubt(item: &WorkItem) -> &'static str {
    if item.task.provisional { "（暂定）" } else { "" }
}

/// What leaves the house of a line of work: its time limit and its number; where it has none, a mark by which two are told apart.
fn outside(item: &WorkItem) -> String {
    let record = item.task.record.to_string();
    let mark = record.get(record.len().saturating_sub(6)..).unwrap_or_default();
    let number = item.number.clone().unwrap_or_else(|| format!("{}（{mark}）", item.kind));
    format!("{} {number}{}", if item.clock.is_empty() { "待办" } else { &item.clock }, doubt(item))
}

fn href(item: &WorkItem) -> String {
    format!("/kinds/{}/{}", item.task.kind, item.task.record)
}

/// `POST /work/calendar`: a new address for the feed, or none.
pub(crate) async fn renew(State(server): State<Server>, visit: Visit, Staff(account): Staff, form: FormBody) -> Answer {
    let once = if form.get("do") == "revoke" {
        server.run(move |app| app.revoke_feed(&account)).await?;
        let text = "日历订阅已停用，原来的地址不能再用。".to_owned();
        Once { flash: Some(Flash { tone: Tone::Good, text, link: None }), link: None }
    } else {
        let token = server.run(move |app| app.renew_feed(&account)).await?;
        let address = format!("{}/work/calendar.ics?token={token}", visit.origin);
        Once { flash: None, link: Some(("calendar".to_owned(), address)) }
    };
    server.held().leave(&visit.secret, once);
    Ok(see("/work/calendar"))
}

/// `GET /work/calendar.ics?token=…`: no session; the token is the key.
pub(crate) async fn feed(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let token = params.get("token").to_owned();
    let given = feed_hash(&token);
    let origin = visit.origin;
    let text = server
        .run(move |app| {
            let missing = || Error::NotFound("这个日历，地址可能已经更换".to_owned());
            let (account, hash) = app.feed(&token)?.ok_or_else(missing)?;
            if !bool::from(hash.as_bytes().ct_eq(given.as_bytes())) {
                return Err(missing());
            }
            let today = app.today();
            let work = app.due_between(&account, today - BACK, today + AHEAD, OF_FEED)?;
            let (stamp, place) = (app.now(), &app.pack.place_name);
            Ok(calendar_text(&format!("{place} 待办到期"), &work.items, stamp, &origin, &app.pack))
        })
        .await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

/// A calendar (RFC 5545): an event for each end, without alarms. The same end keeps its UID when it moves. It leaves the house – a telephone, a
/// calendar service somewhere – and so it carries step, number and time, and of the case itself not even the title.
fn calendar_text(name: &str, items: &[WorkItem], stamp: i64, origin: &str, pack: &Pack) -> String {
    let (place, offset) = (&pack.place, pack.utc_offset_hours);
    let mut text = String::new();
    let mut line = |content: String| folded(&content, &mut text);
    line("BEGIN:VCALENDAR".to_owned());
    line("VERSION:2.0".to_owned());
    line("PRODID:-//Zhiheng//work//ZH".to_owned());
    line(format!("X-WR-CALNAME:{}", escaped(name)));
    if offset == SHANGHAI {
        for part in ["BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19910915T000000"] {
            line(part.to_owned());
        }
        for part in ["TZOFFSETFROM:+0800", "TZOFFSETTO:+0800", "TZNAME:CST", "END:STANDARD", "END:VTIMEZONE"] {
            line(part.to_owned());
        }
    }
    for item in items {
        let Some(due) = item.task.due_day else { continue };
        let task = &item.task;
        let clock = if task.clock.is_empty() { "open" } else { &task.clock };
        line("BEGIN:VEVENT".to_owned());
        line(format!("UID:{}-{clock}-{}@{place}.zhiheng", task.record, task.run));
        line(format!("DTSTAMP:{}", utc(stamp)));
        let timed = timed(item, offset);
        match timed {
            Some(at) => {
                line(format!("DTSTART{}", local(at, offset)));
                line(format!("DTEND{}", local(at, offset)));
            }
            None => {
                line(format!("DTSTART;VALUE=DATE:{}", compact(due)));
                line(format!("DTEND;VALUE=DATE:{}", compact(due.saturating_add(1))));
            }
        }
        line(format!("SUMMARY:{}", escaped(&outside(item))));
        let until = timed.map_or_else(|| format!("{} 24:00", date(due)), |at| moment(at, offset));
        line(format!("DESCRIPTION:{}", escaped(&format!("{} {} {}，{until} 前", item.kind, item.state, item.body))));
        line(format!("URL:{origin}{}", href(item)));
        line("TRANSP:TRANSPARENT".to_owned());
        line("END:VEVENT".to_owned());
    }
    line("END:VCALENDAR".to_owned());
    text
}

/// 20260114.
fn compact(number: i32) -> String {
    plain_date(number).replace('-', "")
}

/// Hours east of Greenwich of China's one time, Asia/Shanghai. There has been no summer time since 1991.
const SHANGHAI: i64 = 8;

/// `;TZID=Asia/Shanghai:20260105T120000`: the time as the wall clock of the county shows it; elsewhere in UTC.
fn local(at: i64, offset: i64) -> String {
    if offset != SHANGHAI {
        return format!(":{}", utc(at));
    }
    format!(";TZID=Asia/Shanghai:{}", utc(at + offset * 3_600_000_000).trim_end_matches('Z'))
}

/// 20260105T040000Z.
fn utc(micros: i64) -> String {
    let second = micros.div_euclid(1_000_000).rem_euclid(86_400);
    let clock = format!("{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60);
    format!("{}T{clock}Z", compact(day::of_instant(micros, 0)))
}

/// TEXT of RFC 5545, 3.3.11.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// A content line, folded after at most 75 octets and never within a character (RFC 5545, 3.1).
fn folded(line: &str, into: &mut String) {
    let mut width = 0;
    for letter in line.chars() {
        if width + letter.len_utf8() > 75 {
            into.push_str("\r\n ");
            width = 1;
        }
        into.push(letter);
        width += letter.len_utf8();
    }
    into.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_folded_after_75_octets_and_unfolds_to_what_it_was() {
        let long = format!("SUMMARY:{}", "受理决定：缺斤短两".repeat(20));
        let mut text = String::new();
        folded(&long, &mut text);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", ""), format!("{long}\r\n"));
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("甲;乙,丙\\丁\n戊\r"), "甲\\;乙\\,丙\\\\丁\\n戊");
        assert_eq!(utc(1_795_413_960_000_000), "20261123T060600Z");
    }

    #[test]
    fn a_time_of_day_is_that_of_the_countys_wall_clock() {
        let at = 1_795_413_960_000_000;
        assert_eq!(clock_of(at, 8), "14:06");
        assert_eq!(local(at, 8), ";TZID=Asia/Shanghai:20261123T140600");
        assert_eq!(local(at, 6), ":20261123T060600Z");
        assert_eq!(clock_of(at - 15 * 3_600_000_000, 8), "23:06", "the evening before");
    }

    #[test]
    fn a_month_begins_on_its_weekday() {
        let (first, last) = month_of("2026-01", 0);
        assert_eq!((plain_date(first), plain_date(last)), ("2026-01-01".to_owned(), "2026-01-31".to_owned()));
        assert_eq!(month_name(first - 1), "2025-12");
        // 1 January 2026 is a Thursday.
        assert_eq!((first + 3).rem_euclid(7), 3);
    }
}
