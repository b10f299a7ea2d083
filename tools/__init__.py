"""What `python -m analysis` runs; no notebook imports from here."""
