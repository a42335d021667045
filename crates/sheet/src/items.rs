//! 不合格项目║检验结果║标准值: the composite column in which announcements print what failed, and its parts when they
//! have columns of their own. The header's order is a claim and not a fact: one district printed 项目丨标准值丨结果
//! under a header that says 项目‖结果‖标准值, so the second and third part are told by what they look like.

use crate::content;
use crate::problem::{self, Entry};
use crate::table::{FailingItem, Verdict};
use crate::value::{half, is_blank, tidy};

/// What a column or a part of a composite cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Part {
    Item,
    Result,
    Limit,
    Unit,
}

/// The cells of one row that speak of failing items.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) item: &'a str,
    pub(crate) result: &'a str,
    pub(crate) limit: &'a str,
    pub(crate) unit: &'a str,
}

/// Marks between the parts of one item.
pub(crate) fn is_bar(c: char) -> bool {
    matches!(c, '║' | '‖' | '丨' | '|' | '｜' | '¦' | '│' | '┃' | '∣' | '︱')
}

/// Reads the failing items of a row. `order` is what the header says; `split` is whether one cell may hold several
/// items: in a file without header one row is one item, since what the column means is itself only inferred.
pub(crate) fn read(parts: Parts<'_>, order: &[Part], split: bool) -> (Vec<FailingItem>, Option<Entry>) {
    // A list of both kinds writes 合格 or 符合要求 where nothing failed.
    if is_blank(parts.item) || content::verdict(parts.item) == Some(Verdict::Passing) {
        return (Vec::new(), None);
    }
    if parts.item.contains(is_bar) {
        return (composite(parts.item, order, parts.unit), None);
    }
    if split
        && is_blank(parts.result)
        && is_blank(parts.limit)
        && let Some(items) = told_in_words(parts.item)
    {
        return (items, None);
    }
    if split
        && order.len() == 3
        && let Some(items) = unbarred(parts.item, order, parts.unit)
    {
        return (items, None);
    }
    let (item, result, limit);
    let mut parts = parts;
    if split && is_numbered(parts.item) {
        (item, result, limit) = (unnumbered(parts.item), unnumbered(parts.result), unnumbered(parts.limit));
        parts = Parts { item: &item, result: &result, limit: &limit, ..parts };
    }
    let wrapped = parts.item.replace(['\n', '\r'], "");
    let names = match split {
        true => split_items(parts, &wrapped),
        false => vec![tidy(parts.item)],
    };
    let several = names.len() > 1;
    let share = |text: &'_ str| -> Result<Vec<Option<String>>, Entry> {
        match (several, present(text)) {
            (_, None) => Ok(vec![None; names.len()]),
            (false, Some(text)) => Ok(vec![Some(text)]),
            (true, Some(text)) => split_values(&text, names.len()).ok_or(problem::ITEM_COUNT),
        }
    };
    let (results, limits) = (share(parts.result), share(parts.limit));
    let wrong = results.as_ref().err().or(limits.as_ref().err()).copied();
    let nothing = || vec![None; names.len()];
    let values = results.unwrap_or_else(|_| nothing()).into_iter().zip(limits.unwrap_or_else(|_| nothing()));
    let items = names.iter().zip(values).map(|(name, (result, limit))| {
        let (item, bracketed) = match limit {
            Some(_) => ((*name).to_owned(), None),
            None => bracketed_limit(name),
        };
        FailingItem { item, result: result.map(|result| with_unit(result, parts.unit)), limit: limit.or(bracketed) }
    });
    (items.collect(), wrong)
}

fn present(text: &str) -> Option<String> {
    (!is_blank(text)).then(|| tidy(text).to_owned())
}

