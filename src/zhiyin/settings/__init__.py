"""Typed settings (options.py) and the Django settings made from them (django.py)."""
