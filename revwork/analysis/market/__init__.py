"""How we stand beside our rivals."""
