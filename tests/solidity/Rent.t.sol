// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ProvenAuction} from "../../contracts/auctions/ProvenAuction.sol";
import {GRID, Line, RENT, Rules} from "../../contracts/core/Types.sol";
import {Arc, Zone} from "../../contracts/libraries/Certificate.sol";
import {Base} from "./Base.sol";
import {clockFrom} from "./Clock.sol";

/// @notice What lines are paid after a proof, made callable.
contract Lines is ProvenAuction {
    constructor(Rules memory rules) ProvenAuction(address(1), address(2), rules, new Line[](0)) {}

    function pay(Zone[] memory list, Arc[] memory arcs) external view returns (int256[] memory amounts) {
        amounts = new int256[](2);
        _payLines(amounts, list, arcs);
    }
}

/// @title No rent is negative: what whole ticks and kWh take from a line, the grid bears.
contract RentTest is Base {
    int256 private constant FLOOR = -500;
    Lines private lines = new Lines(Rules(2, int32(FLOOR), 150_000, 500_000, clockFrom(0)));

    function one(uint256 source, uint256 target, Arc memory arc) private view returns (int256 grid, int256 rent) {
        Zone[] memory list = new Zone[](2);
        (list[0].price, list[1].price) = (source, target);
        Arc[] memory arcs = new Arc[](1);
        arcs[0] = arc;
        int256[] memory amounts = lines.pay(list, arcs);
        (grid, rent) = (amounts[GRID], amounts[RENT]);
    }

    /// @notice A line with room, 5 % loss: 100 at the source is 105.26 at the target, rounded down 105.
    function test_grid_bears_what_a_price_that_is_rounded_down_takes() public view {
        (int256 grid, int256 rent) = one(600, 605, Arc(0, 1, 2000, 0, 950_000, 0, 2000, 1000, 950));
        assertEq(rent, 0, "rent");
        assertEq(grid, 105 * 950 - 100 * 1000, "grid");
        (grid, rent) = one(600, 606, Arc(0, 1, 2000, 0, 950_000, 0, 2000, 1000, 950));
        assertEq(rent, 106 * 950 - 100 * 1000, "a tick more is rent");
        assertEq(grid, 0, "and leaves the grid alone");
    }

    /// @notice One line's rent does not pay for another's rounding.
    function test_every_line_is_looked_at_by_itself() public view {
        Zone[] memory list = new Zone[](2);
        (list[0].price, list[1].price) = (600, 605);
        Arc[] memory arcs = new Arc[](2);
        arcs[0] = Arc(0, 1, 2000, 0, 950_000, 0, 2000, 1000, 950);
        arcs[1] = Arc(0, 1, 1000, 2, 1e6, 0, 1000, 1000, 1000);
        int256[] memory amounts = lines.pay(list, arcs);
        assertEq(amounts[RENT], 3000, "5 less a charge of 2 on 1,000 kWh");
        assertEq(amounts[GRID], 2000 - 250, "charge less rounding");
    }

    /// @notice Whatever a solution says that is accepted, and more.
    function testFuzz_no_rent_is_negative(uint32 source, uint32 target, uint32 sent, uint32 received, uint32 charge) public view {
        uint256[2] memory price = [bound(source, 0, 150_500), bound(target, 0, 150_500)];
        (int256 grid, int256 rent) = one(price[0], price[1], Arc(0, 1, 0, charge, 1e6, 0, 0, sent, received));
        int256 out = (FLOOR + int256(price[0])) * int256(uint256(sent));
        int256 value = (FLOOR + int256(price[1])) * int256(uint256(received)) - out;
        int256 due = int256(uint256(charge) * sent);
        assertTrue(rent >= 0, "rent");
        assertTrue(grid == due || rent == 0, "the grid bears only what is missing");
        assertTrue(grid <= due, "and gets no more than its charge");
        assertEq(grid + rent, value, "all that the line earns");
    }
}
