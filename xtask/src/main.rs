//! `cargo xtask`: everything about this repository that a person would otherwise do by hand.
//!
//! - `test` is the whole truth about a change, the same on a laptop and in CI.
//! - `tidy` is the repository testing itself: what a crate must not know, what a file must not say.
//! - `generate` writes the documents that are derived from the code.
//! - `campaign` runs the long tiers by hand.
//!
//! Three rules hold here. A failure is one sentence that says what to do. What is started is stopped, also when this
//! program is killed. The lints of the library crates apply: there is no panic to hide a cause.

mod api;
mod campaign;
mod catalogue;
mod generate;
mod guard;
mod postgres;
mod prerequisites;
mod root;
mod run;
mod stages;
mod tidy;

use std::process::ExitCode;

/// What a command comes to: nothing, or one sentence for the person who called it.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
cargo xtask test [--fast] [--only STAGE]   everything that CI runs; --fast leaves out PostgreSQL, documents, API and browser
cargo xtask tidy                           the rules of this repository
cargo xtask generate                       docs/errors.md from the catalogues in the code
cargo xtask campaign [NAME [--cases N]]    the long tiers; without a name, the list of them";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test", rest @ ..] => stages::Selection::of(rest).and_then(|selection| stages::test(&selection)),
        ["tidy"] => tidy::tidy(),
        ["generate"] => generate::generate(),
        ["campaign", rest @ ..] => campaign::campaign(rest),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}\n\nStages of test: {}", stages::names());
            Ok(())
        }
        other => Err(format!("no such command: {}\n\n{USAGE}", other.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\nxtask: {why}");
            ExitCode::FAILURE
        }
    }
}
