-- Of each topic how many records wait, and whether an event that was applied waits here, too.
CREATE INDEX quarantine_open_topics ON quarantine (topic) WHERE state = 'open';
CREATE INDEX quarantine_open_events ON quarantine (event_id) WHERE state = 'open';
