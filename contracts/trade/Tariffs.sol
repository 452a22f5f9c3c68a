// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NO_PRICE, Role} from "../core/Types.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {ITariffs} from "../interfaces/ITariffs.sol";
import {floored} from "../libraries/Rounding.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The retail bills that ITariffs describes.
contract Tariffs is ITariffs {
    IRegistry private immutable registry;
    ILedger private immutable ledger;
    Timetable private immutable timetable;

    struct Tariff {
        uint16 supplier;
        /// @dev in rising order
        uint16[] users;
    }

    Tariff[] private tariffs;
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
        (uint256 number, Role role, uint8 zone) = registry.participant(supplier);
        if (role != Role.Supplier) revert WrongRole(supplier, role);
        uint256 place = tariffs.length;
        if (place != 0 && number <= tariffs[place - 1].supplier) revert OutOfOrder(number, tariffs[place - 1].supplier);

        Tariff storage made = tariffs.push();
        made.supplier = uint16(number);
        uint256[] memory numbers = new uint256[](users.length);
        uint256 last = 0;
        for (uint256 i = 0; i < users.length; ++i) {
            (uint256 user, Role its, uint8 where) = registry.participant(users[i]);
            if (its != Role.User) revert WrongRole(users[i], its);
            if (where != zone) revert WrongZone(users[i], where, zone);
            if (user <= last) revert OutOfOrder(user, last);
            made.users.push(uint16(user));
            numbers[i] = last = user;
        }
        emit TariffSet(place, number, numbers);
    }

    /// @inheritdoc ITariffs
    function bill(uint256 hour, uint64[] calldata energy) external onlyOperator {
        if (hour < nextHour) revert AlreadyBilled(hour, nextHour);
        uint256 opensAt = timetable.lastMinute(hour);
        if (block.timestamp < opensAt) revert TooEarly(block.timestamp, opensAt);
        nextHour = hour + 1;

        int256[] memory amounts = new int256[](registry.nextNumber());
        int256[] memory rates = new int256[](tariffs.length);
        uint256 next = 0;
        for (uint256 i = 0; i < rates.length; ++i) {
            Tariff memory tariff = tariffs[i];
            uint256 end = next + tariff.users.length;
            if (end > energy.length) revert WrongLength(energy.length, end);
            rates[i] = _charge(tariff, energy[next:end], amounts);
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

    /// @inheritdoc ITariffs
    function tariffCount() external view returns (uint256) {
        return tariffs.length;
    }

    /// @inheritdoc ITariffs
    function tariffAt(uint256 tariff) external view returns (uint256 supplier, uint256[] memory users) {
        Tariff memory found = tariffs[tariff];
        users = new uint256[](found.users.length);
        for (uint256 i = 0; i < users.length; ++i) {
            users[i] = found.users[i];
        }
        supplier = found.supplier;
    }
}
