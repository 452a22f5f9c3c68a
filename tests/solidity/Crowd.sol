// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {UniformAuction} from "../../contracts/auctions/UniformAuction.sol";
import {Ledger} from "../../contracts/core/Ledger.sol";
import {Registry} from "../../contracts/core/Registry.sol";
import {Bounds, Flow, Role, Rules} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {Account} from "../../contracts/libraries/Account.sol";
import {LineWord} from "../../contracts/libraries/LineWord.sol";
import {Base, Log} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice Four traders, of one zone where nothing else is said, who do anything at any time, and somebody who clears; remembers what must then be so.
abstract contract Crowd is Base {
    uint256 internal constant PEOPLE = 4;
    uint64 internal constant START = 1_000_000;
    int32 internal constant FLOOR = -5;
    int32 internal constant CAP = 10;
    uint256 internal constant NANO = 1e9;
    uint256 private constant IDENTITY = 0xFFFFFF << 232;
    uint256 private constant LIMIT = 0xFFF << 220;

    Registry public immutable registry;
    Ledger public immutable ledger;
    IAuction public immutable auction;

    struct Segment {
        bool sells;
        int256 price;
        uint256 quantity;
    }

    /// @notice the order that each trader placed last, without identity; 0 after it was taken back
    uint256[PEOPLE] public placed;
    mapping(uint256 hour => uint256) public clearings;
    uint256 public cleared;
    uint256 public traded;
    uint256 public twice;
    uint256 public impostors;
    uint256 public outOfTheMoney;
    uint256 public wrongProofs;

    constructor() {
        registry = new Registry(address(this), _zones());
        ledger = new Ledger(address(this));
        auction = _create(address(registry), address(ledger), Rules(_zones(), FLOOR, CAP, 500_000, clockFrom(START)));
        ledger.grantRole(ledger.POSTER_ROLE(), address(auction));
        for (uint256 i = 0; i < PEOPLE; ++i) {
            registry.enrol(trader(i), i % 2 == 0 ? Role.Plant : Role.User, _zoneOf(i));
        }
        _bind();
        auction.admit(traders());
        vm.warp(START);
    }

    /// @dev The auction that the crowd trades in.
    function _create(address registry_, address ledger_, Rules memory rules) internal virtual returns (IAuction) {
        return new UniformAuction(registry_, ledger_, rules, new LineWord[](0));
    }

    function _zones() internal pure virtual returns (uint8) {
        return 1;
    }

    function _zoneOf(uint256 by) internal pure virtual returns (uint8) {
        by;
        return 0;
    }

    /// @dev Before anyone is admitted.
    function _bind() internal virtual {}

    function trader(uint256 i) public pure returns (address) {
        return address(uint160(0x1000 + i));
    }

    function traders() public pure returns (address[] memory list) {
        list = new address[](PEOPLE);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            list[i] = trader(i);
        }
    }

    /// @notice A trader, or one time in nine a stranger, orders two segments for the hour, or one time in nine for the next.
    function order(uint256 by, bool sells, uint256 price, uint256 quantity, uint256 drawn) public {
        by = drawn % 9 == 0 ? PEOPLE : by % PEOPLE;
        uint256 hour = auction.currentHour() + (drawn / 9 % 9 == 0 ? 1 : 0);
        uint256 first = _segment(price, quantity);
        uint256 second = _segment(price >> 64, quantity >> 64);
        uint256 word = hour << 196 | (sells ? uint256(1) << 195 : 0) | uint256(2) << 192 | second << 64 | first;
        vm.prank(trader(by));
        try auction.submit(word | drawn << 220) {
            if (by == PEOPLE) ++impostors;
            else placed[by] = word;
        } catch {}
    }

    function takeBack(uint256 by) public {
        by %= PEOPLE + 1;
        vm.prank(trader(by));
        try auction.withdraw() {
            if (by == PEOPLE) ++impostors;
            else placed[by] = 0;
        } catch {}
    }

    function wait(uint256 time) public {
        vm.warp(block.timestamp + 1 + time % 25 minutes);
    }

    /// @notice The operator, or one time in three a trader, clears the hour: mostly with the right bounds, else with any.
    function clear(uint256 by, uint256 drawn) public {
        uint256 hour = auction.currentHour();
        (uint256 truly, uint256 most) = _supporting(_book(hour, 0));
        (uint256 low, uint256 high) = drawn % 4 > 0 ? (truly, most) : (drawn / 4 % 16, drawn / 64 % 16);
        bool right = low == truly && high == most;
        bytes memory clearing = _clearing(hour, low, high, right);
        if (by % 3 == 0) vm.prank(trader(by / 3 % PEOPLE));
        vm.recordLogs();
        (bool passed,) = address(auction).call(clearing);
        if (!passed) return;
        if (!right) ++wrongProofs;
        if (++clearings[hour] > 1) ++twice;
        ++cleared;
        _check(hour, vm.getRecordedLogs());
    }

    /// @dev The call that clears with these bounds, ticks above the floor; where there are none, one that is right or that is wrong.
    function _clearing(uint256 hour, uint256 low, uint256 high, bool) internal view virtual returns (bytes memory) {
        Bounds[] memory bounds = new Bounds[](1);
        bounds[0] = _bounds(low, high);
        return abi.encodeCall(IProvenAuction.clear, (hour, traders(), new Flow[](0), bounds));
    }

    function _bounds(uint256 low, uint256 high) internal pure returns (Bounds) {
        return Bounds.wrap(low * NANO << 128 | high * NANO);
    }

    function _segment(uint256 price, uint256 quantity) internal pure returns (uint256) {
        int32 chosen = int32(int256(price % uint256(int256(CAP - FLOOR + 1)))) + FLOOR;
        return uint256(uint32(chosen)) << 32 | 1 + quantity % 50;
    }

    /// @dev What stands in the hour in a zone.
    function _book(uint256 hour, uint256 zone) internal view returns (Segment[] memory book) {
        book = new Segment[](2 * PEOPLE);
        uint256 size;
        for (uint256 i = 0; i < 2 * PEOPLE; ++i) {
            if (_zoneOf(i / 2) != zone) continue;
            (bool stands, bool sells, int256 price, uint256 quantity) = _placed(hour, i);
            if (stands) book[size++] = Segment(sells, price, quantity);
        }
        assembly ("memory-safe") {
            mstore(book, size)
        }
    }

    /// @dev Lowest and highest price, in ticks above the floor, at which what is offered and what is wanted can meet.
    function _supporting(Segment[] memory book) internal pure returns (uint256 low, uint256 high) {
        low = type(uint256).max;
        for (int256 price = FLOOR; price <= CAP; ++price) {
            (uint256 leastSold, uint256 mostSold, uint256 leastBought, uint256 mostBought) = _meet(book, price);
            if (leastSold > mostBought || leastBought > mostSold) continue;
            high = uint256(price - FLOOR);
            if (low == type(uint256).max) low = high;
        }
    }

    function _meet(Segment[] memory book, int256 at)
        internal
        pure
        returns (uint256 leastSold, uint256 mostSold, uint256 leastBought, uint256 mostBought)
    {
        for (uint256 i = 0; i < book.length; ++i) {
            (bool sells, int256 price, uint256 quantity) = (book[i].sells, book[i].price, book[i].quantity);
            if (sells) {
                if (price < at) leastSold += quantity;
                if (price <= at) mostSold += quantity;
            } else {
                if (price > at) leastBought += quantity;
                if (price >= at) mostBought += quantity;
            }
        }
    }

    /// @dev The order that a trader should have standing in an hour, without identity.
    function _word(uint256 hour, uint256 by) internal view virtual returns (uint256) {
        hour;
        return placed[by];
    }

    /// @dev Segment i % 2 of trader i / 2.
    function _placed(uint256 hour, uint256 i) internal view returns (bool stands, bool sells, int256 price, uint256 quantity) {
        uint256 word = _word(hour, i / 2);
        stands = word != 0 && word >> 196 == hour;
        sells = word >> 195 & 1 == 1;
        (price, quantity) = (int32(uint32(word >> 32 + 64 * (i % 2))), uint32(word >> 64 * (i % 2)));
    }

    /// @dev Who is filled gets or pays a price that is not worse than the own one, for no more than was ordered.
    function _check(uint256 hour, Log[] memory logs) internal virtual {
        (int256[] memory prices,, uint256[] memory words,) = abi.decode(logs[0].data, (int256[], Flow[], uint256[], int256));
        uint256 row = 0;
        for (uint256 i = 0; i < 2 * PEOPLE; ++i) {
            (bool stands, bool sells, int256 price, uint256 quantity) = _placed(hour, i);
            if (!stands) continue;
            uint256 fill = uint32(words[row / 8] >> row % 8 * 32);
            ++row;
            if (fill == 0) continue;
            traded += fill;
            if (fill > quantity || (sells ? price > prices[0] : price < prices[0])) ++outOfTheMoney;
        }
    }

    /// @notice Whether every trader's word holds what the trader placed last, and nothing else.
    function ordersAreOwn() public view returns (bool) {
        for (uint256 i = 0; i < PEOPLE; ++i) {
            (Account account,) = IAuction(address(auction)).accountOf(trader(i));
            if (Account.unwrap(account) & ~IDENTITY & ~LIMIT != placed[i]) return false;
            if (Account.unwrap(account) >> 240 != 2 + i) return false;
        }
        return true;
    }

    function money() public view returns (int256 sum) {
        for (uint256 number = 0; number < 4 + PEOPLE; ++number) {
            sum += ledger.balanceOf(number);
        }
    }
}

/// @notice Gives nothing to what it inherits: forge calls concrete contracts only.
contract OpenCrowd is Crowd {}
