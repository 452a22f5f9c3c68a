// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    SealedMatchedPairsAuction,
    SealedPayAsBidAuction,
    SealedTwoStageAuction,
    SealedUniformAuction
} from "../auctions/SealedAuctions.sol";
import {SurplusDeficit} from "../core/Types.sol";
import {IAuction} from "../interfaces/IAuction.sol";
import {IProvenAuction} from "../interfaces/IProvenAuction.sol";
import {ISealedBook} from "../interfaces/ISealedBook.sol";
import {Account} from "../libraries/Account.sol";
import {Market} from "./Market.sol";

/// @title Commit, reveal, forfeit: who is bound to what, and when.
contract SealedTest is Market {
    uint64 private constant BOND = 77;
    uint256 private constant SALT = 4711;

    ISealedBook private book;

    constructor() {
        zones = 1;
    }

    function openSealed() private {
        openRegistry();
        SealedUniformAuction sealed_ = new SealedUniformAuction(address(registry), address(ledger), rules(), lines, BOND);
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
        return hour << 232 | uint256(keccak256(abi.encode(order_, more, SALT, who))) << 24 >> 24;
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
        emit ISealedBook.BondForfeited(trader(1), 0, BOND);
        book.forfeit(0, only(1));
        assertEq(money(1), -int256(uint256(BOND)), "bond");
        assertEq(ledger.balanceOf(1), int256(uint256(BOND)), "to the rent");
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
        assertEq(money(0), -int256(uint256(BOND)), "bond");
    }

    function test_pairs_have_a_sealed_book_too() public {
        sell(A, 1, 1);
        openRegistry();
        book = new SealedMatchedPairsAuction(address(registry), address(ledger), rules(), BOND);
        assertEq(book.bond(), BOND, "bond");
    }

    function test_every_sealed_auction_takes_no_open_order() public {
        openTwo();
        (address registry_, address ledger_) = (address(registry), address(ledger));
        IAuction[4] memory kinds = [
            IAuction(address(new SealedUniformAuction(registry_, ledger_, rules(), lines, BOND))),
            new SealedPayAsBidAuction(registry_, ledger_, rules(), lines, BOND),
            new SealedTwoStageAuction(registry_, ledger_, rules(), lines, SurplusDeficit.Economic, BOND),
            new SealedMatchedPairsAuction(registry_, ledger_, rules(), BOND)
        ];
        for (uint256 i = 0; i < kinds.length; ++i) {
            kinds[i].admit(traders());
            vm.expectRevert(IAuction.OrdersAreSealed.selector);
            vm.prank(trader(0));
            kinds[i].submit(order(0));
        }
    }
}
