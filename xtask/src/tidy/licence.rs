//! Licence expressions (SPDX) of dependencies against the licences that we accept.

/// Licences that allow an Apache-2.0 program to be shipped with the part compiled in.
pub(crate) const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Whether the expression can be satisfied with allowed licences alone. `None`: it is no expression.
pub(crate) fn allowed(expression: &str) -> Option<bool> {
    // An older custom writes `MIT/Apache-2.0` for `MIT OR Apache-2.0`.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let answer = either(&mut rest)?;
    rest.is_empty().then_some(answer)
}

fn either(words: &mut &[&str]) -> Option<bool> {
    let mut answer = both(words)?;
    while let ["OR", rest @ ..] = words {
        *words = rest;
        answer |= both(words)?;
    }
    Some(answer)
}

fn both(words: &mut &[&str]) -> Option<bool> {
    let mut answer = one(words)?;
    while let ["AND", rest @ ..] = words {
        *words = rest;
        answer &= one(words)?;
    }
    Some(answer)
}

fn one(words: &mut &[&str]) -> Option<bool> {
    match words {
        ["(", rest @ ..] => {
            *words = rest;
            let answer = either(words)?;
            let [")", rest @ ..] = words else { return None };
            *words = rest;
            Some(answer)
        }
        ["OR" | "AND" | "WITH" | ")", ..] | [] => None,
        [licence, "WITH", exception, rest @ ..] => {
            let whole = format!("{licence} WITH {exception}");
            *words = rest;
            Some(ALLOWED.contains(&whole.as_str()))
        }
        [licence, rest @ ..] => {
            let answer = ALLOWED.contains(licence);
            *words = rest;
            Some(answer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_says() {
        for (expression, answer) in [
            ("MIT", Some(true)),
            ("MIT OR GPL-3.0-only", Some(true)),
            ("MIT AND GPL-3.0-only", Some(false)),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", Some(true)),
            ("Apache-2.0 WITH LLVM-exception OR Apache-2.0", Some(true)),
            ("Apache-2.0 WITH Commons-Clause", Some(false)),
            ("MIT/Apache-2.0", Some(true)),
            ("GPL-3.0-only OR MIT AND AGPL-3.0-only", Some(false)),
            ("", None),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT Apache-2.0", None),
        ] {
            assert_eq!(allowed(expression), answer, "{expression}");
        }
    }
}
