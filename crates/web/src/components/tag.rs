//! 标签: an adjective beside a thing. A tag is never a button.

use maud::{Markup, html};

use super::{
    Sample,
    light::{Tone, tone_shape},
};

/// A short adjective with its tone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    /// The adjective.
    pub word: String,
    /// Its judgement.
    pub tone: Tone,
}

impl Tag {
    /// A tag from its tone and its word.
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { word: word.into(), tone }
    }
}

/// Renders a tag.
pub fn tag(tag: &Tag) -> Markup {
    html! { span class={ "tag " (tag.tone.class()) } { (tone_shape(tag.tone)) " " (tag.word) } }
}

/// A word that judges nothing (台账, 办理): no shape.
pub fn plain_tag(word: &str) -> Markup {
    html! { span.tag.none { (word) } }
}

/// A tag in each tone.
pub fn samples() -> Vec<Sample> {
    let tags =
        [(Tone::Good, "按时"), (Tone::Warn, "还有 4 个工作日"), (Tone::Bad, "核查处置中"), (Tone::Neutral, "已过")];
    vec![Sample::new("tag", "四种语气", html! { p { @for (tone, word) in tags { (tag(&Tag::new(tone, word))) " " } } })]
}
