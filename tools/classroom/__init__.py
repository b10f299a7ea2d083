"""The class: what is handed out, and what is handed in."""
