"""One module a topic: what a page asks the services, and what its template is given."""
