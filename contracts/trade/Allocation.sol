// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NO_PRICE, Role} from "../core/Types.sol";
import {Day, IAllocation, Reading} from "../interfaces/IAllocation.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IPlaces, PLACES_A_WORD, PLACE_WIDTH, ROLE_IN_PLACE} from "../interfaces/IPlaces.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {DayRecord} from "../libraries/DayRecord.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {HourBand} from "../libraries/HourBand.sol";
import {Plant, PlantDays, Sums} from "../libraries/PlantDays.sol";
import {PURCHASE_WIDTH, Purchase} from "../libraries/Purchase.sol";
import {RATES_A_WORD, RATE_WIDTH, Rate} from "../libraries/Rate.sol";
import {floored} from "../libraries/Rounding.sol";
import {SellerTerms} from "../libraries/SellerTerms.sol";
import {Timetable, requireTimetable} from "../libraries/Timetable.sol";

/// @title The allocation that IAllocation describes.
/// @dev Contract energy is kept by hour of the day in slots that every day uses again, eight sellers a slot: an hour is settled from
/// sellers / 8 slots. What settling needs of the terms is kept apart, five sellers a slot.
contract Allocation is IAllocation {
    using DayRecord for mapping(uint256 => uint256);
    using PlantDays for Plant;

    uint256 private constant PPM = 1e6;

    IRegistry private immutable registry;
    ILedger private immutable ledger;
    Timetable private immutable timetable;

    struct Zone {
        uint16 supplier;
        uint16 plants;
        uint16 sellers;
        uint16 lastNumber;
        /// @dev the day on record, plus one
        uint32 nextDay;
        /// @dev hours of the day on record
        uint8 length;
    }

    Zone[] internal zones;
    mapping(uint256 zone => mapping(uint256 seller => SellerTerms)) private terms;
    /// @dev Rate by seller, five a word
    mapping(uint256 zone => mapping(uint256 word => uint256)) internal rates;
    mapping(uint256 zone => mapping(uint256 slot => uint256)) private contracts;
    /// @inheritdoc IAllocation
    uint256 public nextHour;

    constructor(address registry_, address ledger_, Timetable timetable_) {
        registry = IRegistry(registry_);
        ledger = ILedger(ledger_);
        timetable = requireTimetable(timetable_);
    }

    modifier onlyOperator() {
        if (!registry.isOperator(msg.sender)) revert NotOperator(msg.sender);
        _;
    }

    // --- who sells and who bears the rest

    /// @inheritdoc IAllocation
    function setSuppliers(address[] calldata suppliers) external onlyOperator {
        if (zones.length != 0) revert SuppliersAlreadySet();
        uint256[] memory numbers = new uint256[](suppliers.length);
        for (uint256 i = 0; i < suppliers.length; ++i) {
            (uint256 number, Role role, uint8 zone) = registry.participant(suppliers[i]);
            if (role != Role.Supplier) revert WrongRole(suppliers[i], role);
            if (zone != i) revert WrongZone(suppliers[i], zone, i);
            zones.push().supplier = uint16(number);
            numbers[i] = number;
        }
        emit SuppliersSet(numbers);
    }

    /// @inheritdoc IAllocation
    function setTerms(address[] calldata sellers, uint256[] calldata words) external onlyOperator {
        if (words.length != sellers.length) revert WrongLength(words.length, sellers.length);
        for (uint256 i = 0; i < sellers.length; ++i) {
            (uint256 number, Role role, uint8 zone) = registry.participant(sellers[i]);
            if (role != Role.Plant && role != Role.Exchange) revert WrongRole(sellers[i], role);
            if (zone >= zones.length) revert UnknownZone(zone, zones.length);
            Zone memory here = zones[zone];
            if (here.nextDay != 0) revert TermsClosed(zone);
            if (number <= here.lastNumber) revert TermsOutOfOrder(number, here.lastNumber);
            SellerTerms told = SellerTerms.wrap(words[i]);
            _requireTerms(number, role, told);

            SellerTerms completed = told.completed(number, zone, role == Role.Exchange);
            uint256 seller = here.sellers;
            terms[zone][seller] = completed;
            rates[zone][seller / RATES_A_WORD] |= completed.rate().put(seller);
            here.lastNumber = uint16(number);
            here.sellers += 1;
            if (role == Role.Plant) here.plants += 1;
            zones[zone] = here;
            emit TermsSet(zone, number, SellerTerms.unwrap(completed));
        }
    }

    function _requireTerms(uint256 number, Role role, SellerTerms told) private pure {
        bool flat = told.capacity() == told.minimum();
        bool bad = !told.given() || told.minimum() > told.capacity() || told.ramp() == 0;
        if (bad || (role == Role.Exchange && !flat)) revert BadTerms(number, SellerTerms.unwrap(told));
    }

    // --- the day

    /// @inheritdoc IAllocation
    function allocate(Day memory day, uint256[] calldata load, uint256[] calldata plants) external onlyOperator {
        if (day.zone >= zones.length) revert UnknownZone(day.zone, zones.length);
        Zone memory here = zones[day.zone];
        _requireDay(day, here);
        uint256 words = Lanes.words(day.length);
        if (load.length != words) revert WrongLength(load.length, words);
        if (plants.length != here.plants * (1 + 2 * words)) revert WrongLength(plants.length, here.plants * (1 + 2 * words));

        Sums memory sums;
        bytes memory statuses = new bytes(here.plants);
        uint256[] memory packed = _verifyPlants(day, here.sellers, plants, sums, statuses);
        int256 bidding = _verifyProvince(day, load, sums);

        uint256 width = Lanes.words(here.sellers);
        for (uint256 i = 0; i < packed.length; ++i) {
            contracts[day.zone][DayRecord.slot(day.fromHour + i / width, i % width)] = packed[i];
        }
        zones[day.zone].nextDay = day.day + 1;
        zones[day.zone].length = day.length;
        emit DayAllocated(day.zone, day.day, day.fromHour, packed, statuses, bidding);
    }

    function _requireDay(Day memory day, Zone memory here) private view {
        if (day.length == 0 || day.length > timetable.day() || day.fromHour >= day.length) revert BadHours(day.fromHour, day.length);
        if (day.share > PPM) revert BadShare(day.share);
        uint256 first = uint256(day.day) * timetable.day();
        if (day.fromHour != 0 && (here.nextDay != uint256(day.day) + 1 || here.length != day.length)) revert NotAllocated(day.zone, first);
        if (first > nextHour) revert EarlierHoursOpen(day.day, nextHour);
        if (first + day.fromHour < nextHour) revert AlreadySettled(first + day.fromHour, nextHour);
    }

    /// @dev Verifies every plant by itself and packs the energy of all sellers by hour.
    function _verifyPlants(Day memory day, uint256 sellers, uint256[] calldata data, Sums memory sums, bytes memory statuses)
        private
        view
        returns (uint256[] memory packed)
    {
        uint256 width = Lanes.words(sellers);
        packed = new uint256[]((day.length - day.fromHour) * width);
        Plant memory plant;
        plant.bands = new HourBand[](day.length);
        sums.energy = new uint256[](day.length);
        uint256 plants;
        for (uint256 seller = 0; seller < sellers; ++seller) {
            SellerTerms its = terms[day.zone][seller];
            uint256 place = packed.length + seller / Lanes.A_WORD;
            if (its.flat()) {
                uint256 energy = Lanes.put(its.capacity(), seller);
                for (uint256 hour = day.fromHour; hour < day.length; ++hour) {
                    packed[(place -= width)] |= energy;
                }
                continue;
            }
            plant.seller = seller;
            uint256 total = plant.read(its, day, data, plants, contracts[day.zone]);
            statuses[plants++] = bytes1(uint8(plant.status));
            sums.delivered += total;
            total += plant.verify(day, sums, packed, place, width);
            if (day.reading != Reading.Province) plant.requireContract(day.reading, total);
        }
    }

    /// @dev Verifies what the plants deliver together; returns what they leave to bidding.
    function _verifyProvince(Day memory day, uint256[] calldata load, Sums memory sums) private pure returns (int256 bidding) {
        uint256 loads;
        uint256 total = sums.delivered;
        uint256 packed;
        for (uint256 hour = 0; hour < day.length; ++hour) {
            if (hour % Lanes.A_WORD == 0) packed = load[hour / Lanes.A_WORD];
            uint256 here = uint32(packed);
            uint256 energy = sums.energy[hour];
            // An hour may stay above the load where no plant marked Ok could give way.
            if (energy > here && sums.flexible >> hour & 1 == 1) revert HourAboveLoad(hour, energy, here);
            loads += here;
            total += energy;
            packed >>= Lanes.WIDTH;
        }
        if (day.reading == Reading.Province && sums.met + sums.lowest + sums.highest != 0) {
            uint256 contracted = loads * day.share / PPM;
            bool holds = sums.met != 0
                ? total == contracted && sums.lowest + sums.highest == 0
                : sums.lowest != 0 ? total > contracted && sums.highest == 0 : total < contracted;
            if (!holds) revert ShareNotMet(total, contracted);
        }
        return int256(loads) - int256(total);
    }

    // --- the hour

    /// @inheritdoc IAllocation
    function settle(uint256 hour, uint256[] calldata purchases) external onlyOperator {
        if (hour != nextHour) revert NotNextHour(hour, nextHour);
        if (block.timestamp < timetable.begins(hour)) revert HourNotBegun(hour, timetable.begins(hour));

        int256[] memory amounts = new int256[](registry.nextNumber());
        uint256[] memory energy = new uint256[](zones.length);
        int256[] memory prices = new int256[](zones.length);
        uint256[] memory sold = _credit(hour, amounts, energy, prices);
        _debit(purchases, amounts, energy, prices);
        _settleDifferences(hour, purchases, sold, prices, amounts);

        nextHour = hour + 1;
        ledger.post(amounts);
        emit AgreementsSettled(hour, prices, sold, purchases);
    }

    /// @dev Credits the sellers, and debits each zone's supplier with what the plan price, rounded down, leaves over.
    function _credit(uint256 hour, int256[] memory amounts, uint256[] memory energy, int256[] memory prices)
        private
        view
        returns (uint256[] memory sold)
    {
        uint256 words;
        for (uint256 zone = 0; zone < energy.length; ++zone) {
            words += Lanes.words(zones[zone].sellers);
        }
        sold = new uint256[](words);
        uint256 place;
        for (uint256 zone = 0; zone < energy.length; ++zone) {
            Zone memory here = zones[zone];
            prices[zone] = NO_PRICE;
            if (here.sellers == 0) continue;
            _requireAllocated(zone, here, hour);
            uint256 total;
            int256 cost;
            uint256 sellers = here.sellers;
            uint256 word;
            Rate rate;
            // At most 2^16 sellers of 2^32 kWh at 2^31 fen/MWh.
            unchecked {
                for (uint256 seller = 0; seller < sellers; ++seller) {
                    if (seller % Lanes.A_WORD == 0) {
                        sold[place++] = word = contracts[zone][DayRecord.slot(hour % timetable.day(), seller / Lanes.A_WORD)];
                    }
                    if (seller % RATES_A_WORD == 0) rate = Rate.wrap(rates[zone][seller / RATES_A_WORD]);
                    uint256 delivered = uint32(word);
                    int256 amount = rate.price() * int256(delivered);
                    amounts[rate.number()] += amount;
                    cost += amount;
                    total += delivered;
                    word >>= Lanes.WIDTH;
                    rate = Rate.wrap(Rate.unwrap(rate) >> RATE_WIDTH);
                }
            }
            if (total == 0) continue;
            energy[zone] = total;
            prices[zone] = floored(cost, int256(total));
            amounts[here.supplier] -= cost - prices[zone] * int256(total);
        }
    }

    /// @dev Debits the buyers, who take each zone's energy exactly: its users, suppliers and exchanges.
    function _debit(uint256[] calldata purchases, int256[] memory amounts, uint256[] memory energy, int256[] memory prices) private view {
        uint256[] memory places = new uint256[](amounts.length / PLACES_A_WORD + 1);
        uint256[] memory bought = new uint256[](energy.length);
        // A purchase is below 2^32 kWh and 2^63 of money, and far fewer than 2^64 fit a transaction.
        unchecked {
            for (uint256 i = 0; i < purchases.length; ++i) {
                for (uint256 word = purchases[i]; word != 0; word >>= PURCHASE_WIDTH) {
                    Purchase purchase = Purchase.wrap(word);
                    (uint256 taken, uint256 number, uint256 zone) = (purchase.energy(), purchase.number(), purchase.zone());
                    if (taken == 0) continue;
                    if (zone >= energy.length) revert UnknownZone(zone, energy.length);
                    _requireBuyer(number, zone, places, amounts.length);
                    bought[zone] += taken;
                    amounts[number] -= prices[zone] * int256(taken);
                }
            }
        }
        for (uint256 zone = 0; zone < energy.length; ++zone) {
            if (bought[zone] != energy[zone]) revert PurchasesDiffer(zone, bought[zone], energy[zone]);
        }
    }

    /// @dev The registry has `number` as a participant of the zone who is no plant. `places` keeps what it said.
    function _requireBuyer(uint256 number, uint256 zone, uint256[] memory places, uint256 count) private view {
        if (number >= count) revert UnknownNumber(number, count);
        uint256 word = places[number / PLACES_A_WORD];
        if (word == 0) places[number / PLACES_A_WORD] = word = IPlaces(address(registry)).placesOf(number / PLACES_A_WORD);
        uint256 place = word >> number % PLACES_A_WORD * PLACE_WIDTH;
        Role role = Role(uint8(place >> ROLE_IN_PLACE));
        if (role == Role.None) revert UnknownNumber(number, count);
        if (role == Role.Plant) revert PlantBuys(number);
        if (uint8(place) != zone) revert BuyerElsewhere(number, uint8(place), zone);
    }

    /// @dev What is paid besides for the hour's contract energy, added to `amounts`: nothing where it is delivered. `sold` and `prices`, which
    /// buyers pay, are as in AgreementsSettled.
    function _settleDifferences(
        uint256 hour,
        uint256[] calldata purchases,
        uint256[] memory sold,
        int256[] memory prices,
        int256[] memory amounts
    ) internal virtual {}

    // --- reading

    /// @inheritdoc IAllocation
    function sellerCount(uint256 zone) external view returns (uint256) {
        if (zone >= zones.length) revert UnknownZone(zone, zones.length);
        return zones[zone].sellers;
    }

    /// @inheritdoc IAllocation
    function termsOf(uint256 zone, uint256 seller) external view returns (uint256) {
        return SellerTerms.unwrap(terms[zone][seller]);
    }

    /// @inheritdoc IAllocation
    function contractOf(uint256 zone, uint256 seller, uint256 hour) external view returns (uint256) {
        if (zone >= zones.length) revert UnknownZone(zone, zones.length);
        Zone memory here = zones[zone];
        _requireAllocated(zone, here, hour);
        return seller < here.sellers ? contracts[zone].energyOf(seller, hour % timetable.day()) : 0;
    }

    function _requireAllocated(uint256 zone, Zone memory here, uint256 hour) private view {
        if (here.nextDay != hour / timetable.day() + 1 || hour % timetable.day() >= here.length) revert NotAllocated(zone, hour);
    }
}
