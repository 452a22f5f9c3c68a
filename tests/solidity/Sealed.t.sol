// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    SealedMatchedPairsAuction,
    SealedPayAsBidAuction,
    SealedTwoStageAuction,
    SealedUniformAuction
} from "../../contracts/auctions/SealedAuctions.sol";
import {SurplusDeficit} from "../../contracts/core/Types.sol";
import {IAuction} from "../../contracts/interfaces/IAuction.sol";
import {IProvenAuction} from "../../contracts/interfaces/IProvenAuction.sol";
import {ISealedBook} from "../../contracts/interfaces/ISealedBook.sol";
import {Account} from "../../contracts/libraries/Account.sol";
import {packed} from "./LineWords.sol";
import {Market} from "./Market.sol";

/// @title Commit, reveal, forfeit: who is bound to what, and when.
contract SealedTest is Market {
    uint32 private constant RATE = 77;
    uint256 private constant SALT = 4711;

    ISealedBook private book;

    constructor() {
        zones = 1;
    }

    function openSealed() private {
        openRegistry();
        SealedUniformAuction sealed_ = new SealedUniformAuction(address(registry), address(ledger), rules(), packed(lines), RATE);
        auction = IProvenAuction(address(sealed_));
        book = ISealedBook(address(sealed_));
        ledger.grantRole(ledger.POSTER_ROLE(), address(book));
        book.admit(traders());
        vm.warp(START);
    }

    function openTwo() private {
        sell(A, 10, 1);
        bid(A, 6, 5);
        openSealed();
    }

    function order(uint256 i) private view returns (uint256) {
        return word(0, orders[i].sells, 1, segment(orders[i].price, orders[i].quantity));
    }

    function commitment(uint256 hour, uint256 order_, uint256 more, address who) private pure returns (uint256) {
        return commitmentOf(hour, order_, more, who, 100);
    }

    /// @dev To at most `energy` kWh.
    function commitmentOf(uint256 hour, uint256 order_, uint256 more, address who, uint256 energy) private pure returns (uint256) {
        return hour << 232 | energy << 200 | uint256(keccak256(abi.encode(order_, more, SALT, who))) << 56 >> 56;
    }

    function commit(uint256 i, uint256 word_) private {
        vm.prank(trader(i));
        book.commit(word_);
    }

    function commitAll() private {
        for (uint256 i = 0; i < orders.length; ++i) {
            commit(i, commitment(0, order(i), 0, trader(i)));
        }
    }

    function reveal(uint256 i) private {
        uint256 order_ = order(i);
        vm.prank(trader(i));
        book.reveal(order_, 0, SALT);
    }

    function refusedReveal(bytes memory err, uint256 i, uint256 order_, uint256 salt) private {
        vm.expectRevert(err);
        vm.prank(trader(i));
        book.reveal(order_, 0, salt);
    }

    function only(uint256 i) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = trader(i);
    }

    function test_revealed_orders_clear_at_the_uniform_price() public {
        openTwo();
        vm.expectEmit(true, true, true, true, address(book));
        emit ISealedBook.OrderCommitted(trader(0), commitment(0, order(0), 0, trader(0)));
        commitAll();
        vm.warp(START + 15 minutes);
        reveal(0);
        reveal(1);
        vm.warp(START + 30 minutes);
        cleared(noFlows(), bounds(1, 1));
        assertEq(money(0), 6, "6 kWh at 1: the seller is marginal");
        assertEq(money(1), -6, "the buyer pays it");
    }

    function test_long_order_is_revealed_with_its_second_word() public {
        openTwo();
        uint256 stairs = segment(3, 1) << 128 | segment(2, 1) << 64 | segment(1, 1);
        (uint256 order_, uint256 more) = (word(0, true, 4, stairs), segment(4, 1));
        commit(0, commitment(0, order_, more, trader(0)));
        vm.warp(START + 15 minutes);
        vm.prank(trader(0));
        book.reveal(order_, more, SALT);
        (, uint256 second) = book.accountOf(trader(0));
        assertEq(second, more, "second word");
    }

    function test_commitments_close_and_reveals_open_at_minute_15() public {
        openTwo();
        vm.warp(START + 15 minutes - 1);
        commit(0, commitment(0, order(0), 0, trader(0)));
        refusedReveal(abi.encodeWithSelector(ISealedBook.RevealsNotOpen.selector, 0, START + 15 minutes), 0, order(0), SALT);
        vm.warp(START + 15 minutes);
        vm.expectRevert(abi.encodeWithSelector(ISealedBook.CommitmentsClosed.selector, 0, START + 15 minutes));
        commit(1, 1);
        vm.warp(START + 30 minutes);
        refusedReveal(abi.encodeWithSelector(IAuction.GateClosed.selector, 0, START + 30 minutes), 0, order(0), SALT);
    }

    function test_only_the_committed_order_of_the_committed_trader_is_revealed() public {
        openTwo();
        commit(0, commitment(0, order(0), 0, trader(0)));
        commit(1, commitment(0, order(0), 0, trader(0)));
        vm.warp(START + 15 minutes);
        refusedReveal(abi.encodeWithSelector(ISealedBook.NotCommitted.selector, trader(0), 0), 0, order(0) + 1, SALT);
        refusedReveal(abi.encodeWithSelector(ISealedBook.NotCommitted.selector, trader(0), 0), 0, order(0), SALT + 1);
        refusedReveal(abi.encodeWithSelector(ISealedBook.NotCommitted.selector, trader(1), 0), 1, order(0), SALT);
        reveal(0);
    }

    function test_commitment_is_for_the_current_hour_and_by_a_trader() public {
        openTwo();
        vm.expectRevert(abi.encodeWithSelector(IAuction.WrongHour.selector, 1, 0));
        commit(0, commitment(1, order(0), 0, trader(0)));
        vm.expectRevert(abi.encodeWithSelector(IAuction.NotAdmitted.selector, address(this)));
        book.commit(1);
        assertEq(book.commitmentOf(trader(0)), 0, "none");
    }

    function test_last_hours_commitment_opens_nothing() public {
        openTwo();
        commitAll();
        vm.warp(START + 1 hours + 15 minutes);
        refusedReveal(abi.encodeWithSelector(ISealedBook.NotCommitted.selector, trader(0), 1), 0, order(0), SALT);
    }

    function test_order_is_neither_submitted_nor_taken_back() public {
        openTwo();
        vm.expectRevert(IAuction.OrdersAreSealed.selector);
        book.submit(1);
        vm.expectRevert(IAuction.OrdersAreSealed.selector);
        book.submit(1, 1);
        vm.expectRevert(IAuction.OrdersAreSealed.selector);
        book.withdraw();
    }

    function test_unrevealed_order_is_void_and_forfeits_the_bond_once() public {
        openTwo();
        commitAll();
        vm.warp(START + 15 minutes);
        reveal(0);
        vm.expectRevert(abi.encodeWithSelector(IAuction.GateOpen.selector, 0, START + 30 minutes));
        book.forfeit(0, only(1));
        vm.warp(START + 30 minutes);
        vm.expectEmit(true, true, true, true, address(book));
        emit ISealedBook.BondForfeited(trader(1), 0, 100 * RATE);
        book.forfeit(0, only(1));
        assertEq(money(1), -7700, "bond of 100 kWh");
        assertEq(ledger.balanceOf(1), 7700, "to the rent");
        vm.expectRevert(abi.encodeWithSelector(ISealedBook.NothingForfeited.selector, trader(1), 0));
        book.forfeit(0, only(1));
        vm.expectRevert(abi.encodeWithSelector(ISealedBook.NothingForfeited.selector, trader(0), 0));
        book.forfeit(0, only(0));
        (Account account,) = book.accountOf(trader(1));
        assertEq(Account.unwrap(account) << 24, 0, "no order stands");
    }

    function test_order_that_the_book_refuses_forfeits_too() public {
        bid(A, 6, 11);
        openSealed();
        commitAll();
        vm.warp(START + 15 minutes);
        refusedReveal(abi.encodeWithSelector(IAuction.PriceAboveCap.selector, 11, 10), 0, order(0), SALT);
        vm.warp(START + 30 minutes);
        book.forfeit(0, only(0));
        assertEq(money(0), -7700, "bond");
    }

    function test_order_has_at_most_the_energy_that_was_committed() public {
        openTwo();
        commit(0, commitmentOf(0, order(0), 0, trader(0), 9));
        commit(1, commitmentOf(0, order(1), 0, trader(1), 6));
        vm.warp(START + 15 minutes);
        refusedReveal(abi.encodeWithSelector(ISealedBook.MoreThanCommitted.selector, 10, 9), 0, order(0), SALT);
        reveal(1);
    }

    function test_long_order_has_at_most_the_energy_that_was_committed() public {
        openTwo();
        uint256 stairs = segment(3, 1) << 128 | segment(2, 1) << 64 | segment(1, 1);
        (uint256 order_, uint256 more) = (word(0, true, 5, stairs), segment(5, 8) << 64 | segment(4, 7));
        commit(0, commitmentOf(0, order_, more, trader(0), 17));
        vm.warp(START + 15 minutes);
        vm.expectRevert(abi.encodeWithSelector(ISealedBook.MoreThanCommitted.selector, 18, 17));
        vm.prank(trader(0));
        book.reveal(order_, more, SALT);
    }

    function test_unpaid_bond_keeps_its_trader_from_a_new_commitment() public {
        openTwo();
        commitAll();
        vm.warp(START + 15 minutes);
        reveal(0);
        vm.warp(START + 1 hours);
        commit(0, commitment(1, order(0), 0, trader(0)));
        vm.expectRevert(abi.encodeWithSelector(ISealedBook.BondUnpaid.selector, trader(1), 0));
        commit(1, commitment(1, order(1), 0, trader(1)));
        book.forfeit(0, only(1));
        commit(1, commitment(1, order(1), 0, trader(1)));
    }

    /// @dev This contract is the collateral of the next test.
    function nextClose() external pure returns (uint256) {
        return 1;
    }

    function test_bond_is_covered_when_it_is_committed_and_at_risk_until_the_order_is_revealed() public {
        sell(A, 10, 1);
        openRegistry();
        SealedUniformAuction sealed_ = new SealedUniformAuction(address(registry), address(ledger), rules(), packed(lines), RATE);
        book = ISealedBook(address(sealed_));
        book.appointCollateral(address(this));
        book.admit(traders());
        vm.warp(START);
        vm.expectRevert(abi.encodeWithSelector(IAuction.OrderAboveCollateral.selector, 7700, 0));
        commit(0, commitment(0, order(0), 0, trader(0)));
        uint256[] memory limits = new uint256[](1);
        limits[0] = 450; // (64 + 2) << 7 = 8448
        book.coverUntil(only(0), limits, 0);
        vm.expectRevert(abi.encodeWithSelector(IAuction.HourNotCovered.selector, 0, 0));
        commit(0, commitment(0, order(0), 0, trader(0)));
        book.coverUntil(only(0), limits, 1);
        commit(0, commitment(0, order(0), 0, trader(0)));
        (uint256 worst,,) = book.atRiskOf(trader(0));
        assertEq(worst, 7700, "bond");
        vm.warp(START + 15 minutes);
        reveal(0);
        (worst,,) = book.atRiskOf(trader(0));
        assertEq(worst, 0, "a sale at 1 costs nothing");
    }

    function test_pairs_have_a_sealed_book_too() public {
        sell(A, 1, 1);
        openRegistry();
        book = new SealedMatchedPairsAuction(address(registry), address(ledger), rules(), RATE);
        assertEq(book.bondRate(), RATE, "rate");
    }

    function test_every_sealed_auction_takes_no_open_order() public {
        openTwo();
        (address registry_, address ledger_) = (address(registry), address(ledger));
        IAuction[4] memory kinds = [
            IAuction(address(new SealedUniformAuction(registry_, ledger_, rules(), packed(lines), RATE))),
            new SealedPayAsBidAuction(registry_, ledger_, rules(), packed(lines), RATE),
            new SealedTwoStageAuction(registry_, ledger_, rules(), packed(lines), SurplusDeficit.Economic, RATE),
            new SealedMatchedPairsAuction(registry_, ledger_, rules(), RATE)
        ];
        for (uint256 i = 0; i < kinds.length; ++i) {
            kinds[i].admit(traders());
            vm.expectRevert(IAuction.OrdersAreSealed.selector);
            vm.prank(trader(0));
            kinds[i].submit(order(0));
        }
    }
}
