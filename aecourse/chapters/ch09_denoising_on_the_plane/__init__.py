"""09 · Denoising on the plane: exercises and live figures."""
