-- An owner's event whose id a forgery had taken is applied once the forgery is disowned: under one id stand
-- two documents then, of which one counts. The same document stands once.
CREATE UNIQUE INDEX journal_identity_and_leaf ON journal (event_id, source, leaf);
DROP INDEX journal_identity;
ALTER INDEX journal_identity_and_leaf RENAME TO journal_identity;

-- A record that found its place taken and was discarded is nobody's: its stream has no gap for want of it.
UPDATE quarantine SET blocks_stream = false
WHERE state = 'discarded' AND reason = 'sequence-reused' AND blocks_stream;
