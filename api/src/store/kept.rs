//! What the writer keeps from one transaction to the next. Tables change only with the ledger: rows that were read or
//! written up to its head still stand where the head is as this writer left it. Whatever is in doubt is read again.

use std::collections::{BTreeSet, HashMap};
use std::mem::take;

use domain::ledger::{Hash, Position};
use uuid::Uuid;

use super::tables::Tables;

/// Assessments that are kept; one more, and all of them are read again when they are needed.
const ASSESSMENTS: usize = 1_000;

/// Rows of which there are few and that many commands need: who may do what, organisations, and rounds; and the assessments
/// of late, which are seldom written once only.
#[derive(Debug)]
pub(super) struct Kept {
    /// With its hash: another branch of the ledger may have come to the same position.
    head: (Position, Hash),
    tables: Tables,
    forms: HashMap<Uuid, Form>,
    /// People of whom every grant is kept.
    pub(super) holders: BTreeSet<Uuid>,
    /// Organisations of which every fact is kept.
    pub(super) organisations: BTreeSet<Uuid>,
    /// Rounds that are kept with all that belongs to them.
    pub(super) rounds: BTreeSet<Uuid>,
    /// Whether every round is kept.
    pub(super) all_rounds: bool,
    pub(super) successions: bool,
}

impl Default for Kept {
    fn default() -> Self {
        Self::standing_at((Position(0), Hash::ZERO))
    }
}

impl Kept {
    fn standing_at(head: (Position, Hash)) -> Self {
        Self {
            head,
            tables: Tables::default(),
            forms: HashMap::new(),
            holders: BTreeSet::new(),
            organisations: BTreeSet::new(),
            rounds: BTreeSet::new(),
            all_rounds: false,
            successions: false,
        }
    }

    /// Forgets everything, unless the ledger is where it was left.
    pub(super) fn stand_at(&mut self, head: (Position, Hash)) {
        if self.head != head {
            *self = Self::standing_at(head);
        }
    }

    /// The rows that are kept, to load others beside them.
    pub(super) fn take(&mut self) -> Tables {
        take(&mut self.tables)
    }

    /// After a commit that brought the ledger to this head.
    pub(super) fn keep(&mut self, mut tables: Tables, head: (Position, Hash)) {
        self.head = head;
        self.put_away(&mut tables);
        self.tables = Tables {
            organisation: tables.organisation,
            organisation_life: tables.organisation_life,
            organisation_name: tables.organisation_name,
            organisation_code: tables.organisation_code,
            membership: tables.membership,
            succession: tables.succession,
            grant: tables.grant,
            round: tables.round,
            round_approval: tables.round_approval,
            extension: tables.extension,
            ..Tables::default()
        };
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

macro_rules! forms {
    ($($table:ident)*) => {
        /// An assessment with every row that is about it.
        #[derive(Debug)]
        struct Form {
            assessment: entity::assessment::Model,
            $($table: Vec<entity::$table::Model>,)*
        }

        impl Kept {
            /// Puts an assessment among the rows that are loaded, and says whether it was kept.
            pub(super) fn hand_over(&mut self, assessment: Uuid, to: &mut Tables) -> bool {
                let Some(form) = self.forms.remove(&assessment) else { return false };
                to.assessment.load(vec![form.assessment]);
                $(to.$table.load(form.$table);)*
                true
            }

            /// Every assessment among the rows is there with all that is about it.
            fn put_away(&mut self, tables: &mut Tables) {
                for assessment in take(&mut tables.assessment).into_rows() {
                    self.forms.insert(assessment.id, Form { assessment, $($table: Vec::new(),)* });
                }
                $(for row in take(&mut tables.$table).into_rows() {
                    if let Some(form) = self.forms.get_mut(&row.assessment) {
                        form.$table.push(row);
                    }
                })*
                if self.forms.len() > ASSESSMENTS {
                    self.forms.clear();
                }
            }
        }
    };
}

forms! { rating citation submission assessment_step element_note }

/// Those of `wanted` that are not in `known`, which has them from now on.
pub(super) fn missing(known: &mut BTreeSet<Uuid>, wanted: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    let missing: BTreeSet<_> = wanted.difference(known).copied().collect();
    known.extend(&missing);
    missing
}
