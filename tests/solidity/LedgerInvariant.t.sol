// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ledger} from "../../contracts/core/Ledger.sol";
import {Base} from "./Base.sol";

/// @notice Posts whatever it is told to, balanced or not.
contract Poster {
    Ledger public immutable ledger;
    uint256 public accepted;

    constructor(Ledger ledger_) {
        ledger = ledger_;
    }

    function postBalanced(int72[7] calldata some) external {
        int256[] memory amounts = new int256[](8);
        for (uint256 i = 0; i < 7; ++i) {
            (amounts[i], amounts[7]) = (some[i] / 128, amounts[7] - some[i] / 128);
        }
        _post(amounts);
    }

    function postAnything(int256[] calldata amounts) external {
        int256[] memory first = amounts;
        if (first.length > 8) {
            first = new int256[](8);
            for (uint256 i = 0; i < 8; ++i) {
                first[i] = amounts[i];
            }
        }
        _post(first);
    }

    function _post(int256[] memory amounts) private {
        try ledger.post(amounts) {
            ++accepted;
        } catch {}
    }
}

contract LedgerInvariant is Base {
    Ledger private ledger;
    Poster private poster;

    function setUp() public {
        ledger = new Ledger(address(this));
        poster = new Poster(ledger);
        ledger.grantRole(ledger.POSTER_ROLE(), address(poster));
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(poster);
    }

    function invariant_balances_sum_to_zero() public view {
        int256 sum;
        for (uint256 i = 0; i < 8; ++i) {
            sum += ledger.balanceOf(i);
        }
        assertEq(sum, 0, "sum");
    }
}
