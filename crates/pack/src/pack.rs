//! [`Pack`]: the checked whole of one county's plan.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::indicator::Indicator;
use crate::kind::Kind;

/// A responsible body (责任单位) or another office.
#[derive(Debug, Clone)]
pub struct Body {
    /// Stable id.
    pub id: String,
    /// 单位名称, never shortened.
    pub name: String,
    /// Other ways in which files write it.
    pub names: Vec<String>,
    /// 法定全称, as it stands under a document; none: the name.
    pub official: Option<String>,
    /// What it is in the plan.
    pub role: BodyRole,
    /// 上级单位: the body above it in the tree.
    pub parent: Option<String>,
    /// What it is in the county.
    pub level: BodyLevel,
    /// The areas it serves (辖区), codes.
    pub areas: Vec<String>,
    /// In being from this day.
    pub since: Option<Date>,
    /// In being until this day.
    pub until: Option<Date>,
    /// 联络员
    pub contact: Option<Contact>,
    /// False when nobody checked it.
    pub verified: bool,
}

impl Body {
    /// Whether it is in being on a day.
    pub fn is_on(&self, day: i32) -> bool {
        self.since.is_none_or(|since| crate::day::number(since) <= day)
            && self.until.is_none_or(|until| day <= crate::day::number(until))
    }
}

/// 联络员: who answers for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// 姓名
    pub name: String,
    /// 电话
    pub phone: Option<String>,
}

/// What a body is in the county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLevel {
    /// 领导小组
    Group,
    /// 县级部门
    Bureau,
    /// 派出机构: 市场监管所 and the like.
    Station,
    /// 乡镇街道
    Town,
    /// 村（社区）
    Village,
    /// 法院、检察院
    Court,
    /// Anything else.
    Other,
}

impl BodyLevel {
    /// Every level with its name in the pack language and its Chinese word.
    pub const NAMES: [(&str, &str, BodyLevel); 7] = [
        ("group", "领导小组", BodyLevel::Group),
        ("bureau", "县级部门", BodyLevel::Bureau),
        ("station", "派出机构", BodyLevel::Station),
        ("town", "乡镇街道", BodyLevel::Town),
        ("village", "村（社区）", BodyLevel::Village),
        ("court", "法院、检察院", BodyLevel::Court),
        ("other", "其他", BodyLevel::Other),
    ];

    /// 县级部门, 乡镇街道, …
    pub fn word(self) -> &'static str {
        BodyLevel::NAMES.iter().find(|(.., level)| *level == self).map_or("", |(_, word, _)| word)
    }
}

/// A body's part in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRole {
    /// Named by the plan's table.
    Responsible,
    /// The office that runs the plan.
    Office,
    /// Another office that measures need.
    Other,
}

/// An area of the place (乡镇、街道).
#[derive(Debug, Clone)]
pub struct Area {
    /// 行政区划代码
    pub code: String,
    /// 名称
    pub name: String,
    /// Other ways in which files write it.
    pub names: Vec<String>,
    /// False when nobody checked the code.
    pub verified: bool,
}

/// A list of choices (字典).
#[derive(Debug, Clone)]
pub struct List {
    /// Stable id.
    pub id: String,
    /// 名称
    pub name: String,
    /// Items in order.
    pub items: Vec<Item>,
}

impl List {
    /// The item that a person or a file means: by id, by name, or by another name.
    pub fn find(&self, text: &str) -> Option<&Item> {
        let same = |name: &String| name == text;
        self.items
            .iter()
            .find(|item| item.id == text)
            .or_else(|| self.items.iter().find(|item| item.name == text || item.names.iter().any(same)))
    }
}

/// One choice.
#[derive(Debug, Clone)]
pub struct Item {
    /// Stable id, what records keep.
    pub id: String,
    /// 名称, what pages show.
    pub name: String,
    /// Other ways in which files write it.
    pub names: Vec<String>,
    /// What a page in English shows.
    pub english: Option<String>,
    /// Not for new records after this day.
    pub until: Option<Date>,
}

