//! Invented names. Every firm begins with 示例, no telephone number can be dialled, and every code carries the unassigned 990101.

use zhiheng_pack::{Area, uscc};

use super::chance::Chance;

const WORDS: [&str; 40] = [
    "晨禾",
    "青岚",
    "白露",
    "云栖",
    "石泉",
    "松涛",
    "柏岭",
    "新谷",
    "沙洲",
    "凤羽",
    "花朝",
    "李径",
    "高岗",
    "竹里",
    "枫桥",
    "梨雪",
    "茶语",
    "平川",
    "响泉",
    "春晓",
    "夏木",
    "秋实",
    "冬青",
    "山月",
    "溪声",
    "禾丰",
    "果满",
    "稻香",
    "麦浪",
    "橙光",
    "柚林",
    "椒园",
    "菌语",
    "蜂蜜坡",
    "渔歌",
    "陶然",
    "知味",
    "百味",
    "四季",
    "三餐",
];
const SURNAMES: [&str; 12] = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫"];
const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];

/// A firm of the demonstration county.
#[derive(Debug, Clone)]
pub(super) struct Firm {
    pub(super) name: String,
    pub(super) code: String,
    pub(super) area: String,
    pub(super) address: String,
}

/// The firm with this number in one line of business.
pub(super) fn firm(areas: &[Area], seed: u64, trade: &str, prefix: &str, ends: &[&str], number: u64) -> Firm {
    let mut chance = Chance::of(seed, trade, number);
    let (code, town) = area(areas, &mut chance);
    let word = chance.pick(&WORDS);
    let end = chance.pick(ends);
    Firm {
        name: format!("示例县{town}{word}{end}"),
        code: code_of(prefix, trade, number),
        address: format!("示例县{town}示例路{}号", chance.between(1, 399)),
        area: code,
    }
}

/// An area, the county seat more often than a far township.
pub(super) fn area(areas: &[Area], chance: &mut Chance) -> (String, String) {
    // 1/1, 1/2, 1/3 … of a share: how samples fall on towns of very different size.
    let shares = |count: usize| (1..=u64::try_from(count).unwrap_or_default()).map(|place| 2520 / (place + 1));
    let mut left = chance.below(shares(areas.len()).sum());
    for (area, share) in areas.iter().zip(shares(areas.len())) {
        if left < share {
            return (area.code.clone(), area.name.clone());
        }
        left -= share;
    }
    areas.last().map_or_else(Default::default, |area| (area.code.clone(), area.name.clone()))
}

/// A 统一社会信用代码 with both of its check characters, in an area that nobody has.
pub(super) fn code_of(prefix: &str, trade: &str, number: u64) -> String {
    let range: u64 = trade.bytes().map(u64::from).sum::<u64>() % 89 + 10;
    let body = format!("{range:02}{:06}", number % 1_000_000);
    let leading = format!("{prefix}990101{body}{}", char::from(organisation_check(&body)));
    let check = uscc::check_character(leading.as_bytes()).map_or('0', char::from);
    format!("{leading}{check}")
}

/// GB 11714-1997: C9 = 11 − Σ CᵢWᵢ mod 11; 10 is X, 11 is 0.
fn organisation_check(body: &str) -> u8 {
    let weights = [3_u32, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(byte, weight)| u32::from(byte.saturating_sub(b'0')) * weight).sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or_default(),
    }
}

/// A person who does not exist, and says so.
pub(super) fn person(chance: &mut Chance) -> String {
    format!("示例·{}{}", chance.pick(&SURNAMES), chance.pick(&STEMS))
}

/// Eleven digits that begin with zeros: no network has such a number.
pub(super) fn phone(chance: &mut Chance) -> String {
    format!("0000000{:04}", chance.below(10_000))
}

/// A word for a brand or a product line.
pub(super) fn word(chance: &mut Chance) -> &'static str {
    chance.pick(&WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_hold_and_belong_to_nobody() {
        for number in 0..2000 {
            let code = code_of("91", "food", number);
            assert!(uscc::is_valid(&code), "{code}");
            assert_eq!(code.get(2..8), Some("990101"));
        }
    }

    #[test]
    fn the_organisation_code_of_the_standard() {
        // GB 32100's own example 91350100M000100Y43 holds an organisation code with letters; this one is all digits: 60003734-1.
        assert_eq!(char::from(organisation_check("60003734")), '1');
    }
}
