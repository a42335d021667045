//! `zhiheng due`: counts a legal deadline a line of standard input, and prints its count. Every line is answered; the calendar is the pack's.

use std::io::BufRead;
use std::process::ExitCode;

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use zhiheng_pack::clock::{self, Calendar, CountedDay, Pause};
use zhiheng_pack::day;
use zhiheng_pack::procedure::{Length, Unit};

use super::{one_pack, say, stored};
use crate::Common;
use crate::packs::{self, Carry};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Due;

/// A line of input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    from: String,
    length: String,
    roll: Option<String>,
    #[serde(default)]
    pauses: Vec<(String, Option<String>)>,
    #[serde(default)]
    extend: Vec<String>,
    not_before: Option<String>,
}

pub(crate) fn run(common: &Common, _: &Due) -> Result<ExitCode> {
    let loaded = match &common.place {
        Some(place) => stored(common, place)?,
        None => packs::load(one_pack(common)?, Carry::County)?,
    };
    let calendar = clock::calendar_of(&loaded.pack);
    let mut refused = false;
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        say(match answer(&calendar, &line) {
            Ok(answer) => answer.to_string(),
            Err(sentence) => {
                refused = true;
                json!({ "error": sentence }).to_string()
            }
        });
    }
    Ok(ExitCode::from(u8::from(refused)))
}

/// What a line asks, with its lengths read.
struct Asked {
    length: Length,
    roll: bool,
    extensions: Vec<Length>,
    not_before: Option<Length>,
}

fn answer(calendar: &Calendar, line: &[u8]) -> Result<Value, String> {
    let value: Value =
        serde_json::from_slice(line).map_err(|error| format!("这一行不是 JSON（UTF-8，一行一个对象）：{error}"))?;
    let line: Line = serde_json::from_value(value).map_err(|error| {
        format!(
            "这一行要有 from 和 length，还可以有 roll、pauses（[[暂停日, 恢复日或 null], …]）、extend（[\"15 workday\", …]）、not_before：{error}"
        )
    })?;
    let length = length_of("length", &line.length)?;
    let roll = match line.roll.as_deref() {
        None => !matches!(length.unit, Unit::Workday | Unit::Hour | Unit::Minute),
        Some("none") => false,
        Some("next_workday") if !length.unit.is_clock_time() => true,
        Some("next_workday") => return Err("按小时、分钟计算的期限不顺延，请去掉 roll".to_owned()),
        Some(other) => return Err(format!("roll 只能是 next_workday（顺延）或 none（不顺延），这里是 {other}")),
    };
    let mut extensions = Vec::new();
    for text in &line.extend {
        let extension = length_of("extend", text)?;
        if extension.count <= 0 {
            return Err(format!("延长期限要大于零，这里是 {text}"));
        }
        if extension.unit.is_clock_time() && !length.unit.is_clock_time() {
            return Err(format!("按日、月、年计算的期限不能按小时、分钟延长，这里是 {text}"));
        }
        extensions.push(extension);
    }
    let not_before = line.not_before.as_deref().map(|text| length_of("not_before", text)).transpose()?;
    if not_before.is_some_and(|earliest| earliest.unit.is_clock_time() != length.unit.is_clock_time()) {
        return Err("not_before 与 length 要么都按日、月、年，要么都按小时、分钟".to_owned());
    }
    let asked = Asked { length, roll, extensions, not_before };
    if length.unit.is_clock_time() { by_time(calendar, &line, &asked) } else { by_day(calendar, &line, &asked) }
}

fn by_day(calendar: &Calendar, line: &Line, asked: &Asked) -> Result<Value, String> {
    let day_at = |text: &str| instant_of(text).map(|(day, _)| day);
    let from = day_at(&line.from)?;
    let mut pauses: Vec<Pause> = Vec::new();
    for (pause, resume) in &line.pauses {
        let (first, last) = (day_at(pause)?, resume.as_deref().map(day_at).transpose()?);
        near(from, first)?;
        near(from, last.unwrap_or(first))?;
        in_order(first, last, pause, resume.as_deref())?;
        pauses.push((first, last));
    }
    let counted = clock::count(calendar, from, asked.length, asked.roll, &pauses, &asked.extensions);
    near(from, counted.due.unwrap_or(from))?;
    let opens = asked.not_before.map(|earliest| clock::opens(calendar, from, earliest, &pauses).due);
    let write = |day: Option<i32>| day.map(|day| day::date(day).to_string());
    Ok(told(write(counted.due), counted.provisional, opens.map(write), &counted.explain(calendar)))
}

