"""An agency's file on an employer: what it is, whom it employs, where it wants to go."""
