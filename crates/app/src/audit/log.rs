//! 日志的核对. The transparency log against what was done: every thing that may not be changed unseen has its leaf, every leaf its thing, the thing is
//! what the leaf committed to, and the leaves are numbered without a gap in the order of their times.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use zhiheng_store::{HeadRow, LeafRow, Logged, OffLog, Reader, sealed};
use zhiheng_tlog::log::{Edge, LogError};
use zhiheng_tlog::tile::Content;
use zhiheng_tlog::{Tile, leaf_hash};

use super::{AuditReport, LISTED};
use crate::log::{LogKeys, is_signed};
use crate::{App, Error};

/// Leaves that stand for no version, by time and sort; taken out as their things are met.
type Leaves = BTreeMap<(i64, Logged), LeafRow>;

impl App {
    pub(super) fn check_log(&self, reader: &mut Reader<'_>, report: &mut AuditReport) -> Result<(), Error> {
        let mut others = self.check_leaves(reader, report)?;
        for off in reader.versions_off_log(&self.pack.place)? {
            say_version(report, off);
        }
        self.check_operations(reader, &mut others, report)?;
        self.check_grants(reader, &mut others, report)?;
        for leaf in others.into_values() {
            let which = format!("日志第 {} 号", leaf.seq);
            report.say("leaf", which, format!("{}（{}）的记录不在了", name(leaf.what), leaf.at));
        }
        self.check_tree(reader, report)
    }

    /// The tree of the leaves against every signed head and against the tiles that are kept, and the guard's memory against the tree.
    fn check_tree(&self, reader: &mut Reader<'_>, report: &mut AuditReport) -> Result<(), Error> {
        let place = &self.pack.place;
        let heads = reader.log_heads(place)?;
        let keys = self.log_keys().ok().flatten();
        let mut tiles = HashMap::new();
        reader.scan_tiles(place, |level, number, hashes| {
            tiles.insert((level, number), <[u8; 32]>::from(Sha256::digest(&hashes)));
            Ok(())
        })?;
        let newest = heads.last().map_or(0, |head| head.size);
        let mut made = HashMap::new();
        let mut edge = Edge::empty();
        for head in &heads {
            report.heads += 1;
            let which = format!("第 {} 条处的检查点", head.size);
            let (next, whole) = grow(reader, place, edge, head.size, &mut made)?;
            edge = next;
            if !whole {
                report.say("head", which, "日志里没有这么多条，签过名的内容少了");
                return Ok(());
            }
            check_head(head, edge.root().as_bytes(), keys.as_ref(), &which, report);
        }
        if let Some((size, root)) = self.remembered_head()? {
            let (next, whole) = grow(reader, place, edge, size.max(newest), &mut HashMap::new())?;
            // Heads that the database has and the guard does not know of do not exist; the other way round is an attempt that was cut short.
            if !whole || size < newest || next.root().as_bytes() != &root {
                report.say("head", format!("守护记录（第 {size} 条）"), "与数据库里的日志对不上");
            }
        }
        for ((level, number), digest) in &made {
            let which = u8::try_from(*level).ok().zip(u64::try_from(*number).ok()).and_then(|(level, number)| {
                Tile::new(Content::Hashes(level), number, 256).map(|tile| tile.to_string())
            });
            let which = which.unwrap_or_else(|| format!("第 {level} 层第 {number} 片"));
            match tiles.remove(&(*level, *number)) {
                Some(stored) if stored == *digest => {}
                Some(_) => report.say("tile", which, "与由条目算出的不同；可用 zhiheng log rebuild 重建"),
                None => report.say("tile", which, "不在了；可用 zhiheng log rebuild 重建"),
            }
        }
        for (level, number) in tiles.into_keys() {
            report.say("tile", format!("第 {level} 层第 {number} 片"), "树里没有这一片；可用 zhiheng log rebuild 重建");
        }
        Ok(())
    }

    /// The leaves by themselves. Answers those of things that are no versions.
    fn check_leaves(&self, reader: &mut Reader<'_>, report: &mut AuditReport) -> Result<Leaves, Error> {
        let mut others = Leaves::new();
        let (mut next, mut time) = (0, i64::MIN);
        reader.scan_leaves(&self.pack.place, |leaf| {
            report.leaves += 1;
            for missing in (next..leaf.seq).take(LISTED) {
                report.say("leaf", format!("日志第 {missing} 号"), "不在了，编号有缺口");
            }
            if leaf.at < time {
                report.say("leaf", format!("日志第 {} 号", leaf.seq), "时间比前一号早");
            }
            (next, time) = (leaf.seq + 1, leaf.at);
            if leaf.what == Logged::Version && leaf.salt.is_some() {
                report.say("leaf", format!("日志第 {} 号", leaf.seq), "多出一个盐值，被改动过");
            }
            if leaf.what != Logged::Version {
                others.insert((leaf.at, leaf.what), leaf);
            }
            Ok(())
        })?;
        Ok(others)
    }

