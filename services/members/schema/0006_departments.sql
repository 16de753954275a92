-- Where a person belongs from a day on, until the next day of which one is told; of one day, the later
-- version. NULL: nobody knows. `version` is that of the event that says so.
CREATE TABLE departments (
    org_id     text    NOT NULL,
    person_id  text    NOT NULL,
    version    integer NOT NULL,
    since      date    NOT NULL,
    department text,
    PRIMARY KEY (org_id, person_id, version)
);
