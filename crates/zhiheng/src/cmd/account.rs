//! `zhiheng account LOGIN`: lets an account in again, when no administrator is left who could. Whoever runs commands on the server can
//! read the whole database anyway; so this is a convenience, and a line of the operation log, not a way around a permission.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Account {
    /// 用户名
    #[arg(value_name = "LOGIN")]
    login: String,
}

pub(crate) fn run(common: &Common, args: &Account) -> Result<ExitCode> {
    let token = open(common, Access::Write)?.rescue(&args.login)?;
    let path = format!("/start/{token}");
    if common.json {
        say_json(&json!({ "login": args.login, "path": path }));
    } else {
        say(format!(
            "账号 {} 已启用，动态口令已去掉。在系统的网址后面接上下面这一段，重设口令（72 小时内有效）：",
            args.login
        ));
        say(format!("  {path}"));
    }
    Ok(ExitCode::SUCCESS)
}
