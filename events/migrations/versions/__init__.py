"""The numbered steps; a step that has run anywhere never changes."""
