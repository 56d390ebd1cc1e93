"""What is to come: revenue by series, how sure it is, and what follows from it."""
