//! 状态灯: the state of an indicator as colour, shape and word together.

use maud::{Markup, html};

use super::Sample;

/// The ten states of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Light {
    /// 正常: progress keeps up with the time elapsed.
    OnTrack,
    /// 预警: progress is at least nine tenths of the time elapsed.
    Warning,
    /// 滞后: progress is behind.
    Behind,
    /// 已完成: the target is reached.
    Done,
    /// 达标: a floor is kept by the official point value.
    Met,
    /// 未达标: a floor is missed by the official point value.
    NotMet,
    /// 无数据: nothing has been reported.
    NoData,
    /// 口径待明确: the county has still to rule what is counted.
    RulingPending,
    /// 未分解: no split has been decided.
    NotSplit,
    /// 未设目标: a number of the county's own that nothing is asked of.
    NoTarget,
}

/// Four tones of judgement, shared by lights, tags, bars and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tone {
    /// Good: green.
    Good,
    /// Look at it: amber.
    Warn,
    /// Bad: red.
    Bad,
    /// No judgement: grey.
    #[default]
    Neutral,
}

impl Tone {
    /// The class that carries the tone.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Neutral => "none",
        }
    }
}

impl Light {
    /// All lights, in the order of a legend.
    pub const ALL: [Self; 10] = [
        Self::OnTrack,
        Self::Done,
        Self::Met,
        Self::Warning,
        Self::Behind,
        Self::NotMet,
        Self::NoData,
        Self::RulingPending,
        Self::NotSplit,
        Self::NoTarget,
    ];

    /// The word officials use.
    pub fn word(self) -> &'static str {
        match self {
            Self::OnTrack => "正常",
            Self::Warning => "预警",
            Self::Behind => "滞后",
            Self::Done => "已完成",
            Self::Met => "达标",
            Self::NotMet => "未达标",
            Self::NoData => "无数据",
            Self::RulingPending => "口径待明确",
            Self::NotSplit => "未分解",
            Self::NoTarget => "未设目标",
        }
    }

    /// The judgement behind the word.
    pub fn tone(self) -> Tone {
        match self {
            Self::OnTrack | Self::Done | Self::Met => Tone::Good,
            Self::Warning => Tone::Warn,
            Self::Behind | Self::NotMet => Tone::Bad,
            Self::NoData | Self::RulingPending | Self::NotSplit | Self::NoTarget => Tone::Neutral,
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::OnTrack | Self::Met => Shape::Disc,
            Self::Done => Shape::Check,
            Self::Warning => Shape::Triangle,
            Self::Behind | Self::NotMet => Shape::Square,
            Self::NoData => Shape::Ring,
            Self::RulingPending => Shape::Dashed,
            Self::NotSplit | Self::NoTarget => Shape::Bar,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Disc,
    Check,
    Triangle,
    Square,
    Ring,
    Dashed,
    Bar,
}

fn shape(shape: Shape) -> Markup {
    html! {
        svg.shape viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false" {
            @match shape {
                Shape::Disc => { circle cx="6" cy="6" r="5" fill="currentColor" {} }
                Shape::Check => { path d="M1.5 6.4 4.6 9.5 10.6 2.6" fill="none" stroke="currentColor" stroke-width="2.2" {} }
                Shape::Triangle => { path d="M6 1 11.4 11H.6Z" fill="currentColor" {} }
                Shape::Square => { rect x="1.5" y="1.5" width="9" height="9" fill="currentColor" {} }
                Shape::Ring => { circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.4" {} }
                Shape::Dashed => { circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.6 2" {} }
                Shape::Bar => { rect x="1" y="5" width="10" height="2" fill="currentColor" {} }
            }
        }
    }
}

/// The shape that stands for a tone where there is no light of the board.
pub fn tone_shape(tone: Tone) -> Markup {
    shape(match tone {
        Tone::Good => Shape::Disc,
        Tone::Warn => Shape::Triangle,
        Tone::Bad => Shape::Square,
        Tone::Neutral => Shape::Ring,
    })
}

/// A light: shape and word on its tint.
pub fn light(light: Light) -> Markup {
    light_saying(light, light.word())
}

/// A light that says more than its own word (考核口径：达标).
pub fn light_saying(light: Light, words: &str) -> Markup {
    html! { span class={ "light " (light.tone().class()) } { (shape(light.shape())) " " (words) } }
}

/// Every light once.
pub fn samples() -> Vec<Sample> {
    vec![
        Sample::new("light", "全部状态", html! { p { @for one in Light::ALL { (light(one)) " " } } }),
        Sample::new("light", "考核口径", html! { p { (light_saying(Light::Met, "考核口径：达标")) } }),
    ]
}
