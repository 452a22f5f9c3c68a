// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Row} from "../../../contracts/libraries/Row.sol";
import {Lawful} from "../Lawful.sol";

/// @title What halmos quantifies over: books of few orders, of any price, and of few kWh.
/// @dev A function `check_...` is proved: for all arguments, either something in it reverts, as an assumption or the certificate does, or every
/// `assert` holds.
abstract contract Books is Lawful {
    /// @dev cap less floor, ticks
    uint32 internal constant SPAN = 1000;
    /// @dev kWh
    uint32 internal constant MOST = 7;

    /// @notice An order of at most MOST kWh, at any price between floor and cap.
    function row(uint256 number, uint256 zone, bool sells, uint32 ticks, uint32 quantity) internal pure returns (Row) {
        vm.assume(ticks <= SPAN);
        vm.assume(quantity <= MOST);
        return Row.wrap(number << 80 | zone << 72 | (sells ? uint256(1) << 64 : 0) | uint256(ticks) << 32 | quantity);
    }
}
