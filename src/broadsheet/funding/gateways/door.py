"""The door that every call to a processor goes through: closed while a database transaction is open."""

from __future__ import annotations

from django.db import connection

from broadsheet.funding.errors import GatewayInTransaction


def need_no_transaction() -> None:
    """Raise GatewayInTransaction inside a transaction: a processor's answer must never wait for our locks,
    nor a rollback forget a charge. The transaction that a test case is wrapped in does not count, as for
    Django's own durable blocks."""
    blocks = getattr(connection, "atomic_blocks", [])
    if any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise GatewayInTransaction("A payment processor was called inside a transaction.")
