// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {OnePriceAuction} from "../../contracts/auctions/OnePriceAuction.sol";
import {Bounds, Flow, RENT, Rules} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IOnePriceAuction} from "../../contracts/interfaces/IOnePriceAuction.sol";
import {LineWord} from "../../contracts/libraries/LineWord.sol";
import {Crowd} from "./Crowd.sol";
import {CrowdInvariant} from "./CrowdInvariant.sol";

/// @notice The crowd at one price: in a single zone the redispatch finds the load of the merit order at the cap and changes nothing.
contract OnePriceCrowd is Crowd {
    function _create(address registry_, address ledger_, Rules memory rules) internal override returns (IAuction) {
        return new OnePriceAuction(registry_, ledger_, rules, new LineWord[](0));
    }

    function _clearing(uint256 hour, uint256 low, uint256 high, bool) internal view override returns (bytes memory) {
        Bounds[] memory bounds = new Bounds[](2);
        bounds[0] = _bounds(low, high);
        (low, high) = _supporting(_fixed(_book(hour, 0)));
        bounds[1] = _bounds(low, high);
        return abi.encodeCall(IOnePriceAuction.clear, (hour, traders(), new Flow[](0), bounds));
    }

    /// @dev Offers as they stand, and all that is traded at most as one bid at the cap.
    function _fixed(Segment[] memory book) private pure returns (Segment[] memory found) {
        uint256 volume;
        for (int256 price = FLOOR; price <= CAP; ++price) {
            (, uint256 sold,, uint256 bought) = _meet(book, price);
            uint256 met = sold < bought ? sold : bought;
            if (met > volume) volume = met;
        }
        found = new Segment[](book.length + 1);
        for (uint256 i = 0; i < book.length; ++i) {
            found[i] = book[i].sells ? book[i] : Segment(false, FLOOR, 0);
        }
        found[book.length] = Segment(false, CAP, volume);
    }
}

/// @title The laws of CrowdInvariant.sol at one price, and that a single zone needs no uplift.
contract OnePriceInvariant is CrowdInvariant {
    function setUp() public {
        crowd = new OnePriceCrowd();
    }

    function invariant_laws() public view override {
        super.invariant_laws();
        assertEq(crowd.ledger().balanceOf(RENT), 0, "uplift");
    }
}
