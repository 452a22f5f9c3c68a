// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, GRID, Role} from "../core/Types.sol";
import {DeviationRules, IDeviation} from "../interfaces/IDeviation.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";

/// @title The settlement that IDeviation describes.
/// @dev Who calls in price order is proven, not searched: given a zone's marginal price, one pass finds what lies before it and at it.
contract Deviation is IDeviation {
    uint256 private constant PPM = 1e6;
    uint256 private constant GATE = 30 minutes;
    uint256 private constant LAST_MINUTE = 59 minutes;
    /// @dev of an identity: admitted 1 bit, plant 1 bit, zone 8 bits from bit 8
    uint256 private constant PLANT = 2;

    IRegistry private immutable registry;
    ILedger private immutable ledger;
    int256 private immutable floor;
    int256 private immutable cap;
    uint256 private immutable u1;
    uint256 private immutable u2;
    uint256 private immutable k1;
    uint256 private immutable k2;
    uint256 private immutable band;
    bool private immutable marginal;
    uint256 private immutable start;

    /// @dev Who is in the hour, in memory.
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

    /// @inheritdoc IDeviation
    uint256 public nextHour;
    uint256 private admitted = FIRST_PARTICIPANT;
    uint256 private zoneCount;
    /// @dev identities by number, 16 a word
    mapping(uint256 word => uint256) private identities;
    /// @dev lists by number, two a word
    mapping(uint256 word => uint256) private lists;

    constructor(address registry_, address ledger_, DeviationRules memory rules) {
        bool bad = rules.floor > rules.cap || rules.u1 < PPM || rules.u2 > PPM || rules.k1 > PPM || rules.k2 < PPM || rules.band > PPM;
        if (bad) revert BadDeviationRules();
        (registry, ledger, start) = (IRegistry(registry_), ILedger(ledger_), rules.start);
        (floor, cap, marginal, band) = (rules.floor, rules.cap, rules.marginal, rules.band);
        (u1, u2, k1, k2) = (rules.u1, rules.u2, rules.k1, rules.k2);
    }

    /// @inheritdoc IDeviation
    function admit(address[] calldata participants) external {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        uint256 expected = admitted;
        uint256 zones = zoneCount;
        for (uint256 i = 0; i < participants.length; ++i) {
            (uint256 number, Role role, uint8 zone) = registry.participant(participants[i]);
            if (number != expected) revert WrongNumber(number, expected);
            if (zone >= zones) zones = uint256(zone) + 1;
            uint256 identity = uint256(zone) << 8 | (role == Role.Plant ? PLANT : 0) | 1;
            identities[number / 16] |= identity << number % 16 * 16;
            emit ParticipantAdmitted(number, zone, role == Role.Plant);
            ++expected;
        }
        (admitted, zoneCount) = (expected, zones);
    }

    /// @inheritdoc IDeviation
    function listRegulation(int32 upPrice, uint32 up, int32 downPrice, uint32 down) external {
        (uint256 number,,) = registry.participant(msg.sender);
        if (_identity(number) & PLANT == 0) revert NotPlant(msg.sender);
        if (block.timestamp >= start) {
            uint256 hour = (block.timestamp - start) / 1 hours;
            uint256 closedAt = start + hour * 1 hours + GATE;
            if (block.timestamp >= closedAt) revert GateClosed(hour, closedAt);
        }
        _requirePrice(upPrice);
        _requirePrice(downPrice);

        uint256 word = uint256(uint32(upPrice)) | uint256(up) << 32 | uint256(uint32(downPrice)) << 64 | uint256(down) << 96;
        uint256 shift = number % 2 * 128;
        lists[number / 2] = lists[number / 2] & ~(uint256(type(uint128).max) << shift) | word << shift;
        emit RegulationListed(number, upPrice, up, downPrice, down);
    }

    /// @inheritdoc IDeviation
    function settle(uint256 hour, int256[] calldata marginals, uint256[] calldata energies, uint256[] calldata rooms) external {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        if (hour < nextHour) revert AlreadySettled(hour);
        uint256 from = start + hour * 1 hours + LAST_MINUTE;
        if (block.timestamp < from || block.timestamp >= from + 1 minutes) revert OutsideWindow(hour, from);
        nextHour = hour + 1;
        uint256 accounts = admitted;
        _requireLength(marginals.length, zoneCount);
        _requireLength(energies.length, (accounts + 3) / 4);
        _requireLength(rooms.length, (accounts + 7) / 8);

        Zone[] memory zones = _zones(marginals);
        Party[] memory parties = _parties(accounts, energies, zones);
        _readLists(parties, zones, rooms);
        _requireMarginal(zones);
        int256[] memory amounts = new int256[](accounts);
        uint256[] memory calls = _call(parties, zones, amounts);
        int256[] memory prices = _price(zones);
        _charge(parties, zones, amounts);
        _redistribute(parties, zones, amounts);

        emit DeviationsSettled(hour, prices, energies, calls, _packed(amounts));
        ledger.post(amounts);
    }

    // --- what deviates

    function _zones(int256[] calldata marginals) private view returns (Zone[] memory zones) {
        zones = new Zone[](marginals.length);
        for (uint256 i = 0; i < zones.length; ++i) {
            (zones[i].limit, zones[i].firstUp, zones[i].firstDown) = (marginals[i], cap, floor);
        }
    }

    /// @dev Everyone, in order of number; adds up what each zone is short of.
    function _parties(uint256 accounts, uint256[] calldata energies, Zone[] memory zones) private view returns (Party[] memory parties) {
        parties = new Party[](accounts - FIRST_PARTICIPANT);
        uint256 identity = identities[0];
        for (uint256 i = 0; i < parties.length; ++i) {
            uint256 number = FIRST_PARTICIPANT + i;
            if (number % 16 == 0) identity = identities[number / 16];
            Party memory party = parties[i];
            party.number = number;
            _read(party, identity >> number % 16 * 16, energies[number / 4] >> number % 4 * 64);
            zones[party.zone].net += party.deviation;
        }
    }

    function _read(Party memory party, uint256 identity, uint256 energy) private pure {
        (party.plant, party.zone) = (identity & PLANT != 0, uint8(identity >> 8));
        party.scheduled = int32(uint32(energy));
        party.deviation = int256(int32(uint32(energy >> 32))) - party.scheduled;
    }

    // --- who is called

    /// @dev Reads what plants list in the direction that their zone needs, and adds up what lies before and at the limit.
    function _readLists(Party[] memory parties, Zone[] memory zones, uint256[] calldata rooms) private view {
        uint256 last = type(uint256).max;
        uint256 word;
        for (uint256 i = 0; i < parties.length; ++i) {
            Party memory party = parties[i];
            if (!party.plant) continue;
            if (party.number / 2 != last) word = lists[last = party.number / 2];
            uint256 room = uint32(rooms[party.number / 8] >> party.number % 8 * 32);
            _readList(party, zones[party.zone], word >> party.number % 2 * 128, room);
        }
    }

    function _readList(Party memory party, Zone memory zone, uint256 listed, uint256 room) private pure {
        int256 given = -(party.scheduled + party.deviation);
        (int256 price, uint256 quantity) = (int32(uint32(listed)), _least(uint32(listed >> 32), room));
        if (quantity > 0 && price < zone.firstUp) zone.firstUp = price;
        if (zone.net > 0) _stand(party, zone, price, quantity);
        (price, quantity) = (int32(uint32(listed >> 64)), _least(uint32(listed >> 96), given > 0 ? uint256(given) : 0));
        if (quantity > 0 && price > zone.firstDown) zone.firstDown = price;
        if (zone.net < 0) _stand(party, zone, price, quantity);
    }

    function _stand(Party memory party, Zone memory zone, int256 price, uint256 quantity) private pure {
        (party.price, party.quantity) = (price, quantity);
        if (price == zone.limit) zone.tied += quantity;
        else if (price < zone.limit == zone.net > 0) zone.before += quantity;
    }

    function _requireMarginal(Zone[] memory zones) private view {
        for (uint256 i = 0; i < zones.length; ++i) {
            Zone memory zone = zones[i];
            if (zone.net == 0) continue;
            uint256 need = _size(zone.net);
            bool last = zone.limit == (zone.net > 0 ? cap : floor);
            if (zone.before >= need || (zone.before + zone.tied < need && !last)) revert NotMarginal(i, zone.limit);
            zone.share = need - zone.before;
            if (zone.share > zone.tied) (zone.rest, zone.share) = (zone.share - zone.tied, zone.tied);
            zone.left = zone.share;
        }
    }

    /// @dev Calls in price order and pays those called, and the grid for what is missing. Returns the calls as the event has them.
    function _call(Party[] memory parties, Zone[] memory zones, int256[] memory amounts) private view returns (uint256[] memory calls) {
        calls = new uint256[]((amounts.length + 7) / 8);
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
        calls[number / 8] |= uint256(uint32(int32(taken))) << number % 8 * 32;
    }

    // --- what it costs

    /// @dev Prices of deviations, each rounded against those who deviate.
    function _price(Zone[] memory zones) private view returns (int256[] memory prices) {
        prices = new int256[](2 * zones.length);
        for (uint256 i = 0; i < zones.length; ++i) {
            Zone memory zone = zones[i];
            // what was called decides; the other direction's first price may not cross it
            (int256 cost, int256 energy) = zone.net < 0 ? (-zone.cost, -zone.net) : (zone.cost, zone.net);
            if (energy == 0) (cost, energy) = (zone.firstDown, 1);
            bool kept = zone.net > 0 ? zone.firstDown * energy <= cost : zone.firstUp * energy >= cost;
            if (zone.net > 0) {
                _priceUp(zone, cost, energy);
                if (kept) (cost, energy) = (zone.firstDown, 1);
                _priceDown(zone, cost, energy);
            } else {
                _priceDown(zone, cost, energy);
                if (kept) (cost, energy) = (zone.firstUp, 1);
                _priceUp(zone, cost, energy);
            }
            (prices[2 * i], prices[2 * i + 1]) = (zone.up, zone.down);
        }
    }

    function _priceUp(Zone memory zone, int256 cost, int256 energy) private view {
        zone.up = -_floor(-cost, energy);
        zone.overUse = -_floor(-cost * int256(u1), energy * int256(PPM));
        zone.underGeneration = -_floor(-cost * int256(k2), energy * int256(PPM));
    }

    function _priceDown(Zone memory zone, int256 cost, int256 energy) private view {
        zone.down = _floor(cost, energy);
        zone.underUse = _floor(cost * int256(u2), energy * int256(PPM));
        zone.overGeneration = _floor(cost * int256(k1), energy * int256(PPM));
    }

    function _charge(Party[] memory parties, Zone[] memory zones, int256[] memory amounts) private view {
        for (uint256 i = 0; i < zones.length; ++i) {
            zones[i].over = -zones[i].cost;
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            Party memory party = parties[i];
            Zone memory zone = zones[party.zone];
            int256 deviation = party.deviation;
            uint256 free = _size(party.scheduled) * band / PPM;
            if (_size(deviation) <= free) {
                zone.weight += _size(party.scheduled);
                if (deviation == 0) continue;
                free = _size(deviation);
            }
            int256 inside = deviation > 0 ? int256(free) : -int256(free);
            (int256 bare, int256 price) = deviation > 0
                ? (zone.up, party.plant ? zone.underGeneration : zone.overUse)
                : (zone.down, party.plant ? zone.overGeneration : zone.underUse);
            int256 money = bare * inside + price * (deviation - inside);
            amounts[party.number] -= money;
            zone.over += money;
        }
    }

    /// @dev Shares what is left over among those within the band; the rest is the grid's.
    function _redistribute(Party[] memory parties, Zone[] memory zones, int256[] memory amounts) private view {
        for (uint256 i = 0; i < parties.length; ++i) {
            Party memory party = parties[i];
            Zone memory zone = zones[party.zone];
            uint256 size = _size(party.scheduled);
            if (zone.over <= 0 || size == 0 || _size(party.deviation) > size * band / PPM) continue;
            int256 part = int256(uint256(zone.over) * size / zone.weight);
            amounts[party.number] += part;
            amounts[GRID] -= part;
        }
        for (uint256 i = 0; i < zones.length; ++i) {
            amounts[GRID] += zones[i].over;
        }
    }

    // --- reading

    /// @inheritdoc IDeviation
    function listOf(uint256 number) external view returns (uint256) {
        return lists[number / 2] >> number % 2 * 128 & type(uint128).max;
    }

    function _identity(uint256 number) private view returns (uint256) {
        return identities[number / 16] >> number % 16 * 16;
    }

    function _packed(int256[] memory amounts) private pure returns (uint256[] memory words) {
        words = new uint256[]((amounts.length + 3) / 4);
        for (uint256 i = 0; i < amounts.length; ++i) {
            words[i / 4] |= uint256(uint64(int64(amounts[i]))) << i % 4 * 64;
        }
    }

    function _requirePrice(int256 price) private view {
        if (price < floor) revert PriceBelowFloor(price, floor);
        if (price > cap) revert PriceAboveCap(price, cap);
    }

    function _requireLength(uint256 got, uint256 expected) private pure {
        if (got != expected) revert WrongLength(got, expected);
    }

    function _least(uint256 one, uint256 other) private pure returns (uint256) {
        return one < other ? one : other;
    }

    function _size(int256 value) private pure returns (uint256) {
        return uint256(value < 0 ? -value : value);
    }

    /// @dev value / by, rounded down; `by` is above 0.
    function _floor(int256 value, int256 by) private pure returns (int256) {
        int256 whole = value / by;
        return value % by < 0 ? whole - 1 : whole;
    }
}
