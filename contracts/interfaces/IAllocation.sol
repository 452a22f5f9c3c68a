// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../core/Types.sol";

/// @notice How the paper's one factor for many contracts is read.
/// @dev Province: all plants together deliver the contract share of the load. PerPlant: each plant delivers its contract. Literal: each
/// plant delivers at least its contract.
enum Reading {
    Province,
    PerPlant,
    Literal
}

/// @notice How a plant's day turned out.
/// @dev Ok: the contract is met. BelowMin: the lowest output is more than the contract, and is delivered. AboveMax: the highest output is
/// less than the contract, and is delivered. Oversupply: as Ok, in a province whose contracts exceed its load in some hour. BandEmpty: no
/// output keeps minimum, availability and ramps; nothing is delivered.
enum Status {
    Ok,
    BelowMin,
    AboveMax,
    Oversupply,
    BandEmpty
}

/// @notice Which hours of which province an allocation is for, and by which rule.
struct Day {
    uint8 zone;
    /// @dev days since hour 0
    uint32 day;
    /// @dev the first hour of the day that is allocated; earlier ones stay as recorded
    uint8 fromHour;
    /// @dev how many hours the day has, 1 to those of a whole day (24 of 60 minutes)
    uint8 length;
    Reading reading;
    /// @dev parts per million of the load that are under contract; used by the reading Province
    uint32 share;
}

/// @title Contract energy: its split over a province's plants and hours, verified, and its hourly settlement.
/// @notice The search for the split is done off chain. The contract accepts any split that keeps every plant's band and ramps and meets
/// every contract, for a load without the fixed imports. A province's sellers are its plants and, with the same output every hour, its
/// fixed imports (role Exchange).
/// @dev The band of a plant: between minimum and available, 0 where nothing is available; a forward pass from the last real output and a
/// backward pass keep what ramps allow. Ramps are overridden by outages: output may fall to 0 where nothing is available and rise from there
/// to the minimum, and may fall from the last real output to what is available. Hours are packed as uint32 kWh, eight a word, first in the
/// lowest bits.
interface IAllocation {
    /// @notice These participants, by zone, bear what rounding the plan price leaves over.
    event SuppliersSet(uint256[] numbers);
    /// @notice Participant `number` sells contract energy in `zone`.
    /// @param terms SellerTerms
    event TermsSet(uint256 indexed zone, uint256 indexed number, uint256 terms);
    /// @notice A province's contract energy from hour `fromHour` of the day on.
    /// @param contracts kWh, hour after hour; in an hour eight sellers a word, in order of their terms
    /// @param statuses one byte a plant, a Status
    /// @param bidding kWh of the whole day that contracts leave to hourly bidding (raval_day); negative where they exceed the load
    event DayAllocated(uint256 indexed zone, uint256 indexed day, uint256 fromHour, uint256[] contracts, bytes statuses, int256 bidding);
    /// @notice The hour's contract energy is paid.
    /// @param prices fen/MWh by zone that buyers pay, the mean price of the zone's contracts rounded down; type(int32).min where none is sold
    /// @param contracts kWh by zone, eight sellers a word, in order of their terms
    /// @param purchases as given to `settle`
    event AgreementsSettled(uint256 indexed hour, int256[] prices, uint256[] contracts, uint256[] purchases);

    error NotOperator(address sender);
    error WrongLength(uint256 got, uint256 expected);
    /// @notice No zone has this number.
    error UnknownZone(uint256 zone, uint256 zones);

    error SuppliersAlreadySet();
    /// @notice The participant's role is not one that may do this.
    error WrongRole(address participant, Role role);
    error WrongZone(address participant, uint256 zone, uint256 expected);
    /// @notice The zone has an allocation: its sellers are final.
    error TermsClosed(uint256 zone);
    /// @notice Sellers of a zone are named in order of their registry number, once.
    error TermsOutOfOrder(uint256 number, uint256 last);
    /// @notice A minimum above capacity, a ramp of 0, an exchange that is not flat, or bits beyond the terms.
    error BadTerms(uint256 number, uint256 terms);

