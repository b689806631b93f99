"""Who drafts: a roster of agents that read and write text, and can do nothing else."""
