"""Supporters' money: donations, campaigns, ledger, processors; no stories."""