/// 酸价：4.5mg/g（标准值≤4.0mg/g）: one column for all, with the limit named as such. Taken only when every line falls into
/// a name, something that reads like a result and a limit.
fn told_in_words(cell: &str) -> Option<Vec<FailingItem>> {
    const LIMITS: [&str; 8] =
        ["标准限量值", "标准规定值", "标准值", "标准要求", "标准规定", "标准限量", "限量值", "标准为"];
    let one = |piece: &str| -> Option<FailingItem> {
        let (at, word) = LIMITS.iter().filter_map(|word| piece.find(word).map(|at| (at, *word))).min()?;
        let limit = piece.get(at + word.len()..)?.trim_start_matches([':', '：', '为', '是', ' ']);
        let limit = tidy(limit.trim_end_matches([')', '）', '。', '；', ';', ' ']));
        let before = tidy(piece.get(..at)?.trim_end_matches(['(', '（', ',', '，', '、', ' ']));
        let (mark, width) = before
            .char_indices()
            .rev()
            .find(|(_, c)| matches!(c, ':' | '：' | ' ' | '\u{3000}'))
            .map(|(at, c)| (at, c.len_utf8()))?;
        let (item, result) = (tidy(before.get(..mark)?), tidy(before.get(mark + width..)?));
        let said =
            ["检验结果", "检测结果", "实测值", "检测值", "检出值"].iter().find_map(|word| item.strip_suffix(word));
        let item = said.unwrap_or(item);
        let item = item.trim_end_matches([':', '：', '，', ',', ' ']);
        let read = is_quantity(result) || result_score(result) > 0;
        (read && !item.is_empty() && !limit.is_empty()).then(|| FailingItem {
            item: item.to_owned(),
            result: Some(result.to_owned()),
            limit: Some(limit.to_owned()),
        })
    };
    outside(cell, |c| matches!(c, '\n' | '\r' | ';' | '；')).into_iter().map(one).collect()
}

/// ①酸价②过氧化值, （1）铅（2）镉, 1、铅2、镉: items that are numbered from one on.
fn is_numbered(text: &str) -> bool {
    let text = tidy(text);
    (text.starts_with('①') && text.contains('②'))
        || ["(1)", "（1）", "1、", "1.", "1．"].iter().any(|first| {
            let second = first.replace('1', "2");
            text.strip_prefix(first)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()) && marks(rest, &second).is_some())
        })
}

/// Where a number begins that stands at the start or behind a mark.
fn marks(text: &str, number: &str) -> Option<usize> {
    text.match_indices(number).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| matches!(c, ';' | '；' | '、' | '\n' | '\r' | ',' | '，' | ' ' | '。'))
    })
}

/// The parts of a numbered cell, one a line and without their numbers; any other cell as it is.
fn unnumbered(text: &str) -> String {
    if text.contains('①') {
        let pieces: Vec<&str> = text.split(|c: char| ('①'..='⑳').contains(&c)).map(part).collect();
        return pieces.into_iter().filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("\n");
    }
    for form in ["(1)", "（1）", "1、", "1.", "1．"] {
        let Some(first) = tidy(text).strip_prefix(form) else { continue };
        let mut pieces = Vec::new();
        let mut rest = first;
        let mut no = 2;
        while let Some(at) = marks(rest, &form.replace('1', &no.to_string())) {
            let (piece, tail) = rest.split_at(at);
            pieces.push(part(piece));
            rest = tail.strip_prefix(form.replace('1', &no.to_string()).as_str()).unwrap_or(tail);
            no += 1;
        }
        pieces.push(part(rest));
        // 1.2g/kg；2.5g/kg are two results: a number is meant only where no figure follows it, or one with a point.
        let figure = |piece: &&str| {
            let digits = piece.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect::<String>();
            !digits.is_empty() && !digits.contains('.') && form.ends_with(['.', '．'])
        };
        if pieces.len() > 1 && !pieces.iter().any(figure) {
            return pieces.join("\n");
        }
    }
    text.to_owned()
}

fn part(piece: &str) -> &str {
    tidy(piece.trim_end_matches([';', '；', '、', ',', '，', '。', '\n', '\r', ' ']))
}

/// A bare number takes the unit of its own column.
fn with_unit(result: String, unit: &str) -> String {
    let bare = result.chars().map(half).all(|c| c.is_ascii_digit() || ".,<>=+-±×eE ~≤≥".contains(c));
    match present(unit) {
        Some(unit) if bare => format!("{result}{unit}"),
        _ => result,
    }
}

