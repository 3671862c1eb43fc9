"""Where pages ask readers for support."""
