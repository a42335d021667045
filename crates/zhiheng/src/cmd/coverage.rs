//! `zhiheng coverage`: what the plan asks for, system by system, and what the pack has for it. Needs no database.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};
use zhiheng_pack::Pack;

use super::{carry_of, one_pack, say, say_json, stored};
use crate::Common;
use crate::packs;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct CoverageArgs {}

pub(crate) fn run(common: &Common, _: &CoverageArgs) -> Result<ExitCode> {
    let loaded = match &common.place {
        Some(place) => stored(common, place)?,
        None => packs::load(one_pack(common)?, carry_of(common))?,
    };
    if common.json {
        say_json(&of_pack(&loaded.pack));
    } else {
        lines(&loaded.pack).iter().for_each(say);
    }
    Ok(ExitCode::SUCCESS)
}

fn of_pack(pack: &Pack) -> Value {
    let systems: Vec<Value> = pack
        .systems
        .iter()
        .map(|system| {
            let has = pack.coverage(system);
            json!({
                "no": system.no,
                "name": system.name,
                "plan": system.plan,
                "kinds": system.kinds,
                "procedures": has.procedures,
                "clocks": has.clocks,
                "indicators": system.indicators,
                "journeys": system.journeys,
                "unverified": has.unverified,
            })
        })
        .collect();
    json!({ "systems": systems })
}

/// A line a system, then how many have anything at all.
fn lines(pack: &Pack) -> Vec<String> {
    let mut lines = vec![format!("{}：方案的系统与本方案包的对应", pack.title)];
    let mut empty = 0;
    for system in &pack.systems {
        let has = pack.coverage(system);
        let nothing = system.kinds.is_empty() && system.indicators.is_empty();
        empty += usize::from(nothing);
        let told = match nothing {
            true => "尚无".to_owned(),
            false => format!(
                "种类 {}，程序 {}，时限 {}，指标 {}，浏览器走查 {}，未经核实 {}",
                system.kinds.len(),
                has.procedures.len(),
                has.clocks,
                system.indicators.len(),
                system.journeys.len(),
                has.unverified
            ),
        };
        lines.push(format!("{:>2} {}：{told}", system.no, system.name));
    }
    lines.push(format!("共 {} 个系统，{empty} 个尚无种类和指标", pack.systems.len()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs::Carry;

    #[test]
    fn every_system_of_the_plan_is_listed_with_what_there_is_and_no_more() {
        let pack = packs::load(None, Carry::County).unwrap().pack;
        let told = of_pack(&pack);
        let systems = told["systems"].as_array().unwrap();
        let numbers: Vec<u64> = systems.iter().map(|system| system["no"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (1..=42).collect::<Vec<_>>());
        let complaints = &systems[13];
        let procedures = complaints["procedures"].as_array().unwrap();
        let orders = procedures.iter().filter(|id| id.as_str().unwrap().starts_with("consumer_complaint")).count();
        assert_eq!(orders, 2, "one for each order, also where the county only mirrors complaints: {complaints}");
        assert!(complaints["clocks"].as_u64().unwrap() > 0);
        assert_eq!(systems[16]["kinds"], json!([]), "nothing is claimed that is not there");
        let lines = lines(&pack);
        assert_eq!(lines.len(), 44);
        assert!(lines[17].starts_with("17 ") && lines[17].ends_with("尚无"), "{}", lines[17]);
    }
}
