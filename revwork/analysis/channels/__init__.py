"""Channels and partners: what each leaves after commission, and which terms to renegotiate."""
