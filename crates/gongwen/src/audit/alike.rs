//! How alike two names are. Names are compared by their cores: without making-verbs, levels that only repeat
//! where the document stands, and the marks around them.

use crate::name::Name;
use crate::script;

/// How a target of the text and a row of the table are one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// The same name.
    Same,
    /// Another name, alike, with the same value.
    Near,
    /// A part of what the row counts (重点消费品… of 消费品…).
    Narrower,
}

#[rustfmt::skip]
const LEADING: &[&str] = &[
    "主导或参与制修订", "主导、参与制修订", "参与制修订", "主导制修订", "制修订", "主导或参与制定", "参与制定",
    "主导制定", "制定", "新建", "新增", "培育", "创建", "争创", "打造", "建设", "建成", "建立", "发展", "新培育",
    "新认定", "推出", "累计", "培育打造", "全县", "全市", "全区", "全省", "国家",
];

/// The core of a name for comparison.
pub(crate) fn core(name: &str) -> String {
    let folded: String =
        name.chars().map(script::fold).filter(|c| !matches!(c, ' ' | '“' | '”' | '"' | '的')).collect();
    let mut rest = folded.as_str();
    while let Some(after) = LEADING.iter().filter_map(|word| rest.strip_prefix(word)).min_by_key(|after| after.len()) {
        // 国家级, 国家标准 and 国家公园 are names; 国家 before another mark of level repeats it.
        let names = rest.starts_with("国家") && after.starts_with(['级', '标', '地', '公', '重']);
        if after.chars().count() < 2 || names {
            break;
        }
        rest = after;
    }
    rest.to_owned()
}

/// The names that a subject may be known by: itself, what stands behind 等, and the members of a list.
pub(crate) fn names(subject: &str) -> Vec<String> {
    let whole = core(subject);
    let mut names = vec![whole.clone()];
    if let Some((before, after)) = whole.rsplit_once('等')
        && before.contains('、')
        && after.chars().count() >= 3
    {
        names.push(core(after));
    } else if whole.contains(['、', '和']) {
        let members = Name::from_text(&whole).split(None);
        names.extend(members.iter().map(|member| core(&member.text())));
    }
    names.dedup();
    names
}

/// Likeness of two names from 0 to 100: pairs of neighbouring characters that both have.
pub(crate) fn likeness(one: &str, two: &str) -> u32 {
    let (one, two) = (pairs(one), pairs(two));
    let total = one.len() + two.len();
    if total == 0 {
        return 0;
    }
    let mut rest = two;
    let mut common = 0;
    for pair in &one {
        if let Some(at) = rest.iter().position(|p| p == pair) {
            rest.swap_remove(at);
            common += 1;
        }
    }
    (common * 200 / total) as u32
}

fn pairs(name: &str) -> Vec<(char, char)> {
    let chars: Vec<char> = name.chars().take(60).collect();
    chars.iter().copied().zip(chars.iter().copied().skip(1)).collect()
}

/// What the longer name has more than the shorter one, when it is one stretch inside it: its place and words.
pub(crate) fn insertion(longer: &str, shorter: &str) -> Option<(usize, String)> {
    let (long, short): (Vec<char>, Vec<char>) = (longer.chars().collect(), shorter.chars().collect());
    let extra = long.len().checked_sub(short.len()).filter(|extra| *extra > 0)?;
    let head = long.iter().zip(&short).take_while(|(a, b)| a == b).count();
    let tail = long.iter().rev().zip(short.iter().rev()).take_while(|(a, b)| a == b).count();
    (head + tail >= short.len()).then(|| {
        let at = head.min(short.len());
        (at, long.iter().skip(at).take(extra).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_their_cores() {
        assert_eq!(core("主导或参与制修订地方标准"), "地方标准");
        assert_eq!(core("国家4A级旅游景区"), "4A级旅游景区");
        assert_eq!(core("国家级度假区"), "国家级度假区");
        assert!(names("甲茶、乙果等地方标准").contains(&"地方标准".to_owned()));
        assert!(names("轻工产品和消费品质量合格率").contains(&"轻工产品质量合格率".to_owned()));
    }

    #[test]
    fn an_insertion_is_one_stretch() {
        assert_eq!(insertion("万人高价值发明专利", "万人发明专利"), Some((2, "高价值".to_owned())));
        assert_eq!(insertion("省级示范园区", "示范园区"), Some((0, "省级".to_owned())));
        assert_eq!(insertion("甲乙丙丁", "甲丁戊"), None);
    }
}
