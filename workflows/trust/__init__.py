"""How a playbook comes to be trusted, and what may go without a signature once it is."""
