"""Twin of Terms.sol: what a market was made from, as hashes."""

from __future__ import annotations

from shengdian.sim.twins import Twin, World


class Terms(Twin):
    """Four hashes of 32 bytes, fixed from birth."""

    def __init__(self, world: World, address: bytes, config: bytes, data: bytes, code: bytes, own_code: bytes) -> None:
        super().__init__(world, address)
        self._bound = (config, data, code, own_code)
        self.emit("TermsBound", *self._bound)

    def config(self) -> bytes:
        """SHA-256 of the config, but for what does not matter to the market."""
        return self._bound[0]

    def data(self) -> bytes:
        """SHA-256 over the region's files of figures."""
        return self._bound[1]

    def code(self) -> bytes:
        """SHA-256 over the creation code of the market's contracts."""
        return self._bound[2]

    def own_code(self) -> bytes:
        """SHA-256 over the files of strategies of a user's own."""
        return self._bound[3]
