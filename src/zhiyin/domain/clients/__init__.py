"""An agency's file on a person: what it knows, who is responsible."""
