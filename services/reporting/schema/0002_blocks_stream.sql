-- A record in quarantine blocks its stream; only what waits behind a gap is parked.
ALTER TABLE quarantine RENAME COLUMN parks_stream TO blocks_stream;
ALTER INDEX quarantine_holds RENAME TO quarantine_blocking;
