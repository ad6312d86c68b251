"""Packs: standards as data. Loader, registry, linter and the content that comes with the platform."""
