"""Adapters to outside systems: what can be read there and what can be carried out."""
