//! The frameworks that are assessed: how often, by whom, and how their levels move.

use domain::framework::Definition;

use super::calendar::{self, Occasion};
use super::ratings::Tempo;
use crate::error::Error;

/// The framework that all systems are assessed with, and that everything happens to which can happen.
pub(super) const MAIN: &str = "sdpt";

#[derive(Debug)]
pub(super) struct Programme {
    /// The key of the framework.
    pub(super) framework: &'static str,
    pub(super) occasions: fn() -> Vec<Occasion>,
    pub(super) tempo: Tempo,
    /// The share of systems that take part.
    pub(super) turnout: f64,
}

/// The main one first.
pub(super) const PROGRAMMES: [Programme; 4] = [
    Programme {
        framework: MAIN,
        occasions: calendar::quarters,
        tempo: Tempo { start: 1.85, quarters: 1.0 },
        turnout: 1.0,
    },
    Programme {
        framework: "wgll",
        occasions: calendar::years,
        tempo: Tempo { start: 2.2, quarters: 4.0 },
        turnout: 0.6,
    },
    Programme {
        framework: "people-functions",
        occasions: calendar::half_years,
        tempo: Tempo { start: 2.0, quarters: 2.0 },
        turnout: 0.5,
    },
    // In half a year a good part of what was open is delivered.
    Programme {
        framework: "readiness",
        occasions: calendar::first_days,
        tempo: Tempo { start: 2.3, quarters: 6.0 },
        turnout: 0.6,
    },
];

impl Programme {
    pub(super) fn edition(&self, shipped: &[Definition]) -> Result<Definition, Error> {
        let edition = shipped.iter().find(|edition| edition.key == self.framework);
        edition.cloned().ok_or_else(|| Error::Internal(format!("there is no framework {}", self.framework)))
    }
}
