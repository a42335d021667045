//! Dates and periods as documents print them (成文日期, 规划期): 2024年12月16日, 二〇二四年十二月十六日, 十四五, 2021—2025年.

use crate::{number, script};

/// The date that a whole line consists of, `YYYY-MM-DD`.
pub(crate) fn whole_date(text: &str) -> Option<String> {
    let date = first_date(text)?;
    let day = text.find('日')?;
    (text.starts_with(|c: char| c.is_ascii_digit() || c == '二' || c == '一') && text.len() == day + '日'.len_utf8())
        .then_some(date)
}

/// The first full date in a text, `YYYY-MM-DD`.
pub(crate) fn first_date(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    if let Some(date) = iso(&chars) {
        return Some(date);
    }
    let year_at = chars.iter().position(|c| *c == '年')?;
    let year = number_before(&chars, year_at)?;
    let rest: String = chars.iter().skip(year_at + 1).collect();
    let (month, day) = month_and_day(&rest)?;
    ((1900..=2100).contains(&year)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// 2024-04-19 at the start of a text.
fn iso(chars: &[char]) -> Option<String> {
    let parts: String = chars.iter().take(10).collect();
    let mut numbers = parts.splitn(3, ['-', '/', '.']);
    let year: i32 = numbers.next().filter(|y| y.len() == 4)?.parse().ok()?;
    let month: u32 = numbers.next()?.parse().ok()?;
    let day: u32 = numbers.next()?.parse().ok()?;
    ((1900..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day))
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

pub(crate) fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let chars: Vec<char> = text.chars().collect();
    let month_at = chars.iter().position(|c| *c == '月')?;
    let day_at = chars.iter().position(|c| *c == '日')?;
    let month = number_before(&chars, month_at)?;
    let day = number_before(&chars, day_at).filter(|_| day_at > month_at)?;
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
}

pub(crate) fn number_before(chars: &[char], at: usize) -> Option<u32> {
    let is_digit = |c: &&char| c.is_ascii_digit() || number::is_chinese_numeral(**c);
    let length = chars.iter().take(at).rev().take_while(is_digit).count();
    number::whole(chars.get(at - length..at)?)
}

/// The last year of a plan's period, where a title names one: 十四五, 第十四个五年, 2021—2025年.
pub(crate) fn plan_year(text: &str) -> Option<i32> {
    let chars: Vec<char> = text.chars().map(script::fold).filter(|c| *c != ' ').collect();
    if let Some((_, last)) = period(&chars) {
        return Some(last);
    }
    let ordinal = |at: usize, length: usize| {
        let no = number::chinese(chars.get(at..at + length)?)?;
        // The first five-year plan ended in 1957, the tenth in 2005.
        (10..=30).contains(&no).then(|| 2005 + (no as i32 - 10) * 5)
    };
    for (at, window) in chars.windows(3).enumerate() {
        if let ['十', digit, '五'] = window
            && number::digit(*digit).is_some()
            && !chars.iter().take(at).rev().take(2).any(|c| matches!(c, '于' | '比' | '较'))
        {
            return ordinal(at, 2);
        }
        if let ['个', '五', '年'] = window {
            let length = chars.iter().take(at).rev().take_while(|c| number::is_chinese_numeral(**c)).count();
            return ordinal(at - length, length);
        }
    }
    None
}

/// First and last year of 2021-2025年.
pub(crate) fn period(chars: &[char]) -> Option<(i32, i32)> {
    let four = |at: usize| -> Option<i32> {
        let digits = chars.get(at..at + 4)?;
        let year: i32 = digits.iter().collect::<String>().parse().ok()?;
        (1950..=2100).contains(&year).then_some(year)
    };
    (0..chars.len()).find_map(|at| {
        let first = four(at)?;
        if at.checked_sub(1).and_then(|before| chars.get(before)).is_some_and(|c| matches!(c, '从' | '自')) {
            return None;
        }
        let mut here = at + 4;
        here += usize::from(chars.get(here) == Some(&'年'));
        if !matches!(chars.get(here), Some('-' | '至' | '到')) {
            return None;
        }
        while matches!(chars.get(here), Some('-' | '至' | '到')) {
            here += 1;
        }
        let last = four(here)?;
        (last > first && chars.get(here + 4) == Some(&'年')).then_some((first, last))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_forms_that_documents_print() {
        assert_eq!(whole_date("2024年12月16日").as_deref(), Some("2024-12-16"));
        assert_eq!(whole_date("二〇二四年一月八日").as_deref(), Some("2024-01-08"));
        assert_eq!(first_date("2024-04-19").as_deref(), Some("2024-04-19"));
        assert_eq!(whole_date("2024年12月"), None);
        assert_eq!(whole_date("到2024年12月16日为止的工作"), None);
    }

    #[test]
    fn a_period_ends_with_its_last_year() {
        assert_eq!(plan_year("“十四五”市场监管规划"), Some(2025));
        assert_eq!(plan_year("第十五个五年规划纲要"), Some(2030));
        assert_eq!(plan_year("三年行动计划（2025－2027年）"), Some(2027));
        assert_eq!(plan_year("高于“十三五”时期"), None);
        assert_eq!(plan_year("从2020年到2023年"), None);
    }
}