fn by_time(calendar: &Calendar, line: &Line, asked: &Asked) -> Result<Value, String> {
    let micros_at = |text: &str| match instant_of(text)? {
        (_, None) => Err(format!("按小时、分钟计算的期限要写明时刻，如 2026-01-05T09:30，这里是 {text}")),
        (day, Some(second)) => Ok((i64::from(day) * 86_400 + second) * 1_000_000),
    };
    let from = micros_at(&line.from)?;
    // The clock of the place, without an offset: no day of it is longer than another.
    let day_of = |micros: i64| day::of_instant(micros, 0);
    let mut pauses = Vec::new();
    for (pause, resume) in &line.pauses {
        let (first, last) = (micros_at(pause)?, resume.as_deref().map(micros_at).transpose()?);
        near(day_of(from), day_of(first))?;
        near(day_of(from), day_of(last.unwrap_or(first)))?;
        in_order(first, last, pause, resume.as_deref())?;
        pauses.push((first, last));
    }
    let counted = clock::count_time(calendar, 0, from, asked.length, &pauses, &asked.extensions);
    near(day_of(from), day_of(counted.due.unwrap_or(from)))?;
    let opens = asked.not_before.map(|earliest| clock::count_time(calendar, 0, from, earliest, &pauses, &[]).due);
    let write = |micros: Option<i64>| {
        micros.map(|micros| {
            let second = micros.div_euclid(1_000_000).rem_euclid(86_400);
            let seconds = if second % 60 == 0 { String::new() } else { format!(":{:02}", second % 60) };
            format!("{}T{:02}:{:02}{seconds}", day::date(day_of(micros)), second / 3600, second / 60 % 60)
        })
    };
    Ok(told(write(counted.due), counted.provisional, opens.map(write), &counted.explain(0)))
}

fn told(due: Option<String>, provisional: bool, opens: Option<Option<String>>, days: &[CountedDay]) -> Value {
    let count: Vec<Value> = (days.iter())
        .map(|day| json!({ "day": day::date(day.day).to_string(), "counted": day.counted, "why": day.why }))
        .collect();
    match opens {
        None => json!({ "due": due, "provisional": provisional, "count": count }),
        Some(opens) => json!({ "not_before": opens, "due": due, "provisional": provisional, "count": count }),
    }
}

fn length_of(key: &str, text: &str) -> Result<Length, String> {
    Length::parse(text).ok_or_else(|| {
        format!(
            "{key} 要写成“数量 单位”，如 5 workday；单位是 minute、hour、workday、day、month、year，数量不超过 36600，这里是 {text}"
        )
    })
}

/// A day, with the second of it where the text has a time.
fn instant_of(text: &str) -> Result<(i32, Option<i64>), String> {
    let read = || {
        let Some((date, time)) = text.split_once('T') else { return Some((day::number(day::parse(text)?), None)) };
        let parts: Vec<&str> = time.split(':').collect();
        let two = |part: &str, most: i64| match part.as_bytes() {
            [b'0'..=b'9', b'0'..=b'9'] => part.parse::<i64>().ok().filter(|number| *number <= most),
            _ => None,
        };
        let second = match parts.as_slice() {
            [hour, minute] => two(hour, 23)? * 3600 + two(minute, 59)? * 60,
            [hour, minute, second] => two(hour, 23)? * 3600 + two(minute, 59)? * 60 + two(second, 59)?,
            _ => return None,
        };
        Some((day::number(day::parse(date)?), Some(second)))
    };
    read().ok_or_else(|| format!("日期要写成 2026-01-31，时刻要写成 2026-01-31T09:30，这里是 {text}"))
}

fn in_order<T: PartialOrd>(first: T, last: Option<T>, pause: &str, resume: Option<&str>) -> Result<(), String> {
    match (last, resume) {
        (Some(last), Some(resume)) if last < first => Err(format!("恢复（{resume}）不能早于暂停（{pause}）")),
        _ => Ok(()),
    }
}

