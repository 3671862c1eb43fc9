"""What the desk asks: `stories` for its screens, `rights` before it shows anything."""
