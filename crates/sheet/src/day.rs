//! Days as they are written: 2018年06月10日, 2019.4.20(购进), 20200706, 43256, 23-01-2020. A cell names one day or says
//! why it does not; a batch number is never taken for a day.

use crate::problem::{self, Entry};
use crate::value::{half, tidy};

/// A day that was understood and the words around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    /// `YYYY-MM-DD`.
    pub(crate) day: String,
    /// What is written before and after it, where 购进日期 and the like stand.
    pub(crate) around: String,
    /// `hh:mm:ss`, when a time of day follows.
    pub(crate) time: Option<String>,
}

/// The one day that a cell names.
pub(crate) fn day(text: &str) -> Result<Day, Entry> {
    let characters = figures(text);
    // A day number may stand alone or beside a word: 43956(购进日期).
    let is_figure = |c: &char| c.is_ascii_digit();
    if let (Some(first), Some(last)) = (characters.iter().position(is_figure), characters.iter().rposition(is_figure))
        && let Some(day) = serial(characters.get(first..=last).unwrap_or_default())
    {
        let around: String =
            [characters.get(..first), characters.get(last + 1..)].into_iter().flatten().flatten().collect();
        if around.chars().all(|c| !c.is_ascii_alphanumeric() && !matches!(c, '年' | '第' | '-' | '/'))
            && !is_other_day(&around)
        {
            return Ok(Day { day, around, time: None });
        }
    }
    let mut scan = Scan { text: &characters, found: Vec::new(), partial: false, ambiguous: false };
    scan.run();
    let around: String = scan.around();
    let mut days = scan.found.iter().filter(|found| !found.other).map(|found| &found.day);
    match days.next() {
        Some(first) if days.all(|day| day == first) => {
            let time = scan.found.iter().find_map(|found| found.time.clone());
            Ok(Day { day: first.clone(), around, time })
        }
        Some(_) => Err(problem::DATES),
        None if scan.ambiguous => Err(problem::AMBIGUOUS_DATE),
        None if scan.partial => Err(problem::PARTIAL_DATE),
        None => Err(problem::DATE),
    }
}

/// The characters of a cell, half-width; 二〇二四年三月二日 in figures.
fn figures(text: &str) -> Vec<char> {
    let characters: Vec<char> = tidy(text).chars().map(half).collect();
    let digit = |c: char| "〇一二三四五六七八九".chars().position(|d| d == c).or((c == '○' || c == '零').then_some(0));
    let year: Option<Vec<char>> = characters
        .get(..4)
        .filter(|_| characters.get(4) == Some(&'年'))
        .and_then(|year| year.iter().map(|c| digit(*c).and_then(|d| char::from_digit(d as u32, 10))).collect());
    let Some(mut plain) = year else { return characters };
    // 二十一日, 十二月: tens are written out behind the year.
    let mut value: Option<usize> = None;
    for c in characters.iter().skip(4).copied() {
        match (c, digit(c)) {
            ('十', _) => value = Some(value.unwrap_or(1) * 10),
            (_, Some(d)) => value = Some(value.unwrap_or(0) + d),
            _ => {
                plain.extend(value.take().map(|v| v.to_string()).unwrap_or_default().chars());
                plain.push(c);
            }
        }
    }
    plain.extend(value.map(|v| v.to_string()).unwrap_or_default().chars());
    plain
}

/// Every day of a cell with the words before it and the bracket behind it.
pub(crate) fn labelled(text: &str) -> Vec<(String, String)> {
    let characters = figures(text);
    let mut scan = Scan { text: &characters, found: Vec::new(), partial: false, ambiguous: false };
    scan.run();
    let mut days = Vec::new();
    let mut at = 0;
    for found in scan.found.iter().filter(|found| !found.other) {
        let mut end = found.end;
        if scan.at(end) == Some('(') {
            end = (end..characters.len()).find(|at| scan.at(*at) == Some(')')).map_or(end, |close| close + 1);
        }
        let label = [characters.get(at..found.start), characters.get(found.end..end)];
        days.push((label.into_iter().flatten().flatten().collect(), found.day.clone()));
        at = end;
    }
    days
}

