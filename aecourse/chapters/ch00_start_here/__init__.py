"""00 · Start here: exercises and live figures."""
