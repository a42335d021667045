//! What is wrong with a cell or a row. Codes ZH2101–ZH2199 are permanent; [`CATALOGUE`] says what each one means and
//! what the person who sent the file should do.

use serde::Serialize;

/// Something wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellProblem {
    /// Row in the file, 1-based; 0 for the file as a whole.
    pub row: u32,
    /// The header above the cell as written, or 第 n 列 in a file without header; empty for the whole row.
    pub column: String,
    /// Place of the column, 0-based.
    pub index: Option<u32>,
    /// The wanted field.
    pub field: Option<String>,
    /// Permanent code, see [`CATALOGUE`].
    pub code: &'static str,
    /// Whether the row can be taken as it is.
    pub weight: Weight,
    /// The cell as written.
    pub value: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// How heavy a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Worth knowing; the row can be taken.
    Notice,
    /// The row should be corrected first.
    Error,
}

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Permanent code.
    pub code: &'static str,
    /// How heavy.
    pub weight: Weight,
    /// 错误.
    pub meaning: &'static str,
    /// 怎么办.
    pub advice: &'static str,
}

macro_rules! catalogue {
    ($($name:ident = $code:literal, $weight:ident, $meaning:literal, $advice:literal;)*) => {
        $(pub(crate) const $name: Entry =
            Entry { code: $code, weight: Weight::$weight, meaning: $meaning, advice: $advice };)*
        /// Every problem that a cell or row can have.
        pub static CATALOGUE: &[Entry] = &[$($name),*];
    };
}

catalogue! {
    DATE = "ZH2101", Error, "认不出日期", "请写成 2026-05-21 的形式";
    DATES = "ZH2102", Error, "一格里有几个不同的日期", "请只留一个日期，其余写入备注";
    PARTIAL_DATE = "ZH2103", Error, "日期不完整", "请写明年、月、日";
    AMBIGUOUS_DATE = "ZH2104", Error, "分不清月和日", "请写成 2026-05-21 的形式";
    INTEGER = "ZH2105", Error, "不是整数", "请只写阿拉伯数字";
    DECIMAL = "ZH2106", Error, "不是数字", "请只写数字，单位写在表头";
    YES_NO = "ZH2107", Error, "不是“是”或“否”", "请写“是”或“否”";
    CHOICE = "ZH2108", Error, "不在可选范围内", "请从规定的名称中选择";
    USCC = "ZH2109", Error, "统一社会信用代码校验不符", "请对照营业执照核对 18 位代码";
    OLD_NUMBER = "ZH2110", Notice, "是旧的注册号，不是统一社会信用代码", "请尽量补充 18 位统一社会信用代码";
    SHIFTED = "ZH2111", Error, "这一行的内容与列不对应，可能错列", "请对照原公告把各格移到对应的列";
    ITEM_COUNT = "ZH2112", Error, "不合格项目与检验结果的个数不一致", "请逐项写明项目、结果和标准值";
    VERDICT = "ZH2113", Notice, "判定既不是合格也不是不合格，未计入不合格项目", "请核对判定";
    FAULT = "ZH2114", Error, "单元格是公式错误", "请在 Excel 中改正公式或直接填写数值";
    COLUMNS = "ZH2115", Notice, "右侧列数过多，超出部分未读取", "如有数据，请移到左侧各列";
    QUOTES = "ZH2116", Notice, "引号没有配对，按普通文字读取", "请核对这一行的引号";
    CHARACTERS = "ZH2117", Notice, "有字符不能解码", "请用 UTF-8 编码另存后重新上传";
    BATCH = "ZH2119", Notice, "只有批号，没有日期", "如能查到生产日期请补充";
    MOMENT = "ZH2118", Error, "认不出时间", "请写成 2026-05-21 08:30 的形式";
}

impl Entry {
    /// The sentence that a person reads.
    pub(crate) fn message(&self) -> String {
        format!("{}，{}。", self.meaning, self.advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_sentences_complete() {
        for (at, entry) in CATALOGUE.iter().enumerate() {
            assert!(entry.code.starts_with("ZH21") && entry.code.len() == 6, "{}", entry.code);
            assert!(!entry.meaning.is_empty() && entry.advice.starts_with(['请', '如']), "{}", entry.code);
            assert!(CATALOGUE[..at].iter().all(|other| other.code != entry.code), "{} twice", entry.code);
        }
    }
}
