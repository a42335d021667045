//! 折线图: values over periods with their interval and the target, drawn twice (wide and narrow: text in an SVG scales
//! with it, and would be unreadable on a phone), the data beside it as a table.

use maud::{Markup, html};

use super::{
    Link, Sample,
    progress::px,
    spark::runs,
    table::{Cell, Column, Row, Table, table},
};

/// A line over periods.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// Unique on its page.
    pub id: String,
    /// What is shown.
    pub title: String,
    /// What one should see in it, in a sentence.
    pub description: String,
    /// Unit of the axis (%, 家).
    pub unit: String,
    /// Name of the period column in the data table (年份).
    pub period_label: String,
    /// Periods in order.
    pub points: Vec<ChartPoint>,
    /// The target, as a line over the same periods.
    pub target: Option<TargetLine>,
    /// Indexes of periods that begin another definition: the line is not drawn across, because the two do not compare.
    pub breaks: Vec<usize>,
}

/// One period of a chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartPoint {
    /// Period (2026).
    pub label: String,
    /// Value, for the geometry.
    pub value: Option<f64>,
    /// Value as printed, rounded once by whoever computed it.
    pub text: String,
    /// Interval, for the geometry.
    pub interval: Option<(f64, f64)>,
    /// Interval as printed (97.5–99.0).
    pub interval_text: Option<String>,
    /// Numerator and denominator, or the count (1,223 ÷ 1,243).
    pub detail: Option<String>,
    /// The records behind it.
    pub href: Option<String>,
}

/// A target over the periods of a chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TargetLine {
    /// 目标 98.2%.
    pub label: String,
    /// Index of a period and the value there, in order.
    pub path: Vec<(usize, f64)>,
}

struct Frame {
    width: f64,
    height: f64,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    low: f64,
    high: f64,
    steps: usize,
}

impl Frame {
    fn x(&self, at: usize) -> f64 {
        let pad = 12.0;
        let span = self.width - self.left - self.right - 2.0 * pad;
        self.left + pad + span * at as f64 / self.steps.max(1) as f64
    }

    fn y(&self, value: f64) -> f64 {
        let span = self.height - self.top - self.bottom;
        self.top + span * (self.high - value) / (self.high - self.low)
    }
}

/// Round ticks that enclose the data: a step of 1, 2 or 5 times a power of ten.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let span = if high > low { high - low } else { high.abs().max(1.0) * 0.2 };
    let rough = span / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough).unwrap_or(power);
    let first = (low / step).floor();
    let last = (high / step).ceil().max(first + 1.0);
    let count = (last - first).round() as usize;
    (0..=count).map(|n| (first + n as f64) * step).collect()
}

fn tick_text(value: f64, unit: &str) -> String {
    let text = if value == value.trunc() { format!("{value:.0}") } else { format!("{value:.2}") };
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    if unit == "%" { format!("{text}%") } else { text }
}

/// Renders a chart: two drawings and the data.
pub fn chart(chart: &Chart) -> Markup {
    html! {
        figure.chart {
            (drawing(chart, "wide", 720.0, 250.0))
            (drawing(chart, "narrow", 340.0, 230.0))
            @if let Some(legend) = legend(chart) { figcaption.small { (legend) } }
            details {
                summary { "数据表" }
                (data(chart))
            }
        }
    }
}

/// What the shading and the dashes mean.
fn legend(chart: &Chart) -> Option<String> {
    let parts = [
        (chart.points.iter().any(|point| point.interval.is_some()), "阴影为 95% 区间"),
        (chart.target.is_some(), "虚线为目标"),
        (!chart.breaks.is_empty(), "竖线处口径调整，前后不可比"),
    ];
    let said: Vec<&str> = parts.into_iter().filter(|(shown, _)| *shown).map(|(_, words)| words).collect();
    (!said.is_empty()).then(|| format!("{}。", said.join("，")))
}

