"""02 · Energies and the encoder: exercises and live figures."""