/// Pieces between marks that stand outside brackets.
fn outside(text: &str, is_mark: impl Fn(char) -> bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '（' | '[' | '【' | '﹙' => depth += 1,
            ')' | '）' | ']' | '】' | '﹚' => depth = (depth - 1).max(0),
            c if depth == 0 && is_mark(c) => {
                pieces.push(text.get(start..at).unwrap_or(""));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(text.get(start..).unwrap_or(""));
    pieces.into_iter().map(tidy).filter(|piece| !piece.is_empty()).collect()
}

/// Several items in one cell: ；, 、 and line breaks part them. A line break parts nothing when the results do not follow
/// it: then a long name was only wrapped, and `wrapped` is the cell without its breaks.
fn split_items<'a>(parts: Parts<'a>, wrapped: &'a str) -> Vec<&'a str> {
    let by_line = outside(parts.item, |c| matches!(c, ';' | '；' | '、' | '\n' | '\r'));
    let by_mark = outside(wrapped, |c| matches!(c, ';' | '；' | '、'));
    let follows = |text: &str| is_blank(text) || split_values(text, by_line.len()).is_some();
    let mut pieces = if follows(parts.result) && follows(parts.limit) { by_line } else { by_mark };
    if pieces.is_empty() {
        pieces.push(tidy(wrapped));
    }
    pieces
}

/// As many values as there are items, parted by the strongest mark that gives this number.
fn split_values(text: &str, count: usize) -> Option<Vec<Option<String>>> {
    let marks: [&[char]; 4] = [&['\n', '\r'], &[';', '；'], &['、'], &[',', '，']];
    marks.iter().find_map(|marks| {
        let pieces = outside(text, |c| marks.contains(&c));
        (pieces.len() == count).then(|| pieces.into_iter().map(present).collect())
    })
}

/// `铅（≤0.5mg/kg）`: a trailing bracket that reads like a limit is the limit; one like （以乙酸计） belongs to the name.
fn bracketed_limit(name: &str) -> (String, Option<String>) {
    let whole = || (name.to_owned(), None);
    if !name.ends_with([')', '）', '﹚']) {
        return whole();
    }
    let mut depth = 0;
    for (at, c) in name.char_indices().rev() {
        match c {
            ')' | '）' | '﹚' => depth += 1,
            '(' | '（' | '﹙' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            let inside = name.get(at + c.len_utf8()..).unwrap_or("");
            let inside = tidy(inside.strip_suffix([')', '）', '﹚']).unwrap_or(inside));
            let before = tidy(name.get(..at).unwrap_or(""));
            if before.is_empty() {
                return whole();
            }
            if is_blank(inside) {
                return (before.to_owned(), None);
            }
            let is_number = inside.chars().map(half).all(|c| c.is_ascii_digit() || c == '.');
            let is_limit = limit_score(inside) >= 2 || is_quantity(inside) || is_number;
            return if is_limit { (before.to_owned(), Some(inside.to_owned())) } else { whole() };
        }
    }
    whole()
}

/// A number with a unit behind it and nothing else. 4-氯苯氧乙酸钠(mg/kg) begins with a figure and is none.
pub(crate) fn is_quantity(text: &str) -> bool {
    let text = tidy(text);
    let number = text.trim_start_matches(['<', '>', '＜', '＞', '≤', '≥', ' ']);
    let digits = number.chars().map(half).take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '×')).count();
    let unit: String = number.chars().skip(digits).collect();
    let unit = unit.trim();
    let begins = unit.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(half(c), '%' | 'μ' | 'µ' | '°' | '('));
    digits > 0 && begins && unit.chars().count() <= 14 && UNITS.iter().any(|known| unit.contains(known))
}

const UNITS: [&str; 14] = ["g/", "mg", "μg", "µg", "ug", "CFU", "MPN", "%", "％", "IU", "Bq", "mL", "°", "NTU"];

