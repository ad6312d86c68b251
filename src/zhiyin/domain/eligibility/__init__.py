"""Who qualifies for what: facts with their origin, verdicts with reasons, and what a person says to them."""
