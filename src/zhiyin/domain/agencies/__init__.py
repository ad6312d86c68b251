"""Staff of an agency and the rooms it works in."""