/// How much a text reads like a limit.
pub(crate) fn limit_score(text: &str) -> i32 {
    let text = tidy(text);
    let mut score = 0;
    if text.starts_with(['≤', '≥', '≦', '≧', '⩽', '⩾']) {
        score += 4;
    } else if text.contains(['≤', '≥', '≦', '≧', '～', '~']) {
        score += 2;
    }
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let words = [
        "不得",
        "不应",
        "不超过",
        "不高于",
        "不低于",
        "禁止",
        "禁用",
        "应符合",
        "应为",
        "不可",
        "非法添加",
        "适量",
        "阴性",
    ];
    if says(&words) || (text.starts_with("符合") && text.chars().count() > 2) {
        score += 4;
    }
    let folded: String = text.chars().map(half).filter(|c| !c.is_whitespace()).collect();
    if folded.contains("n=") && (folded.contains("c=") || folded.contains("m=")) {
        score += 4;
    }
    if text.starts_with(['<', '＜']) {
        score += 1;
    }
    score
}

/// How much a text reads like a measured result.
pub(crate) fn result_score(text: &str) -> i32 {
    let text = tidy(text);
    let found = text.starts_with("检出")
        || text.starts_with("未检出")
        || matches!(text, "阳性" | "不合格" | "不符合" | "不符合要求");
    if found {
        return 3;
    }
    i32::from(limit_score(text) == 0 && text.chars().next().is_some_and(|c| half(c).is_ascii_digit()))
}

/// A composite cell: items parted by line breaks or ；, each with two or three parts.
fn composite(cell: &str, order: &[Part], unit: &str) -> Vec<FailingItem> {
    let pieces: Vec<&str> = outside(cell, |c| matches!(c, '\n' | '\r' | ';' | '；'));
    let bars = |text: &str| text.chars().filter(|c| is_bar(*c)).count();
    let expected = match order.len() {
        0 | 1 => pieces.iter().map(|piece| bars(piece)).max().unwrap_or(0),
        parts => parts - 1,
    };
    // A line break or ；inside one item leaves pieces that are not whole: what has no bar, what stands beside a bar, and
    // what goes on with a figure while a part is missing, belongs to the piece before.
    let mut entries: Vec<String> = Vec::new();
    for piece in pieces {
        let goes_on = |last: &str| {
            let figure = piece.starts_with(|c: char| half(c).is_ascii_digit() || "≤≥<>＜＞".contains(c));
            figure && bars(last) + bars(piece) <= expected
        };
        match entries.last_mut() {
            Some(last) if last.ends_with(is_bar) || piece.starts_with(is_bar) => last.push_str(piece),
            Some(last) if !piece.contains(is_bar) || goes_on(last) => {
                last.push('；');
                last.push_str(piece);
            }
            _ => entries.push(piece.to_owned()),
        }
    }
    let mut items = Vec::new();
    for entry in &entries {
        let parts = between_bars(entry);
        // Six parts in one entry are two items whose separator got lost.
        let width = if parts.len() > 3 && parts.len().is_multiple_of(3) { 3 } else { parts.len() };
        items.extend(parts.chunks(width.max(1)).filter_map(|parts| arranged(parts, order, unit)));
    }
    items
}

/// A composite cell that is parted by something else than bars: lines, commas, blanks, colons or slashes. Taken only when
/// every item falls into three parts of which the last two look like result and limit.
fn unbarred(cell: &str, order: &[Part], unit: &str) -> Option<Vec<FailingItem>> {
    let looks = |part: &str| limit_score(part) > 0 || result_score(part) > 0 || is_blank(part);
    let three = |pieces: Vec<String>| {
        let values = pieces.iter().skip(1).all(|piece| looks(piece));
        let name = pieces.first().is_some_and(|piece| !looks(piece));
        (pieces.len() == 3 && name && values).then_some(pieces)
    };
    let parted = |text: &str, marks: &[char]| {
        let pieces = outside(text, |c| marks.contains(&c)).into_iter().map(str::to_owned);
        three(pieces.collect())
    };
    let marks: [&[char]; 5] = [&['\n', '\r'], &[',', '，'], &['、'], &[' ', '\t', '\u{3000}'], &[':', '：']];
    let one = |text: &str| marks.iter().find_map(|marks| parted(text, marks)).or_else(|| three(slashed(text)));
    let items: Option<Vec<Vec<String>>> = match one(cell) {
        Some(pieces) => Some(vec![pieces]),
        None => outside(cell, |c| matches!(c, '\n' | '\r' | ';' | '；')).into_iter().map(one).collect(),
    };
    let items = items?.into_iter().filter_map(|pieces| {
        let parts: Vec<&str> = pieces.iter().map(String::as_str).collect();
        arranged(&parts, order, unit)
    });
    Some(items.collect())
}

