"""What is computed, a folder per domain; here stands only what several domains share."""
