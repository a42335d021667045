//! 名册 (directory): which kinds carry the members of the leading group, who answers for a body, and the villages – and which of their fields plays which
//! part. Each is a record like any other, kept by the office or by the body itself; what a county calls its kinds and fields is the pack's.

/// The three kinds of the directory; each may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Directory {
    /// 领导小组成员
    pub member: Option<MemberParts>,
    /// 联络员
    pub contact: Option<ContactParts>,
    /// 村（社区）
    pub village: Option<VillageParts>,
}

/// Since when and until when a line of the directory holds, positions of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub since: usize,
    /// Last day; blank: still.
    pub until: usize,
}

/// Parts of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberParts {
    /// Position of the kind.
    pub kind: usize,
    /// 姓名
    pub name: usize,
    /// 职务
    pub duty: usize,
    /// 小组职务: a choice, the first item first.
    pub position: usize,
    /// 单位
    pub body: usize,
    /// 任期
    pub term: Term,
}

/// Parts of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactParts {
    /// Position of the kind.
    pub kind: usize,
    /// 姓名
    pub name: usize,
    /// 职务
    pub duty: usize,
    /// 办公电话
    pub phone: usize,
    /// 手机: personal.
    pub mobile: usize,
    /// 单位
    pub body: usize,
    /// 任期
    pub term: Term,
}

/// Parts of a village.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VillageParts {
    /// Position of the kind.
    pub kind: usize,
    /// 名称
    pub name: usize,
    /// 乡镇
    pub area: usize,
    /// 设立、撤销
    pub term: Term,
}
