//! Everything that can be wrong with a pack or a record, as values in a list.
//!
//! A problem is a finding about somebody's input, never a failure of the program. Codes are permanent: a code that is no longer
//! given stays in the catalogue as retired, and none is used twice (tested).

use serde::Serialize;

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 必须修改: nothing is stored or started while it stands.
    Refuse,
    /// 提醒: stored, and said.
    Warn,
}

/// One thing that is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Permanent code, `ZH` and four digits.
    pub code: &'static str,
    /// Weight.
    pub level: Level,
    /// File inside the pack; empty for records.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// 1-based line; 0 when there is none.
    #[serde(skip_serializing_if = "is_zero")]
    pub line: u32,
    /// 1-based column in characters; 0 when there is none.
    #[serde(skip_serializing_if = "is_zero")]
    pub column: u32,
    /// Field of the record; absent for packs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong and what to do, one Chinese sentence.
    pub message: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Problem {
    /// A problem of one field of a record.
    pub fn of_field(code: Code, field: &str, detail: impl AsRef<str>) -> Problem {
        Problem {
            code: code.0,
            level: Level::Refuse,
            file: String::new(),
            line: 0,
            column: 0,
            field: Some(field.to_owned()),
            message: code.say(detail.as_ref()),
        }
    }

    /// The same problem as a reminder that does not stop anything.
    pub fn as_warning(mut self) -> Problem {
        self.level = Level::Warn;
        self
    }
}

/// A catalogue entry: the permanent code, what it says, and what to do. `{}` is where the particulars go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub &'static str, pub &'static str);

impl Code {
    /// The sentence with its particulars.
    pub fn say(self, detail: &str) -> String {
        if self.1.contains("{}") { self.1.replacen("{}", detail, 1) } else { format!("{}{detail}", self.1) }
    }
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        $(#[doc = concat!("`", $code, "`")] pub const $name: Code = Code($code, $text);)*
        /// Every code of this crate, in order.
        pub const CATALOGUE: &[Code] = &[$($name),*];
    };
}

