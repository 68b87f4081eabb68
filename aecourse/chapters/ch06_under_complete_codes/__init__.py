"""06 · Under-complete codes: exercises and live figures."""
