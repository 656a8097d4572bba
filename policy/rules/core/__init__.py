"""What rules are written in, and what runs them. Nothing here knows a rule."""
