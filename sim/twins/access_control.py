"""Roles, as OpenZeppelin's AccessControl has them."""

from __future__ import annotations

from eth_utils.crypto import keccak

from shengdian.sim.twins import Twin, World

DEFAULT_ADMIN_ROLE = bytes(32)
_INTERFACES = (bytes.fromhex("01ffc9a7"), bytes.fromhex("7965db0b"))
"""ERC-165 and IAccessControl"""


def role(name: str) -> bytes:
    """The 32 bytes that stand for a role."""
    return keccak(text=name)


class AccessControl(Twin):
    """Every role is administered by the default admin."""

    def __init__(self, world: World, address: bytes) -> None:
        super().__init__(world, address)
        self._holders: dict[tuple[bytes, bytes], bool] = {}

    def default_admin_role(self) -> bytes:
        """The role that grants and revokes every role, 32 zero bytes."""
        return DEFAULT_ADMIN_ROLE

    def has_role(self, role: bytes, account: bytes) -> bool:
        """Whether an account holds a role."""
        return self._holders.get((role, account), False)

    def get_role_admin(self, role: bytes) -> bytes:
        """The role whose holders grant and revoke `role`: always the default admin."""
        return DEFAULT_ADMIN_ROLE

    def grant_role(self, role: bytes, account: bytes) -> None:
        """Gives a role to an account. Default admin only; refuses others with AccessControlUnauthorizedAccount."""
        self._only(DEFAULT_ADMIN_ROLE)
        self._grant(role, account)

    def revoke_role(self, role: bytes, account: bytes) -> None:
        """Takes a role from an account. Default admin only; refuses others with AccessControlUnauthorizedAccount."""
        self._only(DEFAULT_ADMIN_ROLE)
        self._revoke(role, account)

    def renounce_role(self, role: bytes, caller_confirmation: bytes) -> None:
        """The sender gives up its own role; AccessControlBadConfirmation where it names another account."""
        if caller_confirmation != self.sender:
            self.revert("AccessControlBadConfirmation")
        self._revoke(role, caller_confirmation)

    def supports_interface(self, interface_id: bytes) -> bool:
        """Whether the contract has the interface with this ERC-165 id, 4 bytes."""
        return interface_id in _INTERFACES

    def _only(self, role: bytes) -> None:
        if not self.has_role(role, self.sender):
            self.revert("AccessControlUnauthorizedAccount", self.sender, role)

    def _grant(self, role: bytes, account: bytes) -> None:
        if not self.has_role(role, account):
            self._holders[role, account] = True
            self.emit("RoleGranted", role, account, self.sender)

    def _revoke(self, role: bytes, account: bytes) -> None:
        if self.has_role(role, account):
            self._holders[role, account] = False
            self.emit("RoleRevoked", role, account, self.sender)
