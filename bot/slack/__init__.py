"""Slack as a display: the outbox, the gateway and the socket."""
