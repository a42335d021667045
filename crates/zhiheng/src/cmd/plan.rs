//! `zhiheng plan split YEAR`: the measures of the plan as tasks of a year – shown, and with `--save` stored, all of them or none.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use zhiheng_app::{Account, Proposed};

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct PlanArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// 分解年度任务：列出拟分解的任务；加 --save 才保存，有一条不合格全部不保存
    Split {
        /// 年度
        #[arg(value_parser = clap::value_parser!(i16).range(2000..2100))]
        year: i16,
        /// 只分解这些措施（编号，如 m19），可以写几次
        #[arg(long, value_name = "MEASURE")]
        measure: Vec<String>,
        /// 保存
        #[arg(long)]
        save: bool,
    },
}

pub(crate) fn run(common: &Common, args: &PlanArgs) -> Result<ExitCode> {
    let What::Split { year, measure, save } = &args.what;
    let app = open(common, if *save { Access::Write } else { Access::Read })?;
    let wanted = |one: &Proposed| !one.has && (measure.is_empty() || measure.contains(&one.measure));
    let proposed: Vec<Proposed> = app.propose(*year)?.into_iter().filter(wanted).collect();
    let problems = app.check_split(*year, &proposed)?;
    if common.json {
        let one = |(one, problems): (&Proposed, &Vec<_>)| {
            json!({
                "measure": one.measure, "title": one.title, "lead": one.lead, "assisting": one.assisting,
                "due": one.due, "carried": one.carried, "problems": problems,
            })
        };
        say_json(&json!({ "year": year, "tasks": proposed.iter().zip(&problems).map(one).collect::<Vec<_>>() }));
    } else {
        for (one, problems) in proposed.iter().zip(&problems) {
            let lead = app.pack.body(&one.lead).map_or("（未定牵头单位）", |body| body.name.as_str());
            let carried = if one.carried { "（上年结转）" } else { "" };
            let with = if one.assisting.is_empty() { String::new() } else { format!("，配合 {}", one.assisting) };
            say(format!("{} {}{carried}：{lead}{with}，{} 前", one.measure, one.title, one.due));
            problems.iter().for_each(|problem| say(format!("    {} {}", problem.code, problem.message)));
        }
    }
    let wrong = problems.iter().filter(|one| !one.is_empty()).count();
    if *save {
        let made = app.split(&Account::of_office("system"), *year, &proposed, None)?;
        say(format!("已分解 {} 项 {year} 年度任务", made.len()));
    } else if !common.json {
        say(format!(
            "拟分解 {} 项，其中 {wrong} 项还不能保存；在网页“年度任务”里改好，或者加 --save 保存",
            proposed.len()
        ));
    }
    Ok(ExitCode::from(u8::from(wrong > 0)))
}
