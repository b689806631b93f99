"""What has happened, decided again from its entries: replayed, or with another version."""