/// Whether a text has the form of a day and nothing else, even if the calendar has no such day (2024/02/30).
pub(crate) fn is_written_as_day(text: &str) -> bool {
    let characters = figures(text);
    let parts: Vec<usize> =
        characters.split(|c| !c.is_ascii_digit()).map(<[char]>::len).filter(|length| *length > 0).collect();
    let marks = |c: &char| c.is_ascii_digit() || matches!(c, '年' | '月' | '日' | '-' | '/' | '.');
    matches!(parts.as_slice(), [4, 1..=2, 1..=2]) && characters.iter().all(marks)
}

/// An Excel day number that lost its format: 43210 or 43210.5, between 1950 and 2099.
fn serial(text: &[char]) -> Option<String> {
    let text: String = text.iter().collect();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let is_number = whole.len() == 5 && [whole, fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let number: i64 = whole.parse().ok().filter(|_| is_number)?;
    (18_264..=73_050).contains(&number).then(|| of_days(number - 25_569))
}

/// Days since 1970-01-01 as a calendar day, by the usual era arithmetic.
fn of_days(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

struct Found {
    day: String,
    time: Option<String>,
    start: usize,
    end: usize,
    /// A batch number or the end of shelf life, not the day that the column means.
    other: bool,
}

struct Scan<'a> {
    text: &'a [char],
    found: Vec<Found>,
    partial: bool,
    ambiguous: bool,
}

/// Words before a number which say that it is not the day itself.
const OTHER_DAYS: [&str; 7] = ["批号", "批次", "编号", "保质期", "有效", "到期", "限用"];

fn is_other_day(label: &str) -> bool {
    OTHER_DAYS.iter().any(|word| label.contains(word))
}

impl Scan<'_> {
    fn at(&self, at: usize) -> Option<char> {
        self.text.get(at).copied()
    }

    fn digit(&self, at: usize) -> bool {
        self.at(at).is_some_and(|c| c.is_ascii_digit())
    }

    /// The digits from `at` on: their count and value.
    fn digits(&self, at: usize) -> (usize, u32) {
        let run = self.text.get(at..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit());
        let (mut count, mut value) = (0, 0u32);
        for digit in run {
            count += 1;
            value = value.saturating_mul(10).saturating_add(digit.to_digit(10).unwrap_or(0));
        }
        (count, value)
    }

    fn blanks(&self, mut at: usize) -> usize {
        while self.at(at).is_some_and(char::is_whitespace) {
            at += 1;
        }
        at
    }

    /// Behind a separator between the parts of a day, with blanks around it; `None` when there is none.
    fn separator(&self, at: usize, word: char) -> Option<usize> {
        let at = self.blanks(at);
        let c = self.at(at)?;
        let is_separator = c == word || matches!(c, '-' | '.' | '/' | '\\' | '—' | '–' | '·' | '。' | '、' | ',');
        is_separator.then(|| self.blanks(at + 1))
    }

    fn run(&mut self) {
        let mut at = 0;
        while at < self.text.len() {
            if !self.digit(at) {
                at += 1;
                continue;
            }
            let in_code = at > 0 && self.at(at - 1).is_some_and(|c| c.is_ascii_alphabetic());
            match (!in_code).then(|| self.token(at)).flatten() {
                Some((day, end)) => {
                    let (time, end) = self.time(end);
                    let before = self.found.last().map_or(0, |found| found.end);
                    let label: String = self.text.get(before..at).unwrap_or_default().iter().collect();
                    let other = is_other_day(&label);
                    self.found.push(Found { day, time, start: at, end, other });
                    at = end;
                }
                None => at = self.code_end(at),
            }
        }
    }

    /// Behind the digits, letters and hyphens that belong together with those at `at`.
    fn code_end(&self, mut at: usize) -> usize {
        while self.at(at).is_some_and(|c| c.is_ascii_alphanumeric()) {
            at += 1;
        }
        at
    }

    /// A day that begins at `at`, and where it ends.
    fn token(&mut self, at: usize) -> Option<(String, usize)> {
        let (count, value) = self.digits(at);
        match count {
            4 => self.year_first(at, value),
            8 if self.ends(at + 8) => valid(value / 10_000, value / 100 % 100, value % 100).map(|day| (day, at + 8)),
            14 => {
                let (head, _): (String, ()) = (self.text.get(at..at + 8)?.iter().collect(), ());
                let value: u32 = head.parse().ok()?;
                valid(value / 10_000, value / 100 % 100, value % 100).map(|day| (day, at + 14))
            }
            1 | 2 => self.year_last(at, value),
            _ => None,
        }
    }

    fn year_first(&mut self, at: usize, year: u32) -> Option<(String, usize)> {
        let month_at = self.separator(at + 4, '年')?;
        let (month_digits, month) = self.digits(month_at);
        if !(1..=2).contains(&month_digits) || !(1..=12).contains(&month) || !(1900..=9999).contains(&year) {
            return None;
        }
        let after_month = month_at + month_digits;
        let Some(day_at) = self.separator(after_month, '月').filter(|at| self.digit(*at)) else {
            self.partial |= self.ends(after_month);
            return None;
        };
        let (day_digits, day) = self.digits(day_at);
        let end = day_at + day_digits;
        // Letters may follow: 2018.03.15CEC007 is a day with a batch number behind it. More figures make it unreadable.
        if !(1..=2).contains(&day_digits) {
            return None;
        }
        let marked = self.blanks(end);
        let end = if matches!(self.at(marked), Some('日' | '号')) { marked + 1 } else { end };
        valid(year, month, day).map(|day| (day, end))
    }

    /// `23-01-2020` is day first, as the European alert system writes; with slashes either order is in use.
    fn year_last(&mut self, at: usize, first: u32) -> Option<(String, usize)> {
        let first_digits = self.digits(at).0;
        let mark = self.at(at + first_digits).filter(|c| matches!(c, '-' | '/' | '.'))?;
        let second_at = at + first_digits + 1;
        let (second_digits, second) = self.digits(second_at);
        if !(1..=2).contains(&second_digits) || self.at(second_at + second_digits) != Some(mark) {
            return None;
        }
        let year_at = second_at + second_digits + 1;
        let (year_digits, year) = self.digits(year_at);
        let end = year_at + year_digits;
        if year_digits != 4 || !(1900..=2100).contains(&year) || !self.ends(end) {
            return None;
        }
        let (day, month) = match mark {
            '/' if first <= 12 && second > 12 => (second, first),
            '/' if first <= 12 && first != second => {
                self.ambiguous = true;
                return None;
            }
            _ => (first, second),
        };
        valid(year, month, day).map(|day| (day, end))
    }

    /// A number that goes on with digits or letters is a batch number. `T` before a time is not such a letter.
    fn ends(&self, at: usize) -> bool {
        match self.at(at) {
            Some('T') => self.digit(at + 1),
            Some(c) => !c.is_ascii_alphanumeric(),
            None => true,
        }
    }

    /// A time of day behind a day, and where it ends.
    fn time(&self, at: usize) -> (Option<String>, usize) {
        let start = match self.at(at) {
            Some('T') => at + 1,
            _ => self.blanks(at),
        };
        let (hour_digits, hour) = self.digits(start);
        let minute_at = start + hour_digits + 1;
        let (minute_digits, minute) = self.digits(minute_at);
        let is_mark = |at: usize, word: char| self.at(at).is_some_and(|c| c == ':' || c == word);
        if !(1..=2).contains(&hour_digits)
            || minute_digits == 0
            || !is_mark(minute_at - 1, '时')
            || hour > 23
            || minute > 59
        {
            return (None, at);
        }
        let mut end = minute_at + minute_digits;
        let (second_digits, second) = self.digits(end + 1);
        let second = if is_mark(end, '分') && second_digits > 0 && second < 60 {
            end += 1 + second_digits;
            // Fractions of a second.
            while self.at(end).is_some_and(|c| c == '.' || c.is_ascii_digit()) {
                end += 1;
            }
            second
        } else {
            0
        };
        (Some(format!("{hour:02}:{minute:02}:{second:02}")), end)
    }

    fn around(&self) -> String {
        let mut rest = String::new();
        let mut at = 0;
        for found in &self.found {
            rest.extend(self.text.get(at..found.start).unwrap_or_default());
            at = found.end;
        }
        rest.extend(self.text.get(at..).unwrap_or_default());
        rest
    }
}

