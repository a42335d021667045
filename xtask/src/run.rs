//! Running other programs: what they print goes through, what they come to is a sentence.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::Outcome;

/// How many tests a runner says it ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Count {
    pub(crate) fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …` of cargo, or `3 passed, 0 failed` of ours.
    pub(crate) fn of_line(line: &str) -> Option<Count> {
        let counts = match line.trim().strip_prefix("test result:") {
            Some(rest) => rest.split_once(". ")?.1,
            None => line.trim(),
        };
        let mut count = Count::default();
        let mut told = 0;
        for part in counts.split([';', ',']) {
            let Some((number, word)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match word {
                "passed" => count.passed = number,
                "failed" => count.failed = number,
                "ignored" | "skipped" => count.skipped = number,
                _ => continue,
            }
            told += 1;
        }
        (told >= 2).then_some(count)
    }
}

fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Runs to the end; anything but success is an error that names the program.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let name = name_of(command);
    let status = command.status().map_err(|error| format!("{name} could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}")) }
}

/// Runs to the end, hands its output through line by line, and adds up the tests that it reports.
pub(crate) fn run_counting(command: &mut Command) -> Outcome<Count> {
    let name = name_of(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| format!("{name} could not be started: {error}"))?;
    let mut count = Count::default();
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).split(b'\n') {
            let line = line.map_err(|error| format!("{name}: {error}"))?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            count.add(Count::of_line(&line).unwrap_or_default());
        }
    }
    let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(count) } else { Err(format!("{name} ended with {status}")) }
}

/// What a program prints on its standard output; its standard error goes through.
pub(crate) fn output_of(command: &mut Command) -> Outcome<String> {
    let name = name_of(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{name} could not be started: {error}"))?;
    let mut text = String::new();
    if let Some(mut out) = child.stdout.take() {
        out.read_to_string(&mut text).map_err(|error| format!("{name}: {error}"))?;
    }
    let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
    if status.success() { Ok(text) } else { Err(format!("{name} ended with {status}")) }
}

/// Whether a program starts and ends well; what it prints is dropped.
pub(crate) fn works(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_cargo_and_of_ours_are_counted() {
        let cargo = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(Count::of_line(cargo), Some(Count { passed: 12, failed: 0, skipped: 1 }));
        let failed =
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(Count::of_line(failed), Some(Count { passed: 3, failed: 2, skipped: 0 }));
        assert_eq!(Count::of_line("7 passed, 0 failed"), Some(Count { passed: 7, failed: 0, skipped: 0 }));
    }

    #[test]
    fn other_lines_are_no_counts() {
        for line in ["", "running 3 tests", "test a_case ... ok", "3 passed", "one passed, two failed", "a, b"] {
            assert_eq!(Count::of_line(line), None, "{line}");
        }
    }
}
