//! One file a command. A command answers 0 when done, 1 for findings or a refusal, 2 for wrong usage.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod board;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod coverage;
pub(crate) mod demo;
pub(crate) mod due;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod log;
pub(crate) mod pack;
pub(crate) mod plan;
pub(crate) mod publish;
pub(crate) mod read;
pub(crate) mod records;
pub(crate) mod round;
pub(crate) mod serve;
pub(crate) mod submit;
pub(crate) mod verify;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use zhiheng_app::{App, Clock, Error, PackState, Setup};
use zhiheng_pack::PackFiles;

use crate::Common;
use crate::env::{FixedClock, StandingClock, SystemClock, SystemRandom, instant};
use crate::packs::{self, Carry, Loaded};

/// Whether a command writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reads beside a running server.
    Read,
    /// Writes: one program at a time.
    Write,
}

/// Opens the county of a command. What is read is read under the pack that is in force there, unless one is given – and that must be the same. An empty
/// database takes the pack; a differing pack is refused until it is applied.
pub(crate) fn open(common: &Common, access: Access) -> Result<App> {
    let given = one_pack(common)?;
    let loaded = match &common.place {
        Some(place) => stored(common, place)?,
        None if given.is_none() && access == Access::Read => {
            must_exist(&common.db)?;
            match the_only_place(common)? {
                Some(place) => stored(common, &place)?,
                None => packs::load(None, carry_of(common))?,
            }
        }
        None => packs::load(given, carry_of(common))?,
    };
    open_with(common, loaded, access)
}

/// The one county of a database; none where there is none yet.
fn the_only_place(common: &Common) -> Result<Option<String>> {
    let setup = Setup { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), read_only: true, files: None };
    let carried = packs::load(None, carry_of(common))?.pack;
    let own = carried.place.clone();
    let places = App::open(&common.db, carried, &setup)?.places()?;
    match places.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        // Of several, that of the pack which the program carries.
        several if several.contains(&own) => Ok(Some(own)),
        several => {
            let known = several.join("、");
            bail!(Error::WrongState(format!("数据库里有几个县（{known}），请用 --place 指明是哪一个")))
        }
    }
}

/// An empty database takes the pack; a differing pack is refused until it is applied.
pub(crate) fn in_force(app: &App, files: &[PackFiles], access: Access) -> Result<()> {
    match app.pack_state()? {
        PackState::None if access == Access::Write => {
            app.apply_pack("system", files)?;
        }
        PackState::Differs { seq, .. } if access == Access::Write => {
            bail!(Error::WrongState(format!(
                "数据库现行的是第 {seq} 版方案包，与手上的不同。请先用 zhiheng pack diff 看影响，再用 zhiheng pack apply 启用"
            )));
        }
        // A number computed under another pack is another number: 库里的数不会因为看的人换了方案包而变。
        PackState::Differs { seq, .. } => {
            bail!(Error::WrongState(format!(
                "手上的方案包与数据库现行的第 {seq} 版不同，不能用它来读：数字会不一样。请去掉 --pack，按现行的读；要看换包的影响，用 zhiheng pack diff"
            )));
        }
        _ => {}
    }
    Ok(())
}

/// The one pack of a command; only `serve` takes several.
pub(crate) fn one_pack(common: &Common) -> Result<Option<&Path>> {
    match common.pack.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => bail!(Error::WrongState("这个命令一次只用一个方案包；多个县用 --place 指明是哪一个".to_owned())),
    }
}

/// The pack that is in force at a place of the database.
fn stored(common: &Common, place: &str) -> Result<Loaded> {
    must_exist(&common.db)?;
    let setup = Setup { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), read_only: true, files: None };
    let any = App::open(&common.db, packs::load(None, carry_of(common))?.pack, &setup)?;
    match any.files_in_force(place)? {
        Some((files, pack)) => Ok(Loaded { pack, files }),
        None => {
            let known = any.places()?.join("、");
            bail!(Error::NotFound(format!("数据库里的 {place}（有：{known}）")))
        }
    }
}

