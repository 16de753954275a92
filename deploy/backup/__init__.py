"""Backup, restore to a second, and the drill that shows both hold.

Plain PostgreSQL: a base backup, and every byte of write-ahead log streamed after it. All databases
of one server are restored to one point, so what reads is never ahead of what wrote.
"""
