//! Writes every page of the fictional county, with the stylesheet, into a folder:
//! `cargo run -p zhiheng-web --example gallery -- FOLDER`.

use std::{fs, io, path::PathBuf};

use zhiheng_web::{assets, samples};

fn main() -> io::Result<()> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("gallery"), PathBuf::from);
    fs::create_dir_all(folder.join("assets"))?;
    for (href, content) in [(assets::style_href(), assets::STYLE), (assets::script_href(), assets::SCRIPT)] {
        fs::write(folder.join(href.trim_start_matches('/')), content)?;
    }
    let pages = samples::pages();
    for page in &pages {
        fs::write(folder.join(format!("{}.html", page.name)), &page.markup.0)?;
    }
    println!("{} pages", pages.len());
    Ok(())
}
