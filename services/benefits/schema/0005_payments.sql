-- How far each payment is, written with its events: what was asked for and waits, what is in the
-- books, and that of which something was taken back. What else is said of a payment is read from
-- its stream.
CREATE TABLE payments (
    org_id     text NOT NULL,
    payment_id text COLLATE "C" NOT NULL,
    state      text NOT NULL CHECK (state IN ('requested', 'paid', 'reversed')),
    PRIMARY KEY (org_id, payment_id)
);
CREATE INDEX payments_by_state ON payments (org_id, state, payment_id);

INSERT INTO payments (org_id, payment_id, state)
SELECT DISTINCT ON (stream) org_id, substr(stream, length(org_id) + length('/payment-') + 1),
       CASE type WHEN 'guildhall.benefits.ExpenditureRequested.v1' THEN 'requested'
                 WHEN 'guildhall.benefits.ExpenditurePaid.v1' THEN 'paid' ELSE 'reversed' END
FROM events WHERE type IN (
    'guildhall.benefits.ExpenditureRequested.v1', 'guildhall.benefits.ExpenditurePaid.v1',
    'guildhall.benefits.ExpenditureReversed.v1')
ORDER BY stream, version DESC;
