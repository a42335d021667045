//! 公开: the fields by which a publication names what it publishes, and those in which what was frozen is kept. Their ids are fixed: the program
//! reads them, and a pack that leaves one out is told so.

/// Fields of a kind that `publishes`.
pub mod asked {
    /// 标题
    pub const TITLE: &str = "title";
    /// 公开对象: [`super::NUMBER`], [`super::LIST`], [`super::RECORD`]; anything else is a text of its own.
    pub const ABOUT: &str = "about_type";
    /// 指标
    pub const INDICATOR: &str = "indicator";
    /// 数据截止日
    pub const AS_OF: &str = "as_of";
    /// 起始日期 of a list.
    pub const FROM: &str = "about_from";
    /// 登记种类
    pub const KIND: &str = "about_kind";
    /// 名单的筛选: a line each, `field = value`.
    pub const FILTER: &str = "about_filter";
    /// 记录: the id of one record.
    pub const RECORD: &str = "about_id";
    /// 公开的字段: a line each, name or id.
    pub const SHOWN: &str = "fields_shown";
    /// 拟公开的数: what was reviewed and approved; another number is not published under it.
    pub const FIGURE: &str = "figure";
    /// 公开内容
    pub const CONTENT: &str = "content";
    /// 公开属性
    pub const OPENNESS: &str = "openness";
    /// 依据
    pub const BASIS: &str = "openness_basis";
    /// 依据说明
    pub const BASIS_TEXT: &str = "basis_text";
    /// 信息形成日期
    pub const FORMED_ON: &str = "formed_on";
    /// 更正说明
    pub const CORRECTION: &str = "correction";
    /// 公开日期
    pub const PUBLISHED_ON: &str = "published_on";
    /// 撤回日期
    pub const WITHDRAWN_ON: &str = "withdrawn_on";
    /// 附件
    pub const ATTACHMENT: &str = "attachment";

    /// All of them.
    pub const ALL: [&str; 19] = [
        TITLE,
        ABOUT,
        INDICATOR,
        AS_OF,
        FROM,
        KIND,
        FILTER,
        RECORD,
        SHOWN,
        FIGURE,
        CONTENT,
        OPENNESS,
        BASIS,
        BASIS_TEXT,
        FORMED_ON,
        CORRECTION,
        PUBLISHED_ON,
        WITHDRAWN_ON,
        ATTACHMENT,
    ];
}

/// Fields of the kind into which a publication is frozen; those of [`asked`] that are copied keep their ids.
pub mod held {
    /// The publication: its record.
    pub const PUBLICATION: &str = "publication";
    /// Its id, by which all editions of one publication are found.
    pub const PUBLICATION_ID: &str = "publication_id";
    /// 公开编号
    pub const NUMBER: &str = "publication_no";
    /// 公开单位
    pub const BODY: &str = "body";
    /// 第几次公布
    pub const EDITION: &str = "edition";
    /// 公布的数
    pub const VALUE: &str = "value";
    /// 单位
    pub const UNIT: &str = "unit";
    /// 分子
    pub const NUMERATOR: &str = "numerator";
    /// 分母
    pub const DENOMINATOR: &str = "denominator";
    /// 样本量
    pub const N: &str = "n";
    /// 区间
    pub const LOW: &str = "low";
    /// 区间
    pub const HIGH: &str = "high";
    /// 小数目已隐去
    pub const SUPPRESSED: &str = "suppressed";
    /// 口径: form, version and formula, as JSON.
    pub const FORMULA: &str = "formula";
    /// 口径摘要
    pub const FORMULA_DIGEST: &str = "formula_digest";
    /// 方案包摘要
    pub const PACK_HASH: &str = "pack_hash";
    /// 按何时所知: to the microsecond.
    pub const KNOWN_AT: &str = "known_at";
    /// 计入的记录数, rows of a list.
    pub const RECORDS: &str = "records_counted";
    /// 计入的记录的摘要
    pub const RECORDS_DIGEST: &str = "records_digest";
    /// 日志大小
    pub const TREE_SIZE: &str = "tree_size";
    /// 名单内容
    pub const ROWS: &str = "rows";
    /// 原公布的数
    pub const WAS: &str = "restates_value";
    /// The edition before it.
    pub const RESTATES: &str = "restates";

    use super::asked;

    /// All of them.
    pub const ALL: [&str; 39] = [
        PUBLICATION,
        PUBLICATION_ID,
        NUMBER,
        BODY,
        EDITION,
        VALUE,
        UNIT,
        NUMERATOR,
        DENOMINATOR,
        N,
        LOW,
        HIGH,
        SUPPRESSED,
        FORMULA,
        FORMULA_DIGEST,
        PACK_HASH,
        KNOWN_AT,
        RECORDS,
        RECORDS_DIGEST,
        TREE_SIZE,
        ROWS,
        WAS,
        RESTATES,
        asked::TITLE,
        asked::ABOUT,
        asked::INDICATOR,
        asked::AS_OF,
        asked::FROM,
        asked::KIND,
        asked::FILTER,
        asked::SHOWN,
        asked::CONTENT,
        asked::OPENNESS,
        asked::BASIS,
        asked::BASIS_TEXT,
        asked::FORMED_ON,
        asked::CORRECTION,
        asked::PUBLISHED_ON,
        asked::ATTACHMENT,
    ];
}

/// 数字
pub const NUMBER: &str = "number";
/// 名单
pub const LIST: &str = "list";
/// 检查、抽检结果: published as a list.
pub const RESULT: &str = "result";
/// 一条记录
pub const RECORD: &str = "record";

/// 主动公开
pub const ACTIVE: &str = "active";
/// 依申请公开
pub const ON_REQUEST: &str = "on_request";
