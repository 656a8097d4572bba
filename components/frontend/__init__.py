"""What people meet first: the site and its edge."""
