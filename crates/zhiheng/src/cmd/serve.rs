//! `serve`: the county on the web, from an empty folder to a running board with one command.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use zhiheng_app::{App, DemoMark, Random};
use zhiheng_web::{Server, Setup, listen, listen_lazily};

use super::demo::{DEMO_DB, fill};
use super::{Access, open, say};
use crate::Common;
use crate::env::SystemRandom;

/// Where the server listens unless told otherwise.
pub(crate) const LISTEN: &str = "127.0.0.1:8470";
/// The demonstration county is the same for everybody.
const DEMO_SEED: u64 = 2024;
const DEMO_SCALE: u64 = 1;

/// 启动网页服务
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// 监听的地址和端口
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    listen: String,
    /// 打开示例县（虚构），数据在 zhiheng-demo 文件夹
    #[arg(long)]
    demo: bool,
}

pub(crate) fn run(common: &Common, args: &Serve) -> Result<ExitCode> {
    log();
    let app = if args.demo { demo_county(common)? } else { open(common, Access::Write)? };
    let (title, first) = (app.pack.place_name.clone(), app.first_link()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("启动不了异步运行时")?;
    runtime.block_on(async {
        let listener = TcpListener::bind(&args.listen)
            .await
            .with_context(|| format!("{} 监听不了，可能已被占用，可用 --listen 换一个端口", args.listen))?;
        let address = listener.local_addr()?;
        let demo = if args.demo { None } else { demo_beside(address, common).await };
        let server = server_of(app, demo.as_ref().map(|address| format!("http://{address}")))?;
        greet(&title, &address.to_string(), first.as_deref(), demo.as_deref());
        listen(listener, server, asked_to_stop()).await.context("服务中断")
    })?;
    // Requests that did not end within the grace are left behind with their threads.
    runtime.shutdown_timeout(Duration::from_secs(1));
    say("已停止。");
    Ok(ExitCode::SUCCESS)
}

fn server_of(app: App, demo_address: Option<String>) -> Result<Server> {
    let mut csrf_key = [0; 32];
    SystemRandom.fill(&mut csrf_key);
    Ok(Server::new(Setup { app: Arc::new(app), random: Arc::new(SystemRandom), csrf_key, demo_address })?)
}

/// The demonstration county on the next port, made when somebody first opens it; without that port there is no link to it.
async fn demo_beside(county: SocketAddr, common: &Common) -> Option<String> {
    let next = SocketAddr::new(county.ip(), county.port().checked_add(1)?);
    let listener = TcpListener::bind(next).await.ok()?;
    let common = common.clone();
    let make = move || demo_county(&common).and_then(|app| server_of(app, None)).map_err(|error| format!("{error:#}"));
    tokio::spawn(async move {
        if let Err(error) = listen_lazily(listener, make, asked_to_stop()).await {
            tracing::warn!("示例县的服务中断：{error}");
        }
    });
    Some(next.to_string())
}

/// The log goes to standard error; `RUST_LOG` says how much.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // A second call in one process keeps the first.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

fn greet(title: &str, address: &str, first: Option<&str>, demo: Option<&str>) {
    say(format!("质衡 · {title}已启动：http://{address}"));
    if let Some(token) = first {
        say("还没有账号。请在 72 小时内打开这个一次性链接，建立第一个账号：");
        say(format!("  http://{address}/start/{token}"));
    }
    if let Some(demo) = demo {
        say(format!("示例县（虚构，首次打开时生成）：http://{demo}"));
    }
    say("按 Ctrl+C 停止。");
}

/// The demonstration county in its own database, made on first use.
fn demo_county(common: &Common) -> Result<App> {
    let mut common = common.clone();
    DEMO_DB.clone_into(&mut common.db);
    common.pack = None;
    common.now = None;
    let path = DEMO_DB.strip_prefix("sqlite:").unwrap_or(DEMO_DB);
    if !std::path::Path::new(path).exists() {
        say("首次打开示例县，正在生成虚构的数据，需要几秒钟……");
        let report = fill(DEMO_DB, &common, DEMO_SCALE, DEMO_SEED)?;
        say(format!("已生成：{report:?}"));
    }
    let app = open(&common, Access::Write)?;
    if app.demo_mark()? == DemoMark::Unfinished {
        anyhow::bail!("上一次生成示例县没有完成。请删除 zhiheng-demo 文件夹后重新运行");
    }
    Ok(app)
}

/// Ctrl+C, or the signal by which a service manager stops a program.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
