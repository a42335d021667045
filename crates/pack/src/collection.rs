//! 报送 (collection): which kinds carry a round of reports – the round itself, each unit's reply, and the values in it – and which of
//! their fields plays which part. The program asks for parts; what a county calls its kinds and fields is the pack's.

use crate::indicator::{Indicator, Mode};
use crate::procedure::Spawn;
use crate::{Body, Pack};

/// The three kinds of a collection and the parts of their fields, as positions in the pack and in the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// 报送轮次
    pub round: RoundParts,
    /// 报送表, as a unit sends it back.
    pub reply: ReplyParts,
    /// 报送值
    pub value: ValueParts,
    /// 提示函 to a unit that has not reported: one of the pack's drafts.
    pub letter: Option<Spawn>,
    /// 通报 of a round: one of the pack's drafts.
    pub notice: Option<Spawn>,
}

/// Parts of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundParts {
    /// Position of the kind.
    pub kind: usize,
    /// 名称
    pub name: usize,
    /// 所属时期, as it is written: 2026年第三季度.
    pub period: usize,
    /// 数据截止日
    pub as_of: usize,
    /// 报送期限
    pub due: usize,
    /// 报送指标
    pub indicators: usize,
}

/// Parts of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyParts {
    /// Position of the kind.
    pub kind: usize,
    /// The round it answers.
    pub round: usize,
    /// 报送单位
    pub body: usize,
    /// 状态, given by the procedure of the kind.
    pub state: usize,
    /// Its states: 待报送, 已报, 有疑问, 退回.
    pub states: [String; 4],
    /// 报送期限 of this unit.
    pub due: usize,
    /// 收到日期
    pub received: usize,
    /// 疑问和退回原因
    pub remark: usize,
    /// The file as it came back.
    pub file: usize,
    /// The stamped scan.
    pub scan: usize,
    /// 填表人、审核人、分管领导
    pub signed: [usize; 3],
}

/// Parts of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueParts {
    /// Position of the kind.
    pub kind: usize,
    /// 指标
    pub indicator: usize,
    /// 数据日期
    pub as_of: usize,
    /// 报送值
    pub value: usize,
    /// 所属时期
    pub period: usize,
    /// 报送单位
    pub body: usize,
    /// 分子
    pub numerator: usize,
    /// 分母
    pub denominator: usize,
    /// 来源文件
    pub document: usize,
    /// 页码
    pub page: usize,
    /// 说明
    pub remark: usize,
    /// The stamped scan of the form.
    pub scan: usize,
    /// 填表人、审核人、分管领导
    pub signed: [usize; 3],
}

impl Pack {
    /// The indicators whose values somebody reports, in the order of the plan.
    pub fn reported_indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter().filter(|indicator| indicator.mode != Mode::Computed)
    }

    /// Who reports an indicator: the unit that the pack names, else the first responsible one.
    pub fn reporter_of(&self, indicator: &Indicator) -> Option<&Body> {
        let named = indicator.reporting.as_ref().and_then(|reporting| self.body(&reporting.by));
        named.or_else(|| self.bodies.get(*indicator.bodies.first()?))
    }
}