    fn check_operations(
        &self,
        reader: &mut Reader<'_>,
        leaves: &mut Leaves,
        report: &mut AuditReport,
    ) -> Result<(), Error> {
        let place = &self.pack.place;
        let mut check = |what, at, texts: &[&str]| check(place, leaves, report, what, at, texts);
        reader.scan_operations(place, |row| {
            check(Logged::Operation, row.at, &[&row.actor, &row.verb, &row.object, &row.detail]);
            Ok(())
        })?;
        reader.scan_sign_ins(place, |row| {
            check(Logged::SignIn, row.at, &[&row.login, &row.outcome, &row.detail, &row.address]);
            Ok(())
        })?;
        for pack in reader.packs(place, None)? {
            check(Logged::Pack, pack.active_from, &[&pack.seq.to_string(), &crate::hex(&pack.hash)]);
        }
        Ok(())
    }

    fn check_grants(
        &self,
        reader: &mut Reader<'_>,
        leaves: &mut Leaves,
        report: &mut AuditReport,
    ) -> Result<(), Error> {
        let place = &self.pack.place;
        let mut check = |what, at, texts: &[&str]| check(place, leaves, report, what, at, texts);
        for grant in reader.all_grants(place)? {
            check(Logged::Grant, grant.recorded_at, &grant.said().each_ref().map(String::as_str));
            if let Some(ended_at) = grant.ended_at {
                check(Logged::GrantEnd, ended_at, &[&grant.account.to_string(), &grant.recorded_at.to_string()]);
            }
        }
        for row in reader.all_delegations(place)? {
            check(Logged::Delegation, row.recorded_at, &row.said().each_ref().map(String::as_str));
            if let Some(ended_at) = row.ended_at {
                check(Logged::DelegationEnd, ended_at, &[&row.from.to_string(), &row.recorded_at.to_string()]);
            }
        }
        Ok(())
    }
}

/// Leaves that are read at a time.
const PAGE: i64 = 4096;

/// Lets the tree grow to a size; digests of its tiles go into `made`. False where there are fewer leaves, or a gap.
fn grow(
    reader: &mut Reader<'_>,
    place: &str,
    mut edge: Edge,
    size: i64,
    made: &mut HashMap<(i64, i64), [u8; 32]>,
) -> Result<(Edge, bool), Error> {
    loop {
        let at = i64::try_from(edge.size()).unwrap_or(i64::MAX);
        let page = usize::try_from((size - at).clamp(0, PAGE)).unwrap_or_default();
        if page == 0 {
            return Ok((edge, true));
        }
        let leaves = reader.leaves(place, at, page)?;
        if leaves.len() < page || !(at..).zip(&leaves).all(|(seq, leaf)| leaf.seq == seq) {
            return Ok((edge, false));
        }
        let grown = edge.append(leaves.iter().map(|leaf| leaf_hash(&leaf.entry)), |tile, bytes| {
            if let Content::Hashes(level) = tile.content() {
                let number = i64::try_from(tile.index()).unwrap_or(i64::MAX);
                made.insert((level.into(), number), Sha256::digest(bytes).into());
            }
            Ok::<(), LogError<zhiheng_store::StoreError>>(())
        });
        edge = grown.map_err(|error| Error::Corrupt(error.to_string()))?;
    }
}

fn check_head(head: &HeadRow, root: &[u8; 32], keys: Option<&LogKeys>, which: &str, report: &mut AuditReport) {
    if head.root != *root {
        report.say("head", which, "与由条目算出的不同：签名以后，它之前的条目被改动过");
    }
    let size = u64::try_from(head.size).unwrap_or_default();
    match keys {
        Some(keys) if is_signed(&head.note, keys, size, &head.root) => {}
        Some(_) => report.say("head", which, "签名不对"),
        None => report.unsigned_heads += 1,
    }
}

fn check(place: &str, leaves: &mut Leaves, report: &mut AuditReport, what: Logged, at: i64, texts: &[&str]) {
    let which = format!("{} {at} {}", what.word(), texts.join(" "));
    let message = match leaves.remove(&(at, what)) {
        None => "没有写入日志",
        Some(leaf) => match leaf.salt {
            Some(salt) if sealed(&salt, what, place, at, texts) == leaf.entry => return,
            Some(_) => "内容与日志里的承诺值不符，被改动过",
            None => "已经抹去的内容又出现了",
        },
    };
    report.say("log", which, message);
}

fn say_version(report: &mut AuditReport, off: OffLog) {
    match (off.version, off.seq) {
        (Some((id, version)), Some(seq)) => {
            let message = format!("承诺值与日志第 {seq} 号的不符");
            report.say("version", format!("{id} 第 {version} 版"), message);
        }
        (Some((id, version)), None) => report.say("version", format!("{id} 第 {version} 版"), "没有写入日志"),
        (None, seq) => {
            let which = format!("日志第 {} 号", seq.unwrap_or_default());
            report.say("leaf", which, format!("它的那一版记录（{}）不在了", off.at));
        }
    }
}

fn name(what: Logged) -> &'static str {
    match what {
        Logged::Version => "记录的一版",
        Logged::Operation => "操作日志",
        Logged::Pack => "启用方案包",
        Logged::Grant => "授权",
        Logged::GrantEnd => "收回授权",
        Logged::SignIn => "登录日志",
        Logged::Delegation => "代办委托",
        Logged::DelegationEnd => "结束代办",
    }
}
