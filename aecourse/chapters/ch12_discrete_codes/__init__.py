"""12 · Discrete codes: exercises and live figures."""
