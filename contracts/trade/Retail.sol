// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../core/Types.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {IRetail} from "../interfaces/IRetail.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The retailers that IRetail describes.
contract Retail is IRetail {
    IRegistry private immutable registry;
    ILedger private immutable ledger;
    Timetable private immutable timetable;

    /// @dev numbers of those who may choose, in the order in which they were named
    uint16[] private users;
    mapping(uint256 number => bool) private sells;
    /// @inheritdoc IRetail
    mapping(uint256 user => uint256) public retailerOf;
    /// @inheritdoc IRetail
    mapping(uint256 retailer => int256) public rateOf;
    /// @inheritdoc IRetail
    uint256 public nextHour;

    constructor(address registry_, address ledger_, Timetable timetable_) {
        (registry, ledger, timetable) = (IRegistry(registry_), ILedger(ledger_), requireTimetable(timetable_));
    }

    modifier onlyOperator() {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        _;
    }

    /// @inheritdoc IRetail
    function setRetailer(address retailer, address[] calldata served) external onlyOperator {
        if (nextHour != 0) revert TooLateForRetailers();
        (uint256 seller, Role role, uint8 zone) = registry.participant(retailer);
        if (role != Role.Supplier) revert WrongRole(retailer, role);
        if (sells[seller]) revert NamedBefore(seller);
        sells[seller] = true;
        uint256[] memory numbers = new uint256[](served.length);
        for (uint256 i = 0; i < served.length; ++i) {
            (uint256 user, Role its, uint8 where) = registry.participant(served[i]);
            if (its != Role.User) revert WrongRole(served[i], its);
            if (where != zone) revert WrongZone(served[i], where, zone);
            if (retailerOf[user] != 0) revert NamedBefore(user);
            retailerOf[user] = seller;
            users.push(uint16(user));
            numbers[i] = user;
        }
        emit RetailerSet(seller, numbers);
    }

    /// @inheritdoc IRetail
    function post(int32 rate) external {
        (uint256 seller,,) = registry.participant(msg.sender);
        if (!sells[seller]) revert NotRetailer(msg.sender);
        uint256 since = _open();
        rateOf[seller] = rate;
        emit RatePosted(seller, since, rate);
    }

    /// @inheritdoc IRetail
    function choose(address retailer) external {
        (uint256 user,, uint8 zone) = registry.participant(msg.sender);
        if (retailerOf[user] == 0) revert MayNotChoose(msg.sender);
        (uint256 seller,, uint8 where) = registry.participant(retailer);
        if (!sells[seller]) revert NotRetailer(retailer);
        if (where != zone) revert WrongZone(retailer, where, zone);
        uint256 since = _open();
        retailerOf[user] = seller;
        emit Chosen(user, seller, since);
    }

    /// @inheritdoc IRetail
    function bill(uint256 hour, uint64[] calldata energy) external onlyOperator {
        if (hour < nextHour) revert AlreadyBilled(hour, nextHour);
        uint256 opensAt = timetable.lastMinute(hour);
        if (block.timestamp < opensAt) revert TooEarly(block.timestamp, opensAt);
        uint256 count = users.length;
        if (energy.length != count) revert WrongLength(energy.length, count);
        nextHour = hour + 1;

        int256[] memory amounts = new int256[](registry.nextNumber());
        for (uint256 i = 0; i < count; ++i) {
            uint256 user = users[i];
            uint256 seller = retailerOf[user];
            int256 due = rateOf[seller] * int256(uint256(energy[i]));
            amounts[user] -= due;
            amounts[seller] += due;
        }
        ledger.post(amounts);
        emit CustomersBilled(hour, energy);
    }

    /// @dev The first hour that is not billed, while its gate is open.
    function _open() private view returns (uint256 hour) {
        hour = nextHour;
        uint256 gate = timetable.gate(hour);
        if (block.timestamp >= gate) revert TooLate(block.timestamp, gate);
    }
}
