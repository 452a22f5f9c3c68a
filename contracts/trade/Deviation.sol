// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, GRID, Role} from "../core/Types.sol";
import {DeviationRules, IDeviation} from "../interfaces/IDeviation.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {IDENTITIES_A_WORD, Identity, identityIn, makeIdentity} from "../libraries/Identity.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {ENERGIES_A_WORD, MeteredEnergy, energyIn} from "../libraries/MeteredEnergy.sol";
import {Party, Regulation, Zone, sizeOf} from "../libraries/Regulation.sol";
import {LISTS_A_WORD, RegulationList, listIn, makeList} from "../libraries/RegulationList.sol";
import {floored} from "../libraries/Rounding.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The settlement that IDeviation describes.
/// @dev Who calls in price order is proven, not searched: given a zone's marginal price, one pass finds what lies before it and at it.
contract Deviation is IDeviation {
    uint256 private constant PPM = 1e6;

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
    Timetable private immutable timetable;

    /// @inheritdoc IDeviation
    uint256 public nextHour;
    uint256 private admitted = FIRST_PARTICIPANT;
    uint256 private zoneCount;
    /// @dev Identity by number
    mapping(uint256 word => uint256) private identities;
    /// @dev RegulationList by number
    mapping(uint256 word => uint256) private lists;

    constructor(address registry_, address ledger_, DeviationRules memory rules) {
        bool bad = rules.floor > rules.cap || rules.u1 < PPM || rules.u2 > PPM || rules.k1 > PPM || rules.k2 < PPM || rules.band > PPM;
        if (bad) revert BadDeviationRules();
        (registry, ledger, timetable) = (IRegistry(registry_), ILedger(ledger_), requireTimetable(rules.timetable));
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
            identities[number / IDENTITIES_A_WORD] |= makeIdentity(zone, role == Role.Plant).put(number);
            emit ParticipantAdmitted(number, zone, role == Role.Plant);
            ++expected;
        }
        (admitted, zoneCount) = (expected, zones);
    }

    /// @inheritdoc IDeviation
    function listRegulation(int32 upPrice, uint32 up, int32 downPrice, uint32 down) external {
        (uint256 number,,) = registry.participant(msg.sender);
        if (!identityIn(identities[number / IDENTITIES_A_WORD], number).plant()) revert NotPlant(msg.sender);
        if (block.timestamp >= timetable.start()) {
            uint256 hour = timetable.hourAt(block.timestamp);
            uint256 closedAt = timetable.gate(hour);
            if (block.timestamp >= closedAt) revert GateClosed(hour, closedAt);
        }
        _requirePrice(upPrice);
        _requirePrice(downPrice);

        RegulationList list = makeList(upPrice, up, downPrice, down);
        lists[number / LISTS_A_WORD] = list.put(lists[number / LISTS_A_WORD], number);
        emit RegulationListed(number, upPrice, up, downPrice, down);
    }

    /// @inheritdoc IDeviation
    function settle(uint256 hour, int256[] calldata marginals, uint256[] calldata energies, uint256[] calldata rooms) external {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        if (hour < nextHour) revert AlreadySettled(hour);
        uint256 from = timetable.lastMinute(hour);
        if (block.timestamp < from || block.timestamp >= timetable.begins(hour + 1)) revert OutsideWindow(hour, from);
        nextHour = hour + 1;
        uint256 accounts = admitted;
        _requireLength(marginals.length, zoneCount);
        _requireLength(energies.length, (accounts + ENERGIES_A_WORD - 1) / ENERGIES_A_WORD);
        _requireLength(rooms.length, Lanes.words(accounts));

        Zone[] memory zones = _zones(marginals);
        Party[] memory parties = _parties(accounts, energies, zones);
        Regulation.read(parties, zones, lists, rooms);
        Regulation.requireMarginal(zones, floor, cap);
        int256[] memory amounts = new int256[](accounts);
        uint256[] memory calls = Regulation.call(parties, zones, amounts, marginal);
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
        uint256 word = identities[0];
        for (uint256 i = 0; i < parties.length; ++i) {
            uint256 number = FIRST_PARTICIPANT + i;
            if (number % IDENTITIES_A_WORD == 0) word = identities[number / IDENTITIES_A_WORD];
            Party memory party = parties[i];
            party.number = number;
            _read(party, identityIn(word, number), energyIn(energies[number / ENERGIES_A_WORD], number));
            zones[party.zone].net += party.deviation;
        }
    }

    function _read(Party memory party, Identity identity, MeteredEnergy energy) private pure {
        (party.plant, party.zone) = (identity.plant(), identity.zone());
        party.scheduled = energy.scheduled();
        party.deviation = energy.metered() - party.scheduled;
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
        zone.up = -floored(-cost, energy);
        zone.overUse = -floored(-cost * int256(u1), energy * int256(PPM));
        zone.underGeneration = -floored(-cost * int256(k2), energy * int256(PPM));
    }

    function _priceDown(Zone memory zone, int256 cost, int256 energy) private view {
        zone.down = floored(cost, energy);
        zone.underUse = floored(cost * int256(u2), energy * int256(PPM));
        zone.overGeneration = floored(cost * int256(k1), energy * int256(PPM));
    }

    function _charge(Party[] memory parties, Zone[] memory zones, int256[] memory amounts) private view {
        for (uint256 i = 0; i < zones.length; ++i) {
            zones[i].over = -zones[i].cost;
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            Party memory party = parties[i];
            Zone memory zone = zones[party.zone];
            int256 deviation = party.deviation;
            uint256 free = sizeOf(party.scheduled) * band / PPM;
            if (sizeOf(deviation) <= free) {
                zone.weight += sizeOf(party.scheduled);
                if (deviation == 0) continue;
                free = sizeOf(deviation);
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
            uint256 size = sizeOf(party.scheduled);
            if (zone.over <= 0 || size == 0 || sizeOf(party.deviation) > size * band / PPM) continue;
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
        return RegulationList.unwrap(listIn(lists[number / LISTS_A_WORD], number));
    }

    function _packed(int256[] memory amounts) private pure returns (uint256[] memory words) {
        words = new uint256[]((amounts.length + 3) / 4);
        for (uint256 i = 0; i < amounts.length; ++i) {
            int256 amount = amounts[i];
            if (amount != int64(amount)) revert AmountOutOfRange(i, amount);
            words[i / 4] |= uint256(uint64(int64(amount))) << i % 4 * 64;
        }
    }

    function _requirePrice(int256 price) private view {
        if (price < floor) revert PriceBelowFloor(price, floor);
        if (price > cap) revert PriceAboveCap(price, cap);
    }

    function _requireLength(uint256 got, uint256 expected) private pure {
        if (got != expected) revert WrongLength(got, expected);
    }
}
