// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Timetable} from "../libraries/Timetable.sol";

/// @notice The rules a deviation settlement is born with.
struct DeviationRules {
    int32 floor;
    int32 cap;
    /// @dev parts per million of the up price that over-use pays, at least one million
    uint32 u1;
    /// @dev parts per million of the down price that under-use gets back, at most one million
    uint32 u2;
    /// @dev parts per million of the down price that over-generation gets, at most one million
    uint32 k1;
    /// @dev parts per million of the up price that under-generation pays, at least one million
    uint32 k2;
    /// @dev parts per million of what is scheduled that may deviate at the bare price
    uint32 band;
    /// @dev whether everyone called gets the marginal price; else each its own, and deviations the mean
    bool marginal;
    Timetable timetable;
}

/// @title Deviation of metered from scheduled energy, balanced by pre-listed regulation and paid for by those who deviate.
/// @notice Energy is signed as in the ledger: taken is positive, given is negative. A deviation above 0 (over-use, under-generation) leaves
/// the zone short. What a zone is short of, net, is called from the plants that list up regulation, cheapest first; what it has too much is
/// called from those that list down regulation, dearest first; ties pro rata by quantity, remainders one kWh each by number to shares that
/// are not whole. What the lists cannot give the grid account gives at the cap, or takes at the floor.
/// @notice The up price is the mean price of what is called up (or its last price, where the rules say marginal), the down price likewise;
/// of a direction in which nothing is called it is the first price listed, or the cap (up) or the floor (down) where none is, but never so
/// that up is below down: the price of what is called decides, and where nothing is, the down price. Over-use pays
/// up x u1, under-generation up x k2, under-use gets down x u2, over-generation down x k1; inside the free band all factors are 1. Prices
/// are rounded to the tick against those who deviate. What is left over is shared by those who stay within the band, in proportion to
/// scheduled energy; what cannot be shared, and what is missing, is the grid account's. So who does not deviate never pays.
/// @dev The operator reads the meters. Who may say what was metered could say any deviation, so proving the schedule here would bind
/// nobody: the log holds schedule and meter apart, and the schedule can be recomputed from the logs of the hour.
interface IDeviation {
    /// @notice The participant with this number settles its deviations here.
    event ParticipantAdmitted(uint256 indexed number, uint256 zone, bool plant);
    /// @notice Plant `number` may be called from this hour on, up to these kWh an hour.
    event RegulationListed(uint256 indexed number, int256 upPrice, uint256 up, int256 downPrice, uint256 down);
    /// @notice An hour is settled. Everything is by account number of the ledger from 0 on; words hold the first in the lowest bits.
    /// @param prices fen/MWh, up price (rounded up) and down price (rounded down) of every zone, before factors
    /// @param energies as given to `settle`
    /// @param calls kWh as int32, eight a word: what a plant was called for, given is negative; of the grid account, all zones together
    /// @param amounts 1e-5 CNY as int64, four a word
    event DeviationsSettled(uint256 indexed hour, int256[] prices, uint256[] energies, uint256[] calls, uint256[] amounts);

    error NotOperator(address sender);
    error NotPlant(address sender);
    error BadDeviationRules();
    /// @notice Participants are admitted in order of number.
    error WrongNumber(uint256 number, uint256 expected);
    error WrongLength(uint256 got, uint256 expected);
    error PriceBelowFloor(int256 price, int256 floor);
    error PriceAboveCap(int256 price, int256 cap);
    /// @notice Lists are closed from minute 30 of an hour to its end.
    error GateClosed(uint256 hour, uint256 closedAt);
    error AlreadySettled(uint256 hour);
    /// @notice An hour is settled in its last minute.
    error OutsideWindow(uint256 hour, uint256 from);
    /// @notice The zone's last call is not at this price.
    error NotMarginal(uint256 zone, int256 price);
    /// @notice The hour would move more than the record's 64 bits say.
    error AmountOutOfRange(uint256 number, int256 amount);

    /// @notice Lets the next `participants` of the registry settle here, in number order. Operator only.
    function admit(address[] calldata participants) external;

    /// @notice Lists, or changes, what the sender, an admitted plant, may be called for. Open until minute 30 of an hour, for it and later ones.
    function listRegulation(int32 upPrice, uint32 up, int32 downPrice, uint32 down) external;

    /// @notice Settles an hour, in its last minute. Operator only.
    /// @param marginals fen/MWh by zone of the last kWh called; the cap (up) or the floor (down) where lists do not suffice, anything where
    /// nothing is called
    /// @param energies MeteredEnergy by account number from 0 on, four a word
    /// @param rooms by account number, uint32 kWh, eight a word: what a plant could give beyond that. Down it can give way by all it gives.
    function settle(uint256 hour, int256[] calldata marginals, uint256[] calldata energies, uint256[] calldata rooms) external;

    /// @notice What a plant lists, a RegulationList.
    function listOf(uint256 number) external view returns (uint256);

    /// @notice Hours before this one are settled or over.
    function nextHour() external view returns (uint256);
}