/// A run of values cut where a definition changes.
fn cut(run: Vec<(usize, f64)>, breaks: &[usize]) -> Vec<Vec<(usize, f64)>> {
    let mut pieces: Vec<Vec<(usize, f64)>> = Vec::new();
    for point in run {
        match pieces.last_mut() {
            Some(piece) if !breaks.contains(&point.0) => piece.push(point),
            _ => pieces.push(vec![point]),
        }
    }
    pieces
}

/// Where a change of definition stands: half-way to the period that begins it.
fn break_line(frame: &Frame, at: usize, last: bool) -> Markup {
    let x = (frame.x(at) + frame.x(at.saturating_sub(1))) / 2.0;
    html! {
        line.break x1=(px(x)) x2=(px(x)) y1=(px(frame.top - 6.0)) y2=(px(frame.height - frame.bottom)) {}
        text.break-label x=(px(if last { x - 4.0 } else { x + 4.0 })) y=(px(frame.top + 2.0)) text-anchor=(if last { "end" } else { "start" }) { "口径调整" }
    }
}

/// Where the words of the target stand: at the end of its line, above or below, that is farthest from the values printed there.
fn target_label(chart: &Chart, frame: &Frame, target: &TargetLine) -> Option<(f64, f64, &'static str)> {
    let near = |points: &mut dyn Iterator<Item = &ChartPoint>, y: f64| {
        let apart = |value: f64| {
            let at = frame.y(value);
            // The dot, and the figure above it.
            (at - y).abs().min((at - 14.0 - y).abs())
        };
        points.filter_map(|point| point.value).map(apart).fold(f64::INFINITY, f64::min)
    };
    let (first, last) = (target.path.first()?.1, target.path.last()?.1);
    let ends = [(frame.width - frame.right, last, "end"), (frame.left + 2.0, first, "start")];
    let mut best: Option<(f64, (f64, f64, &'static str))> = None;
    for (x, value, anchor) in ends {
        for (shift, middle) in [(-8.0, -12.0), (16.0, 12.0)] {
            let y = frame.y(value) + shift;
            let inside = y > frame.top && y < frame.height - frame.bottom - 2.0;
            let room = match anchor {
                "end" => near(&mut chart.points.iter().rev().take(2), frame.y(value) + middle),
                _ => near(&mut chart.points.iter().take(2), frame.y(value) + middle),
            };
            if inside && best.is_none_or(|(most, _)| room > most + 4.0) {
                best = Some((room, (x, y, anchor)));
            }
        }
    }
    best.map(|(_, place)| place)
}

fn drawing(chart: &Chart, variant: &str, width: f64, height: f64) -> Markup {
    let values = chart.points.iter().filter_map(|point| point.value);
    let bounds = chart.points.iter().filter_map(|point| point.interval).flat_map(|(low, high)| [low, high]);
    let target = chart.target.iter().flat_map(|target| target.path.iter().map(|(_, value)| *value));
    let all: Vec<f64> = values.chain(bounds).chain(target).filter(|value| value.is_finite()).collect();
    let Some(low) = all.iter().copied().reduce(f64::min) else {
        return html! { @if variant == "wide" { p.none { "还没有可以画出来的数据。" } } };
    };
    let high = all.iter().copied().fold(low, f64::max);
    // A little air, so that nothing lies on the frame; a share cannot exceed 100 %.
    let air = (high - low) * 0.06;
    let top = if chart.unit == "%" { (high + air).min(100.0).max(high) } else { high + air };
    let bottom = if low >= 0.0 { (low - air).max(0.0) } else { low - air };
    let ticks = ticks(bottom, top);
    let frame = Frame {
        width,
        height,
        left: 46.0,
        right: 14.0,
        top: 18.0,
        bottom: 28.0,
        low: ticks.first().copied().unwrap_or(low),
        high: ticks.last().copied().unwrap_or(high),
        steps: chart.points.len().saturating_sub(1),
    };
    let narrow = variant == "narrow";
    // On a phone every second label of a long axis is enough.
    let every = if narrow && chart.points.len() > 7 { 2 } else { 1 };
    let label_points = chart.points.len() <= 8;
    let line: Vec<Option<f64>> = chart.points.iter().map(|point| point.value).collect();
    let (title, desc) = (format!("{}-{variant}-t", chart.id), format!("{}-{variant}-d", chart.id));
    html! {
        svg class={ "plot " (variant) } viewBox={ "0 0 " (px(width)) " " (px(height)) } role="img" aria-labelledby={ (title) " " (desc) } focusable="false" {
            title id=(title) { (chart.title) }
            desc id=(desc) { (chart.description) }
            @for value in &ticks {
                line.grid x1=(px(frame.left)) x2=(px(width - frame.right)) y1=(px(frame.y(*value))) y2=(px(frame.y(*value))) {}
                text.axis x=(px(frame.left - 8.0)) y=(px(frame.y(*value) + 4.0)) text-anchor="end" { (tick_text(*value, &chart.unit)) }
            }
            @for (at, point) in chart.points.iter().enumerate() {
                @if at % every == 0 {
                    text.axis x=(px(frame.x(at))) y=(px(height - 8.0)) text-anchor="middle" { (point.label) }
                }
            }
            (band(chart, &frame))
            @if let Some(target) = &chart.target {
                polyline.target points=(points(&frame, target.path.iter().copied())) {}
                @if let Some((x, y, anchor)) = target_label(chart, &frame, target) {
                    text.target-label x=(px(x)) y=(px(y)) text-anchor=(anchor) { (target.label) }
                }
            }
            @for at in &chart.breaks { (break_line(&frame, *at, *at + 1 == chart.points.len())) }
            @for piece in runs(&line).into_iter().flat_map(|run| cut(run, &chart.breaks)) {
                polyline.line points=(points(&frame, piece.iter().copied())) {}
            }
            @for (at, point) in chart.points.iter().enumerate() {
                @if let Some(value) = point.value {
                    circle.dot cx=(px(frame.x(at))) cy=(px(frame.y(value))) r="3.6" {}
                    @if label_points {
                        text.value x=(px(frame.x(at))) y=(px(frame.y(value) - 10.0)) text-anchor="middle" { (point.text) }
                    }
                }
            }
        }
    }
}

fn points(frame: &Frame, path: impl Iterator<Item = (usize, f64)>) -> String {
    path.map(|(at, value)| format!("{},{}", px(frame.x(at)), px(frame.y(value)))).collect::<Vec<_>>().join(" ")
}

fn band(chart: &Chart, frame: &Frame) -> Markup {
    let lows: Vec<Option<f64>> = chart.points.iter().map(|point| point.interval.map(|(low, _)| low)).collect();
    let highs: Vec<Option<f64>> = chart.points.iter().map(|point| point.interval.map(|(_, high)| high)).collect();
    let pieces =
        |bounds: &[Option<f64>]| runs(bounds).into_iter().flat_map(|run| cut(run, &chart.breaks)).collect::<Vec<_>>();
    html! {
        @for (low, high) in pieces(&lows).into_iter().zip(pieces(&highs)) {
            polygon.band points=(points(frame, high.into_iter().chain(low.into_iter().rev()))) {}
        }
    }
}

fn data(chart: &Chart) -> Markup {
    let with_interval = chart.points.iter().any(|point| point.interval_text.is_some());
    let with_detail = chart.points.iter().any(|point| point.detail.is_some());
    let value_label =
        if chart.unit.is_empty() { "完成值".to_owned() } else { format!("完成值（{}）", chart.unit) };
    let mut columns = vec![Column::header(&chart.period_label), Column::number(value_label)];
    if with_detail {
        columns.push(Column::number("计算"));
    }
    if with_interval {
        columns.push(Column::number("95% 区间"));
    }
    let rows = chart
        .points
        .iter()
        .enumerate()
        .map(|(at, point)| {
            let begins = chart.breaks.contains(&at);
            let shown = if point.text.is_empty() { "—".to_owned() } else { point.text.clone() };
            let mut cells = vec![
                match begins {
                    true => Cell::Noted(point.label.clone(), "自此口径调整".into()),
                    false => Cell::Text(point.label.clone()),
                },
                match &point.href {
                    Some(href) => Cell::Link(Link::new(shown, href.clone())),
                    None => Cell::Text(shown),
                },
            ];
            if with_detail {
                cells.push(Cell::Text(point.detail.clone().unwrap_or_else(|| "—".into())));
            }
            if with_interval {
                cells.push(Cell::Text(point.interval_text.clone().unwrap_or_else(|| "—".into())));
            }
            Row::new(cells)
        })
        .collect();
    table(&Table {
        id: format!("{}-data", chart.id),
        caption: format!("{}（数据）", chart.title),
        quiet_caption: true,
        columns,
        rows,
        ..Table::default()
    })
}

/// A rate with its interval, a count with a rising target, and nothing at all.
pub fn samples() -> Vec<Sample> {
    let rate = [(98.0, 97.0, 98.7), (98.1, 97.2, 98.8), (97.9, 97.0, 98.6), (98.3, 97.4, 99.0), (98.4, 97.5, 99.0)];
    let mut points: Vec<ChartPoint> = rate
        .iter()
        .zip(2022..)
        .map(|((value, low, high), year)| ChartPoint {
            label: year.to_string(),
            value: Some(*value),
            text: format!("{value:.1}"),
            interval: Some((*low, *high)),
            interval_text: Some(format!("{low:.1}–{high:.1}")),
            detail: None,
            href: Some("#".into()),
        })
        .collect();
    points.push(ChartPoint { label: "2027".into(), ..ChartPoint::default() });
    let sample = Chart {
        breaks: vec![3],
        id: "sample-rate".into(),
        title: "食品抽检合格率".into(),
        description: "2022 年 98.0%，2026 年 98.4%，目标 98.2%。".into(),
        unit: "%".into(),
        period_label: "年份".into(),
        points,
        target: Some(TargetLine { label: "目标 98.2%".into(), path: vec![(0, 98.0), (5, 98.2)] }),
    };
    let months = Chart {
        breaks: Vec::new(),
        id: "sample-months".into(),
        title: "各月抽检批次".into(),
        description: "2026 年各月，3 月无数据。".into(),
        unit: "批".into(),
        period_label: "月份".into(),
        points: (1..=12u32)
            .map(|month| ChartPoint {
                label: format!("{month}月"),
                value: (month != 3 && month < 12).then(|| f64::from(80 + (month * 37) % 60)),
                text: if month != 3 && month < 12 { (80 + (month * 37) % 60).to_string() } else { String::new() },
                ..ChartPoint::default()
            })
            .collect(),
        target: None,
    };
    vec![
        Sample::new("chart", "率、区间与目标", chart(&sample)),
        Sample::new("chart", "各月，有缺", chart(&months)),
        Sample::new(
            "chart",
            "没有数据",
            chart(&Chart {
                id: "sample-empty".into(),
                title: "满意度".into(),
                period_label: "年份".into(),
                ..Chart::default()
            }),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_data() {
        assert_eq!(ticks(97.0, 99.0), vec![97.0, 97.5, 98.0, 98.5, 99.0]);
        assert_eq!(ticks(3.0, 8.0), vec![2.0, 4.0, 6.0, 8.0]);
        for (low, high) in [(0.0, 0.0), (5.0, 5.0), (0.6, 1.2), (1191.0, 1300.0)] {
            let ticks = ticks(low, high);
            assert!(ticks.len() >= 2 && ticks.len() <= 8, "{ticks:?}");
            assert!(ticks[0] <= low && *ticks.last().unwrap() >= high, "{ticks:?}");
        }
    }
}
