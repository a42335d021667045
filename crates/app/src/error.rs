//! What can become of a use case, named for outcomes and not for causes. No word of HTTP: `web` alone turns these into pages.
//!
//! Every variant has two texts: [`Error::message`] for the person in front of the screen, and `Display` for the log.

use std::fmt;

use serde::Serialize;
use zhiheng_pack::Problem;
use zhiheng_sheet::Refusal;
use zhiheng_store::StoreError;

use crate::log::LogFault;

/// Why a use case did not do what was asked. Nothing was changed, unless a variant says otherwise.
#[derive(Debug, Clone)]
pub enum Error {
    /// There is no such record, indicator, kind or page.
    NotFound(String),
    /// The reader may not do or see this.
    NotPermitted,
    /// Somebody else changed it first, or the business key is taken.
    Conflict(String),
    /// What was given is wrong; every problem is listed.
    Invalid(Vec<Problem>),
    /// What was asked does not fit the state the thing is in.
    WrongState(String),
    /// A file could not be read at all.
    Unreadable(Refusal),
    /// Too much is waiting, or another program holds the database; trying again can succeed.
    Busy,
    /// The database takes no writes now (disk full, read-only medium).
    ReadOnly(String),
    /// The database cannot be reached. A write that was under way may or may not have been stored; the same idempotency key tells.
    Unavailable,
    /// What is stored contradicts itself.
    Corrupt(String),
    /// The log cannot do it.
    Log(LogFault),
    /// A failure without a name.
    Internal(String),
}

impl Error {
    /// The permanent code.
    pub fn code(&self) -> &'static str {
        self.entry().0
    }

    /// What happened and what to do, for the person in front of the screen.
    pub fn message(&self) -> String {
        let (_, sentence) = self.entry();
        match self {
            Error::NotFound(what)
            | Error::Conflict(what)
            | Error::WrongState(what)
            | Error::ReadOnly(what)
            | Error::Corrupt(what) => sentence.replacen("{}", what, 1),
            Error::Unreadable(refusal) => refusal.message.clone(),
            Error::Log(fault) => fault.message(),
            Error::Invalid(problems) => sentence.replacen("{}", &problems.len().to_string(), 1),
            _ => sentence.to_owned(),
        }
    }

    fn entry(&self) -> (&'static str, &'static str) {
        match self {
            Error::NotFound(_) => NOT_FOUND,
            Error::NotPermitted => NOT_PERMITTED,
            Error::Conflict(_) => CONFLICT,
            Error::Invalid(_) => INVALID,
            Error::WrongState(_) => WRONG_STATE,
            Error::Unreadable(refusal) => (refusal.code, ""),
            Error::Log(fault) => (fault.code(), ""),
            Error::Busy => BUSY,
            Error::ReadOnly(_) => READ_ONLY,
            Error::Unavailable => UNAVAILABLE,
            Error::Corrupt(_) => CORRUPT,
            Error::Internal(_) => INTERNAL,
        }
    }
}

type Entry = (&'static str, &'static str);

const NOT_FOUND: Entry = ("ZH3001", "没有找到{}。请检查链接，或从目录重新进入。");
const NOT_PERMITTED: Entry = ("ZH3002", "您没有办理这件事的权限。如需办理，请联系质量强县办。");
const CONFLICT: Entry = ("ZH3003", "{}。请刷新后核对，再决定是否修改。");
const INVALID: Entry = ("ZH3004", "有 {} 处需要修改。");
const WRONG_STATE: Entry = ("ZH3005", "{}。");
const BUSY: Entry = ("ZH3006", "系统正忙，这次没有保存。请稍后重试，不会重复。");
const READ_ONLY: Entry = ("ZH3007", "{}，暂时不能保存；查询不受影响。请通知管理员。");
const UNAVAILABLE: Entry = ("ZH3008", "数据库暂时连接不上。请稍后用同一页面重试：若上次已保存，不会重复。");
const CORRUPT: Entry = ("ZH3009", "存储的数据前后不一致（{}）。请停止录入并通知管理员运行 zhiheng audit。");
const INTERNAL: Entry = ("ZH3010", "系统内部出错，这次没有保存。请把页面上的事件编号告诉管理员。");

/// Every code of this crate with its sentence, in order.
pub const CATALOGUE: &[(&str, &str)] =
    &[NOT_FOUND, NOT_PERMITTED, CONFLICT, INVALID, WRONG_STATE, BUSY, READ_ONLY, UNAVAILABLE, CORRUPT, INTERNAL];

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Internal(cause) => write!(f, "{} {cause}", self.code()),
            Error::Invalid(problems) => {
                let all: Vec<String> = problems.iter().map(|p| format!("{} {}", p.code, p.message)).collect();
                write!(f, "{} {}", self.code(), all.join("; "))
            }
            other => write!(f, "{} {}", other.code(), other.message()),
        }
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        match error {
            StoreError::Conflict { what } => Error::Conflict(format!("记录已有变化（{what}）")),
            StoreError::Busy { .. } => Error::Busy,
            StoreError::ReadOnly => Error::ReadOnly("数据库是只读的".to_owned()),
            StoreError::DiskFull => Error::ReadOnly("磁盘已满".to_owned()),
            StoreError::Unavailable { .. } => Error::Unavailable,
            StoreError::Corrupt { what } => Error::Corrupt(what),
            StoreError::TooNew { found, known } => {
                Error::WrongState(format!("数据库由更新的版本（{found}）写成，本程序只认识到 {known}，请升级程序"))
            }
            StoreError::Outdated { .. } => {
                Error::WrongState("数据库由较早的版本写成，请先以可写方式打开一次".to_owned())
            }
            StoreError::NotEmpty { what } => Error::WrongState(format!("目标不是空的（{what}），为免覆盖已停止")),
            other => Error::Internal(other.to_string()),
        }
    }
}

impl Error {
    /// Why a database could not be opened, for whoever starts the program: with what the driver said, because it is theirs to mend.
    pub(crate) fn of_opening(error: StoreError) -> Error {
        match error {
            StoreError::Unavailable { what } => {
                Error::WrongState(format!("数据库连接不上（{what}）。请检查地址、用户和证书，以及数据库是否在运行"))
            }
            StoreError::Invalid { what } => Error::WrongState(format!("数据库的地址或参数不对（{what}）")),
            other => other.into(),
        }
    }

    /// Why an archive could not be restored.
    pub(crate) fn of_restoring(error: StoreError) -> Error {
        match error {
            StoreError::Corrupt { what } => {
                Error::WrongState(format!("备份文件不完整或者被改过（{what}），没有恢复任何内容。请换一份完整的备份"))
            }
            other => Error::of_opening(other),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Unreadable(refusal)
    }
}

/// An error as a job hands it through the store: text that comes back as it was.
#[derive(Debug, Serialize, serde::Deserialize)]
pub(crate) enum Handed {
    Conflict(String),
    WrongState(String),
    NotFound(String),
}

impl Handed {
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn read(text: &str) -> Error {
        match serde_json::from_str(text) {
            Ok(Handed::Conflict(what)) => Error::Conflict(what),
            Ok(Handed::WrongState(what)) => Error::WrongState(what),
            Ok(Handed::NotFound(what)) => Error::NotFound(what),
            Err(_) => Error::Internal(text.to_owned()),
        }
    }
}
