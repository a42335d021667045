//! 履行职责事项清单: what a town does and what was taken back from it, item by item, as the county published it. A task to a town cites an item of it, or a
//! recorded 准入审批.

use jiff::civil::Date;

/// The item of the list `duties` for what stands on no list: only with a recorded approval.
pub const OUTSIDE: &str = "outside";

/// What sort of item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DutyClass {
    /// 基本履行职责事项
    Basic,
    /// 配合履行职责事项
    Assist,
    /// 上级部门收回事项: no task of a town.
    Withdrawn,
}

impl DutyClass {
    /// Every class with its name in the pack language and its Chinese word.
    pub const NAMES: [(&str, &str, DutyClass); 3] = [
        ("basic", "基本履职", DutyClass::Basic),
        ("assist", "配合履职", DutyClass::Assist),
        ("withdrawn", "上级收回", DutyClass::Withdrawn),
    ];

    /// 基本履职, 配合履职, 上级收回.
    pub fn word(self) -> &'static str {
        DutyClass::NAMES.iter().find(|(.., class)| *class == self).map_or("", |(_, word, _)| word)
    }
}

/// One item.
#[derive(Debug, Clone)]
pub struct TownDuty {
    /// Stable id, what records keep.
    pub id: String,
    /// Number as published.
    pub no: Option<String>,
    /// 事项名称
    pub name: String,
    /// Class.
    pub class: DutyClass,
    /// The document it stands in.
    pub source: String,
    /// In force from.
    pub since: Option<Date>,
    /// In force until.
    pub until: Option<Date>,
    /// False when nobody compared it with the published list.
    pub verified: bool,
}

impl TownDuty {
    /// The item as a choice shows it: 配合履职 第42项 落后产能摸底（未核实）.
    pub fn label(&self) -> String {
        let no = self.no.as_ref().map(|no| format!("{no} ")).unwrap_or_default();
        let doubt = if self.verified { "" } else { "（未核实）" };
        format!("{} {no}{}{doubt}", self.class.word(), self.name)
    }
}
