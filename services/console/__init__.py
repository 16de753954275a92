"""The console: the pages on which auditors and offices work. A client of the services over HTTP,
with the token of who signed in; it keeps nothing, and imports no other service."""
