// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {GRID, Line} from "../core/Types.sol";
import {Curve, Horizon, IAgreements, State, Terms} from "../interfaces/IAgreements.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Agreement, Deliveries, MOST_MONTHS, Month} from "../libraries/Deliveries.sol";
import {Delivery, makeDelivery} from "../libraries/Delivery.sol";
import {Openings, makeOpenings} from "../libraries/Openings.sol";
import {Split} from "../libraries/Split.sol";
import {CLOCK_HOURS, Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The agreements that IAgreements describes.
contract Agreements is IAgreements {
    using Deliveries for Agreement;
    using Deliveries for Month;
    using Split for uint256[4];

    /// @notice The line of an agreement inside a province.
    uint16 public constant NO_LINE = type(uint16).max;
    /// @notice Agreements of a month, so that its hours can always be settled in one transaction.
    uint256 public constant MOST_A_MONTH = 1024;
    /// @notice Agreements of a month that a participant may have, as seller and as buyer.
    uint256 public constant MOST_EACH = 128;
    /// @notice Places of a month that are kept for agreements of somebody who has none in it yet.
    uint256 public constant FIRST_ONES = 256;
    uint256 private constant MOST_DAYS = 31;
    uint256 private constant PPM = 1e6;

    /// @dev One storage slot; kWh.
    struct Position {
        int128 net;
        uint64 capability;
        /// @dev agreements
        uint32 count;
    }

    IRegistry private immutable registry;
    ILedger private immutable ledger;
    int256 private immutable floor;
    int256 private immutable cap;
    Timetable private immutable timetable;
    Openings private immutable opened;

    Line[] private lines;
    Month[] private calendar;
    Agreement[] private known;
    mapping(uint256 month => mapping(uint256 number => Position)) private positions;
    /// @inheritdoc IAgreements
    mapping(uint256 line => mapping(uint256 month => uint256)) public reserved;
    /// @inheritdoc IAgreements
    uint256 public nextHour;
    /// @dev the month of the hour to be settled next
    uint256 private current;

    /// @param opened_ share of a line's capacity that may be reserved by the end of the annual, monthly and within-month window, ppm
    constructor(
        address registry_,
        address ledger_,
        int32 floor_,
        int32 cap_,
        Timetable timetable_,
        Line[] memory lines_,
        uint32[3] memory opened_
    ) {
        if (floor_ > cap_ || opened_[0] > opened_[1] || opened_[1] > opened_[2] || opened_[2] > PPM) {
            revert IAuction.BadRules();
        }
        (registry, ledger, floor, cap) = (IRegistry(registry_), ILedger(ledger_), floor_, cap_);
        timetable = requireTimetable(timetable_);
        opened = makeOpenings(opened_[0], opened_[1], opened_[2]);
        for (uint256 i = 0; i < lines_.length; ++i) {
            if (lines_[i].source == lines_[i].target) revert IAuction.LineToItself(i, lines_[i].source);
            if (lines_[i].loss >= PPM) revert IAuction.LossTooHigh(i, lines_[i].loss);
            lines.push(lines_[i]);
        }
    }

    modifier onlyOperator() {
        if (!registry.isOperator(msg.sender)) revert IAuction.NotOperator(msg.sender);
        _;
    }

    // --- what the operator sets

    /// @inheritdoc IAgreements
    function addMonth(uint32[] memory load) external onlyOperator {
        if (load.length == 0 || load.length > MOST_DAYS) revert DayCount(load.length, MOST_DAYS);
        for (uint256 i = 0; i < load.length; ++i) {
            if (load[i] == 0) revert WeightZero(i);
        }
        uint256 month = calendar.length;
        uint256 firstHour = month == 0 ? 0 : calendar[month - 1].end(timetable);
        Month storage added = calendar.push();
        (added.firstHour, added.length) = (uint32(firstHour), uint8(load.length));
        added.load.store(load);
        emit MonthAdded(month, firstHour, load);
    }

    /// @inheritdoc IAgreements
    function openWindow(Horizon horizon, uint16 firstMonth, uint8 count, uint64 closes) external onlyOperator {
        if (count == 0 || count > MOST_MONTHS) revert MonthCount(count, MOST_MONTHS);
        for (uint256 month = firstMonth; month < uint256(firstMonth) + count; ++month) {
            Month storage here = _month(month);
            if (horizon <= here.horizon) revert HorizonPassed(month, here.horizon);
            uint256 latest = timetable.begins(horizon == Horizon.WithinMonth ? here.end(timetable) : here.firstHour);
            if (closes <= block.timestamp || closes > latest) revert BadClosing(month, closes, latest);
            (here.horizon, here.closes) = (horizon, closes);
        }
        emit WindowOpened(horizon, firstMonth, count, closes);
    }

    /// @inheritdoc IAgreements
    function setCapability(address who, uint256 month, uint64 capability) external onlyOperator {
        (uint256 number,,) = registry.participant(who);
        _month(month);
        int256 net = positions[month][number].net;
        if (net > int256(uint256(capability))) revert CapabilityBelowPosition(capability, net);
        positions[month][number].capability = capability;
        emit CapabilitySet(number, month, capability);
    }

    // --- what the parties do

    /// @inheritdoc IAgreements
    function propose(Terms memory terms) external returns (uint256 id) {
        (uint256 seller,, uint8 source) = registry.participant(msg.sender);
        (uint256 buyer,, uint8 target) = registry.participant(terms.counterparty);
        if (seller == buyer) revert WithYourself(seller);
        if (!terms.sells) (seller, buyer, source, target) = (buyer, seller, target, source);
        _requireTerms(terms);
        uint256 length = _requireDelivery(terms.horizon, terms.firstMonth, terms.firstDay, terms.quantities.length);
        _requireRoute(terms, source, target, length);

        id = known.length;
        Agreement storage agreement = known.push();
        (agreement.seller, agreement.buyer, agreement.price) = (uint16(seller), uint16(buyer), terms.price);
        (agreement.line, agreement.firstMonth, agreement.firstDay) = (terms.line, terms.firstMonth, terms.firstDay);
        (agreement.horizon, agreement.curve, agreement.bySeller) = (terms.horizon, terms.curve, terms.sells);
        (agreement.count, agreement.expires) = (uint8(terms.quantities.length), terms.expires);
        for (uint256 i = 0; i < terms.quantities.length; ++i) {
            agreement.quantities[i] = terms.quantities[i];
        }
        agreement.weights.store(terms.weights);
        emit AgreementProposed(id, seller, buyer, terms);
    }

    /// @inheritdoc IAgreements
    function accept(uint256 id) external {
        Agreement storage agreement = _proposed(id);
        if (_number() != (agreement.bySeller ? agreement.buyer : agreement.seller)) revert NotCounterparty(id, msg.sender);
        if (block.timestamp >= agreement.expires) revert Expired(id, agreement.expires);
        _requireDelivery(agreement.horizon, agreement.firstMonth, agreement.firstDay, agreement.count);

        agreement.state = State.Accepted;
        for (uint256 i = 0; i < agreement.count; ++i) {
            _bind(id, agreement, agreement.firstMonth + i, agreement.quantities[i]);
        }
        emit AgreementAccepted(id);
    }

    /// @inheritdoc IAgreements
    function cancel(uint256 id) external {
        Agreement storage agreement = _proposed(id);
        if (_number() != (agreement.bySeller ? agreement.seller : agreement.buyer)) revert NotProposer(id, msg.sender);
        agreement.state = State.Cancelled;
        emit AgreementCancelled(id);
    }

    /// @dev What needs neither the calendar nor the parties.
    function _requireTerms(Terms memory terms) private view {
        if (terms.price < floor) revert IAuction.PriceBelowFloor(terms.price, floor);
        if (terms.price > cap) revert IAuction.PriceAboveCap(terms.price, cap);
        if (block.timestamp >= terms.expires) revert AlreadyExpired(terms.expires, block.timestamp);
        uint256 expected = terms.curve == Curve.Flat ? 0 : CLOCK_HOURS;
        if (terms.weights.length != expected) revert IAuction.WrongLength(terms.weights.length, expected);
        uint256 whole;
        for (uint256 i = 0; i < expected; ++i) {
            whole += terms.weights[i];
        }
        if (expected != 0 && whole == 0) revert WeightZero(0);
        uint256 most = terms.horizon == Horizon.Annual ? MOST_MONTHS : 1;
        uint256 count = terms.quantities.length;
        if (count == 0 || count > most) revert MonthCount(count, most);
        for (uint256 i = 0; i < count; ++i) {
            if (terms.quantities[i] == 0) revert IAuction.QuantityZero(i);
        }
    }

    /// @dev Every month is traded at the horizon, and the first day has not begun. Returns the days of the first month with delivery.
    function _requireDelivery(Horizon horizon, uint256 firstMonth, uint256 firstDay, uint256 count) private view returns (uint256 length) {
        for (uint256 month = firstMonth; month < firstMonth + count; ++month) {
            Month storage here = _month(month);
            if (here.horizon != horizon || block.timestamp >= here.closes) revert WindowClosed(month, horizon);
        }
        Month storage first = calendar[firstMonth];
        uint256 most = horizon == Horizon.WithinMonth ? first.length : 1;
        if (firstDay >= most) revert BadFirstDay(firstDay, most);
        uint256 hour = first.firstHour + firstDay * timetable.day();
        if (block.timestamp >= timetable.begins(hour)) revert DeliveryBegun(hour, timetable.begins(hour));
        return first.length - firstDay;
    }

    /// @dev The parties are in one province, or at the ends of a line that a flat agreement can use.
    function _requireRoute(Terms memory terms, uint8 source, uint8 target, uint256 length) private view {
        if (terms.line == NO_LINE) {
            if (source != target) revert OtherZone(target, source);
            return;
        }
        if (terms.line >= lines.length) revert UnknownLine(terms.line, lines.length);
        Line storage line = lines[terms.line];
        if (source != line.source) revert OtherZone(source, line.source);
        if (target != line.target) revert OtherZone(target, line.target);
        for (uint256 i = 0; i < terms.quantities.length; ++i) {
            uint256 hours_ = (i == 0 ? length : calendar[terms.firstMonth + i].length) * timetable.day();
            bool whole = terms.quantities[i] % hours_ == 0;
            if (terms.curve != Curve.Flat || !whole) revert NotFlat(terms.quantities[i], hours_);
        }
    }

    /// @dev Books one month of an agreement.
    function _bind(uint256 id, Agreement storage agreement, uint256 month, uint256 quantity) private {
        Month storage here = calendar[month];
        Position storage seller = positions[month][agreement.seller];
        Position storage buyer = positions[month][agreement.buyer];
        if (seller.count == MOST_EACH) revert QuotaFull(month, agreement.seller, MOST_EACH);
        if (buyer.count == MOST_EACH) revert QuotaFull(month, agreement.buyer, MOST_EACH);
        uint256 most = seller.count == 0 || buyer.count == 0 ? MOST_A_MONTH : MOST_A_MONTH - FIRST_ONES;
        if (here.accepted.length >= most) revert MonthFull(month, most);
        int256 net = seller.net + int256(quantity);
        if (net > int256(uint256(seller.capability))) revert AboveCapability(month, net, seller.capability);
        uint256 received = quantity;
        if (agreement.line != NO_LINE) {
            Line memory line = lines[agreement.line];
            uint256 hours_ = (here.length - agreement.firstDay) * timetable.day();
            uint256 room = line.capacity * opened.by(agreement.horizon) / PPM;
            uint256 booked = reserved[agreement.line][month] + quantity / hours_;
            if (booked > room) revert LineFull(agreement.line, month, booked, room);
            reserved[agreement.line][month] = booked;
            received = quantity / hours_ * (PPM - line.loss) / PPM * hours_;
        }
        (seller.net, seller.count) = (int128(net), seller.count + 1);
        (buyer.net, buyer.count) = (buyer.net - int128(int256(received)), buyer.count + 1);
        here.accepted.push(uint32(id));
    }

    // --- the hour

    /// @inheritdoc IAgreements
    function settle(uint256 hour) external onlyOperator {
        if (hour != nextHour) revert NotNextHour(hour, nextHour);
        if (block.timestamp < timetable.begins(hour)) revert HourNotBegun(hour, timetable.begins(hour));
        uint256 month = current;
        if (month < calendar.length && hour == calendar[month].end(timetable)) current = ++month;

        Month storage here = _month(month);
        uint256 count = here.accepted.length;
        int256[] memory amounts = new int256[](registry.nextNumber());
        uint256[] memory deliveries = new uint256[](count);
        uint256 paid;
        for (uint256 i = 0; i < count; ++i) {
            uint256 delivery = _pay(here.accepted[i], here, month, hour, amounts);
            if (delivery != 0) deliveries[paid++] = delivery;
        }
        assembly ("memory-safe") {
            mstore(deliveries, paid) // shorter than it was made
        }
        nextHour = hour + 1;
        ledger.post(amounts);
        emit DeliveryPaid(hour, deliveries);
    }

    /// @dev Adds an agreement's payments of the hour; returns its word of the record, 0 without energy.
    function _pay(uint256 id, Month storage here, uint256 month, uint256 hour, int256[] memory amounts) private view returns (uint256) {
        Agreement storage agreement = known[id];
        uint256 sent = agreement.energyIn(here, month, hour, timetable);
        if (sent == 0) return 0;
        uint256 received = sent;
        int256 money = int256(agreement.price) * int256(sent);
        amounts[agreement.seller] += money;
        if (agreement.line != NO_LINE) {
            Line memory line = lines[agreement.line];
            received = sent * (PPM - line.loss) / PPM;
            int256 charge = int256(line.charge * sent);
            amounts[GRID] += charge;
            money += charge;
        }
        amounts[agreement.buyer] -= money;
        return Delivery.unwrap(makeDelivery(id, sent, received));
    }

    // --- reading

    /// @inheritdoc IAgreements
    function months() external view returns (uint256) {
        return calendar.length;
    }

    /// @inheritdoc IAgreements
    function agreements() external view returns (uint256) {
        return known.length;
    }

    /// @inheritdoc IAgreements
    function stateOf(uint256 id) external view returns (State) {
        return _known(id).state;
    }

    /// @inheritdoc IAgreements
    function energyOf(uint256 id, uint256 hour) external view returns (uint256) {
        Agreement storage agreement = _known(id);
        for (uint256 i = 0; i < agreement.count; ++i) {
            Month storage here = calendar[agreement.firstMonth + i];
            if (hour >= here.firstHour && hour < here.end(timetable)) {
                return agreement.energyIn(here, agreement.firstMonth + i, hour, timetable);
            }
        }
        return 0;
    }

    /// @inheritdoc IAgreements
    function positionOf(uint256 number, uint256 month) external view returns (int256 position, uint256 capability) {
        Position memory found = positions[month][number];
        return (found.net, found.capability);
    }

    function _known(uint256 id) private view returns (Agreement storage) {
        if (id >= known.length) revert UnknownAgreement(id);
        return known[id];
    }

    function _proposed(uint256 id) private view returns (Agreement storage agreement) {
        agreement = _known(id);
        if (agreement.state != State.Proposed) revert NotProposed(id, agreement.state);
    }

    function _month(uint256 month) private view returns (Month storage) {
        if (month >= calendar.length) revert UnknownMonth(month, calendar.length);
        return calendar[month];
    }

    function _number() private view returns (uint256 number) {
        (number,,) = registry.participant(msg.sender);
    }
}
