"""文书: drafts, sign-off, signatures, numbers, archive and the public check page."""
