// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Curve, Horizon, State, Terms} from "../../contracts/interfaces/IAgreements.sol";
import {Agreements} from "../../contracts/trade/Agreements.sol";
import {Base} from "./Base.sol";
import {Desk} from "./Desk.sol";

/// @notice Lets anybody try anything; counts what succeeds and who must not have.
contract Parties is Base {
    Agreements private immutable desk;
    address private immutable operator;
    address[4] private who;
    uint256 public impostors;
    uint256 public accepted;

    struct Sides {
        uint256 proposer;
        uint256 counterparty;
    }

    Sides[] private sides;
    /// @dev horizon by month
    Horizon[2] private traded;

    constructor(Agreements desk_, address operator_, address[4] memory who_) {
        (desk, operator, who) = (desk_, operator_, who_);
        traded = [Horizon.Annual, Horizon.Annual];
    }

    /// @dev Four at a time, mostly at the horizon that is traded, mostly sold by the plant, and answered every other time: so agreements
    /// come about.
    function propose(uint256 seed) external {
        for (uint256 i = 0; i < 4; ++i) {
            _propose(uint256(keccak256(abi.encode(seed, i))));
        }
    }

    function _propose(uint256 drawn) private {
        bool onLine = drawn % 3 == 0;
        bool sells = drawn / 3 % 2 == 0;
        uint256 seller = drawn / 6 % 6 > 3 ? 0 : drawn / 6 % 6;
        uint256 buyer = onLine ? 3 : drawn / 36 % 4;
        drawn >>= 16;
        Terms memory terms;
        terms.firstMonth = uint16(drawn % 2);
        (terms.counterparty, terms.sells) = (who[sells ? buyer : seller], sells);
        terms.horizon = drawn / 2 % 8 == 0 ? Horizon(1 + drawn / 16 % 3) : traded[terms.firstMonth];
        terms.firstDay = drawn / 64 % 8 == 0 ? 1 : 0;
        (terms.price, terms.expires, terms.line) = (int32(int256(drawn / 512 % 1010)) - 10, type(uint64).max, onLine ? 0 : type(uint16).max);
        drawn >>= 32;
        terms.quantities = new uint64[](terms.horizon == Horizon.Annual && terms.firstMonth == 0 ? 2 : 1);
        for (uint256 i = 0; i < terms.quantities.length; ++i) {
            terms.quantities[i] = uint64(1 + drawn % 50) * 48;
        }
        drawn >>= 16;
        if (!onLine && drawn % 2 == 0) {
            (terms.curve, terms.weights) = (Curve(1 + drawn / 2 % 3), new uint32[](24));
            for (uint256 i = 0; i < 24; ++i) {
                terms.weights[i] = uint32(drawn >> i * 8) + 1;
            }
        }
        vm.prank(who[sells ? seller : buyer]);
        try desk.propose(terms) returns (uint256 id) {
            sides.push(sells ? Sides(seller, buyer) : Sides(buyer, seller));
            if (drawn / 8 % 2 == 0) answer(id);
        } catch {}
    }

    function accept(uint256 by, uint256 id) external {
        if (sides.length == 0) return;
        (by, id) = (by % 4, id % sides.length);
        vm.prank(who[by]);
        try desk.accept(id) {
            ++accepted;
            if (by != sides[id].counterparty) ++impostors;
        } catch {}
    }

    /// @dev Who may accept does, so that many agreements come about.
    function answer(uint256 id) public {
        if (sides.length == 0) return;
        id %= sides.length;
        vm.prank(who[sides[id].counterparty]);
        try desk.accept(id) {
            ++accepted;
        } catch {}
    }

    function cancel(uint256 by, uint256 id) external {
        if (sides.length == 0) return;
        (by, id) = (by % 4, id % sides.length);
        bool standing = desk.stateOf(id) == State.Proposed;
        vm.prank(who[by]);
        try desk.cancel(id) {
            if (by != sides[id].proposer || !standing) ++impostors;
        } catch {}
    }

    function operate(uint256 by, uint256 drawn) external {
        address sender = by % 3 == 0 ? who[by / 3 % 4] : operator;
        bool done;
        vm.prank(sender);
        if (drawn % 4 == 0) {
            (Horizon horizon, uint16 month) = (Horizon(1 + drawn / 4 % 3), uint16(drawn / 12 % 2));
            (done,) = address(desk).call(abi.encodeCall(desk.openWindow, (horizon, month, 1, 10_000_000)));
            if (done) traded[month] = horizon;
        } else {
            (done,) =
                address(desk).call(abi.encodeCall(desk.setCapability, (who[drawn / 4 % 4], drawn / 16 % 2, uint64(drawn / 32 % 9000))));
        }
        if (done && sender != operator) ++impostors;
    }

    function deliver(uint256 hours_) external {
        vm.warp(10_000_000 + 3 days);
        for (uint256 i = 0; i < hours_ % 30; ++i) {
            uint256 hour = desk.nextHour();
            vm.prank(operator);
            try desk.settle(hour) {} catch {}
        }
        vm.warp(10_000_000 - 10 days);
    }
}

contract AgreementsInvariant is Desk {
    Parties private parties;

    function setUp() public {
        parties = new Parties(desk, address(this), [PLANT, USER, TRADER, AWAY]);
        desk.openWindow(Horizon.Annual, 0, 2, START);
    }

    /// @notice Tells forge whom to call.
    function targetContracts() public view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(parties);
    }

    /// @dev All laws in one: forge makes a campaign of its own, with the same calls, of every invariant.
    function invariant_laws() public view {
        _net_position_is_never_above_capability();
        _no_line_is_reserved_beyond_what_is_open();
        _balances_sum_to_zero();
        _nobody_acts_for_another();
    }

    function _net_position_is_never_above_capability() internal view {
        for (uint256 month = 0; month < 2; ++month) {
            for (uint256 number = 2; number < 6; ++number) {
                (int256 net, uint256 capability) = desk.positionOf(number, month);
                assertTrue(net <= int256(capability), "position");
            }
        }
    }

    function _no_line_is_reserved_beyond_what_is_open() internal view {
        assertTrue(desk.reserved(0, 0) <= 95 && desk.reserved(0, 1) <= 95, "line");
    }

    function _balances_sum_to_zero() internal view {
        int256 sum;
        for (uint256 number = 0; number < 6; ++number) {
            sum += ledger.balanceOf(number);
        }
        assertEq(sum, 0, "sum");
    }

    function _nobody_acts_for_another() internal view {
        assertEq(parties.impostors(), 0, "impostors");
    }

    /// @dev The laws above are about something.
    function test_parties_agree_and_deliver() public {
        for (uint256 seed = 0; seed < 20; ++seed) {
            parties.propose(seed);
        }
        parties.deliver(29);
        assertTrue(parties.accepted() > 3, "agreements");
        assertTrue(desk.reserved(0, 0) + desk.reserved(0, 1) > 0, "on the line");
        assertTrue(ledger.balanceOf(3) < 0, "paid");
    }
}