    /// @notice A day has at most the hours of a whole day, and the first one allocated is one of them.
    error BadHours(uint256 fromHour, uint256 length);
    /// @notice The share is above one million.
    error BadShare(uint256 share);
    /// @notice Days are allocated when every hour of earlier days is settled.
    error EarlierHoursOpen(uint256 day, uint256 nextHour);
    /// @notice Hours before `nextHour` are paid for and stay as they are.
    error AlreadySettled(uint256 hour, uint256 nextHour);
    /// @notice The hour of the zone has no contract energy on record.
    error NotAllocated(uint256 zone, uint256 hour);
    error UnknownStatus(uint256 number, uint256 status);
    error AvailableAboveCapacity(uint256 number, uint256 hour, uint256 available, uint256 capacity);
    /// @notice An hour before the first one allocated differs from what is recorded.
    error RecordChanged(uint256 number, uint256 hour, uint256 energy, uint256 recorded);
    error BandIsEmpty(uint256 number);
    error BandNotEmpty(uint256 number);
    error OutsideBand(uint256 number, uint256 hour, uint256 energy, uint256 low, uint256 high);
    error RampExceeded(uint256 number, uint256 hour, uint256 before, uint256 energy);
    /// @notice The status says that the lowest output is delivered.
    error NotLowestOutput(uint256 number, uint256 hour, uint256 energy, uint256 low);
    /// @notice The status says that the highest output is delivered.
    error NotHighestOutput(uint256 number, uint256 hour, uint256 energy, uint256 high);
    /// @notice What the plant delivers on the day and its contract do not stand to each other as its status says.
    error ContractNotMet(uint256 number, Status status, uint256 energy, uint256 contracted);
    /// @notice What the plants deliver on the day and the contract share of the load do not stand to each other as the statuses say.
    error ShareNotMet(uint256 energy, uint256 contracted);
    /// @notice Contracts exceed the load although a plant above its lowest output is not marked as oversupplied.
    error HourAboveLoad(uint256 hour, uint256 energy, uint256 load);

    error NotNextHour(uint256 hour, uint256 nextHour);
    error HourNotBegun(uint256 hour, uint256 beginsAt);
    error UnknownNumber(uint256 number, uint256 nextNumber);
    /// @notice Contract energy is bought by users, suppliers and exchanges; `number` is a plant.
    error PlantBuys(uint256 number);
    /// @notice Participant `number` is of `zone` and cannot take the contract energy of `taken`.
    error BuyerElsewhere(uint256 number, uint256 zone, uint256 taken);
    /// @notice The zone's buyers must take exactly what its sellers deliver.
    error PurchasesDiffer(uint256 zone, uint256 bought, uint256 sold);

    /// @notice Names the default supplier of every zone, in zone order, once. Operator only.
    function setSuppliers(address[] calldata suppliers) external;

    /// @notice Names further sellers of contract energy, in order of their numbers. Operator only, before the zone's first allocation.
    /// @param terms SellerTerms without number, zone and flat (ramp at least 1; an exchange is flat: minimum equals capacity)
    function setTerms(address[] calldata sellers, uint256[] calldata terms) external;

    /// @notice Verifies and records a province's contract energy of a day, or of what is left of it. Operator only.
    /// @param load forecast by hour of the day less fixed imports, packed
    /// @param plants for every plant of the zone in order of their terms: a PlantDay, available by hour of the day, contract energy by hour
    /// of the day, both packed
    function allocate(Day calldata day, uint256[] calldata load, uint256[] calldata plants) external;

    /// @notice Pays the contract energy of an hour: sellers get their price, buyers of a zone pay its mean price rounded down, the zone's
    /// supplier pays the rest. A zone's buyers are its users, suppliers and exchanges. Operator only, hour after hour, from the beginning of
    /// the hour on.
    /// @param purchases Purchase, four a word, first in the lowest bits; those without energy are skipped
    function settle(uint256 hour, uint256[] calldata purchases) external;

    /// @notice The hour to be settled next.
    function nextHour() external view returns (uint256);

    /// @notice How many sell contract energy in the zone.
    function sellerCount(uint256 zone) external view returns (uint256);

    /// @notice The terms of a zone's seller, as in TermsSet; 0 where there is none.
    function termsOf(uint256 zone, uint256 seller) external view returns (uint256);

    /// @notice Contract energy of a zone's seller in an hour of the day last allocated, kWh; reverts with NotAllocated for others.
    function contractOf(uint256 zone, uint256 seller, uint256 hour) external view returns (uint256);
}
