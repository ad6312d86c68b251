"""The person, one for life: identity documents, guardians, consents."""
