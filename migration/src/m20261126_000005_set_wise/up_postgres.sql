-- PostgreSQL looks up foreign keys row by row, and a rating names much: that took most of the time of a write. Here all rows
-- of a statement are looked up at once. No lock is needed: what they name is never deleted.
ALTER TABLE rating
    DROP CONSTRAINT rating_assessment_organisation_edition_fkey,
    DROP CONSTRAINT rating_element_edition_fkey,
    DROP CONSTRAINT rating_edition_level_fkey,
    DROP CONSTRAINT rating_supersedes_assessment_element_basis_fkey,
    DROP CONSTRAINT rating_carried_from_fkey,
    DROP CONSTRAINT rating_judged_fkey,
    DROP CONSTRAINT rating_voice_fkey,
    DROP CONSTRAINT rating_rated_by_fkey,
    DROP CONSTRAINT rating_rationale_fkey,
    DROP CONSTRAINT rating_reason_fkey,
    DROP CONSTRAINT rating_position_fkey,
    DROP CONSTRAINT rating_id_assessment_element_basis_key,
    DROP CONSTRAINT rating_supersedes_key;
-- Hardly any rating has an earlier one.
CREATE UNIQUE INDEX rating_supersedes_key ON rating (supersedes) WHERE supersedes IS NOT NULL;
ALTER TABLE text_item DROP CONSTRAINT text_item_position_fkey;

-- What is looked for by a subselect of one row is found by its key, however many rows there are.
CREATE FUNCTION rating_names_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT assessment, organisation, edition, voice, rated_by, position FROM added) AS act
        WHERE (SELECT id FROM assessment
                WHERE id = act.assessment AND organisation = act.organisation AND edition = act.edition) IS NULL
            OR (SELECT id FROM organisation WHERE id = act.voice) IS NULL
            OR (SELECT id FROM person WHERE id = act.rated_by) IS NULL
            OR (SELECT entry.position FROM ledger_entry AS entry WHERE entry.position = act.position) IS NULL
    ) OR EXISTS (
        SELECT FROM (SELECT DISTINCT edition, element, level FROM added) AS value
        WHERE (SELECT id FROM element WHERE id = value.element AND edition = value.edition) IS NULL
            OR value.level IS NOT NULL
            AND (SELECT key FROM level WHERE edition = value.edition AND key = value.level) IS NULL
    ) OR EXISTS (
        SELECT FROM added
        WHERE rationale IS NOT NULL AND (SELECT id FROM text_item WHERE id = added.rationale) IS NULL
            OR reason IS NOT NULL AND (SELECT id FROM text_item WHERE id = added.reason) IS NULL
            OR carried_from IS NOT NULL AND (SELECT id FROM rating WHERE id = added.carried_from) IS NULL
            OR judged IS NOT NULL AND (SELECT id FROM rating WHERE id = added.judged) IS NULL
            OR supersedes IS NOT NULL
            AND (SELECT id FROM rating AS earlier WHERE id = added.supersedes AND assessment = added.assessment
                AND element = added.element AND basis = added.basis) IS NULL
    )
    THEN
        RAISE foreign_key_violation USING MESSAGE = 'a rating names something that is not there';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER rating_names_what_is_there AFTER INSERT ON rating REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rating_names_what_is_there();

CREATE FUNCTION text_item_names_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT position FROM added) AS act
        WHERE (SELECT entry.position FROM ledger_entry AS entry WHERE entry.position = act.position) IS NULL
    )
    THEN
        RAISE foreign_key_violation USING MESSAGE = 'a text names an entry that is not there';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER text_item_names_what_is_there AFTER INSERT ON text_item REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION text_item_names_what_is_there();

-- Payloads are packed by the quicker method, where the server was built with it.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        ALTER TABLE ledger_entry ALTER COLUMN payload SET COMPRESSION lz4;
    END IF;
END $$;
