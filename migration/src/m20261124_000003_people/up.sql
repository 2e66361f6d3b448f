-- Why a role was given, and why it was taken back; when is its superseded_position.
ALTER TABLE "grant" ADD COLUMN reason {uuid} REFERENCES text_item (id);
ALTER TABLE "grant" ADD COLUMN revoked_reason {uuid} REFERENCES text_item (id);

-- What is erased is looked up by the entry that wrote it.
CREATE INDEX text_item_by_position ON text_item (position);
