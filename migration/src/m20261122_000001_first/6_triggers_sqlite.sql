CREATE TRIGGER ledger_entry_is_never_updated BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;

CREATE TRIGGER ledger_entry_is_never_deleted BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;

-- REPLACE deletes without firing the trigger above.
CREATE TRIGGER ledger_entry_is_never_replaced BEFORE INSERT ON ledger_entry
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE position = NEW.position)
    OR EXISTS (SELECT 1 FROM ledger_entry WHERE recorded_at = NEW.recorded_at)
    OR EXISTS (SELECT 1 FROM ledger_entry WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;

CREATE TRIGGER rating_is_never_updated BEFORE UPDATE ON rating
BEGIN SELECT RAISE(ABORT, 'rating is append-only'); END;

CREATE TRIGGER rating_is_never_deleted BEFORE DELETE ON rating
BEGIN SELECT RAISE(ABORT, 'rating is append-only'); END;

CREATE TRIGGER rating_is_never_replaced BEFORE INSERT ON rating
WHEN EXISTS (SELECT 1 FROM rating WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM rating WHERE position = NEW.position AND item = NEW.item)
    OR EXISTS (SELECT 1 FROM rating WHERE supersedes = NEW.supersedes)
BEGIN SELECT RAISE(ABORT, 'rating is append-only'); END;
