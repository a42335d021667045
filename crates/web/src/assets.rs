//! 静态文件: one stylesheet and one small script, under names that carry their digest, so that they may be cached for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// The stylesheet.
pub const STYLE: &str = include_str!("assets/style.css");
/// The script: enhancement only, every page works without it.
pub const SCRIPT: &str = include_str!("assets/enhance.js");

static STYLE_HREF: LazyLock<String> = LazyLock::new(|| hashed("style", STYLE, "css"));
static SCRIPT_HREF: LazyLock<String> = LazyLock::new(|| hashed("enhance", SCRIPT, "js"));

/// Address of the stylesheet.
pub fn style_href() -> &'static str {
    &STYLE_HREF
}

/// Address of the script.
pub fn script_href() -> &'static str {
    &SCRIPT_HREF
}

fn hashed(name: &str, content: &str, extension: &str) -> String {
    let digest: String = Sha256::digest(content).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{name}.{digest}.{extension}")
}
