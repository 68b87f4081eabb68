"""11 · Sampling: exercises and live figures."""
