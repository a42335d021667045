//! 二维码: an address as a picture of squares, drawn as one path. It is dark on white whatever the page's colours are, with the margin of four squares
//! that readers need.

use maud::{Markup, html};

use super::Sample;

/// A QR code: so many squares a side, and the dark ones as one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QrPicture {
    /// Squares a side.
    pub size: usize,
    /// The dark squares.
    pub path: String,
}

/// How much of a picture may be dirty or torn and it still reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wear {
    /// On a screen: 15 %.
    Screen,
    /// On a wall, in the rain: 25 %.
    Wall,
}

impl QrPicture {
    /// The picture of a text; none where it is too long for one.
    pub fn of(text: &str, wear: Wear) -> Option<QrPicture> {
        let level = match wear {
            Wear::Screen => fast_qr::ECL::M,
            Wear::Wall => fast_qr::ECL::Q,
        };
        let code = fast_qr::QRBuilder::new(text).ecl(level).build().ok()?;
        let mut path = String::new();
        for y in 0..code.size {
            let dark = code[y].iter().enumerate().filter(|(_, module)| module.value());
            dark.for_each(|(x, _)| path.push_str(&format!("M{x},{y}h1v1h-1z")));
        }
        Some(QrPicture { size: code.size, path })
    }

    /// Draws it; `label` says what it is to whoever cannot see it.
    pub fn draw(&self, label: &str) -> Markup {
        let side = self.size + 8;
        html! {
            svg.qr viewBox={ "-4 -4 " (side) " " (side) } role="img" aria-label=(label) {
                rect x="-4" y="-4" width=(side) height=(side) fill="#fff" {}
                path d=(self.path) fill="#000" {}
            }
        }
    }
}

/// An address.
pub fn samples() -> Vec<Sample> {
    let picture = QrPicture::of("https://example.invalid/report/tour?point=QS01", Wear::Wall).unwrap_or_default();
    vec![Sample::new("qr", "二维码", picture.draw("投诉页面的二维码"))]
}
