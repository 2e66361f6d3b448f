CREATE TABLE round (
    id {uuid} NOT NULL PRIMARY KEY,
    framework {uuid} NOT NULL REFERENCES framework (id),
    edition {uuid} NOT NULL REFERENCES edition (id),
    label varchar(80) NOT NULL,
    reference_date date NOT NULL,
    opens_on date NOT NULL,
    due_on date NOT NULL,
    closes_on date NOT NULL,
    moderate_by date,
    publish_on date,
    policy_rationale varchar(16) NOT NULL CHECK (policy_rationale IN ('ALWAYS', 'WHEN_CHANGED', 'NEVER')),
    policy_evidence_from varchar(80),
    policy_confirm_carried_forward boolean NOT NULL,
    policy_response_days smallint NOT NULL CHECK (policy_response_days BETWEEN 0 AND 366),
    policy_readers_see_rationale boolean NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    UNIQUE (framework, label),
    UNIQUE (id, edition),
    CHECK (opens_on <= due_on),
    CHECK (due_on <= closes_on),
    CHECK (moderate_by >= closes_on),
    FOREIGN KEY (edition, policy_evidence_from) REFERENCES level (edition, key)
);

-- The kinds of approval a round accepts; none means that no approval is asked for.
CREATE TABLE round_approval (
    round {uuid} NOT NULL REFERENCES round (id),
    kind varchar(16) NOT NULL CHECK (kind IN ('BOARD', 'COMMITTEE', 'CHAIR_ACTION', 'EXECUTIVE')),
    PRIMARY KEY (round, kind)
);

CREATE TABLE assessment (
    id {uuid} NOT NULL PRIMARY KEY,
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    round {uuid} NOT NULL,
    edition {uuid} NOT NULL,
    stage varchar(16) NOT NULL
        CHECK (stage IN ('DRAFT', 'SUBMITTED', 'RETURNED', 'MODERATED', 'PUBLISHED', 'WITHDRAWN')),
    revision integer NOT NULL CHECK (revision > 0),
    synthetic boolean NOT NULL,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    UNIQUE (id, organisation, edition),
    UNIQUE (id, organisation),
    FOREIGN KEY (round, edition) REFERENCES round (id, edition)
);
CREATE UNIQUE INDEX assessment_one_live_per_round ON assessment (organisation, round) WHERE stage <> 'WITHDRAWN';
CREATE INDEX assessment_by_round ON assessment (round);

-- Every submission of an assessment, with the approval it was given.
CREATE TABLE submission (
    assessment {uuid} NOT NULL REFERENCES assessment (id),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    submitted_by {uuid} NOT NULL REFERENCES person (id),
    approval_kind varchar(16) CHECK (approval_kind IN ('BOARD', 'COMMITTEE', 'CHAIR_ACTION', 'EXECUTIVE')),
    approval_body {uuid} REFERENCES text_item (id),
    approval_on date,
    approval_paper {uuid} REFERENCES text_item (id),
    PRIMARY KEY (assessment, position),
    CHECK ((approval_kind IS NULL) = (approval_body IS NULL)),
    CHECK ((approval_kind IS NULL) = (approval_on IS NULL)),
    CHECK (approval_kind IS NOT NULL OR approval_paper IS NULL)
);

CREATE TABLE rating (
    id {uuid} NOT NULL PRIMARY KEY,
    assessment {uuid} NOT NULL,
    organisation {uuid} NOT NULL,
    edition {uuid} NOT NULL,
    element {uuid} NOT NULL,
    basis varchar(16) NOT NULL CHECK (basis IN ('SELF', 'MODERATED')),
    voice {uuid} NOT NULL REFERENCES organisation (id),
    value_kind varchar(16) NOT NULL CHECK (value_kind IN ('LEVEL', 'NOT_APPLICABLE', 'CLEARED')),
    level varchar(80),
    reason {uuid} REFERENCES text_item (id),
    confidence varchar(8) CHECK (confidence IN ('LOW', 'MEDIUM', 'HIGH')),
    rationale {uuid} REFERENCES text_item (id),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    item smallint NOT NULL CHECK (item >= 0),
    supersedes {uuid} UNIQUE,
    carried_from {uuid} REFERENCES rating (id),
    judged {uuid} REFERENCES rating (id),
    rated_by {uuid} NOT NULL REFERENCES person (id),
    UNIQUE (position, item),
    UNIQUE (id, assessment, element, basis),
    CHECK ((value_kind = 'LEVEL') = (level IS NOT NULL)),
    CHECK (value_kind <> 'NOT_APPLICABLE' OR reason IS NOT NULL),
    CHECK (judged IS NULL OR basis = 'MODERATED'),
    FOREIGN KEY (assessment, organisation, edition) REFERENCES assessment (id, organisation, edition),
    FOREIGN KEY (element, edition) REFERENCES element (id, edition),
    FOREIGN KEY (edition, level) REFERENCES level (edition, key),
    FOREIGN KEY (supersedes, assessment, element, basis) REFERENCES rating (id, assessment, element, basis)
);
CREATE INDEX rating_by_assessment ON rating (assessment, element, basis);

CREATE TABLE evidence (
    id {uuid} NOT NULL PRIMARY KEY,
    organisation {uuid} NOT NULL REFERENCES organisation (id),
    title {uuid} NOT NULL REFERENCES text_item (id),
    link {uuid} REFERENCES text_item (id),
    kind varchar(16) NOT NULL
        CHECK (kind IN ('BOARD_PAPER', 'MINUTES', 'PLAN', 'REPORT', 'DATA', 'SURVEY', 'OTHER')),
    observed_on date NOT NULL,
    review_by date,
    position bigint NOT NULL REFERENCES ledger_entry (position),
    UNIQUE (id, organisation),
    CHECK (review_by >= observed_on)
);
CREATE INDEX evidence_by_organisation ON evidence (organisation);

-- Evidence is cited by an element of an assessment, not by a rating row, so a new rating keeps it.
CREATE TABLE citation (
    assessment {uuid} NOT NULL,
    organisation {uuid} NOT NULL,
    edition {uuid} NOT NULL,
    element {uuid} NOT NULL,
    basis varchar(16) NOT NULL CHECK (basis IN ('SELF', 'MODERATED')),
    evidence {uuid} NOT NULL,
    stance varchar(16) NOT NULL CHECK (stance IN ('SUPPORTS', 'CONTRADICTS')),
    position bigint NOT NULL REFERENCES ledger_entry (position),
    PRIMARY KEY (assessment, element, basis, evidence),
    FOREIGN KEY (assessment, organisation, edition) REFERENCES assessment (id, organisation, edition),
    FOREIGN KEY (element, edition) REFERENCES element (id, edition),
    FOREIGN KEY (evidence, organisation) REFERENCES evidence (id, organisation)
);
