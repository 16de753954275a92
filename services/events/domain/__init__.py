"""What the events context decides: pure, one module per aggregate (shared/decider says how)."""
