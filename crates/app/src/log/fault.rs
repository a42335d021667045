//! What can go wrong with the log, each with its permanent code and what to do.

use std::fmt;

use zhiheng_tlog::guard::Refusal;

type Entry = (&'static str, &'static str);

const REFUSED: Entry = (
    "ZH1160",
    "日志不能签名：{}。多半是恢复了较早的备份，或者有两份数据库同时在用。请停止服务，换回最近的数据库或者备份；确实找不回的，运行 zhiheng log restart --reason 原因，另开一本日志并公开说明",
);
const MEMORY_LOST: Entry = (
    "ZH1161",
    "日志签过名，但在 {} 找不到签名密钥或者守护记录。请把原服务器上的这个文件夹复制过来；确实找不回的，运行 zhiheng log restart --reason 原因，另开一本日志并公开说明",
);
const FOLDER: Entry = ("ZH1162", "日志的签名文件夹用不了（{}）。请检查路径、读写权限和磁盘空间");
const KEY: Entry = ("ZH1163", "日志的密钥文件读不懂（{}）。请用备份的密钥文件换回，不要自行修改");
const DAMAGED: Entry = ("ZH1164", "日志的存储前后不一致（{}）。请运行 zhiheng audit 找出是哪一条，再从备份恢复");
const NOT_YET: Entry = ("ZH1165", "这一条已经受理，还没有入账，暂时出不了存证回执。请稍后再下载");
const UNREADABLE: Entry = ("ZH1166", "这个文件不是存证回执，或者不完整（{}）。请重新下载");
const UNTRUSTED: Entry = ("ZH1167", "回执里的检查点不是给出的公钥签的（{}）。请核对公钥是不是从公开渠道取得的那一把");
const NOT_IN_LOG: Entry = ("ZH1168", "回执不成立：这一条不在它所说的日志里（{}）。请不要采信");
const OTHER_CONTENT: Entry = ("ZH1169", "回执不成立：所附的内容不是日志里承诺的内容（{}）。请不要采信");
const BAD_KEY: Entry =
    ("ZH1170", "公钥读不懂（{}）。公钥是一行文字，形如 名称+八位数字字母+一串字母，可从县里的 /log 页面复制");
const WITNESS: Entry = ("ZH1171", "见证 {}。日志照常签名和公开，只是少这一家的见证");
const RESTARTED: Entry = ("ZH1172", "{}，不需要另开日志");

/// Why the log did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFault {
    /// The guard refuses the head: it does not extend what was signed.
    Refused(Refusal),
    /// Heads were signed, and the keys or the guard's memory are gone: the folder.
    MemoryLost(String),
    /// The folder of the signer fails.
    Folder(String),
    /// The file of the keys is none.
    Key(String),
    /// Leaves, tiles and heads contradict each other.
    Damaged(String),
    /// No signed head covers the leaf yet.
    NotYet,
    /// A file is no receipt.
    Unreadable(String),
    /// The checkpoint of a receipt is not signed by the keys that were given.
    Untrusted(String),
    /// The proof of a receipt fails.
    NotInLog(String),
    /// What a receipt shows is not what the log committed to.
    OtherContent(String),
    /// A public key is none.
    BadKey(String),
    /// A witness did not cosign.
    Witness(String),
    /// There is no reason to begin another log.
    NothingToRestart(String),
}

impl LogFault {
    /// The permanent code.
    pub fn code(&self) -> &'static str {
        self.entry().0.0
    }

    /// What happened and what to do.
    pub fn message(&self) -> String {
        let ((_, sentence), what) = self.entry();
        format!("{}。", sentence.replacen("{}", &what, 1))
    }

    fn entry(&self) -> (Entry, String) {
        match self {
            LogFault::Refused(refusal) => (REFUSED, refused(refusal)),
            LogFault::MemoryLost(folder) => (MEMORY_LOST, folder.clone()),
            LogFault::Folder(what) => (FOLDER, what.clone()),
            LogFault::Key(what) => (KEY, what.clone()),
            LogFault::Damaged(what) => (DAMAGED, what.clone()),
            LogFault::NotYet => (NOT_YET, String::new()),
            LogFault::Unreadable(what) => (UNREADABLE, what.clone()),
            LogFault::Untrusted(what) => (UNTRUSTED, what.clone()),
            LogFault::NotInLog(what) => (NOT_IN_LOG, what.clone()),
            LogFault::OtherContent(what) => (OTHER_CONTENT, what.clone()),
            LogFault::BadKey(what) => (BAD_KEY, what.clone()),
            LogFault::Witness(what) => (WITNESS, what.clone()),
            LogFault::NothingToRestart(what) => (RESTARTED, what.clone()),
        }
    }
}

impl fmt::Display for LogFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.message())
    }
}

/// The refusal in words that an office understands.
fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Origin { last } => format!("守护记录属于另一本日志 {last}"),
        Refusal::Rollback { last, new } => format!("已经签到第 {last} 条，这个数据库只有 {new} 条"),
        Refusal::Fork => "同样多的条数已经签过另一种内容".to_owned(),
        Refusal::DoesNotExtend(_) => "这个数据库里的日志不是从已签的内容接着写的".to_owned(),
    }
}
