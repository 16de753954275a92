-- What a person record holds is encrypted; a seal is the journal's.
ALTER TABLE person_records RENAME COLUMN sealed TO encrypted;
