DROP TRIGGER text_item_names_what_is_there ON text_item;
DROP FUNCTION text_item_names_what_is_there;
DROP TRIGGER rating_names_what_is_there ON rating;
DROP FUNCTION rating_names_what_is_there;
ALTER TABLE text_item ADD CONSTRAINT text_item_position_fkey FOREIGN KEY (position) REFERENCES ledger_entry (position);
DROP INDEX rating_supersedes_key;
ALTER TABLE rating ADD CONSTRAINT rating_supersedes_key UNIQUE (supersedes);
ALTER TABLE rating ADD CONSTRAINT rating_id_assessment_element_basis_key UNIQUE (id, assessment, element, basis);
ALTER TABLE rating
    ADD CONSTRAINT rating_assessment_organisation_edition_fkey
        FOREIGN KEY (assessment, organisation, edition) REFERENCES assessment (id, organisation, edition),
    ADD CONSTRAINT rating_element_edition_fkey FOREIGN KEY (element, edition) REFERENCES element (id, edition),
    ADD CONSTRAINT rating_edition_level_fkey FOREIGN KEY (edition, level) REFERENCES level (edition, key),
    ADD CONSTRAINT rating_supersedes_assessment_element_basis_fkey
        FOREIGN KEY (supersedes, assessment, element, basis) REFERENCES rating (id, assessment, element, basis),
    ADD CONSTRAINT rating_carried_from_fkey FOREIGN KEY (carried_from) REFERENCES rating (id),
    ADD CONSTRAINT rating_judged_fkey FOREIGN KEY (judged) REFERENCES rating (id),
    ADD CONSTRAINT rating_voice_fkey FOREIGN KEY (voice) REFERENCES organisation (id),
    ADD CONSTRAINT rating_rated_by_fkey FOREIGN KEY (rated_by) REFERENCES person (id),
    ADD CONSTRAINT rating_rationale_fkey FOREIGN KEY (rationale) REFERENCES text_item (id),
    ADD CONSTRAINT rating_reason_fkey FOREIGN KEY (reason) REFERENCES text_item (id),
    ADD CONSTRAINT rating_position_fkey FOREIGN KEY (position) REFERENCES ledger_entry (position);
