-- A day that the national team marked: what is published before it is not compared with what is published later.
CREATE TABLE rebaseline (
    id {uuid} NOT NULL PRIMARY KEY,
    framework {uuid} NOT NULL REFERENCES framework (id),
    from_day date NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    reason {uuid} NOT NULL REFERENCES text_item (id),
    withdrawn_position bigint REFERENCES ledger_entry (position),
    withdrawn_reason {uuid} REFERENCES text_item (id),
    CHECK ((withdrawn_position IS NULL) = (withdrawn_reason IS NULL)),
    CHECK (withdrawn_position > position)
);

-- For whom. A re-baseline without rows here is for all.
CREATE TABLE rebaseline_system (
    rebaseline {uuid} NOT NULL REFERENCES rebaseline (id),
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    PRIMARY KEY (rebaseline, organisation)
);

-- What the elements of an edition have to do with those of the one before. Level maps are in the bytes.
CREATE TABLE crosswalk (
    to_edition {uuid} NOT NULL PRIMARY KEY REFERENCES edition (id),
    from_edition {uuid} NOT NULL REFERENCES edition (id),
    approver varchar(200) NOT NULL,
    approved_on date,
    content_hash {bytes} NOT NULL CHECK (length(content_hash) = 32),
    bytes {bytes} NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    UNIQUE (to_edition, from_edition),
    CHECK (to_edition <> from_edition)
);

CREATE TABLE crosswalk_link (
    to_edition {uuid} NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    from_edition {uuid} NOT NULL,
    kind varchar(8) NOT NULL CHECK (kind IN ('EQUAL', 'NARROWER', 'BROADER', 'OVERLAPS', 'NEW', 'DROPPED')),
    from_element {uuid},
    to_element {uuid},
    rationale text NOT NULL,
    PRIMARY KEY (to_edition, number),
    FOREIGN KEY (to_edition, from_edition) REFERENCES crosswalk (to_edition, from_edition),
    FOREIGN KEY (from_element, from_edition) REFERENCES element (id, edition),
    FOREIGN KEY (to_element, to_edition) REFERENCES element (id, edition),
    CHECK ((kind = 'NEW') = (from_element IS NULL)),
    CHECK ((kind = 'DROPPED') = (to_element IS NULL))
);
