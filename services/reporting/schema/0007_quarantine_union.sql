-- The union a record in quarantine is about, where it says one and the same everywhere: who reads for
-- some unions alone is told of no other. NULL: nobody's, and for those who read for all.
ALTER TABLE quarantine ADD COLUMN org_id text;
