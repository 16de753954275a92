-- The files of issued reports, to the byte; the checksum of each is in its ReportIssued.
CREATE TABLE report_files (
    org_id    text  NOT NULL,
    report_id text  NOT NULL,
    format    text  NOT NULL,
    sha256    bytea NOT NULL CHECK (sha256 = sha256(content)),
    content   bytea NOT NULL,
    PRIMARY KEY (org_id, report_id, format)
);
CREATE TRIGGER report_files_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_files
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE report_files ENABLE ALWAYS TRIGGER report_files_append_only;

-- Words that events name by their checksum: narratives of reports, and why a finding is borne.
CREATE TABLE kept_texts (
    org_id  text  NOT NULL,
    sha256  bytea NOT NULL CHECK (sha256 = sha256(convert_to(content, 'UTF8'))),
    content text  NOT NULL,
    PRIMARY KEY (org_id, sha256)
);
CREATE TRIGGER kept_texts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_texts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE kept_texts ENABLE ALWAYS TRIGGER kept_texts_append_only;
