"""Where the platform keeps state: keys, tables, buckets and PostgreSQL."""
