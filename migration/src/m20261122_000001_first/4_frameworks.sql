CREATE TABLE framework (
    id {uuid} NOT NULL PRIMARY KEY,
    key varchar(80) NOT NULL UNIQUE,
    title varchar(200) NOT NULL,
    kind varchar(16) NOT NULL CHECK (kind IN ('MATURITY', 'CHECKLIST', 'REFERENCE')),
    issuer varchar(200) NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position)
);

-- bytes is the definition as it was published; content_hash is their SHA-256. The tables below are its projection.
CREATE TABLE edition (
    id {uuid} NOT NULL PRIMARY KEY,
    framework {uuid} NOT NULL REFERENCES framework (id),
    label varchar(80) NOT NULL,
    published_on date,
    content_hash {bytes} NOT NULL CHECK (length(content_hash) = 32),
    bytes {bytes} NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    UNIQUE (framework, label)
);

CREATE TABLE scale (
    edition {uuid} NOT NULL PRIMARY KEY REFERENCES edition (id),
    title varchar(200) NOT NULL,
    provisional boolean NOT NULL
);

-- rank 1 is always the least mature.
CREATE TABLE level (
    edition {uuid} NOT NULL REFERENCES scale (edition),
    key varchar(80) NOT NULL,
    rank smallint NOT NULL CHECK (rank BETWEEN 1 AND 9),
    title varchar(200) NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (edition, key),
    UNIQUE (edition, rank)
);

CREATE TABLE theme_group (
    id {uuid} NOT NULL PRIMARY KEY,
    edition {uuid} NOT NULL REFERENCES edition (id),
    key varchar(80) NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    title varchar(200) NOT NULL,
    UNIQUE (edition, key),
    UNIQUE (id, edition)
);

CREATE TABLE theme (
    id {uuid} NOT NULL PRIMARY KEY,
    edition {uuid} NOT NULL,
    theme_group {uuid} NOT NULL,
    key varchar(80) NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    title varchar(200) NOT NULL,
    summary text NOT NULL,
    UNIQUE (edition, key),
    UNIQUE (id, edition),
    FOREIGN KEY (theme_group, edition) REFERENCES theme_group (id, edition)
);

-- stable_key stays the same when a later edition keeps the element.
CREATE TABLE element (
    id {uuid} NOT NULL PRIMARY KEY,
    edition {uuid} NOT NULL,
    theme {uuid} NOT NULL,
    stable_key varchar(120) NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    title varchar(200) NOT NULL,
    description text NOT NULL,
    origin varchar(8) NOT NULL CHECK (origin IN ('NAMED', 'DERIVED', 'INFERRED')),
    due_on date,
    UNIQUE (edition, stable_key),
    UNIQUE (id, edition),
    FOREIGN KEY (theme, edition) REFERENCES theme (id, edition)
);
