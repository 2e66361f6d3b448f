CREATE TABLE person (
    id {uuid} NOT NULL PRIMARY KEY,
    kind varchar(8) NOT NULL CHECK (kind IN ('HUMAN', 'SERVICE')),
    position bigint NOT NULL REFERENCES ledger_entry (position)
);

-- What a token calls a person. Several per person, so that "the same person" survives a change of issuer.
CREATE TABLE person_identity (
    id {uuid} NOT NULL PRIMARY KEY,
    person {uuid} NOT NULL REFERENCES person (id),
    issuer text NOT NULL,
    subject text NOT NULL,
    salt {bytes} NOT NULL,
    commitment {bytes} NOT NULL CHECK (length(commitment) = 32),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    UNIQUE (issuer, subject)
);
CREATE INDEX person_identity_by_person ON person_identity (person);

CREATE TABLE person_name (
    person {uuid} NOT NULL REFERENCES person (id),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    name {uuid} NOT NULL REFERENCES text_item (id),
    PRIMARY KEY (person, position)
);

-- A replay of the same key by the same person answers what the entry at this position says.
CREATE TABLE idempotency (
    actor {uuid} NOT NULL REFERENCES person (id),
    key varchar(200) NOT NULL,
    input_hash {bytes} NOT NULL CHECK (length(input_hash) = 32),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    PRIMARY KEY (actor, key)
);
