"""Whom people's attention is asked of, how often, and what they are told together."""
