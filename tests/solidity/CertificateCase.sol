// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bounds, Flow} from "../../contracts/core/Types.sol";
import {Market} from "./Market.sol";

/// @title A book, a solution that the certificate accepts, and what follows from it.
/// @dev Floor 0, cap 10, k = 1/2.
abstract contract CertificateCase is Market {
    Cleared internal stage;

    function accepted(Flow[] memory flows_, Bounds[] memory bounds_) internal {
        stage = cleared(flows_, bounds_)[0];
        assertLaws(stage);
    }

    function price(int256 a) internal view {
        assertEq(stage.prices.length, 1, "zones");
        assertEq(stage.prices[A], a, "price");
    }

    function prices(int256 a, int256 b) internal view {
        assertEq(stage.prices.length, 2, "zones");
        assertEq(stage.prices[A], a, "price of A");
        assertEq(stage.prices[B], b, "price of B");
    }

    function fills(uint256 a) internal view {
        assertEq(stage.fills[0], a, "fill 0");
    }

    function fills(uint256 a, uint256 b) internal view {
        fills(a);
        assertEq(stage.fills[1], b, "fill 1");
    }

    function fills(uint256 a, uint256 b, uint256 c) internal view {
        fills(a, b);
        assertEq(stage.fills[2], c, "fill 2");
    }

    function fills(uint256 a, uint256 b, uint256 c, uint256 d) internal view {
        fills(a, b, c);
        assertEq(stage.fills[3], d, "fill 3");
    }

    function prices3(int256 a, int256 b, int256 c) internal view {
        assertEq(stage.prices[A], a, "price of A");
        assertEq(stage.prices[B], b, "price of B");
        assertEq(stage.prices[2], c, "price of C");
    }
}
