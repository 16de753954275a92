-- The contexts' copies are compared with the owners' logs as the journal is: each reader by its name.
-- Of a copy, the columns journal_… hold what it has, and log_index is NULL.
ALTER TABLE log_compared ADD COLUMN reader text NOT NULL DEFAULT 'reporting';
ALTER TABLE log_compared ALTER COLUMN reader DROP DEFAULT;
ALTER TABLE log_compared DROP CONSTRAINT log_compared_pkey;
ALTER TABLE log_compared ADD PRIMARY KEY (reader, source, shard);

ALTER TABLE log_differences ADD COLUMN reader text NOT NULL DEFAULT 'reporting';
ALTER TABLE log_differences ALTER COLUMN reader DROP DEFAULT;
ALTER TABLE log_differences DROP CONSTRAINT log_differences_pkey;
ALTER TABLE log_differences ADD PRIMARY KEY (reader, source, shard, sequence);
