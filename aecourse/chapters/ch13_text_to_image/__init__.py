"""13 · Text to image: exercises and live figures."""
