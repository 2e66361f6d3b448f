//! What the writer keeps from one transaction to the next. Tables change only with the ledger: rows that were read or
//! written up to its head still stand where the head is as this writer left it. Whatever is in doubt is read again.

use std::collections::BTreeSet;

use domain::ledger::{Hash, Position};
use uuid::Uuid;

use super::tables::Tables;

/// Rows of which there are few and that many commands need: who may do what, organisations, and rounds.
#[derive(Debug)]
pub(super) struct Kept {
    /// With its hash: another branch of the ledger may have come to the same position.
    head: (Position, Hash),
    tables: Tables,
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
        std::mem::take(&mut self.tables)
    }

    /// After a commit that brought the ledger to this head.
    pub(super) fn keep(&mut self, tables: Tables, head: (Position, Hash)) {
        self.head = head;
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

/// Those of `wanted` that are not in `known`, which has them from now on.
pub(super) fn missing(known: &mut BTreeSet<Uuid>, wanted: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    let missing: BTreeSet<_> = wanted.difference(known).copied().collect();
    known.extend(&missing);
    missing
}
