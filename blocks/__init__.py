"""How it looks: records in, plain Block Kit dicts out. Pure; sends nothing and decides nothing."""
