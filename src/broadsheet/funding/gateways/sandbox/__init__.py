"""A payment processor of our own without any money: a process of its own, with its own origin and database.

It behaves as real ones do (states, fees, idempotency, signed webhooks that come late, twice or never)
and has no card field: outcomes are buttons. It knows nothing of Broadsheet's database and imports no Django.
"""