catalogue! {
    SYNTAX = "ZH1001", "TOML 语法有误：{}。请按提示的位置修改。";
    UNKNOWN_KEY = "ZH1002", "方案包语言没有 {} 这一项。请对照 docs/pack.md 改正或删去。";
    MISSING_KEY = "ZH1003", "缺少必填项 {}。请补上。";
    WRONG_TYPE = "ZH1004", "{}。请改成要求的写法。";
    BAD_ID = "ZH1005", "标识 {} 只能用小写字母、数字和下划线，并以字母开头。";
    DUPLICATE_ID = "ZH1006", "标识 {} 已在别处使用。标识不得重复，请换一个。";
    UNKNOWN_NAME = "ZH1007", "找不到 {}。请检查拼写，或先声明它。";
    NOT_A_DECIMAL = "ZH1008", "{} 不是准确的十进制数。官方数字要加引号书写，例如 \"98.2\"。";
    FLOAT = "ZH1009", "{} 是浮点数。官方数字要加引号书写，例如 \"98.2\"。";
    BAD_EXPRESSION = "ZH1010", "表达式有误：{}。";
    EXPRESSION_TYPE = "ZH1011", "表达式两边的类型不合：{}。";
    UNKNOWN_FIELD = "ZH1012", "表达式用到了这个种类没有的字段 {}。";
    UNKNOWN_ITEM = "ZH1013", "字典里没有 {} 这一项。";
    BAD_CHOICE = "ZH1014", "{}。";
    QUOTE_NOT_FOUND = "ZH1015", "引文「{}」在方案原文中找不到。引文必须与原文逐字一致。";
    FORM_NEEDS = "ZH1016", "这种指标形式需要 {}。";
    ROW_TWICE = "ZH1017", "分解表第 {} 项已被另一个指标占用。";
    RESERVED = "ZH1018", "{} 的语法尚未启用。请先删去。";
    BAD_SAMPLE = "ZH1019", "样例记录不合格：{}。";
    TOO_MANY_FILTERS = "ZH1020", "一个种类最多声明四组筛选，每组一到两个字段；这里是 {}。";
    NO_PACK = "ZH1021", "没有找到 [pack]。请在 pack.toml 里写明方案包。";
    BAD_PERIOD = "ZH1022", "基期年必须早于目标年：{}。";
    SCALE_MIXED = "ZH1023", "同一指标各来源的小数位数不一致：{}。请统一字段的 decimals。";
    NO_SAMPLE = "ZH1024", "种类 {} 没有样例。每个种类至少写一个 [[kind.sample]]。";
    SPLIT_SUM = "ZH1025", "分解值之和与总目标不符：{}。";
    ENDS_BEFORE = "ZH1026", "{} 的 until 早于 since。";
    VERSION_SPAN = "ZH1027", "口径版本的起止有问题：{}。";
    BAD_LENGTH = "ZH1028", "「{}」不是时长。请写成“7 workday”的样子，单位可用 minute、hour、workday、day、month、year。";
    STATE_UNREACHABLE = "ZH1029", "状态 {} 没有环节能到达。请补上通往它的环节，或删去它。";
    STATE_WITHOUT_EXIT = "ZH1030", "状态 {} 没有出口，又不是办结状态。请补上环节，或写明 final = true。";
    CLOCK_NEVER_STOPS = "ZH1031", "时限 {} 一旦起算就停不下来。请写明 stops，并保证从起算处能走到那里。";
    CLOCK_NEVER_STARTS = "ZH1032", "时限 {} 永远不会起算。请检查 starts。";
    PROMISE_LONGER = "ZH1033", "承诺时限 {}。承诺只能短于或等于法定时限。";
    NOT_SYSTEMS_STEP = "ZH1034", "时限到期自动执行的环节 {} 的 role 必须包含 system。";
    PROCEDURE_SPANS = "ZH1035", "同一种类的程序在时间上有空档或重叠：{}。";
    DERIVED_FIELD = "ZH1036", "字段 {} 由程序算出，不能填写。请删去。";
    CLOCK_OWNER = "ZH1037", "时限{}。请用 owner = \"step:…\" 写明由谁停下它，或者分成几个时限。";
    ASK_STUCK = "ZH1038", "征求意见 {}。请改正，否则案件会停在那里。";
    NOT_BODIES = "ZH1039", "字段 {} 不是单位：征求意见的对象要取自 list = \"bodies\" 的单选或者多选字段。";
    TOWN_TASK = "ZH1046", "种类 {} 有交给乡镇岗位的环节，却没有写 town_basis。请写明哪些字段记履行职责事项清单条目、准入审批。";
    NOT_ONE_TAP = "ZH1047", "环节 {}。请改正，或者删去 one_tap、undo。";
    BAD_PHRASE = "ZH1048", "常用意见{}。请改正。";
    WINDOW_CLOSED = "ZH1049", "时限 {}。最早的一日要在最迟的一日之前。";
    NO_ENGLISH = "ZH1050", "入口提供英文页面（english = true），但{}。请补上，或删去 english = true。";
    FROZEN_STEP = "ZH1061", "{}。frozen 所指的环节要从这个状态出发，通到没有定稿的状态。";
    RATED_BY_STAFF = "ZH1062", "环节 {} 填写的是当事人的评价。评价只能由当事人填写，回访另设字段。";
    BAD_PLACEHOLDER = "ZH1070", "文书里的{}。请对照 docs/pack.md 的“文书”一节改正。";
    BODY_RING = "ZH1081", "单位 {} 的上级绕回到它自己。请改正 parent。";
    OWN_OF_PLAN = "ZH1090", "指标 {} 写明 own = true（县里自设），就不能有 row、quote 和 text_targets。请删去一边。";

    REQUIRED = "ZH1101", "{} 未填写。请补上。";
    NO_SUCH_FIELD = "ZH1102", "本种类没有字段 {}。请删去或改名。";
    NOT_INTEGER = "ZH1103", "「{}」不是整数。请只填数字。";
    NOT_DECIMAL = "ZH1104", "「{}」不是数。请填十进制数，不带单位。";
    TOO_PRECISE = "ZH1105", "{}。请按规定的小数位数填写。";
    TOO_SMALL = "ZH1106", "{}。请核对后修改。";
    TOO_LARGE = "ZH1107", "{}。请核对后修改。";
    NOT_DATE = "ZH1108", "「{}」不是日期。请写成 2026-01-31 的样子。";
    NOT_MOMENT = "ZH1109", "「{}」不是时间。请写成 2026-01-31 09:30 的样子。";
    NOT_IN_LIST = "ZH1110", "{}。请从列表中选择。";
    NOT_YES_NO = "ZH1111", "「{}」不是“是”或“否”。";
    TOO_LONG = "ZH1112", "{}。请缩短。";
    BAD_USCC = "ZH1113", "统一社会信用代码「{}」校验不通过。请核对原件；照原样保存，但不与主体关联。";
    CHECK_FAILED = "ZH1114", "{}";
    NOT_POINT = "ZH1115", "「{}」不是经纬度。请写成 31.0748,109.8789 的样子（先纬度后经度）。";
    NOT_FILE = "ZH1116", "附件「{}」没有上传成功。请重新上传。";
    NOT_GS1 = "ZH1117", "「{}」不是有效的商品条码（校验位不符）。请核对。";
    CONTROL_CHARACTER = "ZH1118", "「{}」含有不可见的控制字符。请重新输入。";
    UNKNOWN_INDICATOR = "ZH1119", "没有标识为「{}」的指标。请从指标列表中选择。";
    ITEM_ENDED = "ZH1120", "{}。请选择现行的一项。";
    FIXED = "ZH1131", "{}";
    NO_TOWN_BASIS = "ZH1146", "交给乡镇（街道）的任务，{}至少填一项。没有依据的，不得交办。";
    BAD_PUBLICATION = "ZH1180", "公开的声明有问题：{}。请对照 docs/pack.md 的“公开”一节改正。";
    NOT_PUBLIC = "ZH1181", "「{}」不能对外公开。请从 public.fields 中删去，或者改用别的字段。";
    NOT_TO_PUBLISH = "ZH1182", "{}";
    NOT_RECORD = "ZH1220", "「{}」不是一条记录的地址。请从那条记录的页面开出，或者留空，把出处写在“来源”里。";
    DUTY_WITHDRAWN = "ZH1221", "「{}」已由上级部门收回，不得交办乡镇（街道）。请由主管部门自己办理。";
    NOT_ADMITTED = "ZH1222", "准入审批「{}」还没有登记。请先在“准入审批”里登记批准文件，再从列表中选择。";
    WRONG_LEVEL = "ZH1223", "{}。请改选。";
    NOT_CALLED_OFF = "ZH1224", "随原件撤销的环节不对：{}。它的 role 要有 system，从每个没有办结的状态出发，通到办结状态。";
    NOT_FRESH = "ZH1260", "「{}」还是上一次的内容。请按这一次的情况重新填写。";
    FRESH_PAST = "ZH1261", "「{}」不能早于今天。请另定一个日期。";
    FRESH_UNASKED = "ZH1262", "环节 {}。请删去，或者写进 require、ask。";
    UNTIMED = "ZH1263", "{}。请给它一个时限，或者在已有时限的 owner、stops 里写明办理的环节。";
    RETURN_UNTIMED = "ZH1264", "{}。请另加一个从这个环节起算的时限，或者让这个环节另定日期。";
    SECOND_LETTER = "ZH1265", "时限 {}。一件事只起草一次，逾期再不办的，由那份公文自己的时限接着办。";
    NO_EVIDENCE = "ZH1266", "没有附「{}」。请附上，或者在“说明”里写明没有的原因。";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        for pair in CATALOGUE.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
    }
}
