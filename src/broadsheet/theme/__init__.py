"""Base layout, components and styles of the reader's pages; no domain code."""