/// Parts between slashes; the slash of a unit (mg/kg, CFU/g) parts nothing.
fn slashed(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in outside(text, |c| matches!(c, '/' | '／')) {
        let of_unit = ["kg", "g", "l", "ml", "100", "25g", "cm", "m3"]
            .iter()
            .any(|end| piece.to_ascii_lowercase().starts_with(end));
        match parts.last_mut() {
            Some(last) if of_unit && last.ends_with(|c: char| c.is_ascii_alphabetic()) => {
                last.push('/');
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// The parts between bars. Where every bar is printed double (││), two are one.
fn between_bars(entry: &str) -> Vec<&str> {
    let parts: Vec<&str> = entry.split(is_bar).map(tidy).collect();
    let doubled =
        parts.len() >= 3 && parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|part| part.is_empty());
    if doubled { parts.into_iter().step_by(2).collect() } else { parts }
}

/// Puts the parts of one item in their places.
fn arranged(parts: &[&str], order: &[Part], unit: &str) -> Option<FailingItem> {
    let claimed = |part: Part| order.iter().position(|other| *other == part);
    let item_at = claimed(Part::Item).filter(|at| *at < parts.len()).unwrap_or(0);
    let item = present(parts.get(item_at)?)?;
    let others: Vec<&str> =
        (0..parts.len()).filter(|at| *at != item_at).filter_map(|at| parts.get(at).copied()).collect();
    let limit_first =
        matches!((claimed(Part::Limit), claimed(Part::Result)), (Some(limit), Some(result)) if limit < result);
    let (result, limit) = match others.as_slice() {
        [] => ("", ""),
        [only] if limit_score(only) > result_score(only) => ("", *only),
        [only] => (*only, ""),
        [first, second, ..] => {
            // Positive when the second part looks more like the limit than the first one does.
            let lean = (limit_score(second) - result_score(second)) - (limit_score(first) - result_score(first));
            let swapped = if lean == 0 { limit_first } else { lean < 0 };
            if swapped { (*second, *first) } else { (*first, *second) }
        }
    };
    Some(FailingItem { item, result: present(result).map(|result| with_unit(result, unit)), limit: present(limit) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: [Part; 3] = [Part::Item, Part::Result, Part::Limit];

    fn item(item: &str, result: &str, limit: &str) -> FailingItem {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        FailingItem { item: item.to_owned(), result: some(result), limit: some(limit) }
    }

    fn cell(text: &str) -> Vec<FailingItem> {
        read(Parts { item: text, ..Parts::default() }, &ORDER, true).0
    }

    #[test]
    fn every_bar_in_use_parts_item_result_and_limit() {
        for bar in ["║", "‖", "丨", "|", "｜", "││", "||"] {
            let text = format!("恩诺沙星{bar}120μg/kg{bar}≤100μg/kg");
            assert_eq!(cell(&text), [item("恩诺沙星", "120μg/kg", "≤100μg/kg")], "{bar}");
        }
    }

    #[test]
    fn the_swapped_order_is_seen_whatever_the_header_says() {
        assert_eq!(cell("镉(以Cd计)丨≤0.5mg/kg丨0.78mg/kg"), [item("镉(以Cd计)", "0.78mg/kg", "≤0.5mg/kg")]);
        assert_eq!(cell("大肠菌群丨不得检出丨检出"), [item("大肠菌群", "检出", "不得检出")]);
        assert_eq!(
            cell("阴离子合成洗涤剂‖0.03mg/100cm2‖不得检出"),
            [item("阴离子合成洗涤剂", "0.03mg/100cm2", "不得检出")]
        );
        // Nothing tells the two apart: the header decides.
        let swapped = [Part::Item, Part::Limit, Part::Result];
        let parts = Parts { item: "酸价║3║5", ..Parts::default() };
        assert_eq!(read(parts, &swapped, true).0, [item("酸价", "5", "3")]);
        assert_eq!(read(parts, &ORDER, true).0, [item("酸价", "3", "5")]);
    }

    #[test]
    fn several_composites_in_one_cell() {
        let expected = [item("铅", "0.9mg/kg", "≤0.5mg/kg"), item("镉", "0.2mg/kg", "≤0.1mg/kg")];
        assert_eq!(cell("铅║0.9mg/kg║≤0.5mg/kg\n镉║0.2mg/kg║≤0.1mg/kg"), expected);
        assert_eq!(cell("铅║0.9mg/kg║≤0.5mg/kg；镉║0.2mg/kg║≤0.1mg/kg"), expected);
        assert_eq!(cell("铅║0.9mg/kg║≤0.5mg/kg║镉║0.2mg/kg║≤0.1mg/kg"), expected);
        assert_eq!(cell("铅║0.9mg/kg║\n≤0.5mg/kg；镉║0.2mg/kg║≤0.1mg/kg"), expected);
        let counts = "菌落总数║1.8×104；1.7×104CFU/g║n=5,c=2,m=104,M=105";
        assert_eq!(cell(counts), [item("菌落总数", "1.8×104；1.7×104CFU/g", "n=5,c=2,m=104,M=105")]);
    }

    #[test]
    fn a_composite_without_bars_is_read_when_its_parts_speak_for_themselves() {
        let lead = item("铅", "0.9mg/kg", "≤0.5mg/kg");
        for text in [
            "铅/0.9mg/kg/≤0.5mg/kg",
            "铅，0.9mg/kg，≤0.5mg/kg",
            "铅 0.9mg/kg ≤0.5mg/kg",
            "铅\n0.9mg/kg\n≤0.5mg/kg",
            "铅:≤0.5mg/kg:0.9mg/kg",
        ] {
            assert_eq!(cell(text), std::slice::from_ref(&lead), "{text:?}");
        }
        let both = [lead, item("镉", "0.2mg/kg", "≤0.1mg/kg")];
        assert_eq!(cell("铅/0.9mg/kg/≤0.5mg/kg；镉/0.2mg/kg/≤0.1mg/kg"), both);
        assert_eq!(cell("大肠菌群、霉菌、酵母菌").len(), 3);
    }

    #[test]
    fn plain_cells_split_outside_brackets() {
        let parts = Parts {
            item: "6-苄基腺嘌呤(6-BA)（不得检出）;4-氯苯氧乙酸钠(以4-氯苯氧乙酸计)（不得检出）",
            result: "198μg/kg;262μg/kg",
            ..Parts::default()
        };
        let expected = [
            item("6-苄基腺嘌呤(6-BA)", "198μg/kg", "不得检出"),
            item("4-氯苯氧乙酸钠(以4-氯苯氧乙酸计)", "262μg/kg", "不得检出"),
        ];
        assert_eq!(read(parts, &ORDER, true), (expected.to_vec(), None));
        assert_eq!(cell("苯甲酸、柠檬黄、日落黄").len(), 3);
        let wrapped = Parts { item: "氧氟\n沙星", result: "12μg/kg", ..Parts::default() };
        assert_eq!(read(wrapped, &ORDER, true).0, [item("氧氟沙星", "12μg/kg", "")]);
        let lines =
            Parts { item: "铅\n镉", result: "1mg/kg\n2mg/kg", limit: "0.5mg/kg\n0.1mg/kg", ..Parts::default() };
        assert_eq!(read(lines, &ORDER, true).0, [item("铅", "1mg/kg", "0.5mg/kg"), item("镉", "2mg/kg", "0.1mg/kg")]);
        assert_eq!((cell("合格"), cell("所检项目符合要求")), (Vec::new(), Vec::new()));
        assert_eq!(read(Parts { item: "1.外观；2.配合性能", ..Parts::default() }, &ORDER, false).0.len(), 1);
    }

    #[test]
    fn result_and_limit_may_stand_in_the_words_of_the_item() {
        assert_eq!(cell("酸价：4.5mg/g（标准值≤4.0mg/g）"), [item("酸价", "4.5mg/g", "≤4.0mg/g")]);
        let both = [item("二氧化硫残留量", "0.15g/kg", "不得检出"), item("镉", "0.3mg/kg", "≤0.1mg/kg")];
        assert_eq!(cell("二氧化硫残留量 0.15g/kg，标准值：不得检出；镉 0.3mg/kg，标准值：≤0.1mg/kg"), both);
        assert_eq!(cell("标签不符合标准要求"), [item("标签不符合标准要求", "", "")]);
    }

    #[test]
    fn numbers_before_items_and_results_are_no_part_of_them() {
        let numbered = |item: &str, result: &str, limit: &str| {
            let parts = Parts { item, result, limit, ..Parts::default() };
            read(parts, &ORDER, true).0
        };
        let two = [item("酸价", "5.1mg/g", "≤3"), item("过氧化值", "0.4g/100g", "≤0.25")];
        assert_eq!(numbered("①酸价②过氧化值", "①5.1mg/g②0.4g/100g", "①≤3②≤0.25"), two);
        assert_eq!(numbered("1.酸价；2.过氧化值", "1.5.1mg/g；2.0.4g/100g", "1.≤3；2.≤0.25"), two);
        assert_eq!(numbered("（1）酸价（2）过氧化值", "5.1mg/g；0.4g/100g", "≤3；≤0.25").len(), 1);
        // Figures that only look like numbers stay.
        let plain = numbered("1.糖精钠；2.甜蜜素", "1.2g/kg；2.5g/kg", "不得使用；不得使用");
        assert_eq!(plain, [item("糖精钠", "1.2g/kg", "不得使用"), item("甜蜜素", "2.5g/kg", "不得使用")]);
    }

    #[test]
    fn results_that_do_not_add_up_are_reported() {
        let parts = Parts { item: "甲、乙、丙", result: "1;2", ..Parts::default() };
        let (items, problem) = read(parts, &ORDER, true);
        assert_eq!((items.len(), problem.unwrap().code), (3, "ZH2112"));
        let parts =
            Parts {
                item: "菌落总数（n=5,c=2,m=104,M=105）", result: "1.8×104;1.7×104CFU/g", ..Parts::default()
            };
        assert_eq!(read(parts, &ORDER, true).0, [item("菌落总数", "1.8×104;1.7×104CFU/g", "n=5,c=2,m=104,M=105")]);
    }

    #[test]
    fn a_trailing_bracket_is_a_limit_only_when_it_reads_like_one() {
        assert_eq!(cell("总酸（以乙酸计）"), [item("总酸（以乙酸计）", "", "")]);
        assert_eq!(cell("色泽（/）"), [item("色泽", "", "")]);
        assert_eq!(cell("大肠菌群（10）"), [item("大肠菌群", "", "10")]);
        assert_eq!(cell("标签（符合GB 7718要求）"), [item("标签", "", "符合GB 7718要求")]);
        assert_eq!(cell("桔青霉素（50μg/kg）"), [item("桔青霉素", "", "50μg/kg")]);
        assert_eq!(cell("霉菌和酵母（≤103(CFU/g)）"), [item("霉菌和酵母", "", "≤103(CFU/g)")]);
        assert_eq!(cell("6-苄基腺嘌呤(6-BA)(mg/kg)（不得检出）"), [item("6-苄基腺嘌呤(6-BA)(mg/kg)", "", "不得检出")]);
    }

    #[test]
    fn the_unit_of_its_own_column_goes_behind_a_bare_result() {
        let parts = Parts { item: "镉", result: "0.13", limit: "≤0.1mg/kg", unit: "mg/kg" };
        assert_eq!(read(parts, &ORDER, true).0, [item("镉", "0.13mg/kg", "≤0.1mg/kg")]);
        let parts = Parts { result: "0.13mg/kg", ..parts };
        assert_eq!(read(parts, &ORDER, true).0, [item("镉", "0.13mg/kg", "≤0.1mg/kg")]);
    }
}
