// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Day, IAllocation, Reading, Status} from "../interfaces/IAllocation.sol";
import {DayRecord} from "./DayRecord.sol";
import {HourBand, makeBand} from "./HourBand.sol";
import {Lanes} from "./Lanes.sol";
import {PlantDay} from "./PlantDay.sol";
import {SellerTerms} from "./SellerTerms.sol";

/// @notice A plant while it is verified.
struct Plant {
    /// @dev its place among the zone's sellers
    uint256 seller;
    uint256 number;
    /// @dev kWh an hour
    uint256 capacity;
    uint256 minimum;
    uint256 ramp;
    /// @dev kWh of the day
    uint256 contracted;
    /// @dev kWh in the hour before the first one allocated
    uint256 initial;
    Status status;
    /// @dev by hour of the day
    HourBand[] bands;
}

/// @notice What the plants of a province add up to while they are verified.
struct Sums {
    /// @dev kWh by hour of the day
    uint256[] energy;
    /// @dev kWh of the hours before the first one allocated
    uint256 delivered;
    /// @dev a bit an hour: a plant marked Ok is above its lowest output
    uint256 flexible;
    /// @dev plants by what their status says
    uint256 lowest;
    uint256 highest;
    uint256 met;
}

/// @title Whether a plant's day keeps its minimum, availability and ramps, and stands to its contract as its status says.
/// @dev The band of output that is possible is found in a forward pass from the last real output and a backward pass.
library PlantDays {
    using DayRecord for mapping(uint256 => uint256);

    /// @notice Takes a plant from its terms and its words of calldata, and makes the forward pass of its band.
    /// @param place of the plant in the calldata
    /// @return total kWh of the hours before the first one allocated
    function read(
        Plant memory plant,
        SellerTerms terms,
        Day memory day,
        uint256[] calldata data,
        uint256 place,
        mapping(uint256 => uint256) storage record
    ) internal view returns (uint256 total) {
        (plant.number, plant.capacity, plant.minimum, plant.ramp) = (terms.number(), terms.capacity(), terms.minimum(), terms.ramp());
        uint256 words = Lanes.words(day.length);
        place *= 1 + 2 * words;
        PlantDay told = PlantDay.wrap(data[place++]);
        if (told.status() > uint256(type(Status).max)) revert IAllocation.UnknownStatus(plant.number, told.status());
        (plant.contracted, plant.initial, plant.status) = (told.contracted(), told.initial(), Status(told.status()));

        uint256 least = plant.initial;
        uint256 most = plant.initial;
        uint256 first = day.fromHour;
        uint256 ramp = plant.ramp;
        uint256 availables;
        uint256 energies;
        bool off;
        // Every value is below 2^40: 96 hours of 32-bit values and changes of 32 bits.
        unchecked {
            for (uint256 hour = 0; hour < day.length; ++hour) {
                if (hour % Lanes.A_WORD == 0) {
                    uint256 word = place + hour / Lanes.A_WORD;
                    (availables, energies) = (data[word], data[word + words]);
                }
                uint256 available = uint32(availables);
                uint256 energy = uint32(energies);
                (availables, energies) = (availables >> Lanes.WIDTH, energies >> Lanes.WIDTH);
                if (available > plant.capacity) {
                    revert IAllocation.AvailableAboveCapacity(plant.number, hour, available, plant.capacity);
                }
                uint256 up = off && plant.minimum > ramp ? plant.minimum : ramp;
                off = available == 0;
                if (hour < first) {
                    uint256 recorded = record.energyOf(plant.seller, hour);
                    if (energy != recorded) revert IAllocation.RecordChanged(plant.number, hour, energy, recorded);
                    total += energy;
                    continue;
                }
                uint256 down = ramp;
                if (hour == first) {
                    if (plant.initial > available + ramp) down = plant.initial - available;
                } else if (off && plant.capacity > ramp) {
                    down = plant.capacity;
                }
                least = least > down ? least - down : 0;
                if (!off && plant.minimum > least) least = plant.minimum;
                most += up;
                if (most > available) most = available;
                plant.bands[hour] = makeBand(energy, least, most, up, down);
            }
        }
    }

    /// @notice Makes the backward pass of a plant's band and verifies each hour against it and against the hour after; packs the plant's
    /// energy and adds it to the sums of the province.
    /// @param packed energy by hour from the first one allocated on, `width` words an hour
    /// @param place behind the plant's word of the last hour
    /// @return total kWh from the first hour allocated on
    function verify(Plant memory plant, Day memory day, Sums memory sums, uint256[] memory packed, uint256 place, uint256 width)
        internal
        pure
        returns (uint256 total)
    {
        bool empty;
        bool unused = plant.status == Status.BandEmpty;
        bool lowest = plant.status == Status.BelowMin;
        bool highest = plant.status == Status.AboveMax;
        // Marked Ok, and so not allowed above the load: a bit to note hours in which the plant could give way.
        uint256 mark = plant.status == Status.Ok ? 1 : 0;
        uint256 shift = plant.seller % Lanes.A_WORD * Lanes.WIDTH;
        uint256 first = day.fromHour;
        uint256 flexible;
        uint256 least;
        uint256 most = type(uint64).max;
        HourBand after_;
        // Every value is below 2^64, and `place` stays above what is taken from it; `hour` wraps once, behind its last turn.
        unchecked {
            for (uint256 hour = day.length; hour-- > first;) {
                HourBand band = plant.bands[hour];
                uint256 energy = band.energy();
                // The hour after: its ramps limit this one. Never 0 where there is one, for a ramp is at least 1.
                if (HourBand.unwrap(after_) != 0) {
                    (uint256 up, uint256 down, uint256 next) = (after_.up(), after_.down(), after_.energy());
                    least = least > up ? least - up : 0;
                    most += down;
                    if (!unused && (next > energy + up || next + down < energy)) {
                        revert IAllocation.RampExceeded(plant.number, hour + 1, energy, next);
                    }
                }
                after_ = band;
                uint256 bound = band.low();
                if (bound > least) least = bound;
                bound = band.high();
                if (bound < most) most = bound;
                if (least > most) empty = true;
                if (unused) {
                    if (energy != 0) revert IAllocation.OutsideBand(plant.number, hour, energy, 0, 0);
                    continue;
                }
                if (empty) revert IAllocation.BandIsEmpty(plant.number);
                if (energy < least || energy > most) revert IAllocation.OutsideBand(plant.number, hour, energy, least, most);
                if (lowest && energy != least) revert IAllocation.NotLowestOutput(plant.number, hour, energy, least);
                if (highest && energy != most) revert IAllocation.NotHighestOutput(plant.number, hour, energy, most);
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
        else if (!empty) revert IAllocation.BandNotEmpty(plant.number);
    }

    /// @notice Reverts where what a plant delivers on the day, kWh, does not stand to its contract as its status says.
    function requireContract(Plant memory plant, Reading reading, uint256 total) internal pure {
        if (!_holds(plant.status, reading, total, plant.contracted)) {
            revert IAllocation.ContractNotMet(plant.number, plant.status, total, plant.contracted);
        }
    }

    function _holds(Status status, Reading reading, uint256 total, uint256 contracted) private pure returns (bool) {
        if (status == Status.BandEmpty) return true;
        if (status == Status.BelowMin) return total > contracted;
        if (status == Status.AboveMax) return total < contracted;
        return reading == Reading.Literal ? total >= contracted : total == contracted;
    }
}
