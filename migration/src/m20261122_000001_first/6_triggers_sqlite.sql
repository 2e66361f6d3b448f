CREATE TRIGGER ledger_entry_is_never_updated BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;

CREATE TRIGGER ledger_entry_is_never_deleted BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;

CREATE TRIGGER rating_is_never_updated BEFORE UPDATE ON rating
BEGIN SELECT RAISE(ABORT, 'rating is append-only'); END;

CREATE TRIGGER rating_is_never_deleted BEFORE DELETE ON rating
BEGIN SELECT RAISE(ABORT, 'rating is append-only'); END;
