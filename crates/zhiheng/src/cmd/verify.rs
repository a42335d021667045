//! `zhiheng verify FILE`: checks a downloaded file on its own, without a database and without a network. What kind of file it is, the file says.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use zhiheng_app::{BUNDLE_FORMAT, Bundle, Error};

use super::{say, say_json};
use crate::Common;

/// Greatest file that is read: nothing that can be verified is larger.
const MOST: u64 = 1024 * 1024;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Verify {
    /// 从公开页面下载的核对包
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(common: &Common, args: &Verify) -> Result<ExitCode> {
    let size = std::fs::metadata(&args.file).with_context(|| format!("打不开 {}", args.file.display()))?.len();
    if size > MOST {
        bail!(Error::WrongState(format!("{} 太大，不是可以核对的文件", args.file.display())));
    }
    let text = std::fs::read_to_string(&args.file).with_context(|| format!("读不了 {}", args.file.display()))?;
    match kind_of(&text).as_deref() {
        Some(BUNDLE_FORMAT) => bundle(common, &text),
        Some(other) => bail!(Error::WrongState(format!("不认识的格式 {other}，可能要用新一些的程序核对"))),
        None => bail!(Error::WrongState("这个文件没有写明自己是什么，不能核对".to_owned())),
    }
}

/// What a file says it is: the key `format` of a JSON object.
fn kind_of(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    value.get("format")?.as_str().map(str::to_owned)
}

fn bundle(common: &Common, text: &str) -> Result<ExitCode> {
    let bundle = Bundle::read(text).map_err(Error::WrongState)?;
    let answers = bundle.check();
    let holds = bundle.holds();
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
    say(if holds { "核对包自身一致" } else { "核对包自身不一致：不要采信" });
    Ok(ExitCode::from(u8::from(!holds)))
}
