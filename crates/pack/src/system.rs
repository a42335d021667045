//! 方案的系统 (what the plan asks for, one line each) and how far the pack answers it. Derived from the pack alone: nothing here is claimed that the pack
//! does not hold.

use crate::pack::Pack;

/// Something that the plan asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Its number.
    pub no: u16,
    /// What it is.
    pub name: String,
    /// Where the plan asks for it: measures (M), guarantees (G), rows of the annex (R).
    pub plan: Option<String>,
    /// Kinds whose records it keeps.
    pub kinds: Vec<String>,
    /// Indicators that it answers for, as far as the pack has them.
    pub indicators: Vec<String>,
    /// Journeys in a browser that walk through it.
    pub journeys: Vec<String>,
}

/// What a system has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Procedures of its kinds, ids: declared for them, whether the county handles a kind by them (办理) or mirrors it (台账).
    pub procedures: Vec<String>,
    /// How many deadlines those count.
    pub clocks: usize,
    /// How many of its kinds, procedures, deadlines and indicators say that nobody has checked them against their source.
    pub unverified: usize,
}

impl Pack {
    /// What a system has.
    pub fn coverage(&self, system: &System) -> Coverage {
        let mut found = Coverage::default();
        for position in system.kinds.iter().filter_map(|id| self.kind_position(id)) {
            found.unverified += self.kinds.get(position).map_or(0, |kind| usize::from(!kind.verified));
            for procedure in self.procedures.iter().filter(|procedure| procedure.kind == position) {
                found.procedures.push(procedure.id.clone());
                found.clocks += procedure.clocks.len();
                found.unverified += usize::from(!procedure.verified);
                found.unverified += procedure.clocks.iter().filter(|clock| !clock.verified).count();
            }
        }
        let positions = system.indicators.iter().filter_map(|id| self.indicator_position(id));
        let indicators = positions.filter_map(|at| self.indicators.get(at));
        found.unverified += indicators.filter(|indicator| !indicator.verified).count();
        found
    }
}
