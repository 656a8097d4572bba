"""Who is told of what: alarms on all that is there, objectives, a dashboard, and the bill."""
