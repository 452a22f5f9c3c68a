// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {GRID} from "../core/Types.sol";
import {IDeviation} from "../interfaces/IDeviation.sol";
import {Lanes} from "./Lanes.sol";
import {LISTS_A_WORD, RegulationList, listIn} from "./RegulationList.sol";

/// @notice Who is in the hour, in memory.
struct Party {
    uint256 number;
    uint256 zone;
    bool plant;
    int256 scheduled;
    int256 deviation;
    /// @dev kWh and price of the list in the direction that the zone calls
    uint256 quantity;
    int256 price;
    uint256 called;
}

/// @notice A zone in the hour, in memory.
struct Zone {
    /// @dev kWh that the zone is short of
    int256 net;
    int256 limit;
    /// @dev kWh listed before the limit, and at it
    uint256 before;
    uint256 tied;
    /// @dev kWh of those at the limit that are called, and of them not given out yet
    uint256 share;
    uint256 left;
    /// @dev kWh that the grid account gives or takes
    uint256 rest;
    /// @dev 1e-5 CNY that the calls are worth
    int256 cost;
    int256 firstUp;
    int256 firstDown;
    /// @dev prices: up and down, bare and with a factor of user or plant
    int256 up;
    int256 overUse;
    int256 underGeneration;
    int256 down;
    int256 underUse;
    int256 overGeneration;
    /// @dev 1e-5 CNY that is left over, and kWh of those who share it
    int256 over;
    uint256 weight;
}

/// @dev The size of a signed number.
function sizeOf(int256 value) pure returns (uint256) {
    return uint256(value < 0 ? -value : value);
}

/// @title Who is called for what a zone is short of or has too much.
/// @dev Proven, not searched: given a zone's marginal price, one pass finds what lies before it and at it.
library Regulation {
    /// @notice Reads what plants list in the direction that their zone needs, and adds up what lies before and at the limit.
    function read(
        Party[] memory parties,
        Zone[] memory zones,
        mapping(uint256 => uint256) storage lists,
        uint256[] calldata rooms
    ) internal view {
        uint256 last = type(uint256).max;
        uint256 word;
        for (uint256 i = 0; i < parties.length; ++i) {
            Party memory party = parties[i];
            if (!party.plant) continue;
            uint256 number = party.number;
            if (number / LISTS_A_WORD != last) word = lists[last = number / LISTS_A_WORD];
            _read(party, zones[party.zone], listIn(word, number), Lanes.get(rooms[number / Lanes.A_WORD], number));
        }
    }

    function _read(Party memory party, Zone memory zone, RegulationList list, uint256 room) private pure {
        int256 given = -(party.scheduled + party.deviation);
        (int256 price, uint256 quantity) = (list.upPrice(), Math.min(list.up(), room));
        if (quantity > 0 && price < zone.firstUp) zone.firstUp = price;
        if (zone.net > 0) _stand(party, zone, price, quantity);
        (price, quantity) = (list.downPrice(), Math.min(list.down(), given > 0 ? uint256(given) : 0));
        if (quantity > 0 && price > zone.firstDown) zone.firstDown = price;
        if (zone.net < 0) _stand(party, zone, price, quantity);
    }

    function _stand(Party memory party, Zone memory zone, int256 price, uint256 quantity) private pure {
        (party.price, party.quantity) = (price, quantity);
        if (price == zone.limit) zone.tied += quantity;
        else if (price < zone.limit == zone.net > 0) zone.before += quantity;
    }

    /// @notice Reverts where a zone's limit is not the price of the last kWh that it calls, and finds what is called at it.
    /// @param floor fen/MWh, the limit of a zone whose lists do not suffice downwards
    /// @param cap fen/MWh, the same upwards
    function requireMarginal(Zone[] memory zones, int256 floor, int256 cap) internal pure {
        for (uint256 i = 0; i < zones.length; ++i) {
            Zone memory zone = zones[i];
            if (zone.net == 0) continue;
            uint256 need = sizeOf(zone.net);
            bool last = zone.limit == (zone.net > 0 ? cap : floor);
            if (zone.before >= need || (zone.before + zone.tied < need && !last)) revert IDeviation.NotMarginal(i, zone.limit);
            zone.share = need - zone.before;
            if (zone.share > zone.tied) (zone.rest, zone.share) = (zone.share - zone.tied, zone.tied);
            zone.left = zone.share;
        }
    }

    /// @notice Calls in price order and pays those called, and the grid for what is missing.
    /// @param amounts 1e-5 CNY by account, to which payments are added
    /// @param marginal whether everyone called gets the zone's limit, not the own price
    /// @return calls kWh as the event has them
    function call(Party[] memory parties, Zone[] memory zones, int256[] memory amounts, bool marginal)
        internal
        pure
        returns (uint256[] memory calls)
    {
        calls = new uint256[](Lanes.words(amounts.length));
        for (uint256 i = 0; i < parties.length; ++i) {
            Party memory party = parties[i];
            Zone memory zone = zones[party.zone];
            if (party.quantity == 0) continue;
            if (party.price == zone.limit) {
                party.called = party.quantity * zone.share / zone.tied;
                zone.left -= party.called;
            } else if (party.price < zone.limit == zone.net > 0) {
                party.called = party.quantity;
            }
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            Party memory party = parties[i];
            Zone memory zone = zones[party.zone];
            if (zone.left > 0 && party.quantity > 0 && party.price == zone.limit && party.quantity * zone.share % zone.tied != 0) {
                ++party.called;
                --zone.left;
            }
            if (party.called == 0) continue;
            _note(calls, party.number, _pay(zone, amounts, party.number, marginal ? zone.limit : party.price, party.called));
        }
        int256 grid;
        for (uint256 i = 0; i < zones.length; ++i) {
            if (zones[i].rest > 0) grid += _pay(zones[i], amounts, GRID, zones[i].limit, zones[i].rest);
        }
        _note(calls, GRID, grid);
    }

    /// @dev Returns the called energy, given is negative.
    function _pay(Zone memory zone, int256[] memory amounts, uint256 number, int256 price, uint256 called)
        private
        pure
        returns (int256 taken)
    {
        taken = zone.net > 0 ? -int256(called) : int256(called);
        amounts[number] -= price * taken;
        zone.cost -= price * taken;
    }

    function _note(uint256[] memory calls, uint256 number, int256 taken) private pure {
        calls[number / Lanes.A_WORD] |= Lanes.put(uint32(int32(taken)), number);
    }
}
