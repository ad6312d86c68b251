"""The service plan and the career report."""
