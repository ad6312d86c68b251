"""Users, memberships, roles, sign-in rules."""
