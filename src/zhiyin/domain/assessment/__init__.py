"""Results, norms and interpretation of instruments."""
