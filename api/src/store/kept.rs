//! What the writer keeps from one transaction to the next. Tables change only with the ledger: rows that were read or
//! written up to its head still stand where the head is as this writer left it. Whatever is in doubt is read again.

use std::collections::BTreeSet;

use domain::ledger::Position;
use uuid::Uuid;

use super::tables::Tables;

/// Rows of which there are few and that many commands need: who may do what, organisations, and rounds.
#[derive(Debug, Default)]
pub(super) struct Kept {
    head: Position,
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

impl Kept {
    /// Forgets everything, unless the ledger is where it was left.
    pub(super) fn stand_at(&mut self, head: Position) {
        if self.head != head {
            *self = Self { head, ..Self::default() };
        }
    }

    /// The rows that are kept, to load others beside them.
    pub(super) fn take(&mut self) -> Tables {
        std::mem::take(&mut self.tables)
    }

    /// After a commit that brought the ledger to this head.
    pub(super) fn keep(&mut self, tables: Tables, head: Position) {
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
