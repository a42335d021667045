//! What is wrong with an input, said so that the person who sent it can mend it: a permanent code, the place as a JSON pointer (RFC 6901;
//! for XML the pointer into the same document in JSON), and one Chinese sentence that ends with what to do.

use std::fmt;

/// A kind of fault: its permanent code and its sentence, in which `{}` takes the particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    /// `ZH` and four digits; never given a second meaning.
    pub id: &'static str,
    /// What is wrong and what to do.
    pub sentence: &'static str,
}

/// One fault at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which fault.
    pub code: Code,
    /// Where: a JSON pointer, empty for the whole input.
    pub at: String,
    /// The sentence with its particulars.
    pub message: String,
}

/// Particulars longer than this are cut: an error does not carry the input back.
const QUOTE_MAX: usize = 120;

impl Problem {
    /// The fault at a place, with what was found there.
    pub fn new(code: Code, at: impl Into<String>, found: impl fmt::Display) -> Self {
        let mut found = found.to_string();
        if found.chars().count() > QUOTE_MAX {
            found = found.chars().take(QUOTE_MAX).chain("……".chars()).collect();
        }
        Self { code, at: at.into(), message: code.sentence.replacen("{}", &found, 1) }
    }

    /// The same fault seen from further out.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.at.insert_str(0, prefix);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.code.id, if self.at.is_empty() { "/" } else { &self.at }, self.message)
    }
}

impl std::error::Error for Problem {}

