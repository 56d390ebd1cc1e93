"""Who buys, who stays, and what they leave."""
