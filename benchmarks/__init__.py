"""Figures, each beside what it is compared with. `make bench` prints them all."""
