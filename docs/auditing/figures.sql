-- Every figure of 2022 from an export's Parquet files alone, as `guildhall figures` answers it:
--     duckdb < figures.sql          (in the directory of the export; another year: the two dates)
-- A flow counts the lines of the period, a stock those that stand at its last day. Merged records are
-- of one person. What two sources tell of one thing is counted once by Guildhall and twice here: the
-- figure's note says so (另有来源报告). Of a line of ours only what ours say decides; of a line that
-- another source told (its item ends with it), whatever was said.
WITH asked AS (SELECT DATE '2022-01-01' AS first, DATE '2022-12-31' AS last),
people AS (
    SELECT person_id, kept_person_id FROM 'merged_people.parquet'
    WHERE known_to IS NULL AND source NOT LIKE '/ext/%'
),
lines AS (
    SELECT l.*, coalesce(p.kept_person_id, l.subject) AS who, split_part(l.item, '@', 2) AS source
    FROM 'figure_lines.parquet' l LEFT JOIN people p ON p.person_id = l.subject
    WHERE l.known_to IS NULL
)
SELECT f.figure, f.title, f.unit,
    CASE f.measure
        WHEN 'persons' THEN count(DISTINCT l.who)
        WHEN 'count' THEN count(*)
        WHEN 'quantity' THEN sum(l.quantity)
        ELSE coalesce(sum(l.amount_fen), 0)
    END AS value
FROM 'figures.parquet' f JOIN lines l ON l.list = f.list, asked
WHERE l.occurred_on <= asked.last
    AND CASE WHEN f.stock THEN l.ended_on IS NULL OR l.ended_on > asked.last
        ELSE l.occurred_on >= asked.first END
    AND CASE f.only_of
        WHEN 'women' THEN EXISTS (
            SELECT 1 FROM 'register.parquet' r
            WHERE r.person_id = l.who AND r.gender = 'female' AND r.known_to IS NULL
                AND (r.source NOT LIKE '/ext/%' OR l.source LIKE '/ext/%'))
        WHEN 'of_staff_congress' THEN EXISTS (
            SELECT 1 FROM 'meetings.parquet' m
            WHERE m.meeting_id = split_part(l.subject, '/', 1) AND m.kind = 'staff_congress'
                AND m.known_to IS NULL
                AND (m.source NOT LIKE '/ext/%' OR l.source LIKE '/ext/%'))
        WHEN 'without_incident' THEN NOT EXISTS (
            SELECT 1 FROM 'incidents.parquet' i
            WHERE l.list = 'attested.' || i.subject || '.free' AND i.known_to IS NULL
                AND strftime(i.happened_on, '%Y-%m') = l.subject
                AND (i.source NOT LIKE '/ext/%' OR i.source = l.source))
        ELSE true END
GROUP BY f.figure, f.title, f.unit, f.measure
ORDER BY f.figure;
