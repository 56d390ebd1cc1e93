"""What marketing costs, what it brings, and where the next euro belongs."""
