"""Ways in over HTTP: Slack's requests, and what a supervisor asks about this process."""
