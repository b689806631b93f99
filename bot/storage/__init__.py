"""Tables, the store and the audit log."""
