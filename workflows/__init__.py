"""What may happen: records, commands, rules and the one door. No I/O, no clock, no randomness."""
