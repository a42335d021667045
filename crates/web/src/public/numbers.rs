//! 数字的说法: values, targets, lights and progress of an indicator, as the pages print them. Pure.

use zhiheng_app::{Error, Hint, Number, Row, When, print};
use zhiheng_pack::indicator::{Form, Goal, Sampling};
use zhiheng_pack::{Decimal, Indicator, Pack, light};

use crate::components::light::{Light, Tone};
use crate::components::progress::Progress;
use crate::extract::Params;
use crate::words::{count, date, exact, float, grouped, share};

/// A light of the pack as the pages draw it.
pub(crate) fn light_of(light: light::Light) -> Light {
    match light {
        light::Light::OnTrack => Light::OnTrack,
        light::Light::Warning => Light::Warning,
        light::Light::Behind => Light::Behind,
        light::Light::Done => Light::Done,
        light::Light::Met => Light::Met,
        light::Light::NotMet => Light::NotMet,
        light::Light::NoData => Light::NoData,
        light::Light::RulingPending => Light::RulingPending,
        light::Light::NotSplit => Light::NotSplit,
        light::Light::NoTarget => Light::NoTarget,
    }
}

/// Names of the responsible bodies, in the plan's order.
pub(crate) fn bodies(pack: &Pack, indicator: &Indicator) -> String {
    let names: Vec<&str> =
        indicator.bodies.iter().filter_map(|at| pack.bodies.get(*at)).map(|body| body.name.as_str()).collect();
    names.join("、")
}

/// The category of an indicator.
pub(crate) fn group<'a>(pack: &'a Pack, indicator: &Indicator) -> &'a str {
    indicator.group.and_then(|at| pack.groups.get(at)).map_or("", |group| group.name.as_str())
}

/// 第 16 项, 文中目标, or 县里自设.
pub(crate) fn position(indicator: &Indicator) -> String {
    let without_row = if indicator.own { "县里自设" } else { "文中目标" };
    indicator.row.map_or_else(|| without_row.to_owned(), |row| format!("第 {row} 项"))
}

/// The baseline's value; empty where the plan has none.
pub(crate) fn baseline(indicator: &Indicator) -> String {
    indicator.baseline.as_ref().and_then(|baseline| baseline.value).map(exact).unwrap_or_default()
}

/// ≥98.2: a floor is a floor even where the plan writes a bare figure.
pub(crate) fn target(indicator: &Indicator) -> String {
    let Some(target) = &indicator.target else { return String::new() };
    let sign = match (indicator.goal, target.op.as_str()) {
        (Goal::Floor | Goal::Hold | Goal::ScoreFloor, "=") | (_, ">=") => "≥",
        (_, "<=") => "≤",
        (_, ">") => ">",
        (_, "<") => "<",
        _ => "",
    };
    format!("{sign}{}", exact(target.value))
}

/// A value as printed, with its thousands; empty where there is none.
pub(crate) fn value(indicator: &Indicator, number: &Number) -> String {
    number.value.map(|value| shown(indicator, value)).unwrap_or_default()
}

/// A value as printed.
pub(crate) fn shown(indicator: &Indicator, value: Decimal) -> String {
    grouped(&print(value, indicator.decimals))
}

/// 97.5–99.0.
pub(crate) fn interval(number: &Number) -> Option<String> {
    number.interval.map(|(low, high)| format!("{}–{}", low.normalize(), high.normalize()))
}

/// The second line under a value: sample, interval, date.
pub(crate) fn detail(indicator: &Indicator, row: &Row) -> String {
    let number = &row.number;
    let mut parts = Vec::new();
    if let Some(n) = number.n.filter(|_| matches!(indicator.form, Form::Ratio | Form::Survey)) {
        parts.push(format!("n={}", count(n)));
    }
    parts.extend(interval(number).map(|interval| format!("区间 {interval}")));
    if number.value.is_some() {
        parts.extend(number.dated.map(|day| format!("{}数据", date(day))));
    }
    if let Some(reported) = row.reported.as_ref().and_then(|reported| reported.value) {
        parts.push(format!("报送 {}", shown(indicator, reported)));
    }
    parts.join("　")
}

