"""05 · The loss functional: exercises and live figures."""
