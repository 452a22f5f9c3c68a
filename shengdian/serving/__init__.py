"""A finished run answers as an Ethereum node does: read-only JSON-RPC over HTTP."""
