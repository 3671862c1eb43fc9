"""How everything that readers see looks: layout, components, styles, pictures, languages; no domain code."""
