//! 进度: a bullet from baseline to target with a tick at the share of time elapsed; a floor shows its margin instead.

use maud::{Markup, html};

use super::{Sample, light::Tone};

/// What stands in the progress column of a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Baseline → target: how far, and how far the time has run.
    Bullet {
        /// Share of the way, 0 at the baseline, 1 at the target.
        done: f64,
        /// Share of the time elapsed, 0 to 1.
        elapsed: f64,
        /// Tone of the bar.
        tone: Tone,
        /// The same in words.
        words: String,
    },
    /// 高于下限 +0.2 点.
    Margin {
        /// The margin in words.
        text: String,
        /// Tone of the words.
        tone: Tone,
    },
    /// Only time is known (public view).
    Elapsed {
        /// Share of the time elapsed, 0 to 1.
        share: f64,
        /// The same in words.
        words: String,
    },
    /// Neither makes sense here; why.
    Absent(String),
}

const WIDTH: f64 = 150.0;

pub(crate) fn px(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == rounded.trunc() { format!("{rounded:.0}") } else { format!("{rounded:.1}") }
}

/// Renders a progress cell.
pub fn progress(progress: &Progress) -> Markup {
    match progress {
        Progress::Bullet { done, elapsed, tone, words } => {
            // A bar of nothing still shows that it was measured.
            let filled = (done.clamp(0.0, 1.0) * WIDTH).max(2.0);
            let tick = (elapsed.clamp(0.0, 1.0) * WIDTH).clamp(0.8, WIDTH - 0.8);
            html! {
                svg class={ "bullet " (tone.class()) } viewBox="0 0 150 18" width="150" height="18" preserveAspectRatio="xMinYMid meet" role="img" aria-label=(words) focusable="false" {
                    rect.track x="0" y="5" width="150" height="8" rx="1.5" {}
                    rect.fill x="0" y="5" width=(px(filled)) height="8" rx="1.5" {}
                    line.tick x1=(px(tick)) y1="0" x2=(px(tick)) y2="18" {}
                }
            }
        }
        Progress::Margin { text, tone } => html! { span class={ "margin " (tone.class()) } { (text) } },
        Progress::Elapsed { share, words } => html! {
            svg class="bullet time" viewBox="0 0 150 18" width="150" height="18" preserveAspectRatio="none" role="img" aria-label=(words) focusable="false" {
                rect.track x="0" y="7" width="150" height="4" rx="1.5" {}
                rect.fill x="0" y="7" width=(px(share.clamp(0.0, 1.0) * WIDTH)) height="4" rx="1.5" {}
            }
        },
        Progress::Absent(why) => html! { span.margin.none { (why) } },
    }
}

/// A part of a whole, for the strip above the counters.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How many.
    pub count: u32,
    /// Tone of the part.
    pub tone: Tone,
}

/// One strip split by tone. It is decoration: the counters below say the same in numbers.
pub fn strip(parts: &[Part]) -> Markup {
    let total: u32 = parts.iter().map(|part| part.count).sum();
    let unit = if total == 0 { 0.0 } else { 1000.0 / f64::from(total) };
    let mut at = 0.0;
    let placed: Vec<(f64, f64, Tone)> = parts
        .iter()
        .map(|part| {
            let width = f64::from(part.count) * unit;
            let placed = (at, width, part.tone);
            at += width;
            placed
        })
        .collect();
    html! {
        svg.strip viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            @for (x, width, tone) in placed {
                rect class=(tone.class()) x=(px(x)) y="0" width=(px(width)) height="6" {}
            }
        }
    }
}

/// Bullets, margins and the strip.
pub fn samples() -> Vec<Sample> {
    let bullet = |done: f64, tone: Tone| {
        progress(&Progress::Bullet {
            done,
            elapsed: 0.78,
            tone,
            words: format!("完成 {:.0}%，时间已过 78%", done * 100.0),
        })
    };
    vec![
        Sample::new(
            "progress",
            "从基期到目标",
            html! { p { (bullet(0.8, Tone::Good)) " " (bullet(0.74, Tone::Warn)) " " (bullet(0.64, Tone::Bad)) " " (bullet(0.0, Tone::Bad)) " " (bullet(1.2, Tone::Good)) } },
        ),
        Sample::new(
            "progress",
            "下限与无从计算",
            html! { p {
                (progress(&Progress::Margin { text: "高于下限 +0.2 点".into(), tone: Tone::Neutral })) " "
                (progress(&Progress::Margin { text: "低于下限 -1.4 点".into(), tone: Tone::Bad })) " "
                (progress(&Progress::Elapsed { share: 0.78, words: "时间已过 78%".into() })) " "
                (progress(&Progress::Absent("无基期，不计算进度".into())))
            } },
        ),
        Sample::new(
            "progress",
            "构成条",
            strip(&[
                Part { count: 19, tone: Tone::Good },
                Part { count: 6, tone: Tone::Warn },
                Part { count: 9, tone: Tone::Bad },
                Part { count: 5, tone: Tone::Neutral },
            ]),
        ),
        Sample::new("progress", "空的构成条", strip(&[])),
    ]
}
