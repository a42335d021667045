//! What has been reached and what is to be reached (时态): accounts of the past state figures in the same words
//! as targets do. Headings decide first, then the words of the sentence, then those of its paragraph.

use crate::flow::Flow;
use crate::lexicon::Lexicon;
use crate::page::Span;
use crate::script;

/// What the words of a stretch say of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tense {
    /// 已, 截至, 取得了
    pub(crate) past: bool,
    /// 累计, 近1.7万: usual in accounts, possible in plans
    pub(crate) maybe_past: bool,
    /// 到2027年, 力争, 目标
    pub(crate) future: bool,
    /// 以上, 左右: accounts are exact, or say 近 and 多
    pub(crate) bounded: bool,
}

#[rustfmt::skip]
static PAST: Lexicon = Lexicon::new(&[
    "截至", "截止", "目前", "去年", "上年", "同比", "过去", "以来", "超额完成", "圆满", "顺利完成", "成功", "荣获",
    "获评", "跃居", "位居", "位列", "居全国", "居全省", "居全市", "没有发生", "未发生", "已经", "已达", "已建",
    "已有", "已完成", "已实现", "已成", "已形成", "均已", "率先建成", "连续", "作出了", "取得了", "实现了", "完成了",
    "达到了", "建成了", "形成了", "提高了", "增加了", "下降了", "增长了", "减少了", "提升了", "创建了", "打造了",
    "培育了", "建立了", "出台了", "开展了", "新增了", "经受住", "迈上", "胜利完成", "全面完成", "历史性", "被评为",
    "被授予", "较好完成", "走在前列", "首次突破", "这五年", "这一年", "一年来", "首次", "回顾", "年来", "我们坚持", "新冠",
]);

#[rustfmt::skip]
static MAYBE_PAST: Lexicon = Lexicon::new(&[
    "累计", "总数达到", "全年", "获批", "获得", "稳居", "排名", "共计", "全部完成", "基本覆盖", "第一位", "成效显著",
    "有力",
]);

#[rustfmt::skip]
static FUTURE: Lexicon = Lexicon::new(&[
    "力争", "争取", "确保", "努力", "目标", "预期", "计划", "拟", "明年", "未来", "今后", "届时", "将达", "将建",
    "将", "要", "展望", "到本世纪", "期末", "规划期", "任务是", "年底前", "月底前", "不低于", "不少于", "不超过",
    "控制在",
]);

static BOUNDED: Lexicon = Lexicon::new(&["以上", "左右", "以内", "以下", "不低于", "不少于"]);

impl Tense {
    /// Reads a sentence. `years` says whether it names a year to be reached.
    pub(crate) fn of(flow: &Flow, span: Span, years: bool) -> Tense {
        let (mut past, mut maybe_past, mut future, mut bounded) = (false, near_figure(flow, span), years, false);
        for at in span.start..span.end {
            past |= flow.word_at(at, &PAST).is_some_and(|word| !compares(flow, at, word));
            maybe_past |= flow.word_at(at, &MAYBE_PAST).is_some();
            maybe_past |= matches!(flow.at(at), '比' | '较') && flow.any_at(at + 1, &["上年", "去年"]).is_some();
            future |= flow.word_at(at, &FUTURE).is_some_and(|word| is_future(flow, at, word));
            bounded |= flow.word_at(at, &BOUNDED).is_some();
        }
        Tense { past, maybe_past, future, bounded }
    }

    pub(crate) fn and(self, other: Tense) -> Tense {
        Tense {
            past: self.past || other.past,
            maybe_past: self.maybe_past || other.maybe_past,
            future: self.future || other.future,
            bounded: self.bounded || other.bounded,
        }
    }
}

/// 比上年增长 and 比去年 name a baseline.
fn compares(flow: &Flow, at: usize, word: &str) -> bool {
    let before = flow.at(at.wrapping_sub(1));
    match word {
        "上年" | "去年" | "过去" => matches!(before, '比' | '较' | '于'),
        "连续" => flow.any_at(at + 2, &["运行", "监测", "性", "三年保持", "保持"]).is_some(),
        "成功" => flow.any_at(at + 2, &["率", "经验", "创建", "做法", "典型"]).is_some(),
        _ => false,
    }
}

fn is_future(flow: &Flow, at: usize, word: &str) -> bool {
    let before = flow.at(at.wrapping_sub(1));
    let next = flow.at(at + word.chars().count());
    match word {
        "要" => {
            !matches!(before, '主' | '重' | '需' | '必' | '纲' | '摘') && !matches!(next, '素' | '闻' | '点' | '求')
        }
        "将" => !matches!(next, '军'),
        "计划" => !matches!(before, '展' | '动') && !matches!(next, '生'),
        "目标" => {
            !matches!(next, '顺' | '如') && flow.any_at(at + 2, &["任务胜利", "任务顺利", "如期", "超额"]).is_none()
        }
        "拟" => !matches!(before, '模' | '虚'),
        _ => true,
    }
}

/// 近1.7万个, 1000余家
fn near_figure(flow: &Flow, span: Span) -> bool {
    (span.start..span.end).any(|at| {
        let digit = |i: usize| flow.at(i).is_ascii_digit();
        flow.at(at) == '近' && digit(at + 1) && !digit(at.wrapping_sub(1))
            || matches!(flow.at(at), '余' | '多') && digit(at.wrapping_sub(1))
    })
}

/// Whether a heading stands over an account of the past or of the present state.
pub(crate) fn is_past_heading(title: &str) -> bool {
    #[rustfmt::skip]
    const TITLES: &[&str] = &[
        "发展基础", "工作基础", "现实基础", "基础条件", "发展成就", "回顾", "成就", "主要成效", "工作成效",
        "发展成效", "发展环境", "发展形势", "面临形势", "面临的形势", "形势", "现状", "存在问题", "存在的问题",
        "主要问题", "突出问题", "背景", "重大意义", "重要意义", "机遇", "挑战", "完成情况", "进展情况", "基本情况",
        "发展条件", "主要成绩", "规划基础", "建设基础", "发展优势", "取得的", "取得积极", "取得明显", "取得显著",
        "工作成绩", "工作情况", "过去", "一年来", "五年来", "所做的工作", "工作总结", "历史性成就", "评估情况",
    ];
    let title: String = title.chars().map(script::fold).collect();
    !title.contains("目标") && TITLES.iter().any(|word| title.contains(word))
}

/// Whether a heading stands over targets, so that a year in it holds for its paragraphs.
pub(crate) fn is_target_heading(title: &str) -> bool {
    let title: String = title.chars().map(script::fold).collect();
    title.contains("目标") || title.contains("指标")
}
