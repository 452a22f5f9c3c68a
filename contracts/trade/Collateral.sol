// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {FIRST_PARTICIPANT, RENT} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {ICollateral} from "../interfaces/ICollateral.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Limits} from "../libraries/Limits.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The collateral that ICollateral describes.
contract Collateral is ICollateral {
    /// @dev days between two closes
    uint256 private constant LONGEST = 31;

    IRegistry private immutable registry;
    ILedger private immutable ledger;
    IAuction private immutable auction;
    Timetable private immutable timetable;
    /// @inheritdoc ICollateral
    uint256 public immutable period;

    /// @dev 120 bits hold more than 2^56 credits can bring in.
    struct Book {
        uint120 money;
        uint120 deposited;
        bool inDefault;
    }

    mapping(uint256 number => Book) private books;
    /// @inheritdoc ICollateral
    uint256 public fund;
    /// @inheritdoc ICollateral
    uint256 public nextClose;

    constructor(address registry_, address ledger_, address auction_, uint256 period_, Timetable timetable_) {
        if (period_ == 0 || period_ > LONGEST * timetable_.day()) revert BadPeriod(period_);
        (registry, ledger, auction) = (IRegistry(registry_), ILedger(ledger_), IAuction(auction_));
        (period, timetable, nextClose) = (period_, requireTimetable(timetable_), period_);
    }

    /// @inheritdoc ICollateral
    function credit(address[] calldata participants, uint64[] calldata amounts) external {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        if (amounts.length != participants.length) revert WrongLength(amounts.length, participants.length);
        for (uint256 i = 0; i < amounts.length; ++i) {
            uint256 number = _number(participants[i]);
            books[number].money += amounts[i];
            emit Credited(number, amounts[i]);
        }
    }

    /// @inheritdoc ICollateral
    function redeem(uint64 amount) external {
        uint256 number = _spend(amount);
        emit Redeemed(number, amount);
    }

    /// @inheritdoc ICollateral
    function deposit(uint64 amount) external {
        uint256 number = _spend(amount);
        uint256 last = _number(address(this));
        if (number > last) revert NotMember(number, last);
        Book storage book = books[number];
        (book.deposited, book.inDefault) = (book.deposited + amount, false);
        _setLimit(number);
        emit Deposited(number, amount);
    }

    /// @inheritdoc ICollateral
    function withdraw(uint64 amount) external {
        uint256 number = _number(msg.sender);
        if (amount == 0) revert AmountZero();
        (int256 free,) = _free(msg.sender, number);
        if (int256(uint256(amount)) > free) revert NotEnoughFree(amount, free);
        Book storage book = books[number];
        (book.money, book.deposited) = (book.money + amount, book.deposited - amount);
        _setLimit(number);
        emit Withdrawn(number, amount);
    }

    /// @inheritdoc ICollateral
    function contribute(uint64 amount) external {
        uint256 number = _spend(amount);
        fund += amount;
        emit Contributed(number, amount);
    }

    /// @inheritdoc ICollateral
    function pay(uint64 amount) external {
        uint256 number = _spend(amount);
        uint256 owed = _owed(number);
        if (amount > owed) revert MoreThanOwed(amount, owed);
        uint256 own = _number(address(this));
        int256[] memory amounts = new int256[]((own > number ? own : number) + 1);
        (amounts[number], amounts[own]) = (int256(uint256(amount)), -int256(uint256(amount)));
        ledger.post(amounts);
        _setLimit(number);
        emit DebtPaid(number, amount);
    }

    /// @inheritdoc ICollateral
    function close(address[] calldata participants) external {
        uint256 opensAt = timetable.lastMinute(registry.isOperator(msg.sender) ? nextClose - 1 : nextClose);
        if (block.timestamp < opensAt) revert TooEarly(block.timestamp, opensAt);
        uint256 own = _number(address(this));
        uint256 count = own + 1;
        if (participants.length != count - FIRST_PARTICIPANT) revert WrongLength(participants.length, count - FIRST_PARTICIPANT);
        for (uint256 i = 0; i < participants.length; ++i) {
            uint256 number = _number(participants[i]);
            if (number != FIRST_PARTICIPANT + i) revert WrongNumber(number, FIRST_PARTICIPANT + i);
        }

        uint256 hour = timetable.hourAt(block.timestamp);
        int256[] memory amounts = new int256[](count);
        (uint256 missing, uint256 claims) = _coverDebts(hour, own, amounts);
        (missing, claims) = _payRent(missing, claims, amounts);
        _payClaims(missing, claims, own, amounts);
        ledger.post(amounts);
        nextClose = ((hour + 1) / period + 1) * period;
        _setLimits(participants);
        emit AccountsClosed(hour, nextClose, amounts);
    }

    /// @inheritdoc ICollateral
    function bookOf(uint256 number) external view returns (uint256, uint256, bool) {
        Book memory book = books[number];
        return (book.money, book.deposited, book.inDefault);
    }

    /// @inheritdoc ICollateral
    function freeOf(address participant) external view returns (int256 free) {
        (free,) = _free(participant, _number(participant));
    }

    /// @dev Puts in `amounts` what brings debts to zero, and minus every claim. Returns what nothing covers, and the sum of claims.
    function _coverDebts(uint256 hour, uint256 own, int256[] memory amounts) private returns (uint256 missing, uint256 claims) {
        uint256 left = fund;
        for (uint256 number = 0; number < amounts.length; ++number) {
            int256 balance = number == own ? int256(0) : ledger.balanceOf(number);
            // what grid or rent lack is no default: it waits on the ledger for what they earn
            if (number < FIRST_PARTICIPANT && balance < 0) balance = 0;
            amounts[number] = -balance;
            if (balance > 0) claims += uint256(balance);
            if (balance >= 0) continue;
            uint256 owed = uint256(-balance);
            Book storage book = books[number];
            uint256 covered = owed < book.deposited ? owed : book.deposited;
            uint256 fromFund = owed - covered < left ? owed - covered : left;
            (book.deposited, book.inDefault) = (book.deposited - uint120(covered), true);
            left -= fromFund;
            missing += owed - covered - fromFund;
            emit Defaulted(hour, number, owed, covered, fromFund, owed - covered - fromFund);
        }
        fund = left;
    }

    /// @dev Takes what is missing out of the rent account's claim first, which is nobody's: bonds that nobody pays dilute nobody. Returns what
    /// is still missing, and the claims that bear it.
    function _payRent(uint256 missing, uint256 claims, int256[] memory amounts) private returns (uint256, uint256) {
        if (amounts[RENT] >= 0) return (missing, claims);
        uint256 claim = uint256(-amounts[RENT]);
        uint256 borne = missing < claim ? missing : claim;
        books[RENT].money += uint120(claim - borne);
        return (missing - borne, claims - claim);
    }

    /// @dev Pays every claim less its share of what is missing: pro rata, rounded down, the rest one each by number to shares that are not
    /// whole. The own account takes what remains: what was paid and covered is what is paid out, and what grid and rent lack is owed to it.
    function _payClaims(uint256 missing, uint256 claims, uint256 own, int256[] memory amounts) private {
        uint256 rest = missing;
        if (missing > 0) {
            for (uint256 number = 0; number < amounts.length; ++number) {
                if (amounts[number] < 0 && number != RENT) rest -= uint256(-amounts[number]) * missing / claims;
            }
        }
        int256 sum;
        for (uint256 number = 0; number < amounts.length; ++number) {
            sum += amounts[number];
            if (amounts[number] >= 0 || number == RENT) continue;
            uint256 claim = uint256(-amounts[number]);
            uint256 share = 0;
            if (missing > 0) {
                share = claim * missing / claims;
                if (rest > 0 && claim * missing % claims != 0) (share, rest) = (share + 1, rest - 1);
            }
            books[number].money += uint120(claim - share);
        }
        amounts[own] = -sum;
    }

    /// @dev The sender's number, after `amount` was taken from its money.
    function _spend(uint256 amount) private returns (uint256 number) {
        number = _number(msg.sender);
        if (amount == 0) revert AmountZero();
        uint256 money = books[number].money;
        if (amount > money) revert NotEnoughMoney(amount, money);
        books[number].money = uint120(money - amount);
    }

    /// @dev Has the auction know the sender's limit.
    function _setLimit(uint256 number) private {
        address[] memory one = new address[](1);
        uint256[] memory limits = new uint256[](1);
        (one[0], limits[0]) = (msg.sender, _limit(msg.sender, number));
        auction.coverUntil(one, limits, nextClose);
    }

    /// @dev Has the auction know everybody's limit.
    function _setLimits(address[] calldata participants) private {
        uint256[] memory limits = new uint256[](participants.length);
        for (uint256 i = 0; i < limits.length; ++i) {
            limits[i] = _limit(participants[i], FIRST_PARTICIPANT + i);
        }
        auction.coverUntil(participants, limits, nextClose);
    }

    /// @dev Code of what an hour's order may cost until the next close.
    function _limit(address who, uint256 number) private view returns (uint256) {
        (int256 free, uint256 first) = _free(who, number);
        if (books[number].inDefault || free <= 0 || first >= nextClose) return Limits.NOTHING;
        return Limits.encode(uint256(free) / (nextClose - first));
    }

    /// @dev The deposit beyond debt and what stands, and the first hour that is neither cleared nor over.
    function _free(address who, uint256 number) private view returns (int256 free, uint256 first) {
        uint256 worst;
        (worst, first,) = auction.atRiskOf(who);
        free = int256(uint256(books[number].deposited)) - int256(_owed(number)) - int256(worst);
    }

    function _owed(uint256 number) private view returns (uint256) {
        int256 balance = ledger.balanceOf(number);
        return balance < 0 ? uint256(-balance) : 0;
    }

    function _number(address who) private view returns (uint256 number) {
        (number,,) = registry.participant(who);
    }
}
