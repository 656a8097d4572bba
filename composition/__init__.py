"""Turns each section of the settings into components. ``__main__.py`` says in which order.

Every function takes the settings and what was made before, and returns what it made, or nothing
for a section that is absent.
"""
