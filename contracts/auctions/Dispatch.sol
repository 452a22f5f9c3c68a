// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../core/Types.sol";
import {IDispatch} from "../interfaces/IDispatch.sol";
import {IPlaces, PLACES_A_WORD, PLACE_WIDTH, ROLE_IN_PLACE} from "../interfaces/IPlaces.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Account, ZONE_AT} from "../libraries/Account.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Row, makeHead, makeRow} from "../libraries/Row.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title What every dispatch that IDispatch describes has in common: the plan as rows, and what plants are paid.
/// @dev Nobody orders: it is admitted who is in the market, and `submit` is closed.
abstract contract Dispatch is ProvenAuction, IDispatch {
    using Accounts for Account;

    uint256 private constant COST_WIDTH = 64;

    IRegistry private immutable everybody;

    constructor(address registry) {
        everybody = IRegistry(registry);
    }

    /// @dev An amount for each account of the ledger, 1e-5 CNY.
    function _amounts() internal view returns (int256[] memory) {
        return new int256[](everybody.nextNumber());
    }

    /// @dev The plan as rows of a book.
    function _planned(uint256[] calldata plan) internal view returns (Row[] memory rows) {
        rows = new Row[](plan.length * Accounts.SEGMENTS_A_WORD);
        uint256 size = 0;
        uint256 last = 0;
        for (uint256 i = 0; i < plan.length; ++i) {
            uint256 word = plan[i];
            Account account = Account.wrap(word);
            uint256 count = account.count();
            if (account.number() < last) revert PlanOutOfOrder(account.number(), last);
            last = account.number();
            (Role role, uint256 zone) = _home(last);
            if (role != (account.sells() ? Role.Plant : Role.Supplier) || zone != uint8(word >> ZONE_AT)) revert NotItsPart(last);
            if (count == 0 || count > Accounts.SEGMENTS_A_WORD) revert SegmentCount(count, Accounts.SEGMENTS_A_WORD);
            _requireValid(word, 0, count);
            uint256 head = makeHead(account);
            for (; count > 0; --count) {
                rows[size++] = makeRow(head, word, floor);
                word >>= 64;
            }
        }
        assembly ("memory-safe") {
            mstore(rows, size)
        }
    }

    /// @dev Adds what plants get for what they give, and what their company pays.
    function _payPlants(int256[] memory amounts, Row[] memory rows, uint256[] memory fills) internal view {
        for (uint256 i = 0; i < rows.length; ++i) {
            Row row = rows[i];
            if (!row.sells()) continue;
            int256 cost = (floor + int256(row.ticks())) * int256(fills[i]);
            amounts[row.number()] += cost;
            amounts[_company(row.zone())] -= cost;
        }
    }

    function _payFixedCosts(int256[] memory amounts, uint256[] calldata fixedCosts) internal view {
        for (uint256 i = 0; i < fixedCosts.length; ++i) {
            for (uint256 word = fixedCosts[i]; word != 0; word >>= COST_WIDTH) {
                (uint256 number, int256 cost) = (uint16(word >> 48), int256(uint256(uint48(word))));
                (Role role, uint256 zone) = _home(number);
                if (role != Role.Plant) revert NotItsPart(number);
                amounts[number] += cost;
                amounts[_company(zone)] -= cost;
            }
        }
    }

    /// @dev The account of the company that has a zone.
    function _company(uint256 zone) internal view virtual returns (uint256);

    function _home(uint256 number) private view returns (Role role, uint256 zone) {
        uint256 place = IPlaces(address(everybody)).placesOf(number / PLACES_A_WORD) >> number % PLACES_A_WORD * PLACE_WIDTH;
        (role, zone) = (Role(uint8(place >> ROLE_IN_PLACE)), uint8(place));
    }

    /// @dev Orders are closed.
    function _sealed() internal pure override returns (bool) {
        return true;
    }
}
