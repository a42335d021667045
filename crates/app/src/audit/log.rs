//! The transparency log against what was done: every thing that may not be changed unseen has its leaf, every leaf its thing, the thing is
//! what the leaf committed to, and the leaves are numbered without a gap in the order of their times.

use std::collections::BTreeMap;

use zhiheng_store::{LeafRow, Logged, OffLog, Reader, sealed};

use super::AuditReport;
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
        Ok(())
    }

    /// The leaves by themselves. Answers those of things that are no versions.
    fn check_leaves(&self, reader: &mut Reader<'_>, report: &mut AuditReport) -> Result<Leaves, Error> {
        let mut others = Leaves::new();
        let (mut next, mut time) = (0, i64::MIN);
        reader.scan_leaves(&self.pack.place, |leaf| {
            report.leaves += 1;
            if leaf.seq != next {
                report.say(
                    "leaf",
                    format!("日志第 {} 号", leaf.seq),
                    format!("前一号应为 {}，编号有缺口", leaf.seq - 1),
                );
            }
            if leaf.at < time {
                report.say("leaf", format!("日志第 {} 号", leaf.seq), "时间比前一号早");
            }
            (next, time) = (leaf.seq + 1, leaf.at);
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
    match off.version {
        Some((id, version)) => {
            let message = if off.logged { "承诺值与日志里的不符" } else { "没有写入日志" };
            report.say("version", format!("{id} 第 {version} 版"), message);
        }
        None => report.say("leaf", format!("时间 {}", off.at), "日志里有这一版，记录不在了"),
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
