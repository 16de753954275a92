-- From which log_index on an event counts for nothing, or counts again, and which EventDisowned says
-- so: where that one is disowned itself, the event counts again. Rows are added and no more.
CREATE TABLE disownings (
    log_index bigint  NOT NULL,
    by        bigint  NOT NULL,
    at        bigint  NOT NULL,
    counts    boolean NOT NULL,
    PRIMARY KEY (log_index, by, at)
);

INSERT INTO disownings (log_index, by, at, counts) SELECT log_index, at, at, false FROM disowned;
DROP TABLE disowned;

-- The events that are disowned now, and since when.
CREATE VIEW disowned AS
SELECT log_index, min(at) AS at FROM (
    SELECT DISTINCT ON (log_index, by) log_index, by, at, counts FROM disownings
    ORDER BY log_index, by, at DESC) latest
WHERE NOT counts GROUP BY log_index;
