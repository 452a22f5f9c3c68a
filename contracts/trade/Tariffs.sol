// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {GRID, NO_PRICE, RENT, Role} from "../core/Types.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {ITariffs} from "../interfaces/ITariffs.sol";
import {floored} from "../libraries/Rounding.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The retail bills and charges that ITariffs describes.
contract Tariffs is ITariffs {
    IRegistry private immutable registry;
    ILedger private immutable ledger;
    Timetable private immutable timetable;

    struct Tariff {
        uint16 supplier;
        /// @dev in rising order
        uint16[] users;
    }

    struct Charge {
        int32 rate;
        /// @dev in rising order
        uint16[] payers;
    }

    /// @dev the rate of a charge that gets back what the grid paid
    int32 private constant RECOVERS = type(int32).max;
    /// @dev the rate of a charge that gives the rent's account what it lacks
    int32 private constant COVERS_RENT = type(int32).max - 1;

    Tariff[] private tariffs;
    Charge[] private charges;
    /// @inheritdoc ITariffs
    uint256 public nextHour;

    constructor(address registry_, address ledger_, Timetable timetable_) {
        (registry, ledger, timetable) = (IRegistry(registry_), ILedger(ledger_), requireTimetable(timetable_));
    }

    modifier onlyOperator() {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        _;
    }

    /// @inheritdoc ITariffs
    function setTariff(address supplier, address[] calldata users) external onlyOperator {
        if (nextHour != 0) revert TooLateForTariffs();
        if (users.length == 0) revert NoUsers();
        (uint256 number, Role role,) = registry.participant(supplier);
        if (role != Role.Supplier) revert WrongRole(supplier, role);
        uint256 place = tariffs.length;
        if (place != 0 && number <= tariffs[place - 1].supplier) revert OutOfOrder(number, tariffs[place - 1].supplier);

        Tariff storage made = tariffs.push();
        made.supplier = uint16(number);
        uint256[] memory numbers = new uint256[](users.length);
        uint256 last = 0;
        for (uint256 i = 0; i < users.length; ++i) {
            (uint256 user, Role its,) = registry.participant(users[i]);
            if (its != Role.User) revert WrongRole(users[i], its);
            if (user <= last) revert OutOfOrder(user, last);
            made.users.push(uint16(user));
            numbers[i] = last = user;
        }
        emit TariffSet(place, number, numbers);
    }

    /// @inheritdoc ITariffs
    function setCharge(int32 rate, address[] calldata payers) external onlyOperator {
        if (nextHour != 0) revert TooLateForTariffs();
        if (payers.length == 0) revert NoPayers();
        Charge storage made = charges.push();
        made.rate = rate;
        uint256[] memory numbers = new uint256[](payers.length);
        uint256 last = 0;
        for (uint256 i = 0; i < payers.length; ++i) {
            (uint256 payer, Role role,) = registry.participant(payers[i]);
            if (role != Role.User && role != Role.Plant) revert WrongRole(payers[i], role);
            if (payer <= last) revert OutOfOrder(payer, last);
            made.payers.push(uint16(payer));
            numbers[i] = last = payer;
        }
        emit ChargeSet(charges.length - 1, rate, numbers);
    }

    /// @inheritdoc ITariffs
    function bill(uint256 hour, uint64[] calldata energy) external onlyOperator {
        if (hour < nextHour) revert AlreadyBilled(hour, nextHour);
        uint256 opensAt = timetable.lastMinute(hour);
        if (block.timestamp < opensAt) revert TooEarly(block.timestamp, opensAt);
        nextHour = hour + 1;

        int256[] memory amounts = new int256[](registry.nextNumber());
        uint256 count = tariffs.length;
        int256[] memory rates = new int256[](count + charges.length);
        uint256 next = 0;
        for (uint256 i = 0; i < count; ++i) {
            Tariff memory tariff = tariffs[i];
            uint256 end = next + tariff.users.length;
            if (end > energy.length) revert WrongLength(energy.length, end);
            rates[i] = _charge(tariff, energy[next:end], amounts);
            next = end;
        }
        int256 owed = 0;
        for (uint256 i = count; i < rates.length; ++i) {
            Charge memory charge = charges[i - count];
            uint256 end = next + charge.payers.length;
            if (end > energy.length) revert WrongLength(energy.length, end);
            (rates[i], owed) = _collect(charge, energy[next:end], amounts, owed);
            next = end;
        }
        if (next != energy.length) revert WrongLength(energy.length, next);
        ledger.post(amounts);
        emit Billed(hour, rates, energy);
    }

    /// @dev Adds what the users of a tariff pay and its supplier gets; returns the rate, rounded up so that the supplier owes nothing after.
    function _charge(Tariff memory tariff, uint64[] calldata energy, int256[] memory amounts) private view returns (int256 rate) {
        int256 bought = 0;
        for (uint256 i = 0; i < energy.length; ++i) {
            bought += int256(uint256(energy[i]));
        }
        if (bought == 0) return NO_PRICE;
        rate = -floored(ledger.balanceOf(tariff.supplier), bought);
        for (uint256 i = 0; i < energy.length; ++i) {
            amounts[tariff.users[i]] -= rate * int256(uint256(energy[i]));
        }
        amounts[tariff.supplier] += rate * bought;
    }

    /// @dev Adds what the payers of a charge pay and the grid or the rent gets; returns the rate, and what the grid has paid and not got back.
    function _collect(Charge memory charge, uint64[] calldata energy, int256[] memory amounts, int256 owed)
        private
        view
        returns (int256 rate, int256 left)
    {
        int256 total = 0;
        for (uint256 i = 0; i < energy.length; ++i) {
            total += int256(uint256(energy[i]));
        }
        bool recovers = charge.rate == RECOVERS;
        bool covers = charge.rate == COVERS_RENT;
        if ((recovers || covers) && total == 0) return (NO_PRICE, owed);
        rate = covers ? -floored(ledger.balanceOf(RENT) + amounts[RENT], total) : recovers ? -floored(-owed, total) : int256(charge.rate);
        for (uint256 i = 0; i < energy.length; ++i) {
            amounts[charge.payers[i]] -= rate * int256(uint256(energy[i]));
        }
        amounts[covers ? RENT : GRID] += rate * total;
        left = recovers ? int256(0) : rate < 0 && !covers ? owed - rate * total : owed;
    }

    /// @inheritdoc ITariffs
    function chargeCount() external view returns (uint256) {
        return charges.length;
    }

    /// @inheritdoc ITariffs
    function chargeAt(uint256 charge) external view returns (int256 rate, uint256[] memory payers) {
        Charge memory found = charges[charge];
        payers = _numbers(found.payers);
        rate = found.rate;
    }

    /// @inheritdoc ITariffs
    function tariffCount() external view returns (uint256) {
        return tariffs.length;
    }

    /// @inheritdoc ITariffs
    function tariffAt(uint256 tariff) external view returns (uint256 supplier, uint256[] memory users) {
        Tariff memory found = tariffs[tariff];
        users = _numbers(found.users);
        supplier = found.supplier;
    }

    function _numbers(uint16[] memory list) private pure returns (uint256[] memory numbers) {
        numbers = new uint256[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            numbers[i] = list[i];
        }
    }
}
