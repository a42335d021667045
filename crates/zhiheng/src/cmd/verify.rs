//! `zhiheng verify FILE --key KEY`: a receipt checked with nothing but public keys: no database, no network.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;
use zhiheng_app::{Error, verify_receipt};

use super::{say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Verify {
    /// 存证回执（.tlog-proof）
    file: PathBuf,
    /// 日志的公钥，一行文字；给了几把，就要几把都签过
    #[arg(long, value_name = "KEY", required = true)]
    key: Vec<String>,
}

/// No receipt is larger: what is read is bounded before it is looked at.
const LARGEST: u64 = 4 * 1024 * 1024;

pub(crate) fn run(common: &Common, args: &Verify) -> Result<ExitCode> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&args.file).with_context(|| format!("读不到文件 {}", args.file.display()))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, LARGEST), &mut bytes)?;
    let verified = verify_receipt(&bytes, &args.key).map_err(Error::Log)?;
    if common.json {
        say_json(&json!({
            "origin": verified.origin,
            "index": verified.index,
            "size": verified.size,
            "said": verified.said,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    say(format!(
        "回执成立：在日志 {} 的第 {} 号，签过名的检查点共 {} 条。",
        verified.origin, verified.index, verified.size
    ));
    match verified.said {
        Some(said) => {
            say("登记时的内容如下，与日志里的承诺值一致：");
            say(said);
        }
        None => say("回执没有附内容，只证明登记过。"),
    }
    Ok(ExitCode::SUCCESS)
}
