//! `zhiheng verify FILE`: checks a downloaded file on its own, without a database and without a network. What kind of file it is, the file says:
//! a proof bundle (核对包) of a published number, or a receipt (存证回执) of the log, which needs the log's public keys beside it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use zhiheng_app::{BUNDLE_FORMAT, Bundle, Error, verify_receipt};

use super::{say, say_json};
use crate::Common;

/// Greatest file that is read: what is read is bounded before it is looked at.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Verify {
    /// 从公开页面下载的核对包，或者存证回执（.tlog-proof）
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 日志的公钥，一行文字；给了几把，就要几把都签过。核对回执时要给
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// 核对包的存证回执：连同核对包一起核对，公布的内容确实记进了日志
    #[arg(long, value_name = "FILE", requires = "key")]
    receipt: Option<PathBuf>,
}

pub(crate) fn run(common: &Common, args: &Verify) -> Result<ExitCode> {
    let bytes = bounded(&args.file)?;
    let Some((text, value)) = json_of(&bytes) else { return receipt(common, args, &bytes) };
    match value.get("format").and_then(Value::as_str) {
        Some(BUNDLE_FORMAT) => bundle(common, args, text),
        Some(other) => bail!(Error::WrongState(format!("不认识的格式 {other}，可能要用新一些的程序核对"))),
        None => bail!(Error::WrongState("这个文件没有写明自己是什么，不能核对".to_owned())),
    }
}

fn bounded(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(|| format!("打不开 {}", path.display()))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, LARGEST + 1), &mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        bail!(Error::WrongState(format!("{} 太大，不是可以核对的文件", path.display())));
    }
    Ok(bytes)
}

/// A bundle is JSON; a receipt is not.
fn json_of(bytes: &[u8]) -> Option<(&str, Value)> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some((text, serde_json::from_str(text).ok()?))
}

fn bundle(common: &Common, args: &Verify, text: &str) -> Result<ExitCode> {
    let bundle = Bundle::read(text).map_err(Error::WrongState)?;
    let mut answers = bundle.check();
    if let Some(path) = &args.receipt {
        let verified = verify_receipt(&bounded(path)?, &args.key).map_err(Error::Log)?;
        answers.retain(|answer| answer.what != "log");
        answers.push(bundle.stands(&verified));
    }
    let holds = answers.iter().all(|answer| answer.holds != Some(false));
    if common.json {
        say_json(&json!({ "holds": holds, "title": bundle.title, "answers": answers }));
        return Ok(ExitCode::from(u8::from(!holds)));
    }
    say(format!("{} {}（第 {} 次公布，{}）", bundle.place_name, bundle.title, bundle.edition, bundle.published_on));
    if let Some(number) = &bundle.number {
        say(format!("  公布的数 {}{}，截至 {}", number.value, number.unit, number.as_of));
    }
    for answer in &answers {
        let mark = match answer.holds {
            Some(true) => "相符",
            Some(false) => "不符",
            None => "未核",
        };
        say(format!("  [{mark}] {}", answer.words));
    }
    say(if holds { "核对包相符" } else { "核对包不符：不要采信" });
    Ok(ExitCode::from(u8::from(!holds)))
}

fn receipt(common: &Common, args: &Verify, bytes: &[u8]) -> Result<ExitCode> {
    if args.key.is_empty() {
        bail!(Error::WrongState("核对存证回执要给出日志的公钥：加上 --key，公钥印在公开的“透明日志”一页上".to_owned()));
    }
    let verified = verify_receipt(bytes, &args.key).map_err(Error::Log)?;
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
