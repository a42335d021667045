//! 质衡: arguments in, a use case called, text out. Everything that decides lives in the crates below.

mod bench;
mod cmd;
mod env;
mod packs;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 质衡：让一个县的质量强县方案运行起来。
#[derive(Parser)]
#[command(name = "zhiheng", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// The database, when none is named.
pub(crate) const DEFAULT_DB: &str = "sqlite:zhiheng-data/zhiheng.db";

/// What every command takes.
#[derive(clap::Args, Clone)]
pub(crate) struct Common {
    /// 数据库：sqlite:路径 或 postgres://…
    #[arg(long, global = true, value_name = "URL", default_value = DEFAULT_DB)]
    db: String,
    /// 方案包文件夹；不给则用内置的方案包。serve 可以给多个，一个县一个
    #[arg(long, global = true, value_name = "DIR")]
    pack: Vec<PathBuf>,
    /// 数据库里有多个县时，用哪一个：行政区划代码。方案包取库中现行的
    #[arg(long, global = true, value_name = "CODE", conflicts_with = "pack")]
    place: Option<String>,
    /// 日志的签名文件夹；不给则在数据库旁边
    #[arg(long, global = true, value_name = "DIR")]
    signer: Option<PathBuf>,
    /// 输出 JSON，供程序使用
    #[arg(long, global = true)]
    json: bool,
    /// 以指定时刻为现在（仅限演示数据库），如 2026-11-23T14:06:00Z
    #[arg(long, global = true, value_name = "INSTANT")]
    now: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// 启动服务
    Serve(cmd::serve::Serve),
    /// 从标准输入逐行读取提交（JSON），逐行回答
    Submit(cmd::submit::Submit),
    /// 一个数字背后的记录
    Records(cmd::records::Records),
    /// 指标一览：截至某日，或某日所知
    Board(cmd::board::BoardArgs),
    /// 方案的系统：各有哪些种类、程序、时限、指标、走查，多少条未经核实
    Coverage(cmd::coverage::CoverageArgs),
    /// 方案包的差异与启用
    Pack(cmd::pack::PackArgs),
    /// 算期限：从标准输入逐行读取（JSON），逐行给出最后一日和逐日的理由
    Due(cmd::due::Due),
    /// 用虚构的示例县填满一个空数据库
    Demo(cmd::demo::Demo),
    /// 读一份公文：结构、目标、自相矛盾之处
    Read(cmd::read::Read),
    /// 检查方案包，一次列出全部问题
    Check(cmd::check::Check),
    /// 导入表格
    Import(cmd::import::Import),
    /// 年度任务：把方案的措施分解成某一年的任务
    Plan(cmd::plan::PlanArgs),
    /// 报送：发起、填报表、收表、催报、通报
    Round(cmd::round::RoundArgs),
    /// 拟公开：为一期的每个有数的指标拟一件公开；审查、审批以后才公开
    Publish(cmd::publish::Publish),
    /// 核对下载的核对包或者存证回执，不用数据库，也不用网络
    Verify(cmd::verify::Verify),
    /// 导出表格
    Export(cmd::export::Export),
    /// 管理员都进不来时，在服务器上启用一个账号并重设口令
    Account(cmd::account::Account),
    /// 全库自查
    Audit(cmd::audit::Audit),
    /// 透明日志：检查点、公钥、重建
    Log(cmd::log::LogArgs),
    /// 备份到一个文件
    Backup(cmd::backup::Backup),
    /// 从备份恢复到一个空数据库
    Restore(cmd::backup::Restore),
    /// 量一项性能，与对照同场
    Bench(bench::Bench),
    /// 打印现行配置及说明
    Config(cmd::config::Config),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Serve(args) => cmd::serve::run(&cli.common, &args),
        Command::Bench(args) => bench::run(&cli.common, &args),
        Command::Submit(args) => cmd::submit::run(&cli.common, &args),
        Command::Records(args) => cmd::records::run(&cli.common, &args),
        Command::Board(args) => cmd::board::run(&cli.common, &args),
        Command::Coverage(args) => cmd::coverage::run(&cli.common, &args),
        Command::Pack(args) => cmd::pack::run(&cli.common, &args),
        Command::Due(args) => cmd::due::run(&cli.common, &args),
        Command::Demo(args) => cmd::demo::run(&cli.common, &args),
        Command::Read(args) => cmd::read::run(&cli.common, &args),
        Command::Check(args) => cmd::check::run(&cli.common, &args),
        Command::Import(args) => cmd::import::run(&cli.common, &args),
        Command::Plan(args) => cmd::plan::run(&cli.common, &args),
        Command::Round(args) => cmd::round::run(&cli.common, &args),
        Command::Publish(args) => cmd::publish::run(&cli.common, &args),
        Command::Verify(args) => cmd::verify::run(&cli.common, &args),
        Command::Export(args) => cmd::export::run(&cli.common, &args),
        Command::Account(args) => cmd::account::run(&cli.common, &args),
        Command::Audit(args) => cmd::audit::run(&cli.common, &args),
        Command::Log(args) => cmd::log::run(&cli.common, &args),
        Command::Backup(args) => cmd::backup::backup(&cli.common, &args),
        Command::Restore(args) => cmd::backup::restore(&cli.common, &args),
        Command::Config(args) => cmd::config::run(&cli.common, &args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => cmd::fail(&cli.common, &error),
    }
}
