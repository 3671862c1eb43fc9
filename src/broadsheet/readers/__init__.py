"""Accounts of the people who use the house; no money and no stories."""
