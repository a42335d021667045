//! 提示: what just happened, once; and remarks that stay (说明).

use maud::{Markup, html};

use super::{
    Link, Sample,
    light::{Tone, tone_shape},
};

/// A message of the last act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flash {
    /// Its tone.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// Where to go on.
    pub link: Option<Link>,
}

/// Renders the message of the last act.
pub fn flash(flash: &Flash) -> Markup {
    html! { div class={ "flash " (flash.tone.class()) } role="status" { (inside(flash)) } }
}

/// Renders a remark that belongs to the page.
pub fn remark(flash: &Flash) -> Markup {
    html! { div class={ "flash " (flash.tone.class()) } { (inside(flash)) } }
}

fn inside(flash: &Flash) -> Markup {
    html! { p { (tone_shape(flash.tone)) " " (flash.text) @if let Some(link) = &flash.link { " " a href=(link.href) { (link.label) } } } }
}

/// Four tones.
pub fn samples() -> Vec<Sample> {
    let texts = [
        (Tone::Good, "已保存，第 16 项食品抽检合格率 2026 年的数字随之更新。"),
        (Tone::Warn, "本次查询只扫描了最近 20,000 条记录，请缩小日期范围。"),
        (Tone::Bad, "没有保存：这条记录刚被他人更正。"),
        (Tone::Neutral, "最近一次导入：2026年11月20日，距今 3 天。"),
    ];
    let list = texts.map(|(tone, text)| Flash { tone, text: text.into(), link: Some(Link::new("查看", "#")) });
    vec![
        Sample::new("flash", "刚刚发生", flash(list.first().unwrap_or(&Flash::default()))),
        Sample::new("flash", "说明", html! { @for one in &list { (remark(one)) } }),
    ]
}
