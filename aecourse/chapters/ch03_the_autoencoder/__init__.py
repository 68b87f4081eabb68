"""03 · The autoencoder: exercises and live figures."""
