"""Words packed and read in bulk are what eth_abi makes of them."""

import numpy as np
import pytest
from eth_abi.abi import encode as general
from hypothesis import given
from hypothesis import strategies as st

from shengdian.sim.chain.abi import interface
from shengdian.sim.chain.abi_words import decode, encode, pack_lanes, signed, unpack_lanes

ADDRESS = b"\xaa" * 20
words = st.lists(st.integers(0, 2**256 - 1), max_size=9)


def packed(values: list[int]) -> bytes:
    return b"".join(value.to_bytes(32, "big") for value in values)


@given(st.integers(0, 2**256 - 1), words, words)
def test_calldata_of_numbers_and_lists_is_what_eth_abi_encodes(number: int, first: list[int], second: list[int]) -> None:
    expected = general(["uint256", "uint256[]", "uint256[]"], [number, first, second])
    assert encode([number, packed(first), packed(second)]) == expected
    assert decode(expected, [False, True, True]) == [packed([number]), packed(first), packed(second)]


def test_clear_is_encoded_as_the_general_coder_does() -> None:
    auction = interface("TwoStageAuction")
    traders = [ADDRESS, b"\x01" * 20]
    in_words = b"".join(trader.rjust(32, b"\0") for trader in traders)
    assert auction.packed_call("clear", 7, in_words, packed([5]), packed([6, 7])) == auction.call("clear", 7, traders, [5], [6, 7])


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=7), words, words, st.integers(-(2**200), 2**200))
def test_the_log_of_a_clearing_is_read_as_the_general_coder_does(prices: list[int], flows: list[int], fills: list[int], gap: int) -> None:
    auction = interface("UniformAuction")
    log = auction.log(ADDRESS, "HourCleared", (3, 1, prices, flows, fills, gap))
    name, arguments = auction.packed_event(log)
    assert (name, signed(log.topics[1]), signed(log.topics[2])) == ("HourCleared", 3, 1)
    assert unpack_lanes(arguments["prices"], 64)[::4].tolist() == prices
    assert (arguments["flows"], arguments["fills"], signed(arguments["gap"])) == (packed(flows), packed(fills), gap)


@given(st.sampled_from([16, 32, 64]), st.data())
def test_lanes_come_back_in_order(bits: int, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(0, 2 ** min(bits, 63) - 1), max_size=40))
    found = unpack_lanes(pack_lanes(values, bits), bits).tolist()
    assert found[: len(values)] == values
    assert not any(found[len(values) :])


def test_the_first_lane_is_in_the_lowest_bits() -> None:
    assert int.from_bytes(pack_lanes([1, 2], 32), "big") == 2 << 32 | 1


@pytest.mark.parametrize(("value", "bits"), [(2**32, 32), (2**16, 16), (-1, 32), (-1, 64)])
def test_a_value_that_does_not_fit_its_lane_is_refused(value: int, bits: int) -> None:
    with pytest.raises(OverflowError):
        pack_lanes(np.array([value]), bits)


def test_a_list_that_is_cut_short_is_refused() -> None:
    with pytest.raises(ValueError, match="2 words do not fit into 96 bytes"):
        decode(general(["uint256[]"], [[1, 2]])[:-32], [True])
