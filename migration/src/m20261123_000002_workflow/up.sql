-- What was done to an assessment as a whole, beside starting, submitting and publishing it.
CREATE TABLE assessment_step (
    assessment {uuid} NOT NULL REFERENCES assessment (id),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    act varchar(16) NOT NULL
        CHECK (act IN ('WITHDRAW', 'RETURN', 'SHARE', 'RESPOND', 'CORRECT', 'RETRACT')),
    acted_by {uuid} NOT NULL REFERENCES person (id),
    reason {uuid} REFERENCES text_item (id),
    acted_on date,
    respond_by date,
    PRIMARY KEY (assessment, position),
    CHECK (act NOT IN ('WITHDRAW', 'RETURN', 'CORRECT', 'RETRACT') OR reason IS NOT NULL),
    CHECK ((act = 'SHARE') = (acted_on IS NOT NULL)),
    CHECK ((act = 'SHARE') = (respond_by IS NOT NULL)),
    CHECK (respond_by >= acted_on)
);

-- Words about one element: what to amend, why a moderation is contested, the answer to that.
CREATE TABLE element_note (
    assessment {uuid} NOT NULL,
    organisation {uuid} NOT NULL,
    edition {uuid} NOT NULL,
    element {uuid} NOT NULL,
    kind varchar(8) NOT NULL CHECK (kind IN ('RETURN', 'CONTEST', 'ANSWER')),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    text {uuid} NOT NULL REFERENCES text_item (id),
    PRIMARY KEY (assessment, element, kind, position),
    FOREIGN KEY (assessment, organisation, edition) REFERENCES assessment (id, organisation, edition),
    FOREIGN KEY (element, edition) REFERENCES element (id, edition)
);

-- More time for one organisation in one round; the latest position holds.
CREATE TABLE extension (
    position bigint NOT NULL PRIMARY KEY REFERENCES ledger_entry (position),
    round {uuid} NOT NULL REFERENCES round (id),
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    until date NOT NULL,
    reason {uuid} NOT NULL REFERENCES text_item (id)
);
CREATE INDEX extension_by_round ON extension (round, organisation);

-- The share of the predecessor's population in millionths, where it is told as such.
ALTER TABLE succession ADD COLUMN share integer CHECK (share BETWEEN 0 AND 1000000);
