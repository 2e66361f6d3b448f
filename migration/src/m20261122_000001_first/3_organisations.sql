-- Two time axes: [valid_from, valid_to) is when a fact holds in the world;
-- [position, superseded_position) is when this ledger said so.

CREATE TABLE organisation (
    id {uuid} NOT NULL PRIMARY KEY,
    kind varchar(24) NOT NULL CHECK (kind IN ('REGION', 'SYSTEM', 'PLACE', 'PROVIDER_COLLABORATIVE', 'PARTNER')),
    position bigint NOT NULL REFERENCES ledger_entry (position)
);

CREATE TABLE organisation_life (
    id {uuid} NOT NULL PRIMARY KEY,
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    valid_from date NOT NULL,
    valid_to date,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    superseded_position bigint REFERENCES ledger_entry (position),
    CHECK (valid_to > valid_from),
    CHECK (superseded_position > position)
);
CREATE INDEX organisation_life_by_organisation ON organisation_life (organisation);

CREATE TABLE organisation_name (
    id {uuid} NOT NULL PRIMARY KEY,
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    name varchar(200) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    superseded_position bigint REFERENCES ledger_entry (position),
    CHECK (valid_to > valid_from),
    CHECK (superseded_position > position)
);
CREATE INDEX organisation_name_by_organisation ON organisation_name (organisation);

CREATE TABLE organisation_code (
    id {uuid} NOT NULL PRIMARY KEY,
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    scheme varchar(8) NOT NULL CHECK (scheme IN ('ODS', 'ONS')),
    code varchar(16) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    superseded_position bigint REFERENCES ledger_entry (position),
    CHECK (valid_to > valid_from),
    CHECK (superseded_position > position)
);
CREATE INDEX organisation_code_by_organisation ON organisation_code (organisation);
CREATE INDEX organisation_code_by_code ON organisation_code (scheme, code);

-- Separate bodies that share their leadership for a time.
CREATE TABLE cluster (
    id {uuid} NOT NULL PRIMARY KEY,
    key varchar(80) NOT NULL UNIQUE,
    title varchar(200) NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position)
);

CREATE TABLE membership (
    id {uuid} NOT NULL PRIMARY KEY,
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    kind varchar(8) NOT NULL CHECK (kind IN ('REGION', 'PLACE', 'CLUSTER')),
    of_organisation {uuid} REFERENCES organisation (id),
    of_cluster {uuid} REFERENCES cluster (id),
    valid_from date NOT NULL,
    valid_to date,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    superseded_position bigint REFERENCES ledger_entry (position),
    CHECK ((kind = 'CLUSTER') = (of_cluster IS NOT NULL)),
    CHECK ((kind = 'CLUSTER') = (of_organisation IS NULL)),
    CHECK (valid_to > valid_from),
    CHECK (superseded_position > position)
);
CREATE INDEX membership_by_organisation ON membership (organisation);

-- One link from a body to one that took over a part of it (or all of it), with populations where they are known.
CREATE TABLE succession (
    id {uuid} NOT NULL PRIMARY KEY,
    predecessor {uuid} NOT NULL REFERENCES organisation (id),
    successor {uuid} NOT NULL REFERENCES organisation (id),
    kind varchar(16) NOT NULL CHECK (kind IN ('MERGER', 'SPLIT', 'ACQUISITION')),
    valid_from date NOT NULL,
    part_label varchar(200),
    population_of_part bigint CHECK (population_of_part >= 0),
    population_of_whole bigint CHECK (population_of_whole > 0),
    source varchar(200) NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    superseded_position bigint REFERENCES ledger_entry (position),
    CHECK (predecessor <> successor),
    CHECK (population_of_part <= population_of_whole),
    CHECK (superseded_position > position)
);
CREATE INDEX succession_by_predecessor ON succession (predecessor);
CREATE INDEX succession_by_successor ON succession (successor);

-- What a person may do, where and from when to when. organisation NULL is England.
CREATE TABLE "grant" (
    id {uuid} NOT NULL PRIMARY KEY,
    person {uuid} NOT NULL REFERENCES person (id),
    role varchar(24) NOT NULL
        CHECK (role IN ('READER', 'CONTRIBUTOR', 'SYSTEM_LEAD', 'REGIONAL_REVIEWER', 'NATIONAL_TEAM')),
    organisation {uuid} REFERENCES organisation (id),
    valid_from date NOT NULL,
    valid_to date,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    superseded_position bigint REFERENCES ledger_entry (position),
    CHECK ((role IN ('READER', 'NATIONAL_TEAM')) = (organisation IS NULL)),
    CHECK (valid_to > valid_from),
    CHECK (superseded_position > position)
);
CREATE INDEX grant_by_person ON "grant" (person);
