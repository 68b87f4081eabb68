"""04 · Reconstruction costs: exercises and live figures."""
