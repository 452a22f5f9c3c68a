// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ProvenAuction} from "../../../contracts/auctions/ProvenAuction.sol";
import {Ledger} from "../../../contracts/core/Ledger.sol";
import {Line, Rules} from "../../../contracts/core/Types.sol";
import {Arc, Zone} from "../../../contracts/libraries/Certificate.sol";
import {Row} from "../../../contracts/libraries/Row.sol";
import {Books} from "./Books.sol";
import {clockFrom} from "../Clock.sol";

/// @notice What an auction pays after a proof, made callable.
contract Till is ProvenAuction {
    constructor(Rules memory rules) ProvenAuction(address(1), address(2), rules, new Line[](0)) {}

    function pay(Row[] memory rows, Zone[] memory list, Arc[] memory arcs, uint256[] memory fills, uint256 accounts)
        external
        view
        returns (int256[] memory amounts)
    {
        amounts = new int256[](accounts);
        _payTraders(amounts, rows, list, fills);
        _payLines(amounts, list, arcs);
    }
}

/// @title Money sums to zero: in what an auction pays, and in what the ledger takes.
contract MoneyProof is Books {
    Ledger private ledger = new Ledger(address(this));

    function setUp() public {
        ledger.grantRole(ledger.POSTER_ROLE(), address(this));
    }

    /// @notice Whatever four amounts are posted to whatever four balances: each balance moves by its amount, these sum to zero, so that the
    /// sum of balances stays, and an amount beyond the type is refused and not wrapped.
    function check_ledger_keeps_its_sum(uint256 balances, int256[4] calldata amounts) public {
        vm.store(address(ledger), keccak256(abi.encode(uint256(0), uint256(1))), bytes32(balances));
        int256[] memory list = new int256[](4);
        for (uint256 i = 0; i < 4; ++i) {
            list[i] = amounts[i];
        }
        ledger.post(list);
        bool good = true;
        int256 sum = 0;
        unchecked {
            for (uint256 i = 0; i < 4; ++i) {
                good = both(good, ledger.balanceOf(i) - int64(uint64(balances >> 64 * i)) == amounts[i]);
                sum += amounts[i];
            }
        }
        assert(both(good, sum == 0));
    }

    /// @notice An offer in A and a bid in B that were filled by as much as the line carried: at whatever prices, what is paid sums to zero.
    function check_payments_sum_to_zero(uint32 a, uint32 b, uint32 fill, uint32 charge) public {
        vm.assume(a <= SPAN);
        vm.assume(b <= SPAN);
        vm.assume(charge <= SPAN);
        vm.assume(fill <= MOST);
        Till till = new Till(Rules(2, -500, 500, 500_000, clockFrom(0)));
        Row[] memory rows = new Row[](2);
        rows[0] = row(2, 0, true, a, fill);
        rows[1] = row(3, 1, false, b, fill);
        Zone[] memory list = new Zone[](2);
        (list[0].price, list[1].price) = (a, b);
        Arc[] memory arcs = new Arc[](1);
        arcs[0] = Arc(0, 1, MOST, charge, 1e6, 0, MOST, fill, fill);
        uint256[] memory fills = new uint256[](2);
        (fills[0], fills[1]) = (fill, fill);
        int256[] memory amounts = till.pay(rows, list, arcs, fills, 4);
        int256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            sum += amounts[i];
        }
        assert(sum == 0);
    }
}
