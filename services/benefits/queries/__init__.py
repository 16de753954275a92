"""Reads of this service's own database: its copy of the members, its streams, its claims."""
