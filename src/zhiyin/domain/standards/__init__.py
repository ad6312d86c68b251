"""Installed packs and the snapshot that records are made under."""
