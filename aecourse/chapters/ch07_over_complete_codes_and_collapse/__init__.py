"""07 · Over-complete codes and collapse: exercises and live figures."""
