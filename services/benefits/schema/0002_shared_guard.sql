-- What guards a stream that was only read is the event store's now: guard_version.
DROP FUNCTION require_version(text, integer);