/// A step of a JSON pointer.
pub(crate) fn step(at: &str, key: impl fmt::Display) -> String {
    let key = key.to_string();
    if key.contains(['~', '/']) {
        format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{at}/{key}")
    }
}

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $id:literal, $sentence:literal;)*) => {
        $($(#[$meta])* pub const $name: Code = Code { id: $id, sentence: $sentence };)*
        /// Every code of this crate, in order.
        pub const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    /// GS1: a check digit.
    CHECK_DIGIT = "ZH8001", "校验位不对：{}。请对照原码重新录入。";
    /// GS1: length or characters of a value.
    AI_VALUE = "ZH8002", "应用标识符的值不合规定：{}。请按 GS1 通用规范核对长度和字符。";
    /// GS1: an unknown Application Identifier.
    AI_UNKNOWN = "ZH8003", "没有这个应用标识符：{}。请核对括号里的数字。";
    /// GS1: how element strings are written.
    ELEMENT_SYNTAX = "ZH8004", "单元数据串写法有误：{}。应写成 (01)…(21)… 或以 FNC1 开头的数据串。";
    /// GS1: Application Identifiers that do not go together.
    AI_TOGETHER = "ZH8005", "应用标识符的搭配不合规定：{}。请删去或补上另一项。";
    /// GS1: a Digital Link that cannot be read.
    LINK_SYNTAX = "ZH8006", "不是有效的 GS1 数字链接：{}。请核对网址。";
    /// GS1: an EPC URN that cannot be read.
    URN_SYNTAX = "ZH8007", "EPC 编码写法有误：{}。请核对厂商识别代码、项目代码和序列号的位数。";
    /// GS1: an identifier without a form as URN.
    NO_URN = "ZH8008", "这个标识没有对应的 EPC URN：{}。请改用数字链接。";

    /// JSON: syntax.
    JSON_SYNTAX = "ZH8020", "JSON 语法有误：{}。请按位置改正。";
    /// A document larger than the reader takes.
    TOO_LARGE = "ZH8021", "超出限度：{}。请分批提交。";
    /// XML: syntax.
    XML_SYNTAX = "ZH8022", "XML 语法有误：{}。请按位置改正。";
    /// XML: a document type with declarations of its own.
    XML_DOCTYPE = "ZH8023", "XML 里不得自带文档类型定义或实体：{}。请删去。";

    /// The document is none.
    NOT_EPCIS = "ZH8040", "不是 EPCIS 文档：{}。最外层应是 EPCISDocument、EPCISQueryDocument 或一个事件。";
    /// A required field is not there.
    MISSING = "ZH8041", "缺少必填项 {}。请补上。";
    /// A value of another type.
    WRONG_TYPE = "ZH8042", "类型不对：{}。请改正。";
    /// No such type of event.
    EVENT_TYPE = "ZH8043", "没有这种事件：{}。应是 ObjectEvent、AggregationEvent、TransactionEvent、TransformationEvent 或 AssociationEvent。";
    /// A field that the event does not have.
    UNKNOWN_FIELD = "ZH8044", "这里没有 {} 这一项。自定的内容须带命名空间前缀，例如 example:name。";
    /// A prefix without a namespace.
    UNKNOWN_PREFIX = "ZH8045", "前缀没有声明命名空间：{}。请在 @context 里声明。";
    /// Action.
    ACTION = "ZH8046", "action 只能是 ADD、OBSERVE 或 DELETE，这里是 {}。请改正。";
    /// A time.
    TIME = "ZH8047", "时间写法有误：{}。应写成 2026-07-22T06:45:00+08:00，并带时区。";
    /// A time zone offset.
    OFFSET = "ZH8048", "时区偏移写法有误：{}。应写成 +08:00，不超过 14:00。";
    /// A vocabulary term that the standard does not have.
    VOCABULARY = "ZH8049", "{} 不在 CBV 2.0 的词表里。请改用标准词，自定的词须写成自己的网址。";
    /// Something that should be a URI.
    URI = "ZH8050", "应是标识符的网址或 URN，这里是 {}。请改正。";
    /// Nothing that the event is about.
    NO_IDENTIFIER = "ZH8051", "事件没有说明是哪些货物：{}。请至少写一个标识或数量。";
    /// A unit of measure.
    UOM = "ZH8052", "计量单位应是 UN/CEFACT 代码，例如 KGM，这里是 {}。请改正。";
    /// Master data of an instance where no instance begins.
    ILMD = "ZH8053", "只有 action 为 ADD 的事件才能带 ilmd：{}。请删去 ilmd，或改正 action。";
    /// A quantity.
    QUANTITY = "ZH8054", "数量须是数字且不小于零，这里是 {}。请改正。";
    /// Two values that exclude one another.
    CONTRADICTION = "ZH8055", "前后矛盾：{}。请改正其中一个。";
    /// The same identifier twice.
    TWICE = "ZH8056", "同一个标识列了两次：{}。请删去一个。";
    /// The order of elements.
    XML_ORDER = "ZH8057", "元素的次序不对：{}。请按标准的次序排列。";
    /// The version of the schema.
    VERSION = "ZH8058", "版本不认识：{}。可用 1.0、1.1、1.2 或 2.0。";
    /// Something in hexadecimal.
    HEX = "ZH8059", "应是十六进制数字，这里是 {}。请改正。";
    /// A parent that is its own child.
    OWN_PARENT = "ZH8060", "容器不能装着自己：{}。请改正。";

    /// Query: no such parameter.
    PARAMETER = "ZH8080", "没有这个查询参数：{}。请对照 EPCIS 2.0 第 8.2.7.1 条。";
    /// Query: a value that the parameter does not take.
    PARAMETER_VALUE = "ZH8081", "查询参数的值不对：{}。请改正。";
    /// Query: parameters that exclude one another.
    PARAMETER_TOGETHER = "ZH8082", "查询参数不能这样搭配：{}。请只用一个。";
    /// Query: more events than asked for.
    TOO_MANY = "ZH8083", "结果超过 maxEventCount：{}。请缩小条件。";

    /// Code: not of this form.
    CODE_FORM = "ZH8100", "防伪码应是 16 位：{}。请看清后重新输入。";
    /// Code: mistyped.
    CODE_TYPO = "ZH8101", "输入有误：{}。请逐组核对。";
    /// Code: nothing that was issued has this form.
    CODE_FOREIGN = "ZH8102", "不是本平台签发的码：{}。请向卖方索要凭证，可疑的请举报。";
    /// Code: an epoch without a key.
    CODE_EPOCH = "ZH8103", "没有这一期的密钥：{}。请联系签发机构。";
    /// Code: numbers outside of the space.
    CODE_RANGE = "ZH8104", "批次号或序号超出范围：{}。请另开批次。";
    /// Quota: more labels than the harvest allows.
    QUOTA = "ZH8105", "超出可用标签额度：{}。请核对面积、亩产和已发数量，或先作废未用的标签。";
    /// Numbers out of range.
    ARITHMETIC = "ZH8106", "数字太大，算不出来：{}。请核对单位。";
}
