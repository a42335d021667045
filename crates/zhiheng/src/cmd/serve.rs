//! `serve`: the county on the web, from an empty folder to a running board with one command.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use zhiheng_app::{App, DemoMark, Random};
use zhiheng_web::{Secrets, Server, Setup, listen, listen_lazily};

use super::demo::{DEMO_DB, fill};
use super::{Access, in_force, open, say};
use crate::Common;
use crate::env::SystemRandom;
use crate::packs::{self, Carry};

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
    /// 示例县不设公用账号：像真的县一样，用一次性链接建立第一个账号
    #[arg(long, requires = "demo")]
    no_guests: bool,
    /// 统一身份平台给的客户端密钥所在的文件，一行，不超过 4 KiB
    #[arg(long, value_name = "FILE")]
    openid_secret: Option<PathBuf>,
    /// 邮件服务器的密码所在的文件，一行，不超过 4 KiB
    #[arg(long, value_name = "FILE")]
    mail_password: Option<PathBuf>,
    /// 推送（webhook）的共享密钥所在的文件，一行，不超过 4 KiB
    #[arg(long, value_name = "FILE")]
    webhook_secret: Option<PathBuf>,
}

pub(crate) fn run(common: &Common, args: &Serve) -> Result<ExitCode> {
    log();
    let apps = if args.demo { vec![demo_county(common, !args.no_guests)?] } else { counties(common)? };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("启动不了异步运行时")?;
    let (listeners, demo) = runtime.block_on(async {
        let mut listeners = vec![bind(&args.listen).await?];
        for _ in 1..apps.len() {
            let last = listeners.last().context("a listener")?.local_addr()?;
            listeners.push(bind(&next_port(last)?.to_string()).await?);
        }
        let last = listeners.last().context("a listener")?.local_addr()?;
        let demo = if args.demo { None } else { demo_beside(last, common).await };
        Ok::<_, anyhow::Error>((listeners, demo))
    })?;
    let first = listeners.first().context("a listener")?.local_addr()?;
    // The blocking driver of PostgreSQL has a runtime of its own, which may neither run nor end inside ours: what asks the database at the
    // start, and the last owner of its connections, stay outside.
    let apps: Vec<Arc<App>> = apps.into_iter().map(Arc::new).collect();
    let secrets = Secrets {
        openid: args.openid_secret.clone(),
        mail: args.mail_password.clone(),
        webhook: args.webhook_secret.clone(),
    };
    let mut servers = Vec::new();
    for (listener, app) in listeners.into_iter().zip(&apps) {
        greet(&app.pack.place_name, &listener.local_addr()?.to_string(), app.first_link()?.as_deref());
        let demo = demo.as_ref().map(|address| format!("http://{address}"));
        servers.push((listener, server_of(Arc::clone(app), demo, secrets.clone())?));
    }
    farewell(first, demo.as_deref());
    runtime.block_on(async {
        let mut running = tokio::task::JoinSet::new();
        for (listener, server) in servers {
            running.spawn(listen(listener, server, asked_to_stop()));
        }
        while let Some(ended) = running.join_next().await {
            ended.context("服务中断")?.context("服务中断")?;
        }
        Ok::<(), anyhow::Error>(())
    })?;
    // Requests that did not end within the grace are left behind with their threads.
    runtime.shutdown_timeout(Duration::from_secs(1));
    say("已停止。");
    Ok(ExitCode::SUCCESS)
}

/// The counties of the packs that were named, in one database; without a name the carried one, or the one of `--place`.
fn counties(common: &Common) -> Result<Vec<App>> {
    let Some((first, others)) = common.pack.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Ok(vec![open(common, Access::Write)?]);
    };
    let app = open(&Common { pack: vec![first.clone()], ..common.clone() }, Access::Write)?;
    let mut apps = Vec::new();
    for folder in others {
        let loaded = packs::load(Some(folder), Carry::County)?;
        let beside = app.beside(loaded.pack)?;
        in_force(&beside, &loaded.files, Access::Write)?;
        apps.push(beside);
    }
    apps.insert(0, app);
    Ok(apps)
}

async fn bind(address: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener.with_context(|| format!("{address} 监听不了，可能已被占用，可用 --listen 换一个端口"))
}

/// Every county has a port of its own, one after the other: so has each its own pages, forms and cookies.
fn next_port(address: SocketAddr) -> Result<SocketAddr> {
    let port = address.port().checked_add(1).context("没有更大的端口了，可用 --listen 换一个")?;
    Ok(SocketAddr::new(address.ip(), port))
}

fn server_of(app: Arc<App>, demo_address: Option<String>, secrets: Secrets) -> Result<Server> {
    if !app.is_read_only() {
        app.open_log()?;
    }
    let mut csrf_key = [0; 32];
    SystemRandom.fill(&mut csrf_key);
    Ok(Server::new(Setup { app, random: Arc::new(SystemRandom), csrf_key, demo_address, secrets })?)
}

/// The demonstration county on the next port, made when somebody first opens it; without that port there is no link to it.
async fn demo_beside(county: SocketAddr, common: &Common) -> Option<String> {
    let next = next_port(county).ok()?;
    let listener = TcpListener::bind(next).await.ok()?;
    let common = common.clone();
    let make = move || {
        demo_county(&common, true)
            .and_then(|app| server_of(Arc::new(app), None, Secrets::default()))
            .map_err(|error| format!("{error:#}"))
    };
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

fn greet(title: &str, address: &str, first: Option<&str>) {
    say(format!("质衡 · {title}已启动：http://{address}"));
    if let Some(token) = first {
        say("还没有账号。请在 72 小时内打开这个一次性链接，建立第一个账号：");
        say(format!("  http://{address}/start/{token}"));
    }
}

fn farewell(first: SocketAddr, demo: Option<&str>) {
    if let Some(demo) = demo {
        say(format!("示例县（虚构，首次打开时生成）：http://{demo}"));
    }
    if !first.ip().is_loopback() {
        say("服务对外开放：请放在 TLS 代理之后，并在“设置”里填写对外地址。");
    }
    say("按 Ctrl+C 停止。");
}

/// The demonstration county in its own database, made on first use; with accounts for whoever comes, or like any county without.
fn demo_county(common: &Common, guests: bool) -> Result<App> {
    let mut common = common.clone();
    DEMO_DB.clone_into(&mut common.db);
    common.pack.clear();
    common.place = None;
    common.now = None;
    let path = DEMO_DB.strip_prefix("sqlite:").unwrap_or(DEMO_DB);
    if !std::path::Path::new(path).exists() {
        say("首次打开示例县，正在生成虚构的数据，需要几秒钟……");
        let report = fill(DEMO_DB, &common, DEMO_SCALE, DEMO_SEED)?;
        say(format!(
            "已生成 {} 条虚构记录（更正 {} 次，撤回 {} 次），截至 {}。",
            report.records, report.corrections, report.withdrawals, report.last_day
        ));
    }
    let app = open(&common, Access::Write)?;
    if app.demo_mark()? == DemoMark::Unfinished {
        anyhow::bail!("上一次生成示例县没有完成。请删除 zhiheng-demo 文件夹后重新运行");
    }
    if !guests {
        app.keep_guests_out()?;
        return Ok(app);
    }
    let guests = app.let_guests_in()?;
    if let Some(first) = guests.first() {
        say(format!("示例县的账号，只在示例县有效，口令都是 {}：", first.password));
        for guest in &guests {
            say(format!("  {:<8} {}", guest.login, guest.name));
        }
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
