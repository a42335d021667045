//! The public pages in English: a control of the Chinese form says the same to somebody who reads no Chinese. What there is to say, the pack says;
//! `zhiheng check` sees that nothing of it is missing.

use zhiheng_pack::procedure::Language;
use zhiheng_pack::{Pack, Problem, problem as codes};

use crate::components::field::{Control, Field};
use crate::words::date;

/// Puts a control into the language of its page; its label is the caller's.
pub(super) fn speak(
    language: Language,
    pack: &Pack,
    field: &zhiheng_pack::Field,
    control: &mut Field,
    problems: &[Problem],
) {
    control.language = language;
    if language == Language::Chinese {
        return;
    }
    control.hint = None;
    control.warning = None;
    // The question says in which unit it is answered.
    if let Control::Integer { unit, .. } | Control::Decimal { unit, .. } = &mut control.control {
        *unit = None;
    }
    if let Control::Choice { options } | Control::Choices { options } = &mut control.control
        && let Some(list) = field.list.and_then(|list| pack.lists.get(list))
    {
        for option in options {
            let item = list.items.iter().find(|item| item.id == option.value);
            if let Some(english) = item.and_then(|item| item.english.clone()) {
                option.label = english;
            }
        }
    }
    let wrong = problems.iter().find(|problem| problem.field.as_deref() == Some(field.id.as_str()));
    if let Some(problem) = wrong.filter(|_| control.error.is_some()) {
        control.error = Some(sentence(problem).to_owned());
    }
}

/// What is wrong, for somebody who cannot read the sentence of its code.
pub(super) fn sentence(problem: &Problem) -> &'static str {
    match problem.code {
        code if code == codes::REQUIRED.0 => "Please answer this question.",
        code if code == codes::NOT_DATE.0 => "Please write the day as year-month-day, such as 2026-01-31.",
        code if code == codes::TOO_LONG.0 => "This is too long; please shorten it.",
        code if code == codes::NOT_INTEGER.0 || code == codes::NOT_DECIMAL.0 => "Please write a number in digits only.",
        _ => "Please check this answer.",
    }
}

/// 2026年11月23日, or 23 November 2026.
pub(super) fn day(language: Language, number: i32) -> String {
    match language {
        Language::Chinese => date(number),
        Language::English => zhiheng_pack::day::english(zhiheng_pack::day::date(number)),
    }
}
