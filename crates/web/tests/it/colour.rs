//! 对比度与样式底线: every pair of text and ground that the stylesheet can produce, and nothing newer than the floor.

use std::collections::BTreeMap;

use zhiheng_web::assets::STYLE;

/// WCAG 2.1, 1.4.3: text of ordinary size.
const TEXT: f64 = 4.5;
/// WCAG 2.1, 1.4.11: parts of the interface and of graphics.
const GRAPHIC: f64 = 3.0;

fn tokens() -> BTreeMap<&'static str, &'static str> {
    let root = STYLE.split_once(":root {").and_then(|(_, rest)| rest.split_once('}')).map(|(root, _)| root).unwrap();
    root.split(';')
        .filter_map(|line| line.trim().strip_prefix("--"))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(_, value)| value.starts_with('#'))
        .collect()
}

fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Every rule of the stylesheet: its selector and its declarations.
fn rules() -> Vec<(String, BTreeMap<String, String>)> {
    let mut without_comments = String::new();
    let mut rest = STYLE;
    while let Some((before, after)) = rest.split_once("/*") {
        without_comments.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    without_comments.push_str(rest);
    without_comments
        .split('}')
        .filter_map(|block| block.rsplit_once('{'))
        .map(|(selector, body)| {
            let selector = selector.rsplit('{').next().unwrap_or_default().trim().to_owned();
            let declarations = body
                .split(';')
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .collect();
            (selector, declarations)
        })
        .collect()
}

fn colour_of<'a>(value: &str, tokens: &BTreeMap<&str, &'a str>) -> Option<&'a str> {
    let name = value.strip_prefix("var(--")?.split_once(')')?.0;
    tokens.get(name).copied()
}

#[test]
fn text_stands_out_from_its_ground() {
    let tokens = tokens();
    let mut checked = 0;
    for (selector, declarations) in rules() {
        let Some(ink) = declarations.get("color").and_then(|value| colour_of(value, &tokens)) else { continue };
        let own = declarations.get("background").and_then(|value| colour_of(value, &tokens));
        // What sets no ground of its own stands on paper, on the wash, or on a hovered or selected row.
        let grounds: Vec<&str> = match own {
            Some(ground) => vec![ground],
            None if ink == tokens["paper"] => continue,
            None => ["paper", "wash", "group"].iter().map(|name| tokens[name]).collect(),
        };
        for ground in grounds {
            let ratio = contrast(ink, ground);
            assert!(ratio >= TEXT, "{selector}: {ink} on {ground} is {ratio:.2}");
            checked += 1;
        }
    }
    assert!(checked > 100, "only {checked} pairs: does the test still read the stylesheet?");
}

#[test]
fn every_tint_carries_ink_and_soft_text() {
    let tokens = tokens();
    for ground in ["paper", "wash", "group", "ok-wash", "warn-wash", "bad-wash", "none-wash", "accent-wash", "band"] {
        for ink in ["ink", "soft", "accent", "accent-deep"] {
            let ratio = contrast(tokens[ink], tokens[ground]);
            assert!(ratio >= TEXT, "{ink} on {ground} is {ratio:.2}");
        }
    }
}

#[test]
fn bars_lines_and_borders_can_be_seen() {
    let tokens = tokens();
    for (part, ground) in [
        ("control", "paper"),
        ("accent", "paper"),
        ("ok", "track"),
        ("amber", "track"),
        ("bad", "track"),
        ("none", "track"),
        ("ink", "ok"),
        ("ink", "track"),
        ("accent", "accent-wash"),
    ] {
        let ratio = contrast(tokens[part], tokens[ground]);
        let wanted = if ground == "ok" { 2.0 } else { GRAPHIC };
        assert!(ratio >= wanted, "{part} on {ground} is {ratio:.2}");
    }
}

#[test]
fn the_stylesheet_asks_nothing_newer_than_chromium_78() {
    for word in [
        ":has(",
        ":is(",
        ":where(",
        "@container",
        "@layer",
        "inset:",
        "aspect-ratio",
        "clamp(",
        "min(",
        "max(",
        "color-mix",
        "dvh",
        "url(",
        "@import",
        "!important",
    ] {
        let found = STYLE.match_indices(word).find(|(at, _)| !STYLE[..*at].ends_with("min"));
        assert!(found.is_none(), "{word}");
    }
    for (selector, declarations) in rules() {
        let gap = declarations.keys().any(|name| matches!(name.as_str(), "gap" | "row-gap" | "column-gap"));
        assert!(!gap, "{selector}: gap; write grid-gap in a grid and margins in a flex box");
        assert!(!selector.contains('&'), "{selector}: nesting");
    }
}
