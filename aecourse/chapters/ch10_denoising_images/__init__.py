"""10 · Denoising images: exercises and live figures."""
