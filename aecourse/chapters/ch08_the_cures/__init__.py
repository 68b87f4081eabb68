"""08 · The cures: exercises and live figures."""
