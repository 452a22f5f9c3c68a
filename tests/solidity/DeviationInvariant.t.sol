// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Base} from "./Base.sol";
import {Meters} from "./Meters.sol";

/// @notice Lists regulation at random and settles hours of random deviations, at whichever price is marginal.
contract Weather is Meters {
    /// @dev Few, so that prices are often tied and the marginal one is soon found.
    uint256 private constant STEPS = 4;
    int256 private constant STEP = 250;

    /// @notice hours that no price settled
    uint256 public stuck;
    /// @notice whether a user, whom nobody can call, kept to the schedule and paid
    bool public wronged;

    function offer(bool coal, uint8 upPrice, uint8 up, uint8 downPrice, uint8 down) external {
        list(coal ? 2 : 3, _price(upPrice), up, _price(downPrice), down);
    }

    function pass(int8[4] calldata moved) external {
        int256[4] memory scheduled = [int256(-600), -400, 700, 300];
        int256[4] memory metered;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            metered[i] = scheduled[i] + moved[i];
        }
        (int256 user, int256 shop) = (ledger.balanceOf(4), ledger.balanceOf(5));
        if (!_settle(scheduled, metered)) ++stuck;
        if (moved[2] == 0 && ledger.balanceOf(4) < user || moved[3] == 0 && ledger.balanceOf(5) < shop) wronged = true;
    }

    function _price(uint8 asked) private pure returns (int32) {
        return int32(int256(bound(asked, 0, STEPS)) * STEP);
    }

    function _settle(int256[4] memory scheduled, int256[4] memory metered) private returns (bool) {
        for (uint256 i = 0; i <= STEPS; ++i) {
            try this.settle(scheduled, metered, int256(i) * STEP) {
                return true;
            } catch {}
        }
        return false;
    }
}

contract DeviationInvariant is Base {
    Weather private weather;

    function setUp() public {
        weather = new Weather();
    }

    struct Selectors {
        address target;
        bytes4[] selectors;
    }

    /// @notice Tells forge whom to call, and for what.
    function targetSelectors() public view returns (Selectors[] memory list) {
        list = new Selectors[](1);
        list[0] = Selectors(address(weather), new bytes4[](2));
        (list[0].selectors[0], list[0].selectors[1]) = (Weather.offer.selector, Weather.pass.selector);
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(weather);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _money_sums_to_zero();
        _some_price_settles_every_hour();
        _who_does_not_deviate_never_pays();
    }

    function _money_sums_to_zero() internal view {
        int256 sum;
        for (uint256 i = 0; i < 6; ++i) {
            sum += weather.ledger().balanceOf(i);
        }
        assertEq(sum, 0, "sum");
    }

    function _some_price_settles_every_hour() internal view {
        assertEq(weather.stuck(), 0, "hours");
    }

    function _who_does_not_deviate_never_pays() internal view {
        assertTrue(!weather.wronged(), "paid");
    }
}
