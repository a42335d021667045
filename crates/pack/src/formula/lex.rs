//! Text of an expression to tokens, each with its byte offset. Never fails: what it does not know becomes [`Token::Strange`].

use jiff::civil::Date;

use crate::day;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Number(String),
    Date(Date),
    Sign(&'static str),
    Strange(String),
    End,
}

const SIGNS: [&str; 12] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "."];

pub(super) fn tokens(text: &str) -> Vec<(Token, usize)> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            found.push((Token::End, at));
            return found;
        };
        let (token, length) = one(rest, first);
        found.push((token, at));
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn one(rest: &str, first: char) -> (Token, usize) {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return (Token::Sign(sign), sign.len());
    }
    if first == '\'' {
        let body = rest.get(1..).unwrap_or_default();
        return match body.find('\'') {
            Some(end) => (Token::Text(body.get(..end).unwrap_or_default().to_owned()), end + 2),
            None => (Token::Strange(rest.to_owned()), rest.len()),
        };
    }
    if first == '@' {
        let word = rest.get(1..11).unwrap_or_default();
        return match day::parse(word) {
            Some(date) => (Token::Date(date), 11),
            None => (Token::Strange("@".to_owned()), 1),
        };
    }
    let run = |test: fn(char) -> bool| rest.find(|letter| !test(letter)).unwrap_or(rest.len());
    if first.is_ascii_digit() || first == '-' {
        let length = 1 + rest
            .get(1..)
            .unwrap_or_default()
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len() - 1);
        return (Token::Number(rest.get(..length).unwrap_or_default().to_owned()), length);
    }
    if first.is_ascii_lowercase() {
        let length = run(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        return (Token::Name(rest.get(..length).unwrap_or_default().to_owned()), length);
    }
    (Token::Strange(first.to_string()), first.len_utf8())
}
