"""Functions, and the HTTP API in front of them."""
