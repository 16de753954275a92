-- Every figure of 2022 from an export's Parquet files alone, as `guildhall figures` answers it:
--     duckdb < figures.sql          (in the directory of the export; another year: the two dates)
-- A flow counts the lines of the period, a stock those that stand at its last day. Merged records
-- are of one person. What two sources tell of one thing is counted once by Guildhall and twice here:
-- the figure's note says so (另有来源报告). Of a line of ours only what ours say decides; of a line
-- that another source told (its item ends with it), whatever was said.
--
-- `value` sums what is stated: `without_amount` lines state none, and where no line states one, it
-- is NULL, which is unknown and not 0. Of `assumed` ones the amount was not in a document (Guildhall
-- counts those of a programme whose value is an assumption among them). `without_gender` people are
-- not counted, because nobody said what they are. A figure with 0 `lines` is 0 as far as the log
-- goes: whether that 0 is proven, these files cannot say; `guildhall figures` does (complete).
WITH RECURSIVE asked AS (SELECT DATE '2022-01-01' AS first, DATE '2022-12-31' AS last),
merges AS (
    SELECT person_id, kept_person_id FROM 'merged_people.parquet'
    WHERE known_to IS NULL AND source NOT LIKE '/ext/%'
),
-- Who is kept may have been merged too: where a chain of merges ends is who a line is about.
chains AS (
    SELECT person_id, kept_person_id, 1 AS step FROM merges
    UNION ALL
    SELECT c.person_id, m.kept_person_id, c.step + 1
    FROM chains c JOIN merges m ON m.person_id = c.kept_person_id WHERE c.step < 64
),
people AS (
    SELECT person_id, arg_max(kept_person_id, step) AS kept_person_id
    FROM chains GROUP BY person_id
),
lines AS (
    SELECT l.*, coalesce(p.kept_person_id, l.subject) AS who, split_part(l.item, '@', 2) AS source
    FROM 'figure_lines.parquet' l LEFT JOIN people p ON p.person_id = l.subject
    WHERE l.known_to IS NULL
),
genders AS (
    SELECT person_id, gender, source FROM 'register.parquet'
    WHERE known_to IS NULL AND gender IS NOT NULL
),
-- The lines of each figure in the period, and whether what else must hold of them does.
judged AS (
    SELECT f.figure, l.*,
        CASE f.only_of
        WHEN 'women' THEN EXISTS (
            SELECT 1 FROM genders r WHERE r.person_id = l.who AND r.gender = 'female'
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
        ELSE true END AS counts,
        f.only_of = 'women' AND NOT EXISTS (
            SELECT 1 FROM genders r WHERE r.person_id = l.who
                AND (r.source NOT LIKE '/ext/%' OR l.source LIKE '/ext/%')) AS without_gender
    FROM 'figures.parquet' f JOIN lines l ON l.list = f.list, asked
    WHERE l.occurred_on <= asked.last
        AND CASE WHEN f.stock THEN l.ended_on IS NULL OR l.ended_on > asked.last
            ELSE l.occurred_on >= asked.first END
),
totals AS (
    SELECT figure, count(*) FILTER (counts) AS lines,
        count(DISTINCT who) FILTER (counts) AS persons,
        sum(quantity) FILTER (counts) AS quantity,
        sum(amount_fen) FILTER (counts) AS amount_fen,
        count(*) FILTER (counts AND amount_fen IS NULL) AS without_amount,
        count(*) FILTER (counts AND assumed) AS assumed,
        count(DISTINCT who) FILTER (without_gender) AS without_gender
    FROM judged GROUP BY figure
)
SELECT f.figure, f.title, f.unit,
    CASE WHEN coalesce(t.lines, 0) = 0 THEN 0 ELSE CASE f.measure
        WHEN 'persons' THEN t.persons
        WHEN 'count' THEN t.lines
        WHEN 'quantity' THEN t.quantity
        ELSE t.amount_fen END END AS value,
    coalesce(t.lines, 0) AS lines,
    CASE WHEN f.measure = 'amount_fen' THEN coalesce(t.without_amount, 0) END AS without_amount,
    CASE WHEN f.measure = 'amount_fen' THEN coalesce(t.assumed, 0) END AS assumed,
    coalesce(t.without_gender, 0) AS without_gender
FROM (SELECT DISTINCT figure, title, unit, measure FROM 'figures.parquet') f
    LEFT JOIN totals t ON t.figure = f.figure
ORDER BY f.figure;
