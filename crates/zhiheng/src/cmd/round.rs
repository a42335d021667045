//! `zhiheng round`: a round of reports without a browser – open it, write a form a unit, take what comes back, say who is missing.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use zhiheng_app::{App, Error, ExportFile, Received, RecordId, Reply, ReplyState, RoundView, RoundWanted, is_scan};

use super::{Access, day, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct RoundArgs {
    #[command(subcommand)]
    act: Act,
    /// 以谁的名义
    #[arg(long, global = true, default_value = "cli")]
    actor: String,
}

#[derive(clap::Subcommand)]
enum Act {
    /// 发起一轮报送
    Open(Open),
    /// 各轮报送
    List,
    /// 写出填报表，一个单位一份
    Forms {
        /// 轮次编号
        round: String,
        /// 写到哪个文件夹
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 收报回的表，可以一次给多个文件
    Receive {
        /// 轮次编号
        round: String,
        /// 报回的文件
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// 各单位已报、未报、退回、有疑问
    Status {
        /// 轮次编号
        round: String,
    },
    /// 采用或者退回有疑问的报送表
    Settle {
        /// 轮次编号
        round: String,
        /// 单位编号
        body: String,
        /// 采用
        #[arg(long, conflicts_with = "send_back", required_unless_present = "send_back")]
        take: bool,
        /// 退回重报
        #[arg(long)]
        send_back: bool,
        /// 理由
        #[arg(long)]
        why: String,
    },
    /// 催报文字
    Urge {
        /// 轮次编号
        round: String,
    },
    /// 通报（拟稿，Word）
    Notice {
        /// 轮次编号
        round: String,
        /// 写到哪个文件夹
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 给一个单位的提示函（拟稿，Word）
    Letter {
        /// 轮次编号
        round: String,
        /// 单位编号
        body: String,
        /// 写到哪个文件夹
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(clap::Args)]
struct Open {
    /// 名称，如 2026年第三季度指标报送
    #[arg(long)]
    name: String,
    /// 所属时期，如 2026年第三季度
    #[arg(long)]
    period: String,
    /// 数据截止日
    #[arg(long, value_parser = day)]
    as_of: i32,
    /// 报送期限
    #[arg(long, value_parser = day)]
    due: i32,
    /// 报送哪些指标（编号，可多次）；不给则全部报送指标
    #[arg(long, value_name = "ID")]
    indicator: Vec<String>,
}

pub(crate) fn run(common: &Common, args: &RoundArgs) -> Result<ExitCode> {
    let writes = matches!(args.act, Act::Open(_) | Act::Receive { .. } | Act::Settle { .. });
    let app = open(common, if writes { Access::Write } else { Access::Read })?;
    match &args.act {
        Act::Open(wanted) => {
            let wanted = RoundWanted {
                name: wanted.name.clone(),
                period: wanted.period.clone(),
                as_of: wanted.as_of,
                due: wanted.due,
                indicators: wanted.indicator.clone(),
            };
            let id = app.open_round(&args.actor, &wanted)?;
            tell(common, &json!({ "round": id.to_string() }), || format!("已发起，编号 {id}"));
        }
        Act::List => list(common, &app)?,
        Act::Forms { round, out } => {
            let forms = app.round_forms(&id_of(round)?)?;
            for form in &forms {
                write(out, form)?;
            }
            let names: Vec<&str> = forms.iter().map(|form| form.name.as_str()).collect();
            tell(common, &json!({ "files": names }), || format!("写出 {} 份填报表，在 {}", names.len(), out.display()));
        }
        Act::Receive { round, files } => return receive(common, &app, &args.actor, &id_of(round)?, files),
        Act::Status { round } => status(common, &app, &app.round(&id_of(round)?)?),
        Act::Settle { round, body, take, why, .. } => {
            let received = app.settle(&args.actor, &id_of(round)?, body, *take, why)?;
            tell(common, &outcome(&app, &received), || line(&app, &received));
        }
        Act::Urge { round } => {
            let text = app.urge(&id_of(round)?)?;
            tell(common, &json!({ "text": text }), || text.clone());
        }
        Act::Notice { round, out } => file(common, out, &app.round_notice(&id_of(round)?)?)?,
        Act::Letter { round, body, out } => file(common, out, &app.round_letter(&id_of(round)?, body)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn id_of(text: &str) -> Result<RecordId> {
    text.parse().ok().with_context(|| format!("{text} 不是轮次编号；用 zhiheng round list 查看"))
}

fn tell(common: &Common, value: &Value, words: impl FnOnce() -> String) {
    if common.json {
        say_json(value);
    } else {
        say(words());
    }
}

fn list(common: &Common, app: &App) -> Result<()> {
    let mut values = Vec::new();
    for round in app.rounds()? {
        let view = app.round(&round.id)?;
        let reported = view.in_state(ReplyState::Reported).count();
        let due = zhiheng_pack::day::date(round.due).to_string();
        if !common.json {
            say(format!("{}  {}  期限 {due}  已报 {reported}/{}", round.id, round.name, view.replies.len()));
        }
        values.push(json!({
            "round": round.id.to_string(), "name": round.name, "due": due, "reported": reported,
            "asked": view.replies.len(),
        }));
    }
    if common.json {
        say_json(&json!({ "rounds": values }));
    }
    Ok(())
}

fn write(folder: &PathBuf, file: &ExportFile) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
    let path = folder.join(&file.name);
    std::fs::write(&path, &file.bytes).with_context(|| format!("写不了文件 {}", path.display()))?;
    Ok(path)
}

fn file(common: &Common, folder: &PathBuf, file: &ExportFile) -> Result<()> {
    let path = write(folder, file)?;
    tell(common, &json!({ "files": [file.name] }), || format!("写出 {}", path.display()));
    Ok(())
}

/// Every file gets its own answer; one that cannot be taken does not stop the next.
fn receive(common: &Common, app: &App, actor: &str, round: &RecordId, files: &[PathBuf]) -> Result<ExitCode> {
    let mut values = Vec::new();
    let mut clean = true;
    let name_of = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // A scan belongs to a form: the forms first, whatever order the shell names them in.
    let mut files: Vec<&PathBuf> = files.iter().collect();
    files.sort_by_key(|path| is_scan(&name_of(path)));
    for path in files {
        let name = name_of(path);
        let read = std::fs::read(path).map_err(|error| Error::WrongState(format!("读不到文件：{error}")));
        let (value, words) = match read.and_then(|bytes| app.receive(actor, round, &name, &bytes)) {
            Ok(received) => {
                clean &= received.state == ReplyState::Reported;
                (outcome(app, &received), line(app, &received))
            }
            Err(error) => {
                clean = false;
                (json!({ "code": error.code(), "message": error.message() }), format!("没有收下：{}", error.message()))
            }
        };
        if !common.json {
            say(format!("{name}：{words}"));
        }
        values.push(json!({ "file": name, "outcome": value }));
    }
    if common.json {
        say_json(&json!({ "files": values }));
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn unit(app: &App, body: usize) -> (&str, &str) {
    app.pack.bodies.get(body).map_or(("", ""), |body| (body.id.as_str(), body.name.as_str()))
}

fn outcome(app: &App, received: &Received) -> Value {
    let (body, name) = unit(app, received.body);
    json!({
        "body": body, "name": name, "state": received.state.word(), "reasons": received.reasons,
        "values": received.values,
    })
}

fn line(app: &App, received: &Received) -> String {
    let (_, name) = unit(app, received.body);
    let reasons: String = received.reasons.iter().map(|reason| format!("\n  {reason}")).collect();
    format!("{name} {}，{} 个数{reasons}", received.state.word(), received.values)
}

fn status(common: &Common, app: &App, view: &RoundView) {
    let value = |reply: &Reply| {
        let (body, name) = unit(app, reply.body);
        let received = reply.received.map(|day| zhiheng_pack::day::date(day).to_string());
        let reasons: Vec<&str> = reply.remark.lines().collect();
        json!({ "body": body, "name": name, "state": reply.state.word(), "received_on": received, "reasons": reasons })
    };
    let words = || {
        let line = |reply: &Reply| {
            let reasons: String = reply.remark.lines().map(|reason| format!("\n    {reason}")).collect();
            format!("\n  {} {}{reasons}", unit(app, reply.body).1, reply.state.word())
        };
        format!("{}{}", view.round.name, view.replies.iter().map(line).collect::<String>())
    };
    let units: Vec<Value> = view.replies.iter().map(value).collect();
    tell(common, &json!({ "name": view.round.name, "units": units }), words);
}
