"""What reporting answers. Every read takes `at`, a log_index: the world as it was known there."""
