"""Reputation: what people say of us and of rivals, where it turned, and what that puts at risk."""
