"""Ways in from Slack: parse once, one engine call, acknowledge with its answer."""
