"""Conformance: how far a body meets the clauses of a standard, with evidence and history."""
