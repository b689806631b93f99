"""Urgent work: what may be an emergency, who is on call, what became of it."""
