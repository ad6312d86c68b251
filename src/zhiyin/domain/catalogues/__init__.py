"""Occupations (industries, majors and skills later)."""
