// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Line} from "../core/Types.sol";
import {ICorridorMatching} from "../interfaces/ICorridorMatching.sol";
import {Leg} from "./Leg.sol";
import {Path} from "./Path.sol";

/// @notice A path in memory. Shares are counted in 1e-18.
struct Route {
    uint256 source;
    uint256 target;
    /// @dev indices of the lines, in order
    uint256[] legs;
    /// @dev 1e-18 of what is sent that leaves each leg
    uint256[] kept;
    /// @dev the last of `kept`: 1e-18 of what is sent that arrives
    uint256 coe;
    /// @dev 1e-18 fen per MWh sent: the tariffs of all legs
    uint256 fee;
    /// @dev whether it has no room for a kWh any more
    bool closed;
}

/// @title Chains of lines, and what a buyer's bid is worth at the other end of one.
/// @notice Along legs r = 1..n with loss rho_r and tariff Pt_r per MWh that a leg delivers: coe = prod(1 - rho_r),
/// price' = price x coe - sum_m Pt_m x prod_{r<=m}(1 - rho_r), quantity' = quantity / coe. Exact up to three legs, rounded down after that.
/// @dev Nothing can overflow: quantities, prices and line figures are 32 bits wide, shares 60.
library Paths {
    uint256 internal constant SCALE = 1e18;
    uint256 private constant PPM = 1e6;
    uint256 private constant MOST_LEGS = 31;

    /// @notice Reverts unless the path is a chain of lines that passes no zone twice, and over which something arrives.
    /// @param index of the path, for the error
    function check(Path path, uint256 index, Line[] memory lines) internal pure {
        uint256 count = path.legCount();
        if (count == 0 || count > MOST_LEGS) revert ICorridorMatching.PathLength(index, count);
        uint256 passed = 0;
        uint256 here = 0;
        uint256 share = SCALE;
        for (uint256 i = 0; i < count; ++i) {
            uint256 leg = path.legAt(i);
            if (leg >= lines.length) revert ICorridorMatching.UnknownLeg(index, leg, lines.length);
            Line memory line = lines[leg];
            if (i == 0) passed = 1 << line.source;
            else if (line.source != here) revert ICorridorMatching.PathBroken(index, i);
            here = line.target;
            if (passed >> here & 1 == 1) revert ICorridorMatching.PassedTwice(index, here);
            passed |= 1 << here;
            share = share * (PPM - line.loss) / PPM;
        }
        // What is sent is what arrives by this share: `sent` divides by it.
        if (share == 0) revert ICorridorMatching.NothingArrives(index);
    }

    /// @notice The path in memory; `lines` charge their tariff per MWh that arrives.
    function route(Path path, Leg[] memory lines) internal pure returns (Route memory found) {
        // Losses are below a million, charges 32 bits wide, shares at most 1e18.
        unchecked {
            uint256 count = path.legCount();
            found.legs = new uint256[](count);
            found.kept = new uint256[](count);
            uint256 share = SCALE;
            for (uint256 i = 0; i < count; ++i) {
                uint256 leg = path.legAt(i);
                Leg line = lines[leg];
                if (i == 0) found.source = line.source();
                found.target = line.target();
                share = share * (PPM - line.loss()) / PPM;
                found.fee += line.charge() * share;
                (found.legs[i], found.kept[i]) = (leg, share);
            }
            found.coe = share;
        }
    }

    /// @notice A bid of `price` (fen/MWh) seen from the seller's node, 1e-18 fen/MWh.
    function converted(Route memory self, int256 price) internal pure returns (int256) {
        // Prices are 32 bits wide, shares 60, and fees below 2^97.
        unchecked {
            return price * int256(self.coe) - int256(self.fee);
        }
    }

    /// @notice What energy of `price` (fen/MWh) at the seller's node costs the buyer, rounded up to the tick.
    function landed(Route memory self, int256 price) internal pure returns (int256) {
        // Prices are 32 bits wide, shares 60, and fees below 2^97.
        unchecked {
            int256 cost = price * int256(SCALE) + int256(self.fee);
            int256 coe = int256(self.coe);
            return cost > 0 ? (cost + coe - 1) / coe : cost / coe;
        }
    }

    /// @notice kWh to send so that `energy` arrive, to the nearest kWh.
    function sent(Route memory self, uint256 energy) internal pure returns (uint256) {
        return (energy * SCALE + self.coe / 2) / self.coe;
    }

    /// @notice The most kWh that may arrive where at most `energy` leave.
    function received(Route memory self, uint256 energy) internal pure returns (uint256) {
        // Energy is below 2^64, and half a share below one, where any arrives.
        unchecked {
            return ((energy + 1) * self.coe - self.coe / 2 - 1) / SCALE;
        }
    }

    /// @notice kWh of `energy` sent that leave leg `place`, to the nearest kWh.
    function leaving(Route memory self, uint256 energy, uint256 place) internal pure returns (uint256) {
        return (energy * self.kept[place] + SCALE / 2) / SCALE;
    }

    /// @notice The most kWh that may be sent where each line has `spare` kWh.
    function room(Route memory self, uint256[] memory spare) internal pure returns (uint256 least) {
        // Spare energy is 32 bits wide, and half a kWh below one.
        unchecked {
            least = type(uint256).max;
            uint256 share = SCALE;
            for (uint256 i = 0; i < self.legs.length; ++i) {
                uint256 most = ((spare[self.legs[i]] + 1) * SCALE - SCALE / 2 - 1) / share;
                if (most < least) least = most;
                share = self.kept[i];
            }
        }
    }
}
