"""Cases: their events, forms, sessions, plan and what is due."""