/// Words that opinions often use (常用意见).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// The words.
    pub text: String,
    /// Offered in this body and those under it only.
    pub body: Option<String>,
}

impl Phrase {
    /// Longest phrase in characters.
    pub const LEN: usize = 200;
}

/// A group of indicators (类别).
#[derive(Debug, Clone)]
pub struct Group {
    /// Stable id.
    pub id: String,
    /// 名称
    pub name: String,
}

/// A day that the holiday arrangement changes.
#[derive(Debug, Clone)]
pub struct Holiday {
    /// The day.
    pub day: Date,
    /// True for a make-up working day (调休上班).
    pub working: bool,
    /// 节日
    pub name: String,
}

/// The compiled pack.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Stable id.
    pub id: String,
    /// 方案名称
    pub title: String,
    /// 行政区划代码 of the place; the first part of every key in storage.
    pub place: String,
    /// 县名
    pub place_name: String,
    /// Names of what the place lies in (省、市), as addresses write them.
    pub within: Vec<String>,
    /// Printed on every page.
    pub notice: Option<String>,
    /// A fictional county.
    pub demo: bool,
    /// 发文机关
    pub issuer: Option<String>,
    /// 成文日期
    pub issued_on: Option<Date>,
    /// 基期
    pub baseline_year: i16,
    /// 目标年
    pub target_year: i16,
    /// Hours east of Greenwich of the pack's days.
    pub utc_offset_hours: i64,
    /// The plan's text.
    pub document: String,
    /// SHA-256 over every file of the pack and of those it includes.
    pub hash: [u8; 32],
    /// 单位
    pub bodies: Vec<Body>,
    /// 岗位: the built-in ones first.
    pub roles: Vec<crate::procedure::Role>,
    /// 乡镇街道
    pub areas: Vec<Area>,
    /// 字典
    pub lists: Vec<List>,
    /// 登记种类
    pub kinds: Vec<Kind>,
    /// 指标类别
    pub groups: Vec<Group>,
    /// 指标
    pub indicators: Vec<Indicator>,
    /// 放假调休
    pub holidays: Vec<Holiday>,
    /// The same, to count with.
    pub calendar: crate::clock::Calendar,
    /// 代办最长天数: how many days one act of delegation may span.
    pub delegation_days: i32,
    /// Modes that the county gives to common kinds.
    pub modes: std::collections::BTreeMap<String, crate::kind::Mode>,
    /// 程序
    pub procedures: Vec<crate::procedure::Procedure>,
    /// Records that ladders draft, by the names under which procedures call them (起草文书的样子).
    pub drafts: Vec<(String, crate::procedure::Spawn)>,
    /// 由此开出: what may be opened with one button, and from where.
    pub raises: Vec<crate::raise::Raise>,
    /// 文书
    pub documents: Vec<crate::procedure::Document>,
    /// 名册: the kinds of members, contacts and villages, where the pack has them.
    pub directory: crate::Directory,
    /// 报送: the kinds of a round of reports, where the pack has them.
    pub collection: Option<crate::Collection>,
    /// 常用意见, in order.
    pub phrases: Vec<Phrase>,
    /// 乡镇（街道）履行职责事项清单, in order.
    pub town_duties: Vec<crate::duty::TownDuty>,
    /// 方案的系统, by number.
    pub systems: Vec<crate::system::System>,
    pub(crate) kind_index: HashMap<String, usize>,
    pub(crate) indicator_index: HashMap<String, usize>,
    /// For each kind, the (indicator, source) pairs that its records move.
    pub(crate) moved_by: Vec<Vec<(usize, crate::indicator::SourceRef)>>,
}

