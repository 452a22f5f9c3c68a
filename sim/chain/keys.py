"""Development keys, derived from a name: the same on every chain and in every run.

They protect nothing and are never written to a run directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import rlp
from coincurve import PrivateKey, PublicKey
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from shengdian.sim.chain.port import GAS_PRICE, TRANSACTION_GAS, Transaction


@cache
def private_key(name: str) -> PrivateKey:
    """The key of `name`."""
    return PrivateKey(keccak(text=f"shengdian development key: {name}"))


@cache
def address(name: str) -> bytes:
    """The address of the key of `name`, 20 bytes."""
    return keccak(private_key(name).public_key.format(compressed=False)[1:])[-20:]


def checksummed(address: bytes) -> str:
    """0x and 40 hexadecimal digits whose case is the checksum of EIP-55, as web3 asks for."""
    return str(to_checksum_address(address))


def created_address(sender: bytes, nonce: int) -> bytes:
    """Where a contract created by `sender` with this nonce lives, 20 bytes (the rule of CREATE)."""
    return keccak(rlp.encode([sender, nonce]))[-20:]


def signature(key: PrivateKey, digest: bytes, chain_id: int) -> tuple[int, int, int]:
    """v, r and s of a transaction whose `digest`, 32 bytes, the key signs (EIP-155)."""
    signed = key.sign_recoverable(digest, hasher=None)
    return chain_id * 2 + 35 + signed[64], int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:64], "big")


def signed(
    key: PrivateKey, transaction: Transaction, nonce: int, chain_id: int, gas_limit: int = TRANSACTION_GAS, gas_price: int = GAS_PRICE
) -> bytes:
    """The signed transaction, encoded; `gas_price` in wei."""
    fields = [nonce, gas_price, gas_limit, transaction.to, 0, transaction.data]
    digest = keccak(rlp.encode([*fields, chain_id, 0, 0]))
    return bytes(rlp.encode([*fields, *signature(key, digest, chain_id)]))


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signed transaction says."""

    transaction: Transaction
    """its sender is the one who signed"""
    nonce: int
    gas_price: int
    """wei"""
    gas_limit: int
    value: int
    """wei"""
    chain_id: int


def opened(raw: bytes) -> Signed:
    """The content and the signer of a signed transaction; ValueError for what is none of the kind that `signed` makes."""
    try:
        fields = rlp.decode(raw)
    except rlp.DecodingError as cause:
        raise ValueError(f"not RLP ({cause})") from cause
    if not isinstance(fields, list) or len(fields) != 9 or not all(isinstance(field, bytes) for field in fields):
        raise ValueError("not the nine fields of a signed transaction")
    nonce, gas_price, gas_limit, value, v, r, s = (int.from_bytes(fields[place], "big") for place in (0, 1, 2, 4, 6, 7, 8))
    chain_id, parity = divmod(v - 35, 2)
    if chain_id < 0 or max(r, s) >= 2**256 or len(fields[3]) not in (0, 20):
        raise ValueError("no EIP-155 signature")
    digest = keccak(rlp.encode([*fields[:6], chain_id, 0, 0]))
    public = PublicKey.from_signature_and_message(r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity]), digest, hasher=None)
    signer = keccak(public.format(compressed=False)[1:])[-20:]
    return Signed(Transaction(signer, fields[3], fields[5]), nonce, gas_price, gas_limit, value, chain_id)


def unsigned_hash(transaction: Transaction, block: int, index: int) -> bytes:
    """What names a transaction on a chain that signs nothing, 32 bytes: its place and what it says."""
    place = block.to_bytes(8, "big") + index.to_bytes(8, "big")
    return blake2b(place + transaction.sender + transaction.to + transaction.data, digest_size=32).digest()
