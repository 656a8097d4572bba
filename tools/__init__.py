"""What the project's own developers run: nothing here is part of the platform."""
