"""The only door in: a company's files, read by its revwork.toml, kept to their contracts."""
