// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Timetable} from "../libraries/Timetable.sol";

/// @title The words the market's contracts pass to each other.
/// @dev Units everywhere: price in fen/MWh (0.01 CNY/MWh, the tick), energy in kWh, money in 1e-5 CNY = fen/MWh x kWh.

/// @dev Numbers of the ledger's accounts: the grid's line charges, the congestion rent, and the first participant of the registry.
uint256 constant GRID = 0;
uint256 constant RENT = 1;
uint256 constant FIRST_PARTICIPANT = 2;

/// @dev The price of a zone in which nothing is traded, fen/MWh.
int256 constant NO_PRICE = type(int32).min;

/// @notice What one line carries in an hour: sent in the upper 128 bits, received in the lower 128 bits, both kWh.
type Flow is uint256;

/// @notice Lowest (upper 128 bits) and highest (lower 128 bits) supporting price of a zone, in nano-ticks above the price floor.
type Bounds is uint256;

/// @notice One direction of a corridor between two zones, for one hour.
struct Line {
    uint8 source;
    uint8 target;
    /// @dev kWh an hour that may be sent
    uint32 capacity;
    /// @dev fen per MWh sent
    uint32 charge;
    /// @dev parts per million of what is sent, below one million
    uint32 loss;
}

/// @notice The rules an auction is born with.
struct Rules {
    uint8 zones;
    int32 floor;
    int32 cap;
    /// @dev where in the interval of supporting prices the price lies, parts per million: 0 lowest, 1e6 highest
    uint32 k;
    Timetable timetable;
}

/// @notice What provinces bring to the second of two stages: which energy is surplus there, and what is in need of it.
enum SurplusDeficit {
    /// @dev what no order at home took is for sale; what no order at home served is wanted
    Physical,
    /// @dev only wind, sun and water that found no buyer at home are for sale; wanted is also what would replace other plants' sales at home
    Renewable,
    /// @dev as Physical, and wanted is also what would replace any plant's sales at home
    Economic
}

/// @notice What a participant is to the market.
enum Role {
    None,
    Plant,
    User,
    Supplier,
    Exchange
}