/// A count is printed day by day: a hundred years of it are enough.
fn near(from: i32, other: i32) -> Result<(), String> {
    if other.abs_diff(from) <= 36_600 {
        Ok(())
    } else {
        Err("期限跨度超过一百年，请检查 length、pauses 和 extend".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(line: &str) -> Result<Value, String> {
        let loaded = packs::load(None, Carry::County).unwrap();
        answer(&clock::calendar_of(&loaded.pack), line.as_bytes())
    }

    fn due(line: &str) -> String {
        answered(line).unwrap()["due"].to_string()
    }

    #[test]
    fn a_day_is_counted_with_the_calendar_of_the_pack_it_carries() {
        assert_eq!(due(r#"{"from":"2026-02-11","length":"7 workday"}"#), r#""2026-02-27""#);
        assert_eq!(due(r#"{"from":"2026-08-04","length":"60 day"}"#), r#""2026-10-08""#);
        assert_eq!(due(r#"{"from":"2026-08-04","length":"60 day","roll":"none"}"#), r#""2026-10-03""#);
        assert_eq!(due(r#"{"from":"2026-08-04T17:20","length":"60 day","extend":["3 workday"]}"#), r#""2026-10-10""#);
        assert_eq!(due(r#"{"from":"2026-03-02","length":"10 day","pauses":[["2026-03-05",null]]}"#), "null");
        let window = answered(r#"{"from":"2026-08-04","length":"90 day","not_before":"60 day"}"#).unwrap();
        assert_eq!((&window["not_before"], &window["due"]), (&json!("2026-10-04"), &json!("2026-11-02")));
        assert_eq!(window["count"].as_array().unwrap().iter().filter(|day| day["counted"] == true).count(), 90);
    }

    #[test]
    fn an_instant_is_counted_in_hours_and_minutes() {
        assert_eq!(due(r#"{"from":"2026-01-05T09:30","length":"4 hour"}"#), r#""2026-01-05T13:30""#);
        let paused =
            r#"{"from":"2026-01-05T22:30:15","length":"90 minute","pauses":[["2026-01-05T23:00","2026-01-06T08:00"]]}"#;
        assert_eq!(due(paused), r#""2026-01-06T09:00:15""#);
    }

    #[test]
    fn a_line_that_cannot_be_counted_says_what_to_change() {
        for (line, part) in [
            ("{", "不是 JSON"),
            (r#"{"from":"2026-02-03"}"#, "要有 from 和 length"),
            (r#"{"from":"2026-02-03","length":"1 day","pause":[]}"#, "要有 from 和 length"),
            (r#"{"from":"2026-02-03","length":"1 day","pauses":[["2026-02-04"]]}"#, "恢复日或 null"),
            (r#"{"from":"2026-02-30","length":"1 day"}"#, "日期要写成"),
            (r#"{"from":"2026-02-03T9:30","length":"1 hour"}"#, "日期要写成"),
            (r#"{"from":"2026-02-03","length":"1 hour"}"#, "要写明时刻"),
            (r#"{"from":"2026-02-03","length":"1 fortnight"}"#, "length 要写成"),
            (r#"{"from":"2026-02-03","length":"1 day","roll":"up"}"#, "roll 只能是"),
            (r#"{"from":"2026-02-03T09:30","length":"1 hour","roll":"next_workday"}"#, "不顺延"),
            (r#"{"from":"2026-02-03","length":"1 day","pauses":[["2026-02-05","2026-02-04"]]}"#, "不能早于"),
            (r#"{"from":"2026-02-03","length":"1 day","extend":["-1 day"]}"#, "大于零"),
            (r#"{"from":"2026-02-03","length":"1 day","extend":["1 hour"]}"#, "不能按小时"),
            (r#"{"from":"2026-02-03","length":"1 day","not_before":"1 hour"}"#, "not_before"),
            (r#"{"from":"2026-02-03","length":"36600 year"}"#, "一百年"),
        ] {
            let sentence = answered(line).unwrap_err();
            assert!(sentence.contains(part), "{line}: {sentence}");
        }
    }
}
