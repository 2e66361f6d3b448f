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
    DROP CONSTRAINT rating_id_assessment_element_basis_key;
ALTER TABLE text_item DROP CONSTRAINT text_item_position_fkey;

CREATE FUNCTION rating_names_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT assessment, organisation, edition FROM added
            EXCEPT SELECT id, organisation, edition FROM assessment WHERE id IN (SELECT assessment FROM added))
        OR EXISTS (SELECT element, edition FROM added EXCEPT SELECT id, edition FROM element)
        OR EXISTS (SELECT edition, level FROM added WHERE level IS NOT NULL EXCEPT SELECT edition, key FROM level)
        OR EXISTS (SELECT voice FROM added EXCEPT SELECT id FROM organisation)
        OR EXISTS (SELECT rated_by FROM added EXCEPT SELECT id FROM person WHERE id IN (SELECT rated_by FROM added))
        OR EXISTS (SELECT position FROM added
            EXCEPT SELECT position FROM ledger_entry WHERE position IN (SELECT position FROM added))
        OR EXISTS (SELECT rationale FROM added WHERE rationale IS NOT NULL
            EXCEPT SELECT id FROM text_item WHERE id IN (SELECT rationale FROM added))
        OR EXISTS (SELECT reason FROM added WHERE reason IS NOT NULL
            EXCEPT SELECT id FROM text_item WHERE id IN (SELECT reason FROM added))
        OR EXISTS (SELECT carried_from FROM added WHERE carried_from IS NOT NULL
            EXCEPT SELECT id FROM rating WHERE id IN (SELECT carried_from FROM added))
        OR EXISTS (SELECT judged FROM added WHERE judged IS NOT NULL
            EXCEPT SELECT id FROM rating WHERE id IN (SELECT judged FROM added))
        OR EXISTS (SELECT supersedes, assessment, element, basis FROM added WHERE supersedes IS NOT NULL
            EXCEPT SELECT id, assessment, element, basis FROM rating WHERE id IN (SELECT supersedes FROM added))
    THEN
        RAISE foreign_key_violation USING MESSAGE = 'a rating names something that is not there';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER rating_names_what_is_there AFTER INSERT ON rating REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rating_names_what_is_there();

CREATE FUNCTION text_item_names_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT position FROM added
            EXCEPT SELECT position FROM ledger_entry WHERE position IN (SELECT position FROM added))
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
