//! 走势: a small line without axes, for a table row. A gap in the data is a gap in the line.

use maud::{Markup, html};

use super::{Sample, progress::px};

/// A short series.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spark {
    /// What it shows, in words (2022 年 98.0 … 2026 年 98.4).
    pub title: String,
    /// Values in order of time; `None` where there is none.
    pub points: Vec<Option<f64>>,
}

const WIDTH: f64 = 84.0;
const HEIGHT: f64 = 26.0;
const INSET: f64 = 4.0;

/// Renders a sparkline.
pub fn spark(series: &Spark) -> Markup {
    let known = || series.points.iter().flatten().copied();
    let Some(low) = known().reduce(f64::min) else {
        return html! { span.none { "—" } };
    };
    let high = known().fold(low, f64::max);
    let steps = series.points.len().saturating_sub(1).max(1);
    let place = |at: usize, value: f64| {
        let x = INSET + (WIDTH - 2.0 * INSET) * at as f64 / steps as f64;
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        (x, HEIGHT - INSET - share * (HEIGHT - 2.0 * INSET))
    };
    let last = series.points.iter().enumerate().rev().find_map(|(at, value)| value.map(|value| place(at, value)));
    html! {
        svg.spark viewBox="0 0 84 26" width="84" height="26" role="img" aria-label=(series.title) focusable="false" {
            title { (series.title) }
            @for run in runs(&series.points) {
                polyline points=(run.iter().map(|(at, value)| { let (x, y) = place(*at, *value); format!("{},{}", px(x), px(y)) }).collect::<Vec<_>>().join(" ")) {}
            }
            @if let Some((x, y)) = last { circle cx=(px(x)) cy=(px(y)) r="2.6" {} }
        }
    }
}

/// Splits a series into unbroken runs.
pub(crate) fn runs(points: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs = vec![Vec::new()];
    for (at, value) in points.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((at, *value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run: &Vec<_>| !run.is_empty());
    runs
}

/// Rising, flat, broken and empty.
pub fn samples() -> Vec<Sample> {
    let case = |points: &[Option<f64>]| spark(&Spark { title: "2022 年至 2026 年".into(), points: points.to_vec() });
    vec![Sample::new(
        "spark",
        "升、平、断、空",
        html! { p {
            (case(&[Some(98.0), Some(98.1), Some(97.9), Some(98.3), Some(98.4)])) " "
            (case(&[Some(2.0), Some(2.0), Some(2.0)])) " "
            (case(&[Some(1.0), None, Some(3.0), Some(2.0)])) " "
            (case(&[None, None]))
        } },
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line() {
        assert_eq!(runs(&[Some(1.0), None, Some(3.0), Some(2.0)]), vec![vec![(0, 1.0)], vec![(2, 3.0), (3, 2.0)]]);
        assert!(runs(&[None]).is_empty());
    }
}
