-- The ledger is the truth. Every other table is a projection of it, written in the same transaction.
-- {uuid} and {bytes} become the type of the database at hand. Instants of the ledger are microseconds since 1970, UTC.

CREATE TABLE ledger_meta (
    one smallint NOT NULL PRIMARY KEY CHECK (one = 1),
    ledger_id {uuid} NOT NULL
);

CREATE TABLE ledger_entry (
    position bigint NOT NULL PRIMARY KEY CHECK (position > 0),
    recorded_at bigint NOT NULL UNIQUE,
    actor {uuid},
    via varchar(16) NOT NULL CHECK (via IN ('API', 'COMMAND_LINE', 'DEMO')),
    act varchar(40) NOT NULL,
    format smallint NOT NULL CHECK (format > 0),
    payload {bytes} NOT NULL,
    previous_hash {bytes} NOT NULL CHECK (length(previous_hash) = 32),
    hash {bytes} NOT NULL UNIQUE CHECK (length(hash) = 32)
);

CREATE TABLE ledger_subject (
    position bigint NOT NULL REFERENCES ledger_entry (position),
    kind varchar(24) NOT NULL,
    id {uuid} NOT NULL,
    PRIMARY KEY (position, kind, id)
);
CREATE INDEX ledger_subject_by_id ON ledger_subject (id, position);

-- Text that people wrote. The ledger holds only commitment = SHA-256(salt, text), so a text can be erased and the chain stays valid.
CREATE TABLE text_item (
    id {uuid} NOT NULL PRIMARY KEY,
    salt {bytes},
    text text,
    commitment {bytes} NOT NULL CHECK (length(commitment) = 32),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    erased_position bigint REFERENCES ledger_entry (position),
    CHECK ((erased_position IS NULL) = (text IS NOT NULL)),
    CHECK ((erased_position IS NULL) = (salt IS NOT NULL))
);
