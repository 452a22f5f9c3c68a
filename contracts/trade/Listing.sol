// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../interfaces/IAuction.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IListing} from "../interfaces/IListing.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Pairing} from "../libraries/Pairing.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The listings that IListing describes.
contract Listing is IListing {
    /// @dev One storage slot.
    struct Post {
        uint16 number;
        uint8 zone;
        bool sells;
        int32 price;
        uint24 hour;
        /// @dev kWh
        uint32 left;
        /// @dev kWh that the pool wants, 0 without a pool
        uint40 wanted;
        /// @dev block time of the pool
        uint64 time;
    }

    /// @notice Traders that one pool may hold, so that it can always be shared.
    uint256 public constant MOST_TAKERS = 256;

    IRegistry private immutable registry;
    ILedger private immutable ledger;
    int256 private immutable floor;
    int256 private immutable cap;
    Timetable private immutable timetable;

    Post[] private posts;
    /// @dev a word a trader, as in TakesFilled but with the kWh wanted
    mapping(uint256 id => uint256[]) private pools;
    /// @dev where a trader is in the pool of a block time: the time at bit 16, the place in the lowest bits
    mapping(uint256 id => mapping(uint256 number => uint256)) private places;

    constructor(address registry_, address ledger_, int32 floor_, int32 cap_, Timetable timetable_) {
        if (floor_ > cap_) revert IAuction.BadRules();
        (registry, ledger, floor, cap) = (IRegistry(registry_), ILedger(ledger_), floor_, cap_);
        timetable = requireTimetable(timetable_);
    }

    /// @inheritdoc IListing
    function post(uint24 hour, bool sells, int32 price, uint32 quantity) external returns (uint256 id) {
        (uint16 number, uint8 zone) = _sender();
        _requireOpen(hour);
        if (quantity == 0) revert IAuction.QuantityZero(0);
        if (price < floor) revert IAuction.PriceBelowFloor(price, floor);
        if (price > cap) revert IAuction.PriceAboveCap(price, cap);

        id = posts.length;
        posts.push(Post(number, zone, sells, price, hour, quantity, 0, 0));
        emit ListingPosted(id, hour, number, sells, price, quantity);
    }

    /// @inheritdoc IListing
    function take(uint256 id, uint32 quantity) external {
        Post memory posted = _known(id);
        (uint16 number, uint8 zone) = _sender();
        if (number == posted.number) revert OwnListing(id);
        if (zone != posted.zone) revert OtherZone(zone, posted.zone);
        _requireOpen(posted.hour);
        if (quantity == 0) revert IAuction.QuantityZero(0);
        if (posted.wanted > 0 && posted.time < block.timestamp) _share(id, posted);
        if (posted.left == 0) revert SoldOut(id);
        _pool(id, number, quantity, posted.left);

        posted.wanted += quantity;
        posted.time = uint64(block.timestamp);
        posts[id] = posted;
        emit TakeMade(id, number, quantity);
    }

    /// @inheritdoc IListing
    function share(uint256 id) external {
        Post memory posted = _known(id);
        if (posted.wanted == 0) revert NothingTaken(id);
        if (posted.time == block.timestamp) revert BeingTaken(id, block.timestamp);
        _share(id, posted);
    }

    /// @inheritdoc IListing
    function cancel(uint256 id) external {
        Post memory posted = _known(id);
        (uint16 number,) = _sender();
        if (number != posted.number) revert NotPoster(id, msg.sender);
        if (posted.wanted > 0) {
            if (posted.time == block.timestamp) revert BeingTaken(id, block.timestamp);
            _share(id, posted);
        }
        uint256 left = posted.left;
        if (left == 0) revert SoldOut(id);

        posts[id].left = 0;
        emit ListingCancelled(id, left);
    }

    /// @inheritdoc IListing
    function leftOf(uint256 id) external view returns (uint256) {
        return _known(id).left;
    }

    /// @inheritdoc IListing
    function listings() external view returns (uint256) {
        return posts.length;
    }

    /// @dev Puts a take into the pool of this block time: a trader has one place in it, and wants at most what is left.
    function _pool(uint256 id, uint256 number, uint256 quantity, uint256 left) private {
        uint256[] storage pool = pools[id];
        uint256 place = places[id][number];
        if (place >> 16 == block.timestamp) {
            uint256 word = pool[uint16(place)];
            uint256 wanted = uint32(word) + quantity;
            if (wanted > left) revert QuantityAboveLeft(wanted, left);
            pool[uint16(place)] = number << 32 | wanted;
            return;
        }
        if (quantity > left) revert QuantityAboveLeft(quantity, left);
        uint256 count = pool.length;
        if (count == MOST_TAKERS) revert PoolFull(id, MOST_TAKERS);
        places[id][number] = block.timestamp << 16 | count;
        pool.push(number << 32 | quantity);
    }

    /// @dev Shares the pool, stores and pays; `posted` is changed with it.
    function _share(uint256 id, Post memory posted) private {
        uint256[] memory takes = pools[id];
        uint256[] memory wanted = new uint256[](takes.length);
        uint256 highest = posted.number;
        for (uint256 i = 0; i < takes.length; ++i) {
            wanted[i] = uint32(takes[i]);
            if (takes[i] >> 32 > highest) highest = takes[i] >> 32;
        }
        uint256 volume = posted.left < posted.wanted ? posted.left : posted.wanted;
        uint256[] memory fills = new uint256[](takes.length);
        Pairing.share(wanted, fills, 0, takes.length, posted.wanted, volume);

        int256[] memory amounts = new int256[](highest + 1);
        int256 price = posted.sells ? int256(posted.price) : -int256(posted.price);
        for (uint256 i = 0; i < takes.length; ++i) {
            amounts[takes[i] >> 32] -= price * int256(fills[i]);
            fills[i] |= takes[i] >> 32 << 32;
        }
        amounts[posted.number] += price * int256(volume);

        posted.left -= uint32(volume);
        posted.wanted = 0;
        posts[id] = posted;
        delete pools[id];
        emit TakesFilled(id, fills);
        ledger.post(amounts);
    }

    function _known(uint256 id) private view returns (Post memory) {
        if (id >= posts.length) revert UnknownListing(id);
        return posts[id];
    }

    function _sender() private view returns (uint16 number, uint8 zone) {
        uint256 found;
        (found,, zone) = registry.participant(msg.sender);
        number = uint16(found);
    }

    function _requireOpen(uint256 hour) private view {
        uint256 closedAt = timetable.gate(hour);
        if (block.timestamp >= closedAt) revert IAuction.GateClosed(hour, closedAt);
    }
}
