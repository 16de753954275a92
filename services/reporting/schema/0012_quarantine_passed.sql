-- Streams in which a person had applied what was behind something missing: what is missing comes late.
CREATE INDEX quarantine_passed ON quarantine (source, stream) WHERE blocks_stream AND state = 'applied';
