"""How a database came to its present form, one revision a file; none is ever edited after its release."""
