"""Uploads and archived papers: sniffed, encrypted, retained."""