impl Pack {
    /// A kind by id.
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kind_index.get(id).and_then(|index| self.kinds.get(*index))
    }

    /// The definition of an indicator that is in force on a day: a period is computed under the definition of its last day, and no
    /// period mixes two.
    pub fn in_force<'a>(&'a self, indicator: &'a Indicator, day: i32) -> &'a Indicator {
        let earlier = indicator.earlier.iter().filter_map(|at| self.indicators.get(*at));
        let holds = |one: &&Indicator| one.until.is_some_and(|until| day <= crate::day::number(until));
        earlier.into_iter().find(holds).unwrap_or(indicator)
    }

    /// The indicator that readers know: the definition in force for an earlier one of it.
    pub fn known_as<'a>(&'a self, indicator: &'a Indicator) -> &'a Indicator {
        indicator.version_of.and_then(|at| self.indicators.get(at)).unwrap_or(indicator)
    }

    /// The kind that reports values, and its position.
    pub fn reports(&self) -> Option<(usize, &Kind)> {
        self.kinds.iter().enumerate().find(|(_, kind)| kind.reports.is_some())
    }

    /// The kind whose records are publications, with what it declares.
    pub fn publications(&self) -> Option<(&Kind, &crate::kind::Publishes)> {
        self.kinds.iter().find_map(|kind| Some((kind, kind.publishes.as_ref()?)))
    }

    /// The kind that carries totals, and its position.
    pub fn totals(&self) -> Option<(usize, &Kind)> {
        self.kinds.iter().enumerate().find(|(_, kind)| kind.totals.is_some())
    }

    /// Position of an indicator.
    pub fn indicator_position(&self, id: &str) -> Option<usize> {
        self.indicator_index.get(id).copied()
    }

    /// Position of a kind.
    pub fn kind_position(&self, id: &str) -> Option<usize> {
        self.kind_index.get(id).copied()
    }

    /// An indicator by id.
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicator_index.get(id).and_then(|index| self.indicators.get(*index))
    }

    /// A role by id.
    pub fn role(&self, id: &str) -> Option<&crate::procedure::Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// A procedure by id.
    pub fn procedure(&self, id: &str) -> Option<&crate::procedure::Procedure> {
        self.procedures.iter().find(|procedure| procedure.id == id)
    }

    /// A document by id.
    pub fn document(&self, id: &str) -> Option<&crate::procedure::Document> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// A list by id.
    pub fn list(&self, id: &str) -> Option<&List> {
        self.lists.iter().find(|list| list.id == id)
    }

    /// A body by id.
    pub fn body(&self, id: &str) -> Option<&Body> {
        self.bodies.iter().find(|body| body.id == id)
    }

    /// The bodies above one, the nearest first. Ends where a ring begins, so that it may be asked of a pack under check.
    pub fn bodies_above(&self, id: &str) -> Vec<&Body> {
        let mut found: Vec<&Body> = Vec::new();
        let mut next = self.body(id).and_then(|body| body.parent.as_deref());
        while let Some(body) = next.and_then(|id| self.body(id)) {
            if found.iter().any(|known| known.id == body.id) {
                break;
            }
            found.push(body);
            next = body.parent.as_deref();
        }
        found
    }

    /// A body and every body under it, in the order of the pack; empty when there is none of that id.
    pub fn bodies_under(&self, id: &str) -> Vec<&Body> {
        let under = |body: &&Body| body.id == id || self.bodies_above(&body.id).iter().any(|above| above.id == id);
        self.bodies.iter().filter(under).collect()
    }

    /// A body and those under it for which it acts: a bureau for its 派出机构. A government, a committee and a leading group act for themselves;
    /// the bureaus and towns under them are bodies of their own, whose records and persons are not theirs to open.
    pub fn bodies_within(&self, id: &str) -> Vec<&Body> {
        let mut found: Vec<&Body> = self.body(id).into_iter().collect();
        let mut at = 0;
        while let Some(body) = found.get(at).copied() {
            at += 1;
            let under = || self.bodies.iter().filter(|one| one.parent.as_deref() == Some(body.id.as_str()));
            let of_its_own = |one: &Body| matches!(one.level, BodyLevel::Bureau | BodyLevel::Town | BodyLevel::Group);
            if body.level == BodyLevel::Group || under().any(of_its_own) {
                continue;
            }
            found.extend(under().filter(|one| !found.iter().any(|known| known.id == one.id)).collect::<Vec<_>>());
        }
        found
    }

    /// The body that a text names.
    pub fn body_named(&self, text: &str) -> Option<&Body> {
        let bare = text.strip_prefix(self.place_name.as_str()).unwrap_or(text);
        self.bodies.iter().find(|body| {
            body.id == text
                || body.name == text
                || body.name == bare
                || body.names.iter().any(|name| name == text || name == bare)
        })
    }

    /// The area that a text names, by code, by name, or by another name, with or without the county's name before it.
    pub fn area_named(&self, text: &str) -> Option<&Area> {
        let bare = text.strip_prefix(self.place_name.as_str()).unwrap_or(text);
        self.areas.iter().find(|area| {
            area.code == text || area.name == bare || area.names.iter().any(|name| name == bare || name == text)
        })
    }

    /// An area by code.
    pub fn area(&self, code: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.code == code)
    }

    /// What an address says of the place: the area where it names one, the county, elsewhere, or nothing.
    ///
    /// An address lies elsewhere when it begins with the name of another province, city, county or district. A shop in a 超市 or a
    /// 小区 names none; the names above the county (`place.within`) are taken off first.
    pub fn locate(&self, address: &str) -> Whereabouts {
        let mut rest = address.trim();
        for above in &self.within {
            rest = rest.strip_prefix(above.as_str()).unwrap_or(rest);
        }
        let named = |name: &str| name.chars().count() > 1 && rest.contains(name);
        let short = self.place_name.trim_end_matches(['县', '市', '区']);
        let ours = rest.strip_prefix(self.place_name.as_str());
        if ours.is_none() && begins_with_a_district(rest) {
            return Whereabouts::Outside;
        }
        let inside = ours.is_some() || named(&self.place_name) || (short.chars().count() > 1 && rest.contains(short));
        match self.areas.iter().find(|area| named(&area.name) || area.names.iter().any(|name| named(name))) {
            Some(area) => Whereabouts::Area(area.code.clone()),
            None if inside => Whereabouts::Inside,
            None => Whereabouts::Unknown,
        }
    }

    /// The day of an instant (microseconds, UTC) at the place.
    pub fn day_of(&self, micros: i64) -> i32 {
        crate::day::of_instant(micros, self.utc_offset_hours)
    }
}

