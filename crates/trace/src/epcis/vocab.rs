//! The words of the Core Business Vocabulary (CBV 2.0 §7) and of the GS1 Web Vocabulary that events use, and their four spellings:
//! `receiving` (JSON), `cbv:BizStep-receiving`, `urn:epcglobal:cbv:bizstep:receiving` (1.x) and `https://ref.gs1.org/cbv/BizStep-receiving`. The last
//! is the one in which they are compared. A word of one's own is a URI of one's own.

/// Which list a word belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vocabulary {
    /// 业务步骤, CBV §7.1.
    BizStep,
    /// 处置状态, CBV §7.2.
    Disposition,
    /// 单据种类, CBV §7.3.
    BizTransaction,
    /// 来源与去向的种类, CBV §7.4.
    SourceDestination,
    /// 更正原因, CBV §7.5.
    ErrorReason,
    /// 分量, CBV §7.6.
    Component,
    /// 测量种类, GS1 Web Vocabulary.
    Measurement,
    /// 传感器告警, GS1 Web Vocabulary.
    Alert,
}

use Vocabulary::{Alert, BizStep, BizTransaction, Component, Disposition, ErrorReason, Measurement, SourceDestination};

const BIZ_STEPS: &str = "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting \
    decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing killing loading \
    other packing picking receiving removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting shipping \
    staging_outbound stock_taking stocking storing transporting unloading unpacking void_shipping";
const DISPOSITIONS: &str = "active available completeness_verified completeness_inferred conformant container_closed container_open damaged \
    destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_instance mismatch_class mismatch_quantity \
    needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned \
    sellable_accessible sellable_not_accessible stolen unavailable unknown";
const MEASUREMENTS: &str = "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Radioactivity Altitude AmountOfSubstance \
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance Conductivity \
    Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity \
    ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum \
    Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate \
    MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity \
    RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage \
    Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber";

/// The CBV on the web.
pub const CBV: &str = "https://ref.gs1.org/cbv/";
/// The GS1 Web Vocabulary as event hashes write it.
pub const GS1: &str = "https://gs1.org/voc/";

impl Vocabulary {
    /// Its words.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        match self {
            BizStep => BIZ_STEPS,
            Disposition => DISPOSITIONS,
            BizTransaction => "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
            SourceDestination => "owning_party possessing_party location",
            ErrorReason => "did_not_occur incorrect_data",
            Component => {
                "x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude altitude"
            }
            Measurement => MEASUREMENTS,
            Alert => "ALARM_CONDITION ERROR_CONDITION",
        }
        .split_whitespace()
    }

    /// Beginning of the words on the web; the same without [`CBV`] or [`GS1`] is the CURIE.
    fn web(self) -> &'static str {
        match self {
            BizStep => "https://ref.gs1.org/cbv/BizStep-",
            Disposition => "https://ref.gs1.org/cbv/Disp-",
            BizTransaction => "https://ref.gs1.org/cbv/BTT-",
            SourceDestination => "https://ref.gs1.org/cbv/SDT-",
            ErrorReason => "https://ref.gs1.org/cbv/ER-",
            Component => "https://ref.gs1.org/cbv/Comp-",
            Measurement | Alert => GS1,
        }
    }

    /// Beginning of the words of CBV 1.x.
    fn urn(self) -> Option<&'static str> {
        Some(match self {
            BizStep => "urn:epcglobal:cbv:bizstep:",
            Disposition => "urn:epcglobal:cbv:disp:",
            BizTransaction => "urn:epcglobal:cbv:btt:",
            SourceDestination => "urn:epcglobal:cbv:sdt:",
            ErrorReason => "urn:epcglobal:cbv:er:",
            Component | Measurement | Alert => return None,
        })
    }

    /// The standard word that a text spells, without its beginning; `None`: a bare text or a URI of somebody's own.
    fn bare<'t>(self, text: &'t str) -> Option<&'t str> {
        let web = self.web();
        // The standard's own examples write `Bizstep-` as well as `BizStep-`.
        let begin = |text: &'t str, begin: &str| {
            let (head, rest) = text.split_at_checked(begin.len())?;
            head.eq_ignore_ascii_case(begin).then_some(rest)
        };
        let curie = |prefix: &str, base: &str| begin(text.strip_prefix(prefix)?, web.strip_prefix(base)?);
        begin(text, web)
            .or_else(|| self.urn().and_then(|urn| text.strip_prefix(urn)))
            .or_else(|| curie("cbv:", CBV))
            .or_else(|| curie("gs1:", GS1))
            .or_else(|| (web == GS1).then(|| text.strip_prefix("https://ref.gs1.org/voc/")).flatten())
    }

    /// The spelling by which words are compared. What is not of the standard stays as it is.
    pub fn canonical(self, text: &str) -> String {
        match self.bare(text) {
            Some(word) => format!("{}{word}", self.web()),
            None if self.words().any(|word| word == text) => format!("{}{text}", self.web()),
            None => text.to_owned(),
        }
    }

    /// The word as JSON writes it: bare where the standard has it.
    pub fn short(self, text: &str) -> String {
        match self.bare(text) {
            Some(word) if self.words().any(|other| other == word) => word.to_owned(),
            _ => text.to_owned(),
        }
    }

    /// The word as XML writes it: the URN of CBV 1.x, which every reader of 1.2 and of 2.0 knows; `gs1:` for measurements.
    pub fn long(self, text: &str) -> String {
        let known = self.bare(text).filter(|word| self.words().any(|other| other == *word));
        let text = known.unwrap_or(text);
        if !self.words().any(|word| word == text) {
            return text.to_owned();
        }
        match self.urn() {
            Some(urn) => format!("{urn}{text}"),
            None if self.web() == GS1 => format!("gs1:{text}"),
            None => format!("cbv:Comp-{text}"),
        }
    }

    /// Whether the standard or its openness allows the text: a word of the list in any spelling, or a URI outside of the lists. Measurements
    /// are not closed: the GS1 Web Vocabulary grows between editions of CBV.
    pub fn allows(self, text: &str) -> bool {
        const LISTS: [&str; 6] = ["BizStep-", "Disp-", "BTT-", "SDT-", "ER-", "Comp-"];
        match self.bare(text) {
            Some(word) => matches!(self, Measurement | Alert) || self.words().any(|other| other == word),
            None if self.words().any(|word| word == text) => true,
            None if self == Measurement && text.starts_with(|first: char| first.is_ascii_uppercase()) => {
                text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            }
            None => {
                let closed = |rest: &str| LISTS.iter().any(|list| rest.starts_with(list));
                let own = ["bizstep", "disp", "btt", "sdt", "er"]
                    .iter()
                    .any(|list| text.starts_with(&format!("urn:epcglobal:cbv:{list}:")))
                    || text.strip_prefix(CBV).or_else(|| text.strip_prefix("cbv:")).is_some_and(closed);
                is_uri(text) && !own
            }
        }
    }
}

/// RFC 3986 in the measure that events need: a scheme, something behind it, no white space or control character.
pub fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut bytes = scheme.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_'))
        && !rest.is_empty()
        && !text.chars().any(|character| {
            character.is_whitespace() || character.is_control() || matches!(character, '<' | '>' | '"')
        })
}