/// As [`open`], with a pack at hand.
pub(crate) fn open_with(common: &Common, loaded: Loaded, access: Access) -> Result<App> {
    let demo = loaded.pack.demo;
    let setup = Setup {
        clock: clock_of(common, &loaded)?,
        random: Arc::new(SystemRandom),
        read_only: access == Access::Read,
        files: None,
    };
    match access {
        Access::Write => make_folder(&common.db)?,
        Access::Read => must_exist(&common.db)?,
    }
    let app = App::open(&common.db, loaded.pack, &setup).map_err(|error| match error {
        Error::Busy => Error::WrongState(
            "另一个程序（例如正在运行的 zhiheng serve）正在写这个数据库，一次只能有一个。请先停下它；board、records、export、audit、backup 不受影响"
                .to_owned(),
        ),
        other => other,
    })?;
    let app = signing(common, app);
    if common.now.is_some() && !demo {
        bail!(Error::WrongState("--now 只能用于演示数据库，以免把真实数据记到别的日子".to_owned()));
    }
    in_force(&app, &loaded.files, access)?;
    Ok(app)
}

/// The county with its signer where the command line says.
pub(crate) fn signing(common: &Common, app: App) -> App {
    match &common.signer {
        Some(folder) => app.with_signer_in(folder.clone()),
        None => app,
    }
}

/// Now; in the demonstration county, whose history ends on a day, the hour of that day: it never runs dry.
pub(crate) fn clock_of(common: &Common, loaded: &Loaded) -> Result<Arc<dyn Clock>> {
    Ok(match &common.now {
        Some(text) => Arc::new(FixedClock(instant(text)?)),
        None if loaded.pack.demo => {
            let day = zhiheng_pack::day::parse(zhiheng_app::DEMO_DAY).map(zhiheng_pack::day::number);
            let offset_hours = loaded.pack.utc_offset_hours;
            Arc::new(StandingClock { day: day.context("the last day of the demonstration")?, offset_hours })
        }
        None => Arc::new(SystemClock),
    })
}

/// The demonstration database runs under the demonstration pack without being told.
fn carry_of(common: &Common) -> Carry {
    if common.db.contains("zhiheng-demo") { Carry::Demo } else { Carry::County }
}

/// The folder of a SQLite database; the store creates the file, not the folder.
pub(crate) fn make_folder(db: &str) -> Result<()> {
    let Some(path) = db.strip_prefix("sqlite:") else { return Ok(()) };
    if let Some(folder) = std::path::Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
    }
    Ok(())
}

fn must_exist(db: &str) -> Result<()> {
    if let Some(path) = db.strip_prefix("sqlite:")
        && !std::path::Path::new(path).exists()
    {
        bail!(Error::NotFound(format!("数据库 {path}；先运行 zhiheng serve 或 zhiheng import 建立它，或用 --db 指明")));
    }
    Ok(())
}

/// A day argument.
pub(crate) fn day(text: &str) -> Result<i32, String> {
    zhiheng_pack::day::parse(text).map(zhiheng_pack::day::number).ok_or_else(|| "日期要写成 2026-01-31".to_owned())
}

/// Prints a line and goes on; a reader that has gone away ends the command quietly.
pub(crate) fn say(line: impl AsRef<str>) {
    if writeln!(std::io::stdout(), "{}", line.as_ref()).is_err() {
        std::process::exit(0);
    }
}

/// Prints JSON, indented for people.
pub(crate) fn say_json(value: &Value) {
    say(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Tells a failure: the sentence for people, or JSON for programs.
pub(crate) fn fail(common: &Common, error: &anyhow::Error) -> ExitCode {
    let known = error.downcast_ref::<Error>();
    if common.json {
        let problems = match known {
            Some(Error::Invalid(problems)) => json!(problems),
            Some(error) => json!([{ "code": error.code(), "message": error.message() }]),
            None => json!([{ "code": null, "message": format!("{error:#}") }]),
        };
        say_json(&json!({ "problems": problems }));
    } else {
        match known {
            Some(Error::Invalid(problems)) => {
                for problem in problems {
                    eprint(&format!(
                        "{} {}：{}",
                        problem.code,
                        problem.field.as_deref().unwrap_or("-"),
                        problem.message
                    ));
                }
            }
            Some(error) => eprint(&error.to_string()),
            None => eprint(&format!("{error:#}")),
        }
    }
    ExitCode::from(1)
}

fn eprint(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