/// Share of the whole plan's time, 0 to 1.
pub(crate) fn plan_elapsed(pack: &Pack, day: i32) -> f64 {
    let (start, end) =
        (zhiheng_pack::day::last_of_year(pack.baseline_year), zhiheng_pack::day::last_of_year(pack.target_year));
    (f64::from(day - start) / f64::from((end - start).max(1))).clamp(0.0, 1.0)
}

/// Share of an indicator's own time.
pub(crate) fn elapsed(pack: &Pack, indicator: &Indicator, day: i32) -> f64 {
    indicator.elapsed(day).map_or_else(|| plan_elapsed(pack, day), float)
}

/// What stands in the progress column.
pub(crate) fn progress(pack: &Pack, indicator: &Indicator, row: &Row, when: When) -> Progress {
    let tone = light_of(row.verdict.light).tone();
    if let Some(done) = row.verdict.progress {
        let (done, elapsed) = (float(done), elapsed(pack, indicator, when.as_of));
        let words = format!("完成 {}，时间已过 {}", share(done), share(elapsed));
        return Progress::Bullet { done, elapsed, tone, words };
    }
    match row.verdict.margin {
        Some(margin) => Progress::Margin { text: margin_words(indicator, margin), tone },
        None if row.number.value.is_none() => Progress::Absent("—".to_owned()),
        None => Progress::Absent(String::new()),
    }
}

fn margin_words(indicator: &Indicator, margin: Decimal) -> String {
    let digits = indicator.decimals.max(u32::from(indicator.unit == "%"));
    let (floor, unit) = match indicator.goal {
        Goal::Floor | Goal::Hold | Goal::ScoreFloor => (true, if indicator.unit == "%" { " 点" } else { "" }),
        _ => (false, ""),
    };
    let text = print(margin.abs(), digits);
    if margin.is_zero() {
        return if floor { "等于下限" } else { "刚好达到目标" }.to_owned();
    }
    match (margin.is_sign_negative(), floor) {
        (true, true) => format!("低于下限 -{text}{unit}"),
        (false, true) => format!("高于下限 +{text}{unit}"),
        (true, false) => format!("距目标还差 {text}{unit}"),
        (false, false) => format!("超过目标 {text}{unit}"),
    }
}

/// The smaller line: interval, whether the sample can decide, what kind of sample it is.
pub(crate) fn hint(indicator: &Indicator, row: &Row) -> Option<String> {
    let interval = interval(&row.number)?;
    let mut text = format!("95% 区间 {interval}");
    if let Some(hint) = row.hint.map(Hint::word) {
        text.push('，');
        text.push_str(hint);
    }
    if indicator.sampling == Sampling::Targeted {
        text.push_str("。非随机样本，仅供参考");
    }
    Some(text + "。")
}

/// The first words of an explanation: 检验批次 of 检验批次（有最终结论的批次）.
pub(crate) fn in_short(text: &str) -> &str {
    text.split(['（', '，', '。', '；']).next().unwrap_or(text)
}

/// The tone groups by which the board is counted and filtered: name in the address, words, tone.
pub(crate) const TONES: [(&str, &str, Tone); 4] = [
    ("good", "正常、达标或已完成", Tone::Good),
    ("warn", "预警", Tone::Warn),
    ("bad", "滞后或未达标", Tone::Bad),
    ("none", "无数据或口径待明确", Tone::Neutral),
];

/// The day and the knowledge of a view, from its address.
pub(crate) fn when_of(params: &Params, today: i32) -> Result<When, Error> {
    let day = |name: &str| match (params.get(name), params.day(name)) {
        ("", _) => Ok(None),
        (_, Some(day)) => Ok(Some(day)),
        // Today's numbers instead would look like the answer.
        (text, None) => Err(Error::WrongState(format!("「{text}」不是日期，请写成 2026-01-31 的样子"))),
    };
    Ok(When { as_of: day("as_of")?.unwrap_or(today), known_on: day("known_on")? })
}

/// Said when a view is not today's.
pub(crate) fn looking_back(when: When, today: i32) -> Option<String> {
    let as_of = (when.as_of != today).then(|| format!("截至 {}", date(when.as_of)));
    let known = when.known_on.map(|known| format!("按 {} 当时所知", date(known)));
    let words: Vec<String> = as_of.into_iter().chain(known).collect();
    (!words.is_empty()).then(|| words.join("，"))
}