/// A day of the calendar as `YYYY-MM-DD`. 9999 stands for 长期 in official templates.
fn valid(year: u32, month: u32, day: u32) -> Option<String> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let in_reach = (1900..=2100).contains(&year) || year == 9999;
    (in_reach && (1..=last).contains(&day)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// A day with its time, `YYYY-MM-DDThh:mm:ss`; midnight when no time is written.
pub(crate) fn moment(text: &str) -> Result<String, Entry> {
    let day = day(text).map_err(|entry| if entry.code == problem::DATE.code { problem::MOMENT } else { entry })?;
    Ok(format!("{}T{}", day.day, day.time.as_deref().unwrap_or("00:00:00")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<Day, Entry>) -> &'static str {
        result.unwrap_err().code
    }

    #[test]
    fn days_in_every_form_in_use() {
        for (text, expected) in [
            ("2018年06月10日", "2018-06-10"),
            ("2018年6月20日", "2018-06-20"),
            ("2018-7-28", "2018-07-28"),
            ("2019.4.20(购进)", "2019-04-20"),
            ("2021-10-22", "2021-10-22"),
            ("2019/5/21", "2019-05-21"),
            ("２０１９／５／２１", "2019-05-21"),
            ("20200706", "2020-07-06"),
            ("43256", "2018-06-05"),
            ("43256.5", "2018-06-05"),
            ("43256（购进日期）", "2018-06-05"),
            ("2019-07-15 20:26:58", "2019-07-15"),
            ("2017-08-09T08:59:01Z", "2017-08-09"),
            ("23-01-2020 12:46:26", "2020-01-23"),
            ("生产日期：2019 年 5 月 2 日", "2019-05-02"),
            ("2020-09-14/2020年09月14日", "2020-09-14"),
            ("2018-06-10/20180610A", "2018-06-10"),
            ("2019-06-03 批号：20190605", "2019-06-03"),
            ("2019年06月03日08:15", "2019-06-03"),
            ("2020-02-29", "2020-02-29"),
            ("9999-09-09", "9999-09-09"),
            ("20190603/A01", "2019-06-03"),
            ("2018.03.15CEC007", "2018-03-15"),
            ("二〇二四年三月二日", "2024-03-02"),
            ("二○一九年十二月二十一日", "2019-12-21"),
        ] {
            assert_eq!(day(text).map(|day| day.day), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_single_day_is_said() {
        assert_eq!(code(day("批号J201001")), "ZH2101");
        assert_eq!(code(day("2017.10.174015171017")), "ZH2101");
        assert_eq!(code(day("菌落总数")), "ZH2101");
        assert_eq!(code(day("2021-02-29")), "ZH2101");
        assert_eq!(code(day("2019-05-21、2019-05-22")), "ZH2102");
        assert_eq!(code(day("2019年5月")), "ZH2103");
        assert_eq!(code(day("5/3/2019")), "ZH2104");
        assert_eq!(day("5/21/2019").unwrap().day, "2019-05-21");
    }

    #[test]
    fn the_words_around_a_day_are_kept() {
        assert_eq!(day("2020-10-18（购进日期）").unwrap().around, "(购进日期)");
        assert_eq!(day("购进日期：2020-10-18").unwrap().around, "购进日期:");
        assert_eq!(moment("2019/4/25 9:32:09").unwrap(), "2019-04-25T09:32:09");
        assert_eq!(moment("2019/4/25").unwrap(), "2019-04-25T00:00:00");
    }

    #[test]
    fn every_day_number_is_its_day() {
        assert_eq!(of_days(0), "1970-01-01");
        assert_eq!(of_days(-1), "1969-12-31");
        assert_eq!(of_days(18_321), "2020-02-29");
        assert_eq!(day("45658").unwrap().day, "2025-01-01");
    }
}
