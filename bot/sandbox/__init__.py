"""The local workspace: a Slack look-alike that speaks the real protocol."""
