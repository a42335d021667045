//! `zhiheng read DOCUMENT`: an official plan document's structure, targets and contradictions.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Read {
    /// 公文的文本文件
    document: PathBuf,
}

pub(crate) fn run(common: &Common, args: &Read) -> Result<ExitCode> {
    let bytes = std::fs::read(&args.document).with_context(|| format!("读不到文件 {}", args.document.display()))?;
    let text = match zhiheng_gongwen::read_bytes(&bytes) {
        zhiheng_gongwen::Decoded::Text { text, .. } => text,
        zhiheng_gongwen::Decoded::Unreadable(unreadable) => anyhow::bail!("{} {}", unreadable.code, unreadable.message),
    };
    let document = zhiheng_gongwen::read(&text);
    if common.json {
        say_json(&serde_json::to_value(&document)?);
    } else {
        print(&document);
    }
    Ok(ExitCode::from(u8::from(!document.findings.is_empty())))
}

fn print(document: &zhiheng_gongwen::Document) {
    say(document.plan_title.as_ref().or(document.title.as_ref()).map_or("（没有标题）", |title| title));
    say(format!("{} {}", document.issuer.as_deref().unwrap_or("—"), document.issued_on.as_deref().unwrap_or("—")));
    say(format!(
        "{} 级标题，{} 条措施，{} 项指标，{} 个目标",
        document.headings.len(),
        document.items.len(),
        document.indicators.len(),
        document.targets.len()
    ));
    for target in &document.targets {
        let value = &target.value;
        let year = target.year.map_or(String::new(), |year| format!("（{year} 年）"));
        let op = serde_json::to_value(target.op).ok().and_then(|op| op.as_str().map(str::to_owned)).unwrap_or_default();
        say(format!("  目标 {} {op} {value}{}{year}", target.subject, target.unit));
    }
    for finding in &document.findings {
        say(format!("  问题 {} {}", finding.code, finding.message));
        // A table row spans lines; a quote stands on one.
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        finding.quotes.iter().for_each(|quote| say(format!("      「{}」", flat(&quote.text))));
    }
}
