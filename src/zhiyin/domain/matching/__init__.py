"""Match runs with their reasons, and what the adviser and client confirmed."""
