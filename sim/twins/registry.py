"""Twin of Registry.sol: who is which participant, with which role and in which zone."""

from __future__ import annotations

from shengdian.sim.base.errors import Reverted
from shengdian.sim.base.roles import FIRST_NUMBER
from shengdian.sim.twins import World
from shengdian.sim.twins.access_control import DEFAULT_ADMIN_ROLE, AccessControl, role

LAST_NUMBER = 65_535
PLACES_A_WORD = 16
PLACE_BITS = 16
"""of a participant: the role above eight bits of the zone"""
OPERATOR_ROLE = role("OPERATOR_ROLE")
_ROLES = 5
_NOBODY = bytes(20)


class Registry(AccessControl):
    """Who takes part: number, role and zone by address."""

    def __init__(self, world: World, address: bytes, operator: bytes, zones: int) -> None:
        super().__init__(world, address)
        self._zones = zones
        self._participants: dict[bytes, tuple[int, int, int]] = {}
        self._places: dict[int, int] = {}
        """as `places_of` gives them"""
        self._next = FIRST_NUMBER
        self._last = LAST_NUMBER
        self._grant(DEFAULT_ADMIN_ROLE, operator)
        self._grant(OPERATOR_ROLE, operator)

    def enrol(self, who: bytes, role: int, zone: int) -> int:
        """Enrols an address under the next number, which it returns. Operator only.

        Refuses with EmptyParticipant, UnknownZone, AlreadyEnrolled or RegistryFull.
        """
        if role >= _ROLES:
            raise Reverted("")  # not a Role: refused while it is decoded
        self._only(OPERATOR_ROLE)
        if who == _NOBODY or role == 0:
            self.revert("EmptyParticipant")
        if zone >= self._zones:
            self.revert("UnknownZone", zone, self._zones)
        if who in self._participants:
            self.revert("AlreadyEnrolled", who, self._participants[who][0])
        number = self._next
        if number > self._last:
            self.revert("RegistryFull")

        self._next = number + 1
        self._participants[who] = (number, role, zone)
        word, lane = divmod(number, PLACES_A_WORD)
        self._places[word] = self._places.get(word, 0) | (role << 8 | zone) << lane * PLACE_BITS
        self.emit("Enrolled", who, number, role, zone)
        return number

    def close_after(self, number: int) -> None:
        """Enrols nobody beyond `number` any more. Operator only; refuses with NotLower."""
        self._only(OPERATOR_ROLE)
        if number >= self._last or number + 1 < self._next:
            self.revert("NotLower", number, self._last, self._next)
        self._last = number
        self.emit("ClosedAfter", number)

    def participant(self, who: bytes) -> tuple[int, int, int]:
        """Number, role and zone of an address; refuses a stranger with NotEnrolled."""
        if who not in self._participants:
            self.revert("NotEnrolled", who)
        return self._participants[who]

    def places_of(self, word: int) -> int:
        """Role and zone of sixteen participants from number 16 x `word` on, 16 bits each; 0 for a number that is not given."""
        return self._places.get(word, 0)

    def is_operator(self, who: bytes) -> bool:
        """Whether the address may do what only the operator may."""
        return self.has_role(OPERATOR_ROLE, who)

    def next_number(self) -> int:
        """The number that the next participant gets."""
        return self._next

    def last_number(self) -> int:
        """The highest number that will be given."""
        return self._last

    def zones(self) -> int:
        """How many zones there are."""
        return self._zones

    def operator_role(self) -> bytes:
        """The role of the operator, 32 bytes."""
        return OPERATOR_ROLE

    def first_number(self) -> int:
        """The number of the first participant."""
        return FIRST_NUMBER
