"""What rules decide on that seldom changes: the company, and what Slack says of its people. Kept once under a hash."""
