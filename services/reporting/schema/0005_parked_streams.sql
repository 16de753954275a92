-- What waits behind a gap says which stream it is of, so that it can be retried in that order.
ALTER TABLE parked
    ADD COLUMN stream text,
    ADD COLUMN stream_version integer NOT NULL DEFAULT 0,
    ADD COLUMN event_id uuid;
