-- Records that were of a person who has another: whoever asks by their number is led to the one kept.
CREATE TABLE merged_people (
    org_id         text NOT NULL,
    person_id      text NOT NULL,
    kept_person_id text NOT NULL,
    PRIMARY KEY (org_id, person_id),
    CHECK (person_id <> kept_person_id)
);
