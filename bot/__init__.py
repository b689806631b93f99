"""Assembly and ways out: storage, jobs, Slack, connectors, the command line."""
