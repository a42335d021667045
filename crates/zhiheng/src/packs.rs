//! Where packs come from: a folder given on the command line, or those that the binary carries (`packs/default.toml` names which).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use zhiheng_pack::{Pack, PackFiles, Problem, read};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../packs/"]
struct Carried;

/// Packs that the binary carries, by what they are for.
#[derive(Clone, Copy)]
pub(crate) enum Carry {
    /// The county.
    County,
    /// The demonstration county.
    Demo,
}

/// A pack with the files it was read from, the included ones first.
pub(crate) struct Loaded {
    pub(crate) pack: Pack,
    pub(crate) files: Vec<PackFiles>,
}

/// The pack of a command: the folder given, or the carried one.
pub(crate) fn load(folder: Option<&Path>, carry: Carry) -> Result<Loaded> {
    let (pack, problems, files) = try_load(folder, carry)?;
    match pack {
        Some(pack) => Ok(Loaded { pack, files }),
        None => {
            let lines: Vec<String> = problems.iter().map(line).collect();
            bail!("方案包有 {} 个问题，不能使用：\n{}", problems.len(), lines.join("\n"))
        }
    }
}

/// Reads a pack with everything that is wrong with it.
pub(crate) fn try_load(folder: Option<&Path>, carry: Carry) -> Result<(Option<Pack>, Vec<Problem>, Vec<PackFiles>)> {
    let (main, beside) = match folder {
        Some(folder) => {
            let name = folder
                .canonicalize()
                .ok()
                .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()));
            let name = name.with_context(|| format!("没有方案包文件夹 {}", folder.display()))?;
            let main = of_folder(&name, folder)?;
            (main, folder.canonicalize()?.parent().map(Path::to_path_buf))
        }
        None => (carried(&default_name(carry)?).context("程序没有带着默认的方案包")?, None),
    };
    let found = std::cell::RefCell::new(Vec::new());
    let included = |name: &str| {
        let local = beside.as_ref().map(|beside| beside.join(name)).filter(|path| path.is_dir());
        let files = local.and_then(|path| of_folder(name, &path).ok()).or_else(|| carried(name))?;
        found.borrow_mut().push(files.clone());
        Some(files)
    };
    let (pack, problems) = read(&main, &included);
    let mut files = found.into_inner();
    files.push(main);
    Ok((pack, problems, files))
}

fn default_name(carry: Carry) -> Result<String> {
    let file = Carried::get("default.toml").context("程序没有带着 packs/default.toml")?;
    let text = std::str::from_utf8(&file.data)?;
    let table: toml::Table = text.parse()?;
    let key = match carry {
        Carry::County => "pack",
        Carry::Demo => "demo",
    };
    Ok(table
        .get(key)
        .and_then(toml::Value::as_str)
        .with_context(|| format!("packs/default.toml 没有 {key}"))?
        .to_owned())
}

fn carried(name: &str) -> Option<PackFiles> {
    let prefix = format!("{name}/");
    let mut files = BTreeMap::new();
    for path in Carried::iter() {
        let Some(inside) = path.strip_prefix(&prefix) else { continue };
        let file = Carried::get(&path)?;
        files.insert(inside.to_owned(), String::from_utf8_lossy(&file.data).into_owned());
    }
    (!files.is_empty()).then(|| PackFiles { name: name.to_owned(), files })
}

fn of_folder(name: &str, root: &Path) -> Result<PackFiles> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("读不到文件夹 {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "toml" || extension == "txt") {
                let inside = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
                let text = std::fs::read(&path).with_context(|| format!("读不到文件 {}", path.display()))?;
                files.insert(inside, String::from_utf8_lossy(&text).into_owned());
            }
        }
    }
    Ok(PackFiles { name: name.to_owned(), files })
}

/// A problem as a line, in the shape that editors jump to.
pub(crate) fn line(problem: &Problem) -> String {
    format!("{}:{}:{} {} {}", problem.file, problem.line, problem.column, problem.code, problem.message)
}
