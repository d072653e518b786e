# Generated out of _async by scripts/generate.py.
"""The client, as it is written; `_sync` is generated out of it."""
