"""What each figure must show, computed from the tables by other code than the notebooks': CONTRIBUTING.md."""
