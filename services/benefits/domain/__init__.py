"""What the benefits context decides: pure, one module per aggregate (shared/decider says how).

What is decided for a whole roster comes back as one event and its people (`bulk_event`).
"""
