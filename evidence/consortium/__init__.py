"""A market on four validators, one a province."""
