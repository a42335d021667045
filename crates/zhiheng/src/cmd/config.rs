//! `zhiheng config`: the effective configuration with its explanations.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::{one_pack, say, say_json};
use crate::Common;
use crate::packs::{self, Carry};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Config {}

pub(crate) fn run(common: &Common, _: &Config) -> Result<ExitCode> {
    let loaded = packs::load(one_pack(common)?, Carry::County)?;
    let pack = loaded.pack;
    let hash = zhiheng_app::hex(&pack.hash);
    if common.json {
        say_json(
            &json!({ "db": common.db, "listen": super::serve::LISTEN, "pack": pack.id, "pack_hash": hash, "place": pack.place }),
        );
        return Ok(ExitCode::SUCCESS);
    }
    say("# 现行配置。每一项都可以用命令行参数改变；没有配置文件，也不读环境变量。");
    say(format!(
        "db     = {:?}   # 数据库：sqlite:路径 或 postgres://用户@主机/库。SQLite 的附件放在旁边的 files 文件夹",
        common.db
    ));
    say(format!(
        "listen = {:?}   # 监听地址。对外服务请放在 TLS 反向代理之后，并在“设置”页填写公开地址",
        super::serve::LISTEN
    ));
    say(format!("pack   = {:?}   # 方案包（{}，区划 {}）", pack.id, pack.title, pack.place));
    say(format!("hash   = {hash:?}"));
    Ok(ExitCode::SUCCESS)
}
