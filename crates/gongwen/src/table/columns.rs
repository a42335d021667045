//! The columns of a table, by the words of its header (表头).

use crate::{dates, number, script};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    /// 序号
    No,
    /// 类别
    Category,
    /// 二级指标 where a third level follows
    Group,
    /// 指标
    Name,
    /// 单位
    Unit,
    /// 2027年; `base` where a word says 基期 or 目标
    Year { year: i32, base: Option<bool> },
    /// 基期值
    Baseline,
    /// 目标值
    Goal,
    /// 年均/累计, and whether the header says 累计 alone
    Period { cumulative: bool },
    /// 属性
    Attribute,
    /// 责任单位, with the role as printed
    Bodies(String),
    /// 任务
    Task,
    /// 完成时限
    Due,
    /// 备注
    Note,
    /// A header cell that only spans others or says nothing.
    Other,
}

/// Reads a header cell; none when it is no header word.
pub(crate) fn column(text: &str) -> Option<Column> {
    let folded: String = text.chars().map(script::fold).filter(|c| *c != ' ').collect();
    let length = folded.chars().count();
    if length == 0 || length > 16 {
        return None;
    }
    if let Some(column) = year(&folded) {
        return Some(column);
    }
    let bare = folded.split('(').next().unwrap_or(&folded);
    let column = match bare {
        "序号" | "编号" | "序" | "序列" | "No" | "No." | "NO" | "项次" => Column::No,
        "类别" | "指标类别" | "领域" | "一级指标" | "分类" | "板块" | "方面" | "维度" | "类型" | "任务类别"
        | "指标分类" | "目标领域" | "一级目录" | "重点领域" | "工作领域" => Column::Category,
        "指标" | "指标名称" | "主要指标" | "具体指标" | "指标要求" | "指标内容" | "三级指标" | "二级指标" | "名称"
        | "考核指标" | "评价指标" | "核心指标" | "指标项" | "重点指标" | "发展指标" | "目标指标" | "监测指标"
        | "约束性指标" | "预期性指标" | "项目" => Column::Name,
        "单位" | "计量单位" | "指标单位" => Column::Unit,
        "属性" | "指标属性" | "指标性质" | "性质" | "指标类型" | "约束性/预期性" => {
            Column::Attribute
        }
        "目标值" | "目标" | "规划目标" | "目标要求" | "预期目标" | "规划目标值" | "预期值" | "规划值" | "考核目标"
        | "考核目标值" | "指标值" | "规划指标" | "工作目标" | "量化目标" | "目标水平" => {
            Column::Goal
        }
        "基期值" | "基期" | "现状值" | "现状" | "基准值" | "基础值" | "现值" | "基期水平" | "现状水平" | "基线"
        | "基线值" | "基数" | "当前值" | "基期数据" | "基准" => Column::Baseline,
        "任务" | "重点任务" | "工作任务" | "主要任务" | "工作内容" | "任务内容" | "重点工作" | "工作举措"
        | "主要内容" | "具体措施" | "工作措施" | "任务名称" | "目标任务" | "具体任务" | "重点举措" | "任务分解"
        | "主要举措" | "工作事项" | "重点事项" | "任务事项" | "具体内容" | "工作要求" | "事项" | "措施" | "举措"
        | "工作项目" | "主要工作" | "具体工作" | "重点工程" | "建设内容" | "改革内容" => {
            Column::Task
        }
        "完成时限" | "时限" | "完成时间" | "时间节点" | "时间安排" | "完成期限" | "进度安排" | "时限要求"
        | "时间要求" | "实施期限" | "时间进度" | "进度要求" | "完成时间节点" | "完成进度" | "时间" | "进度"
        | "期限" | "实施时间" | "推进时间" | "办理时限" | "时间期限" => Column::Due,
        "备注" | "说明" | "数据来源" | "指标说明" => Column::Note,
        _ if ["任务", "措施", "举措", "事项"].iter().any(|end| bare.ends_with(end)) && length <= 8 => {
            Column::Task
        }
        _ if is_bodies(bare) => Column::Bodies(bare.to_owned()),
        _ if bare.contains("年均") || bare.contains("累计") => {
            Column::Period { cumulative: !bare.contains("年均") && !folded.contains("年均") }
        }
        _ => return None,
    };
    Some(column)
}

fn is_bodies(text: &str) -> bool {
    const WHO: &[&str] =
        &["责任", "牵头", "配合", "参与", "参加", "主办", "协办", "负责", "承办", "主管", "实施", "落实", "监测"];
    const KIND: &[&str] = &["单位", "部门", "主体", "机构"];
    KIND.iter().any(|kind| text.ends_with(kind)) && WHO.iter().any(|who| text.contains(who))
}

fn year(text: &str) -> Option<Column> {
    let chars: Vec<char> = text.chars().collect();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let bare = chars.len() == 4 && chars.iter().all(char::is_ascii_digit);
    let at = chars.iter().position(|c| *c == '年').or(bare.then_some(4));
    let printed = at.and_then(|at| number::whole(chars.get(at.checked_sub(4)?..at)?));
    // “十四五”末, “十四五”目标
    let year = match printed {
        Some(year) => year as i32,
        None if chars.len() <= 9 && !says(&["指标", "任务"]) && text.contains("五”") => dates::plan_year(text)?,
        None => return None,
    };
    if !(1950..=2100).contains(&year) {
        return None;
    }
    let base = if says(&["基期", "现状", "实际", "完成", "基准", "基数", "实绩"]) {
        Some(true)
    } else if says(&["目标", "规划", "预期", "计划", "达到"]) {
        Some(false)
    } else {
        None
    };
    if says(&["年均", "累计", "-"]) {
        return Some(Column::Period { cumulative: text.contains("累计") && !text.contains("年均") });
    }
    Some(Column::Year { year, base })
}

/// Whether header cells make a table of indicators or tasks.
pub(crate) fn is_header(columns: &[Column]) -> bool {
    let has = |test: fn(&Column) -> bool| columns.iter().any(test);
    let subject = has(|c| matches!(c, Column::Name | Column::Task));
    let value = has(|c| {
        matches!(
            c,
            Column::Year { .. }
                | Column::Baseline
                | Column::Goal
                | Column::Period { .. }
                | Column::Bodies(_)
                | Column::Due
        )
    });
    subject && value && columns.len() >= 3
}

/// Puts columns in their final roles: 二级指标 groups where there is a third level.
pub(crate) fn settle(header: &[String]) -> Vec<Column> {
    let three_levels = header.iter().any(|h| h == "三级指标");
    let columns = header.iter().map(|text| match text.as_str() {
        "二级指标" if three_levels => Column::Group,
        _ => column(text).unwrap_or(Column::Other),
    });
    let mut columns: Vec<Column> = columns.collect();
    // A second 指标 column beside one that has the name (类别 | 指标 | 项目) says nothing more.
    let mut named = false;
    for column in &mut columns {
        if *column == Column::Name && std::mem::replace(&mut named, true) {
            *column = Column::Other;
        }
    }
    columns
}
