//! Refusals: a file that cannot be read says what it is and what to do. Codes ZH2001–ZH2099 are permanent.

use serde::Serialize;

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Permanent code.
    pub code: &'static str,
    /// What the file is and what to do, as one Chinese sentence or two.
    pub message: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn empty() -> Self {
        Self::new("ZH2001", "文件是空的。请确认文件已完整下载或保存后再上传。")
    }

    pub(crate) fn pdf() -> Self {
        Self::new(
            "ZH2002",
            "这是 PDF 文件，不是表格。请向发布单位索取 Excel 附件，或把其中的表格转为 xlsx、csv 后再上传。",
        )
    }

    pub(crate) fn word() -> Self {
        Self::new("ZH2003", "这是 Word 文档，不是表格。请把其中的表格复制到 Excel 中，另存为 xlsx 后再上传。")
    }

    pub(crate) fn slides() -> Self {
        Self::new("ZH2003", "这是演示文稿，不是表格。请把其中的表格复制到 Excel 中，另存为 xlsx 后再上传。")
    }

    pub(crate) fn archive(what: &str) -> Self {
        Self::new("ZH2004", format!("这是{what}压缩包。请先解压，再逐个上传其中的表格文件。"))
    }

    pub(crate) fn image(what: &str) -> Self {
        Self::new("ZH2005", format!("这是{what}图片，不能读出表格。请上传原始的 Excel 或 csv 文件。"))
    }

    pub(crate) fn encrypted() -> Self {
        Self::new("ZH2006", "工作簿设有打开密码。请在 Excel 中取消密码，另存后再上传。")
    }

    pub(crate) fn too_large(what: &str) -> Self {
        Self::new(
            "ZH2007",
            format!("{what}，超过允许的大小，已停止读取。请删去无关的工作表和内容，或分成几个文件上传。"),
        )
    }

    pub(crate) fn damaged(why: &str) -> Self {
        Self::new("ZH2008", format!("文件已损坏或不完整（{why}）。请在 Excel 中打开并另存为 xlsx 后再上传。"))
    }

    pub(crate) fn unknown() -> Self {
        Self::new(
            "ZH2009",
            "认不出文件的格式。可以上传 xlsx、xls、xlsb、ods、csv 或网页表格；请另存为其中一种后再上传。",
        )
    }

    pub(crate) fn web_archive() -> Self {
        Self::new("ZH2009", "这是“单个文件网页”(mht),不是表格文件。请在 Excel 中打开并另存为 xlsx 后再上传。")
    }

    pub(crate) fn no_table() -> Self {
        Self::new("ZH2010", "文件里没有表格内容。请确认上传的是含有数据的文件。")
    }

    pub(crate) fn no_header(names: &[&str]) -> Self {
        let names = names.join("、");
        Self::new("ZH2011", format!("没有找到可识别的表头，也不能从内容推断各列。请在首行写明列名，例如：{names}。"))
    }

    pub(crate) fn no_sheet(name: &str) -> Self {
        Self::new("ZH2012", format!("工作簿里没有名为“{name}”的工作表。请从列出的工作表中选择。"))
    }

    pub(crate) fn document_type() -> Self {
        Self::new("ZH2013", "文件含有文档类型定义（DTD），可能用于攻击，不予读取。请在 Excel 中另存为 xlsx 后再上传。")
    }

    pub(crate) fn too_many_rows(limit: u32) -> Self {
        Self::new("ZH2014", format!("表格超过 {limit} 行。请分成几个文件上传。"))
    }

    pub(crate) fn too_deep() -> Self {
        Self::new(
            "ZH2015",
            "文件内部的嵌套层次异常，可能已损坏或用于攻击，不予读取。请在 Excel 中另存为 xlsx 后再上传。",
        )
    }
}
