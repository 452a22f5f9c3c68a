// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../core/Types.sol";
import {Day, IAllocation, Reading, Status} from "../interfaces/IAllocation.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";

/// @title The allocation that IAllocation describes.
/// @dev Contract energy is kept by hour of the day in slots that every day uses again, eight sellers a slot: an hour is settled from
/// sellers / 8 slots. What settling needs of the terms is kept apart, five sellers a slot.
contract Allocation is IAllocation {
    uint256 private constant HOURS_A_DAY = 24;
    uint256 private constant FIRST_NUMBER = 2;
    uint256 private constant PPM = 1e6;
    int256 private constant NO_PRICE = type(int32).min;

    IRegistry private immutable registry;
    ILedger private immutable ledger;
    /// @notice Block time at which hour 0 begins.
    uint64 public immutable start;

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

    /// @dev What the plants of a province add up to while they are verified.
    struct Sums {
        uint256[HOURS_A_DAY] energy;
        /// @dev kWh of the hours before the first one allocated
        uint256 delivered;
        /// @dev a bit an hour: a plant marked Ok is above its lowest output
        uint256 flexible;
        /// @dev plants by what their status says
        uint256 lowest;
        uint256 highest;
        uint256 met;
    }

    /// @dev A plant while it is verified.
    struct Plant {
        uint256 seller;
        uint256 number;
        uint256 capacity;
        uint256 minimum;
        uint256 ramp;
        uint256 contracted;
        uint256 initial;
        Status status;
        /// @dev by hour of the day, 48 bits each from the low ones: energy | low | high | up | down, all kWh; up and down are what output may
        /// change by from the hour before
        uint256[HOURS_A_DAY] hours_;
    }

    Zone[] private zones;
    mapping(uint256 zone => mapping(uint256 seller => uint256)) private terms;
    /// @dev price int32 | number uint16, from the low bits, five sellers a word
    mapping(uint256 zone => mapping(uint256 word => uint256)) private rates;
    /// @dev kWh uint32, eight sellers a word
    mapping(uint256 zone => mapping(uint256 hourAndWord => uint256)) private contracts;
    /// @inheritdoc IAllocation
    uint256 public nextHour;

    constructor(address registry_, address ledger_, uint64 start_) {
        registry = IRegistry(registry_);
        ledger = ILedger(ledger_);
        start = start_;
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
            _requireTerms(number, role, words[i]);

            uint256 word = words[i] | number << 128 | uint256(zone) << 144 | (role == Role.Exchange ? 1 << 152 : 0);
            uint256 seller = here.sellers;
            terms[zone][seller] = word;
            rates[zone][seller / 5] |= uint256(uint48(word >> 96)) << seller % 5 * 48;
            here.lastNumber = uint16(number);
            here.sellers += 1;
            if (role == Role.Plant) here.plants += 1;
            zones[zone] = here;
            emit TermsSet(zone, number, word);
        }
    }

    function _requireTerms(uint256 number, Role role, uint256 word) private pure {
        bool flat = uint32(word) == uint32(word >> 32);
        bool bad = word >> 128 != 0 || uint32(word >> 32) > uint32(word) || uint32(word >> 64) == 0;
        if (bad || (role == Role.Exchange && !flat)) revert BadTerms(number, word);
    }

    // --- the day

    /// @inheritdoc IAllocation
    function allocate(Day memory day, uint256[] calldata load, uint256[] calldata plants) external onlyOperator {
        if (day.zone >= zones.length) revert UnknownZone(day.zone, zones.length);
        Zone memory here = zones[day.zone];
        _requireDay(day, here);
        uint256 words = (uint256(day.length) + 7) / 8;
        if (load.length != words) revert WrongLength(load.length, words);
        if (plants.length != here.plants * (1 + 2 * words)) revert WrongLength(plants.length, here.plants * (1 + 2 * words));

        Sums memory sums;
        bytes memory statuses = new bytes(here.plants);
        uint256[] memory packed = _verifyPlants(day, here.sellers, plants, sums, statuses);
        int256 bidding = _verifyProvince(day, load, sums);

        uint256 width = (uint256(here.sellers) + 7) / 8;
        for (uint256 i = 0; i < packed.length; ++i) {
            contracts[day.zone][_slot(day.fromHour + i / width, i % width)] = packed[i];
        }
        zones[day.zone].nextDay = day.day + 1;
        zones[day.zone].length = day.length;
        emit DayAllocated(day.zone, day.day, day.fromHour, packed, statuses, bidding);
    }

    function _requireDay(Day memory day, Zone memory here) private view {
        if (day.length == 0 || day.length > HOURS_A_DAY || day.fromHour >= day.length) revert BadHours(day.fromHour, day.length);
        if (day.share > PPM) revert BadShare(day.share);
        uint256 first = uint256(day.day) * HOURS_A_DAY;
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
        uint256 width = (sellers + 7) / 8;
        packed = new uint256[]((day.length - day.fromHour) * width);
        Plant memory plant;
        uint256 plants;
        for (uint256 seller = 0; seller < sellers; ++seller) {
            uint256 word = terms[day.zone][seller];
            uint256 shift = seller % 8 * 32;
            uint256 place = packed.length + seller / 8;
            if (word >> 152 != 0) {
                for (uint256 hour = day.fromHour; hour < day.length; ++hour) {
                    packed[(place -= width)] |= uint256(uint32(word)) << shift;
                }
                continue;
            }
            plant.seller = seller;
            uint256 total = _read(plant, word, day, data, plants);
            statuses[plants++] = bytes1(uint8(plant.status));
            sums.delivered += total;
            total += _verify(plant, day, sums, packed, place, width);
            if (day.reading != Reading.Province && !_holds(plant.status, day.reading, total, plant.contracted)) {
                revert ContractNotMet(plant.number, plant.status, total, plant.contracted);
            }
        }
    }

    /// @dev Takes a plant from its terms and its words of calldata, and makes the forward pass of its band. Returns the kWh of the hours before
    /// the first one allocated.
    function _read(Plant memory plant, uint256 word, Day memory day, uint256[] calldata data, uint256 place)
        private
        view
        returns (uint256 total)
    {
        plant.number = uint16(word >> 128);
        plant.capacity = uint32(word);
        plant.minimum = uint32(word >> 32);
        plant.ramp = uint32(word >> 64);
        uint256 words = (uint256(day.length) + 7) / 8;
        place *= 1 + 2 * words;
        word = data[place++];
        plant.contracted = uint64(word);
        plant.initial = uint32(word >> 64);
        if (word >> 96 > uint256(type(Status).max)) revert UnknownStatus(plant.number, word >> 96);
        plant.status = Status(word >> 96);

        uint256 least = plant.initial;
        uint256 most = plant.initial;
        uint256 first = day.fromHour;
        uint256 ramp = plant.ramp;
        uint256 availables;
        uint256 energies;
        bool off;
        // Every value is below 2^40: 24 hours of 32-bit values and changes of 32 bits.
        unchecked {
            for (uint256 hour = 0; hour < day.length; ++hour) {
                if (hour % 8 == 0) (availables, energies) = (data[place + hour / 8], data[place + words + hour / 8]);
                uint256 available = uint32(availables);
                uint256 energy = uint32(energies);
                (availables, energies) = (availables >> 32, energies >> 32);
                if (available > plant.capacity) revert AvailableAboveCapacity(plant.number, hour, available, plant.capacity);
                uint256 up = off ? _max(ramp, plant.minimum) : ramp;
                off = available == 0;
                if (hour < first) {
                    uint256 recorded = _recorded(day.zone, plant.seller, hour);
                    if (energy != recorded) revert RecordChanged(plant.number, hour, energy, recorded);
                    total += energy;
                    continue;
                }
                uint256 down = ramp;
                if (hour == first) down = _max(down, _less(plant.initial, available));
                else if (off) down = _max(down, plant.capacity);
                least = least > down ? least - down : 0;
                if (!off && plant.minimum > least) least = plant.minimum;
                most += up;
                if (most > available) most = available;
                plant.hours_[hour] = energy | least << 48 | most << 96 | up << 144 | down << 192;
            }
        }
    }

    /// @dev Makes the backward pass of a plant's band and verifies each hour against it and against the hour after; packs the plant's energy and
    /// adds it to the sums of the province. Returns the kWh from the first hour allocated on.
    function _verify(Plant memory plant, Day memory day, Sums memory sums, uint256[] memory packed, uint256 place, uint256 width)
        private
        pure
        returns (uint256 total)
    {
        bool empty;
        bool unused = plant.status == Status.BandEmpty;
        bool lowest = plant.status == Status.BelowMin;
        bool highest = plant.status == Status.AboveMax;
        // Marked Ok, and so not allowed above the load: a bit to note hours in which the plant could give way.
        uint256 mark = plant.status == Status.Ok ? 1 : 0;
        uint256 shift = plant.seller % 8 * 32;
        uint256 first = day.fromHour;
        uint256 flexible;
        uint256 least;
        uint256 most = type(uint64).max;
        uint256 follower;
        // Every value is below 2^64, and `hour` and `place` stay above what is taken from them.
        unchecked {
            for (uint256 hour = day.length; hour-- > first;) {
                // The hour after: its ramps limit this one. Never 0 where there is one, for a ramp is at least 1.
                uint256 next = follower;
                follower = plant.hours_[hour];
                uint256 energy = uint48(follower);
                if (next != 0) {
                    uint256 up = uint48(next >> 144);
                    uint256 down = uint48(next >> 192);
                    least = least > up ? least - up : 0;
                    most += down;
                    next = uint48(next);
                    if (!unused && (next > energy + up || next + down < energy)) revert RampExceeded(plant.number, hour + 1, energy, next);
                }
                uint256 bound = uint48(follower >> 48);
                if (bound > least) least = bound;
                bound = uint48(follower >> 96);
                if (bound < most) most = bound;
                if (least > most) empty = true;
                if (unused) {
                    if (energy != 0) revert OutsideBand(plant.number, hour, energy, 0, 0);
                    continue;
                }
                if (empty) revert BandIsEmpty(plant.number);
                if (energy < least || energy > most) revert OutsideBand(plant.number, hour, energy, least, most);
                if (lowest && energy != least) revert NotLowestOutput(plant.number, hour, energy, least);
                if (highest && energy != most) revert NotHighestOutput(plant.number, hour, energy, most);
                if (energy > least) flexible |= mark << hour;
                packed[(place -= width)] |= energy << shift;
                sums.energy[hour] += energy;
                total += energy;
            }
        }
        sums.flexible |= flexible;
        if (lowest) ++sums.lowest;
        else if (highest) ++sums.highest;
        else if (!unused) ++sums.met;
        else if (!empty) revert BandNotEmpty(plant.number);
    }

    function _holds(Status status, Reading reading, uint256 total, uint256 contracted) private pure returns (bool) {
        if (status == Status.BandEmpty) return true;
        if (status == Status.BelowMin) return total > contracted;
        if (status == Status.AboveMax) return total < contracted;
        return reading == Reading.Literal ? total >= contracted : total == contracted;
    }

    /// @dev Verifies what the plants deliver together; returns what they leave to bidding.
    function _verifyProvince(Day memory day, uint256[] calldata load, Sums memory sums) private pure returns (int256 bidding) {
        uint256 loads;
        uint256 total = sums.delivered;
        uint256 packed;
        for (uint256 hour = 0; hour < day.length; ++hour) {
            if (hour % 8 == 0) packed = load[hour / 8];
            uint256 here = uint32(packed);
            uint256 energy = sums.energy[hour];
            // An hour may stay above the load where no plant marked Ok could give way.
            if (energy > here && sums.flexible >> hour & 1 == 1) revert HourAboveLoad(hour, energy, here);
            loads += here;
            total += energy;
            packed >>= 32;
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
        if (block.timestamp < start + hour * 3600) revert HourNotBegun(hour, start + hour * 3600);

        int256[] memory amounts = new int256[](registry.nextNumber());
        uint256[] memory energy = new uint256[](zones.length);
        int256[] memory prices = new int256[](zones.length);
        uint256[] memory sold = _credit(hour, amounts, energy, prices);
        _debit(purchases, amounts, energy, prices);

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
            words += (uint256(zones[zone].sellers) + 7) / 8;
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
            uint256 rate;
            // At most 2^16 sellers of 2^32 kWh at 2^31 fen/MWh.
            unchecked {
                for (uint256 seller = 0; seller < sellers; ++seller) {
                    if (seller % 8 == 0) sold[place++] = word = contracts[zone][_slot(hour % HOURS_A_DAY, seller / 8)];
                    if (seller % 5 == 0) rate = rates[zone][seller / 5];
                    uint256 delivered = uint32(word);
                    int256 amount = int256(int32(uint32(rate))) * int256(delivered);
                    amounts[uint16(rate >> 32)] += amount;
                    cost += amount;
                    total += delivered;
                    word >>= 32;
                    rate >>= 48;
                }
            }
            if (total == 0) continue;
            energy[zone] = total;
            prices[zone] = _floor(cost, int256(total));
            amounts[here.supplier] -= cost - prices[zone] * int256(total);
        }
    }

    /// @dev Debits the buyers, who take each zone's energy exactly.
    function _debit(uint256[] calldata purchases, int256[] memory amounts, uint256[] memory energy, int256[] memory prices) private pure {
        uint256[] memory bought = new uint256[](energy.length);
        // A purchase is below 2^32 kWh and 2^63 of money, and far fewer than 2^64 fit a transaction.
        unchecked {
            for (uint256 i = 0; i < purchases.length; ++i) {
                for (uint256 word = purchases[i]; word != 0; word >>= 64) {
                    uint256 taken = uint32(word);
                    if (taken == 0) continue;
                    uint256 number = uint16(word >> 32);
                    uint256 zone = uint8(word >> 48);
                    if (zone >= energy.length) revert UnknownZone(zone, energy.length);
                    if (number < FIRST_NUMBER || number >= amounts.length) revert UnknownNumber(number, amounts.length);
                    bought[zone] += taken;
                    amounts[number] -= prices[zone] * int256(taken);
                }
            }
        }
        for (uint256 zone = 0; zone < energy.length; ++zone) {
            if (bought[zone] != energy[zone]) revert PurchasesDiffer(zone, bought[zone], energy[zone]);
        }
    }

    // --- reading

    /// @inheritdoc IAllocation
    function sellerCount(uint256 zone) external view returns (uint256) {
        if (zone >= zones.length) revert UnknownZone(zone, zones.length);
        return zones[zone].sellers;
    }

    /// @inheritdoc IAllocation
    function termsOf(uint256 zone, uint256 seller) external view returns (uint256) {
        return terms[zone][seller];
    }

    /// @inheritdoc IAllocation
    function contractOf(uint256 zone, uint256 seller, uint256 hour) external view returns (uint256) {
        if (zone >= zones.length) revert UnknownZone(zone, zones.length);
        Zone memory here = zones[zone];
        _requireAllocated(zone, here, hour);
        return seller < here.sellers ? _recorded(zone, seller, hour % HOURS_A_DAY) : 0;
    }

    function _requireAllocated(uint256 zone, Zone memory here, uint256 hour) private pure {
        if (here.nextDay != hour / HOURS_A_DAY + 1 || hour % HOURS_A_DAY >= here.length) revert NotAllocated(zone, hour);
    }

    function _recorded(uint256 zone, uint256 seller, uint256 hour) private view returns (uint256) {
        return uint32(contracts[zone][_slot(hour, seller / 8)] >> seller % 8 * 32);
    }

    function _slot(uint256 hour, uint256 word) private pure returns (uint256) {
        return hour << 16 | word;
    }

    function _floor(int256 value, int256 by) private pure returns (int256) {
        return value / by - (value < 0 && value % by != 0 ? int256(1) : int256(0));
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    /// @dev a - b, at least 0
    function _less(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : 0;
    }
}
