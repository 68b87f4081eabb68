"""01 · Definitions: exercises and live figures."""
