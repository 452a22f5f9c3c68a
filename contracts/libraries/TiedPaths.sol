// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Paths, Route} from "./Paths.sol";
import {Region, Scratch} from "./Region.sol";
import {Unchecked} from "./Unchecked.sol";

/// @title How much each path carries where the largest price difference is that of several.
/// @notice Each group's energy is shared among its paths pro rata to what the other side can take there, and a path gets the smaller of both
/// shares; lines that this overloads are scaled down pro rata, the most violated first.
library TiedPaths {
    using Paths for Route;
    using Unchecked for uint256[];

    /// @notice Sets `volumes` (kWh received) of the first `count` of `tied`; at least one is above 0.
    function share(Region memory self, uint256 count) internal pure {
        (uint256[] memory tied, uint256[] memory volumes) = (self.scratch.tied, self.scratch.volumes);
        _divide(self, count, true);
        for (uint256 i = 0; i < count; ++i) {
            volumes.set(i, self.routes[tied.get(i)].received(self.scratch.shares.get(i)));
        }
        _divide(self, count, false);
        for (uint256 i = 0; i < count; ++i) {
            uint256 part = self.scratch.shares.get(i);
            if (part < volumes.get(i)) volumes.set(i, part);
        }
        while (_relieve(self, count)) {}
        for (uint256 i = 0; i < count; ++i) {
            if (volumes.get(i) > 0) return;
        }
        volumes.set(0, alone(self, self.routes[tied.get(0)]));
    }

    /// @notice The most kWh that a path can deliver now.
    function alone(Region memory self, Route memory route) internal pure returns (uint256) {
        uint256 supply = self.offers[route.source].total;
        uint256 demand = self.bids[route.target].total;
        uint256 room = route.room(self.spare);
        uint256 most = route.received(supply < room ? supply : room);
        return demand < most ? demand : most;
    }

    /// @dev Sets `shares` of the tied paths to their part of what their sellers (buyers) have, pro rata to what the other side can take; the
    /// parts of a zone sum to the whole.
    function _divide(Region memory self, uint256 count, bool selling) private pure {
        Scratch memory scratch = self.scratch;
        for (uint256 i = 0; i < self.offers.length; ++i) {
            scratch.totals.set(i, 0);
            scratch.begun.set(i, 0);
        }
        for (uint256 i = 0; i < count; ++i) {
            Route memory route = self.routes[scratch.tied.get(i)];
            scratch.totals.add(selling ? route.source : route.target, _weight(self, route, selling));
        }
        for (uint256 i = 0; i < count; ++i) {
            Route memory route = self.routes[scratch.tied.get(i)];
            uint256 zone = selling ? route.source : route.target;
            uint256 whole = (selling ? self.offers : self.bids)[zone].total;
            uint256 before = scratch.begun.get(zone);
            uint256 end = before + _weight(self, route, selling);
            uint256 total = scratch.totals.get(zone);
            scratch.begun.set(zone, end);
            scratch.shares.set(i, end * whole / total - before * whole / total);
        }
    }

    /// @dev What the other side of a path can take or give: kWh sent for its bids, or kWh received of its offers.
    function _weight(Region memory self, Route memory route, bool selling) private pure returns (uint256) {
        return selling ? route.sent(self.bids[route.target].total) : route.received(self.offers[route.source].total);
    }

    /// @dev Scales the most violated line down to its room; false when no line is overloaded.
    function _relieve(Region memory self, uint256 count) private pure returns (bool) {
        Scratch memory scratch = self.scratch;
        uint256[] memory load = scratch.load;
        for (uint256 i = 0; i < load.length; ++i) {
            load.set(i, 0);
        }
        for (uint256 i = 0; i < count; ++i) {
            Route memory route = self.routes[scratch.tied.get(i)];
            uint256 sent = route.sent(scratch.volumes.get(i));
            load.add(route.legs[0], sent);
            for (uint256 j = 1; j < route.legs.length; ++j) {
                load.add(route.legs[j], route.leaving(sent, j - 1));
            }
        }
        uint256 worst = load.length;
        for (uint256 i = 0; i < load.length; ++i) {
            if (load.get(i) <= self.spare.get(i)) continue;
            if (worst == load.length || load.get(i) * self.spare.get(worst) > load.get(worst) * self.spare.get(i)) worst = i;
        }
        if (worst == load.length) return false;
        for (uint256 i = 0; i < count; ++i) {
            Route memory route = self.routes[scratch.tied.get(i)];
            for (uint256 j = 0; j < route.legs.length; ++j) {
                if (route.legs[j] != worst) continue;
                scratch.volumes.set(i, scratch.volumes.get(i) * self.spare.get(worst) / load.get(worst));
            }
        }
        return true;
    }
}
