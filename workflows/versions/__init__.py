"""Versions of a playbook: proposed, compared, chosen, given back."""
