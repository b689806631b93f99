"""Block Kit as tables of limits, for `blocks.limits`."""
