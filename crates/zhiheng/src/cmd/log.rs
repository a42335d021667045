//! `zhiheng log …`: the transparency log from the server's own side.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;
use zhiheng_app::{LogHead, hex};

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct LogArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// 最近公开的检查点
    Head,
    /// 公钥
    Key,
    /// 立即签一个检查点并公开
    Cut,
    /// 由条目重建全部瓦片
    Rebuild,
    /// 请一家见证：地址和它的公钥；只给地址，不再请它；都不给，列出现有的
    Witness {
        /// 见证的地址，本程序在它后面加 /add-checkpoint
        url: Option<String>,
        /// 见证的公钥
        #[arg(requires = "url")]
        key: Option<String>,
    },
    /// 原来的日志接不上时（恢复了旧备份、丢了密钥），另开一本并公开说明
    Restart {
        /// 原因，会公开
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

pub(crate) fn run(common: &Common, args: &LogArgs) -> Result<ExitCode> {
    match &args.what {
        What::Head => match open(common, Access::Read)?.log_head()? {
            Some(head) => tell(common, &head),
            None => say("还没有公开过检查点。"),
        },
        What::Key => match open(common, Access::Read)?.log_keys()? {
            Some(keys) if common.json => {
                say_json(&json!({ "origin": keys.origin, "keys": keys.public, "sm2_point": keys.sm2_point }));
            }
            Some(keys) => {
                keys.public.iter().for_each(say);
                say(format!("SM2 公钥的坐标：{}", keys.sm2_point));
            }
            None => say("还没有密钥；第一次签检查点时生成。"),
        },
        What::Cut => tell(common, &open(common, Access::Write)?.cut_head(true)?),
        What::Rebuild => tell(common, &open(common, Access::Write)?.rebuild_log()?),
        What::Witness { url, key } => {
            let witnesses = match url {
                Some(url) => open(common, Access::Write)?.set_log_witness("system", url, key.as_deref())?,
                None => open(common, Access::Read)?.log_witnesses()?,
            };
            if witnesses.is_empty() {
                say("没有请见证。");
            }
            witnesses.iter().for_each(|one| say(format!("{} {}", one.url, one.key)));
        }
        What::Restart { reason } => tell(common, &open(common, Access::Write)?.restart_log("system", reason)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(common: &Common, head: &LogHead) {
    if common.json {
        say_json(&json!({
            "size": head.size,
            "root": hex(&head.root),
            "checkpoint": head.checkpoint,
            "published": head.published,
        }));
    } else {
        say(head.checkpoint.trim_end());
    }
}
