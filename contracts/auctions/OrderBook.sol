// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, Line, Rules} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {ICollateral} from "../interfaces/ICollateral.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {IReservations} from "../interfaces/IReservations.sol";
import {Account} from "../libraries/Account.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Limits} from "../libraries/Limits.sol";
import {Row, makeHead, makeRow} from "../libraries/Row.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";
import {Unchecked} from "../libraries/Unchecked.sol";

/// @title Who may order, what stands for the hour, and when it may be cleared.
/// @dev One storage slot a trader (two for orders of four or five segments), overwritten every hour; the clock is the gate.
abstract contract OrderBook is IAuction {
    using Accounts for Account;
    using Unchecked for Row[];

    uint256 private constant PPM = 1e6;

    IRegistry private immutable registry;
    uint256 internal immutable zones;
    int256 internal immutable floor;
    int256 internal immutable cap;
    uint256 internal immutable k;
    Timetable internal immutable timetable;

    Line[] internal lines;
    IReservations private reservations;
    /// @dev how many were admitted before the gate of the hour before `admittedFor`, from which hour on all are counted
    uint16 private admittedBefore;
    uint32 private admittedFor;
    mapping(address trader => Account) private accounts;
    /// @dev segments 3 and 4 of the orders that have them
    mapping(address trader => uint256) private more;
    /// @dev how many traders are admitted
    uint16 internal admitted;
    /// @dev hours before this one are cleared or over
    uint32 internal nextToClear;
    /// @dev limits hold for orders of hours before this one
    uint32 internal coveredUntil;
    /// @dev who sets limits; address 0 where no collateral is asked for
    address private collateral;

    constructor(address registry_, Rules memory rules, Line[] memory lines_) {
        if (rules.zones == 0 || rules.floor > rules.cap || rules.k > PPM) revert BadRules();
        registry = IRegistry(registry_);
        (zones, floor, cap, k) = (rules.zones, rules.floor, rules.cap, rules.k);
        timetable = requireTimetable(rules.timetable);
        for (uint256 i = 0; i < lines_.length; ++i) {
            Line memory line = lines_[i];
            if (line.source >= rules.zones) revert UnknownLineZone(i, line.source, rules.zones);
            if (line.target >= rules.zones) revert UnknownLineZone(i, line.target, rules.zones);
            if (line.source == line.target) revert LineToItself(i, line.source);
            if (line.loss >= PPM) revert LossTooHigh(i, line.loss);
            int256 burning = int256(PPM * line.charge) + int256(uint256(line.loss)) * rules.floor;
            if (burning < 0) revert LineRewardsLoss(i, line.charge, line.loss, rules.floor);
            lines.push(line);
        }
    }

    /// @inheritdoc IAuction
    function admit(address[] calldata traders) external {
        _requireOperator();
        uint256 expected = FIRST_PARTICIPANT + admitted;
        // the book of an earlier hour is closed, and its traders are counted
        uint256 hour = timetable.firstOpenAt(block.timestamp);
        if (admittedFor < hour) (admittedBefore, admittedFor) = (admitted, uint32(hour));
        uint256 limit = collateral == address(0) ? 0 : Limits.NOTHING;
        for (uint256 i = 0; i < traders.length; ++i) {
            (uint256 number,, uint8 zone) = registry.participant(traders[i]);
            if (number != expected) revert WrongNumber(number, expected);
            if (zone >= zones) revert IRegistry.UnknownZone(zone, zones);
            Account account = Accounts.identified(number, zone, limit);
            accounts[traders[i]] = account;
            emit TraderAdmitted(traders[i], account);
            ++expected;
        }
        admitted = uint16(expected - FIRST_PARTICIPANT);
    }

    /// @inheritdoc IAuction
    function appointCollateral(address collateral_) external {
        _requireOperator();
        if (admitted != 0 || collateral != address(0)) revert TooLateForCollateral();
        if (!_answers(collateral_, abi.encodeCall(ICollateral.nextClose, ()))) revert NotCollateral(collateral_);
        collateral = collateral_;
        emit CollateralRequired(collateral_);
    }

    /// @inheritdoc IAuction
    function coverUntil(address[] calldata traders, uint256[] calldata limits, uint256 until) external {
        if (msg.sender != collateral) revert NotCollateral(msg.sender);
        coveredUntil = uint32(until);
        for (uint256 i = 0; i < traders.length; ++i) {
            Account account = accounts[traders[i]];
            if (account.number() != 0) accounts[traders[i]] = account.limited(limits[i]);
        }
    }

    /// @inheritdoc IAuction
    function submit(uint256 order) external {
        if (_sealed()) revert OrdersAreSealed();
        _place(order);
    }

    /// @inheritdoc IAuction
    function submit(uint256 order, uint256 more_) external {
        if (_sealed()) revert OrdersAreSealed();
        _place(order, more_);
    }

    /// @dev Has the sender's order of one to three segments stand.
    function _place(uint256 order) internal {
        Account account = _stand(order);
        uint256 count = account.count();
        if (count == 0 || count > Accounts.SEGMENTS_A_WORD) revert SegmentCount(count, Accounts.SEGMENTS_A_WORD);
        _requireValid(order, 0, count);
        // no literal for the word that is not there: the optimizer would copy the whole check for it
        if (account.limit() != 0) _requireCovered(account, account, order);

        accounts[msg.sender] = account;
        emit OrderPlaced(account);
    }

    /// @dev Has the sender's order of four or five segments stand.
    function _place(uint256 order, uint256 more_) internal {
        Account account = _stand(order);
        uint256 count = account.count();
        if (count <= Accounts.SEGMENTS_A_WORD || count > Accounts.MOST_SEGMENTS) revert SegmentCount(count, Accounts.MOST_SEGMENTS);
        _requireValid(order, 0, Accounts.SEGMENTS_A_WORD);
        _requireValid(more_, Accounts.SEGMENTS_A_WORD, count);
        if (account.limit() != 0) _requireCovered(account, account, more_);

        accounts[msg.sender] = account;
        more[msg.sender] = more_;
        emit LongOrderPlaced(account, more_);
    }

    /// @inheritdoc IAuction
    function withdraw() external {
        if (_sealed()) revert OrdersAreSealed();
        Account account = _admitted();
        uint256 hour = currentHour();
        _requireOpen(hour);
        if (account.count() == 0 || account.hour() != hour) revert NoOrder(msg.sender, hour);
        account = account.retire();

        accounts[msg.sender] = account;
        emit OrderWithdrawn(account);
    }

    /// @inheritdoc IAuction
    function honour(address source) external {
        _requireOperator();
        if (address(reservations) != address(0)) revert AlreadyHonoured(address(reservations));
        if (admitted != 0) revert TooLateForReservations();
        if (!_answers(source, abi.encodeCall(IReservations.reservedAt, (0)))) revert NotReservations(source);
        reservations = IReservations(source);
        emit ReservationsHonoured(source);
    }

    /// @inheritdoc IAuction
    function currentHour() public view returns (uint256) {
        uint256 begun = timetable.start();
        if (block.timestamp < begun) revert NotStarted(block.timestamp, begun);
        return (block.timestamp - begun) / timetable.length();
    }

    /// @dev The hour, which is the current one.
    function _requireCurrent(uint256 hour) internal view {
        uint256 current = currentHour();
        if (hour != current) revert WrongHour(hour, current);
    }

    /// @inheritdoc IAuction
    function accountOf(address trader) public view returns (Account, uint256) {
        return (accounts[trader], more[trader]);
    }

    /// @inheritdoc IAuction
    function atRiskOf(address trader) public view virtual returns (uint256 worst, uint256 first, address by) {
        (first, by) = (block.timestamp < timetable.start() ? 0 : currentHour(), collateral);
        if (first < nextToClear) first = nextToClear;
        Account account = accounts[trader];
        if (account.hour() == first) worst = Limits.worst(account, more[trader]);
    }

    /// @inheritdoc IAuction
    function lineCount() external view returns (uint256) {
        return lines.length;
    }

    /// @inheritdoc IAuction
    function lineAt(uint256 line) external view returns (Line memory) {
        return lines[line];
    }

    /// @dev Whether orders come in by commit and reveal instead of `submit`.
    function _sealed() internal pure virtual returns (bool) {
        return false;
    }

    function _requireOperator() internal view {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
    }

    /// @dev Whether there is a contract at an address that answers the question with a word at least.
    function _answers(address who, bytes memory question) private view returns (bool) {
        (bool success, bytes memory answer) = who.staticcall(question);
        return success && answer.length >= 32;
    }

    /// @dev Guards of `clear`, and the mark that makes a second one fail: the hour's gate is closed and it is the sender's turn.
    function _close(uint256 hour) internal {
        _requireCurrent(hour);
        _requireClosed(hour);
        if (block.timestamp < timetable.openToAll(hour)) _requireOperator();
        if (hour < nextToClear) revert AlreadyCleared(hour);
        nextToClear = uint32(hour + 1);
    }

    /// @dev kWh that each line may carry in the hour: its capacity less what is reserved.
    function _rooms(uint256 hour) internal view returns (uint256[] memory rooms) {
        uint256[] memory reserved = address(reservations) == address(0) ? new uint256[](0) : reservations.reservedAt(hour);
        rooms = new uint256[](lines.length);
        for (uint256 i = 0; i < rooms.length; ++i) {
            uint256 capacity = lines[i].capacity;
            uint256 taken = i < reserved.length ? reserved[i] : 0;
            rooms[i] = taken < capacity ? capacity - taken : 0;
        }
    }

    /// @dev The hour's complete book, every segment a row: `traders` must be all that were admitted before its gate, in number order.
    /// Cost: one storage slot a trader, two where four or five segments stand.
    function _book(uint256 hour, address[] calldata traders) internal view returns (Row[] memory rows) {
        rows = _emptyBook(hour, traders.length);
        uint256 size = 0;
        // An order has at most five segments, and `end - size` is at most `left`.
        unchecked {
            for (uint256 i = 0; i < traders.length; ++i) {
                address trader = traders[i];
                Account account = _standing(trader, hour);
                if (account.number() != FIRST_PARTICIPANT + i) revert WrongNumber(account.number(), FIRST_PARTICIPANT + i);
                if (account.hour() != hour) continue;
                uint256 head = makeHead(account);
                uint256 word = Account.unwrap(account);
                for (uint256 left = account.count(); left > 0;) {
                    // a word at a time
                    uint256 end = size + (left < Accounts.SEGMENTS_A_WORD ? left : Accounts.SEGMENTS_A_WORD);
                    left -= end - size;
                    for (; size < end; ++size) {
                        rows.set(size, makeRow(head, word, floor));
                        word >>= 64;
                    }
                    if (left > 0) word = _more(trader, hour);
                }
            }
        }
        assembly ("memory-safe") {
            mstore(rows, size)
        }
    }

    /// @dev Room for all rows of an hour whose book has so many traders: nobody joins it after its gate.
    function _emptyBook(uint256 hour, uint256 traderCount) private view returns (Row[] memory) {
        uint256 due = hour < admittedFor ? admittedBefore : admitted;
        if (traderCount != due) revert WrongLength(traderCount, due);
        return new Row[](due * Accounts.MOST_SEGMENTS);
    }

    /// @dev The trader's account with the order for the hour, if there is one; else with an earlier one, or none.
    function _standing(address trader, uint256) internal view virtual returns (Account) {
        return accounts[trader];
    }

    /// @dev Segments 3 and 4 of the order for the hour, which has them.
    function _more(address trader, uint256) internal view virtual returns (uint256) {
        return more[trader];
    }

    /// @dev An order keeps within the limit of its trader's account; `more_` counts where it has more than three segments.
    function _requireCovered(Account account, Account order, uint256 more_) internal view {
        _requireWithinLimit(account, Limits.worst(order, more_), order.hour());
    }

    /// @dev What may be owed for an hour keeps within the limit of the account, which holds for that hour.
    function _requireWithinLimit(Account account, uint256 worst, uint256 hour) internal view {
        uint256 most = Limits.decode(account.limit());
        if (worst > most) revert OrderAboveCollateral(worst, most);
        if (hour >= coveredUntil) revert HourNotCovered(hour, coveredUntil);
    }

    function _admitted() internal view returns (Account account) {
        account = accounts[msg.sender];
        if (account.number() == 0) revert NotAdmitted(msg.sender);
    }

    /// @dev The sender's account with `order` for the current hour, whose gate is open.
    function _stand(uint256 order) private view returns (Account account) {
        account = _admitted().stand(order);
        uint256 hour = account.hour();
        _requireCurrent(hour);
        _requireOpen(hour);
    }

    function _requireClosed(uint256 hour) internal view {
        uint256 closesAt = timetable.gate(hour);
        if (block.timestamp < closesAt) revert GateOpen(hour, closesAt);
    }

    function _requireOpen(uint256 hour) internal view {
        uint256 closedAt = timetable.gate(hour);
        if (block.timestamp >= closedAt) revert GateClosed(hour, closedAt);
    }

    /// @dev Segments `first` to `end` - 1 of an order, which begin in the lowest bits of `word`.
    function _requireValid(uint256 word, uint256 first, uint256 end) internal view virtual {
        for (uint256 place = first; place < end; ++place) {
            (int256 price, uint256 quantity) = Accounts.segment(word);
            if (quantity == 0) revert QuantityZero(place);
            if (price < floor) revert PriceBelowFloor(price, floor);
            if (price > cap) revert PriceAboveCap(price, cap);
            word >>= 64;
        }
    }
}
