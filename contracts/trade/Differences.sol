// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NO_PRICE} from "../core/Types.sol";
import {IDifferences} from "../interfaces/IDifferences.sol";
import {IPriceRecord} from "../interfaces/IPriceRecord.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {PURCHASE_WIDTH, Purchase} from "../libraries/Purchase.sol";
import {RATES_A_WORD, RATE_WIDTH, Rate} from "../libraries/Rate.sol";
import {Timetable} from "../libraries/Timetable.sol";
import {Allocation} from "./Allocation.sol";

/// @title The contracts for differences that IDifferences describes.
/// @dev An allocation: that an hour is settled once and in order, and that buyers take what sellers sold, it holds already. Here the price of
/// the hour is taken out of what it pays. Every zone's sum stays 0, as its sellers and its buyers have the same energy.
contract Differences is Allocation, IDifferences {
    IPriceRecord private immutable auction;

    /// @dev What an hour is settled from; in memory, as the stack has no room for all of it.
    struct Settled {
        /// @dev fen/MWh by zone, of the auction
        int256[] references;
        /// @dev fen/MWh by zone, of the contracts
        int256[] prices;
        uint256[] sold;
        /// @dev of the next zone's first word in `sold`
        uint256 place;
        int256[] amounts;
    }

    constructor(address registry, address ledger, address auction_, Timetable timetable) Allocation(registry, ledger, timetable) {
        auction = IPriceRecord(auction_);
    }

    /// @dev Reverts with NotPriced where the hour is not cleared.
    function _settleDifferences(
        uint256 hour,
        uint256[] calldata purchases,
        uint256[] memory sold,
        int256[] memory prices,
        int256[] memory amounts
    ) internal override {
        Settled memory here = Settled(auction.pricesAt(hour), prices, sold, 0, amounts);
        for (uint256 zone = 0; zone < prices.length; ++zone) {
            _takeFromSellers(here, zone);
        }
        for (uint256 i = 0; i < purchases.length; ++i) {
            _giveToBuyers(here, purchases[i]);
        }
        emit DifferencesSettled(hour, here.references);
    }

    /// @dev The sellers of a zone give the price of the hour for what they sold; where there is none, what they got, and the supplier gets back
    /// what it bore.
    function _takeFromSellers(Settled memory here, uint256 zone) private view {
        int256 known = here.references[zone];
        uint256 sellers = zones[zone].sellers;
        for (uint256 seller = 0; seller < sellers; ++seller) {
            int256 energy = int256(Lanes.get(here.sold[here.place + seller / Lanes.A_WORD], seller));
            if (energy == 0) continue;
            Rate rate = Rate.wrap(rates[zone][seller / RATES_A_WORD] >> seller % RATES_A_WORD * RATE_WIDTH);
            int256 price = known == NO_PRICE ? rate.price() : known;
            here.amounts[rate.number()] -= price * energy;
            if (known == NO_PRICE) here.amounts[zones[zone].supplier] += (price - here.prices[zone]) * energy;
        }
        here.place += Lanes.words(sellers);
    }

    /// @dev Four buyers of a word get the price of the hour for what they bought; where there is none, what they paid.
    function _giveToBuyers(Settled memory here, uint256 word) private pure {
        for (; word != 0; word >>= PURCHASE_WIDTH) {
            Purchase purchase = Purchase.wrap(word);
            if (purchase.energy() == 0) continue;
            int256 known = here.references[purchase.zone()];
            if (known == NO_PRICE) known = here.prices[purchase.zone()];
            here.amounts[purchase.number()] += known * int256(purchase.energy());
        }
    }
}
