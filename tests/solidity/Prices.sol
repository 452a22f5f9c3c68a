// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPriceRecord} from "../../contracts/interfaces/IPriceRecord.sol";

/// @notice An auction of which only the prices are seen: those of zone 0 and of a hub.
contract Prices is IPriceRecord {
    uint256 public cleared;
    int256 public price;

    /// @notice The hour before `next` is cleared at this price.
    function clear(uint256 next, int256 price_) external {
        (cleared, price) = (next, price_);
    }

    function pricesAt(uint256 hour) external view returns (int256[] memory prices) {
        if (hour + 1 != cleared) revert NotPriced(hour);
        prices = new int256[](2);
        (prices[0], prices[1]) = (price, 77);
    }
}