/// What an address tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// In this area of the place.
    Area(String),
    /// In the place, area unknown.
    Inside,
    /// In another county.
    Outside,
    /// The address does not say.
    Unknown,
}

/// Whether an address begins with the name of a province, city, county or district: two to eight characters and the level's word.
fn begins_with_a_district(address: &str) -> bool {
    const LONGEST: usize = 9;
    let letters: Vec<char> = address.chars().take(LONGEST + 1).collect();
    for (at, letter) in letters.iter().enumerate().skip(2).take(LONGEST) {
        let before = letters.get(at.wrapping_sub(1)).copied().unwrap_or_default();
        let after = letters.get(at + 1).copied().unwrap_or_default();
        match letter {
            '省' => return true,
            // 市场, 超市, 门市, 小区, 社区, 园区 … are places inside a county.
            '市' if after != '场' && !"超门夜早集菜城".contains(before) => return true,
            '区' if !"小社园厂校景街片库牌辖新矿林营".contains(before) => return true,
            '县' | '州' | '旗' if after != '路' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::begins_with_a_district;

    #[test]
    fn a_district_is_told_from_a_market() {
        for address in ["湖北省恩施州巴东县信陵镇", "万州区高笋塘", "奉节县永安街道", "成都市巫山路1号", "内蒙古自治区"]
        {
            assert!(begins_with_a_district(address), "{address}");
        }
        for address in
            ["永辉超市二楼", "广东中路农贸市场12号", "神女小区3栋", "高唐街道净坛一路", "龙江社区", "", "工业园区A1"]
        {
            assert!(!begins_with_a_district(address), "{address}");
        }
    }
}
