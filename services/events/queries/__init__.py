"""Reads of our own events: folded streams, listed by kind. One module per page of the API."""
